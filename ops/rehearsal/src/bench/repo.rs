//! All SQL of the benchmarks: the barest that writes the same rows, and what the server says of itself.

use ledger::books::Posting;
use ledger::error::Failure;
use ledger::ids::{FamilyId, MerchantId, Municipality};
use ledger::time::Instant;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgConnection, PgPool, Postgres};
use uuid::Uuid;

/// How much was written to the log, in bytes, and how often the server waited for the disk.
pub(super) async fn read_log(owner: &PgPool) -> anyhow::Result<(u64, u64)> {
    let sql = "SELECT (pg_current_wal_lsn() - '0/0')::bigint, wal_sync::bigint FROM pg_stat_wal";
    let (bytes, fsyncs): (i64, i64) = sqlx::query_as(sql).fetch_one(owner).await?;
    Ok((u64::try_from(bytes)?, u64::try_from(fsyncs)?))
}

/// Waits until no connection of the program is left: a server process tells what it wrote when it ends.
pub(super) async fn wait_for_the_program_to_go(owner: &PgPool) -> anyhow::Result<()> {
    let there = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND usename = 'hagukumi_program')";
    while sqlx::query_scalar::<_, bool>(there).fetch_one(owner).await? {}
    Ok(())
}

/// Lets the tables come to rest: dead rows gone, the planner knows what there is.
pub(super) async fn settle(owner: &PgPool) -> anyhow::Result<()> {
    sqlx::query("VACUUM (ANALYZE)").execute(owner).await?;
    Ok(())
}

/// Makes the barest function that writes what `post_batch` writes: no key is looked at, no row is locked beforehand, nothing is judged.
pub(super) async fn create_raw(owner: &PgPool) -> anyhow::Result<()> {
    sqlx::raw_sql(
        r"
        CREATE FUNCTION post_raw(p_municipality integer, p_now timestamptz, p_actor text[], p_key text[], p_fingerprint bytea[], p_entry_id uuid[],
                                 p_kind text[], p_business_on date[], t_debit uuid[], t_credit uuid[], t_amount bigint[],
                                 p_closes_at timestamptz) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
        BEGIN
            INSERT INTO commands (municipality, actor, key, fingerprint, entry_id)
            SELECT p_municipality, i.* FROM unnest(p_actor, p_key, p_fingerprint, p_entry_id) AS i;
            INSERT INTO entries (municipality, entry_id, kind, business_on, period, posted_at, actor, command_key)
            SELECT p_municipality, i.entry_id, i.kind, i.business_on,
                   extract(year FROM i.business_on)::integer * 100 + extract(month FROM i.business_on)::integer, p_now, i.actor, i.key
            FROM unnest(p_entry_id, p_kind, p_business_on, p_actor, p_key) AS i (entry_id, kind, business_on, actor, key);
            INSERT INTO seal_queue (municipality, entry_id, posted_at) SELECT p_municipality, i.entry_id, p_now FROM unnest(p_entry_id) AS i (entry_id);
            INSERT INTO transfers (municipality, entry_id, position, debit_account_id, credit_account_id, amount)
            SELECT p_municipality, i.entry_id, 0, i.debit, i.credit, i.amount
            FROM unnest(p_entry_id, t_debit, t_credit, t_amount) AS i (entry_id, debit, credit, amount);
            UPDATE guarded_balances b SET balance = b.balance - m.amount
            FROM (SELECT t.debit, sum(t.amount)::bigint AS amount FROM unnest(t_debit, t_amount) AS t (debit, amount) GROUP BY t.debit ORDER BY t.debit) m
            WHERE b.municipality = p_municipality AND b.account_id = m.debit;
            IF p_closes_at IS NULL THEN
                INSERT INTO account_deltas (municipality, account_id, debit, credit)
                SELECT p_municipality, t.credit, 0, sum(t.amount) FROM unnest(t_credit, t_amount) AS t (credit, amount) GROUP BY t.credit;
            ELSE
                INSERT INTO accounts (municipality, account_id, kind, unit, guarded) SELECT p_municipality, h.id, 'hold', 'yen', true FROM unnest(t_credit) AS h (id);
                INSERT INTO guarded_balances (municipality, account_id, unit, balance, closes_at)
                SELECT p_municipality, h.id, 'yen', h.amount, p_closes_at FROM unnest(t_credit, t_amount) AS h (id, amount);
            END IF;
        END $$;
        GRANT EXECUTE ON FUNCTION post_raw TO hagukumi_program;

        CREATE FUNCTION redeem_raw(p_municipality integer, p_now timestamptz,
                                   h_actor text[], h_key text[], h_fingerprint bytea[], h_entry_id uuid[], h_kind text[], h_business_on date[],
                                   h_debit uuid[], h_credit uuid[], h_amount bigint[],
                                   c_actor text[], c_key text[], c_fingerprint bytea[], c_entry_id uuid[], c_kind text[], c_business_on date[],
                                   c_debit uuid[], c_credit uuid[], c_amount bigint[],
                                   p_family uuid[], p_merchant uuid[], p_receipt uuid[], p_digest bytea[]) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
        DECLARE
            v_closes_at timestamptz := p_now + interval '5 minutes';
        BEGIN
            PERFORM post_raw(p_municipality, p_now, h_actor, h_key, h_fingerprint, h_entry_id, h_kind, h_business_on, h_debit, h_credit, h_amount, v_closes_at);
            INSERT INTO holds (municipality, hold_id, entry_id, family_id, merchant_id, expense, amount_yen, code_digest, held_at, expires_at)
            SELECT p_municipality, h.id, h.entry_id, h.family, h.merchant, 'tuition', h.amount, h.digest, p_now, v_closes_at
            FROM unnest(h_credit, h_entry_id, p_family, p_merchant, h_amount, p_digest) AS h (id, entry_id, family, merchant, amount, digest);
            PERFORM post_raw(p_municipality, p_now, c_actor, c_key, c_fingerprint, c_entry_id, c_kind, c_business_on, c_debit, c_credit, c_amount, NULL);
            INSERT INTO captures (municipality, hold_id, receipt_id, entry_id, merchant_id, amount_yen, expense, captured_at, business_on)
            SELECT p_municipality, c.hold, c.receipt, c.entry_id, c.merchant, c.amount, 'tuition', p_now, c.business_on
            FROM unnest(c_debit, p_receipt, c_entry_id, p_merchant, c_amount, c_business_on) AS c (hold, receipt, entry_id, merchant, amount, business_on);
        END $$;
        GRANT EXECUTE ON FUNCTION redeem_raw TO hagukumi_program;
        ",
    )
    .execute(owner)
    .await?;
    Ok(())
}

/// Writes postings of one transfer each from a guarded account to one without a guard, in one call.
pub(super) async fn post_raw(
    connection: &mut PgConnection,
    municipality: Municipality,
    now: Instant,
    postings: impl Iterator<Item = &Posting>,
) -> Result<(), Failure> {
    let call = sqlx::query("SELECT post_raw($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL)").bind(municipality.code()).bind(now);
    bind(call, postings).execute(connection).await?;
    Ok(())
}

/// A hold and its capture, each a posting of one transfer.
pub(super) struct Redemption {
    pub(super) family: FamilyId,
    pub(super) merchant: MerchantId,
    pub(super) receipt: Uuid,
    pub(super) digest: [u8; 32],
    pub(super) hold: Posting,
    pub(super) capture: Posting,
}

/// Writes holds and their captures in one call.
pub(super) async fn redeem_raw(connection: &mut PgConnection, municipality: Municipality, now: Instant, redemptions: &[&Redemption]) -> Result<(), Failure> {
    let sql = "SELECT redeem_raw($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)";
    let call = sqlx::query(sql).bind(municipality.code()).bind(now);
    let call = bind(call, redemptions.iter().map(|one| &one.hold));
    let call = bind(call, redemptions.iter().map(|one| &one.capture));
    call.bind(redemptions.iter().map(|one| one.family.uuid()).collect::<Vec<_>>())
        .bind(redemptions.iter().map(|one| one.merchant.uuid()).collect::<Vec<_>>())
        .bind(redemptions.iter().map(|one| one.receipt).collect::<Vec<_>>())
        .bind(redemptions.iter().map(|one| one.digest.to_vec()).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}

/// Binds the columns of postings of one transfer each.
fn bind<'a>(call: Query<'a, Postgres, PgArguments>, postings: impl Iterator<Item = &'a Posting>) -> Query<'a, Postgres, PgArguments> {
    let (mut actors, mut keys, mut fingerprints, mut entries) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut kinds, mut days, mut debits, mut credits, mut amounts) = (Vec::new(), Vec::new(), Vec::<Uuid>::new(), Vec::<Uuid>::new(), Vec::new());
    for posting in postings {
        actors.push(posting.command.actor.to_string());
        keys.push(posting.command.key.as_str());
        fingerprints.push(posting.command.fingerprint.as_slice());
        entries.push(posting.entry.uuid());
        kinds.push(posting.draft.event.as_str());
        days.push(posting.draft.business_on);
        for transfer in &posting.draft.transfers {
            debits.push(transfer.debit.uuid());
            credits.push(transfer.credit.uuid());
            amounts.push(transfer.amount.get());
        }
    }
    call.bind(actors).bind(keys).bind(fingerprints).bind(entries).bind(kinds).bind(days).bind(debits).bind(credits).bind(amounts)
}

/// How many entries families asked for.
pub(super) async fn count_entries_of_families(owner: &PgPool) -> anyhow::Result<i64> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM entries WHERE starts_with(actor, 'family:')").fetch_one(owner).await?)
}

/// How many receipts there are.
pub(super) async fn count_receipts(owner: &PgPool) -> anyhow::Result<i64> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM captures").fetch_one(owner).await?)
}

/// Payments from own money in one call: so that no single statement becomes too large.
const FILL_CHUNK: i64 = 250_000;

/// Writes earlier payments: `transfers` transfers, two for each, from the families' own money to the merchants, spread over the last two weeks.
/// What they spent was loaded in one entry for each chunk. The books prove themselves as if all had been posted.
pub(super) async fn fill(owner: &PgPool, municipality: Municipality, now: Instant, transfers: usize) -> anyhow::Result<()> {
    let payments = i64::try_from(transfers / 2)?;
    sqlx::raw_sql(FILL).execute(owner).await?;
    let mut done: i64 = 0;
    while done < payments {
        let chunk = FILL_CHUNK.min(payments.saturating_sub(done));
        let mut tx = owner.begin().await?;
        sqlx::query("SELECT bench_fill($1, $2, $3, $4, $5)")
            .bind(municipality.code())
            .bind(now)
            .bind(done)
            .bind(chunk)
            .bind(payments)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        done = done.saturating_add(chunk);
    }
    Ok(())
}

const FILL: &str = r"
CREATE FUNCTION bench_uuid(p_at timestamptz, p_purpose integer, p_number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM p_at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(p_purpose), 3, '0') || '8' || lpad(to_hex(p_number), 15, '0'))::uuid
$$;
CREATE FUNCTION bench_fill(p_municipality integer, p_now timestamptz, p_first bigint, p_count bigint, p_all bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_entry uuid := bench_uuid(p_now, 9, p_first);
BEGIN
    DROP TABLE IF EXISTS filling, bench_own, bench_desks;
    CREATE TEMPORARY TABLE bench_own AS
        SELECT a.account_id, a.owner_id, row_number() OVER (ORDER BY a.account_id) - 1 AS number FROM accounts a
        WHERE a.municipality = p_municipality AND a.kind = 'own_money';
    CREATE TEMPORARY TABLE bench_desks AS
        SELECT a.account_id, a.owner_id, row_number() OVER (ORDER BY a.account_id) - 1 AS number FROM accounts a
        WHERE a.municipality = p_municipality AND a.kind = 'merchant_payable';
    CREATE TEMPORARY TABLE filling AS
        SELECT f.number, f.at, bench_uuid(f.at, 1, f.number) AS hold_id, bench_uuid(f.at, 2, f.number) AS held, bench_uuid(f.at, 3, f.number) AS captured,
               bench_uuid(f.at, 4, f.number) AS receipt, o.account_id AS own, o.owner_id AS family, d.account_id AS payable, d.owner_id AS merchant,
               (f.at AT TIME ZONE 'Asia/Tokyo')::date AS on_day
        FROM (
            SELECT n AS number, p_now - interval '4 days' + interval '3 days' * (n::float8 / p_all) AS at
            FROM generate_series(p_first, p_first + p_count - 1) AS n
        ) f
        JOIN bench_own o ON o.number = (f.number * 7919) % (SELECT count(*) FROM bench_own)
        JOIN bench_desks d ON d.number = f.number % (SELECT count(*) FROM bench_desks)
        ORDER BY f.number;
    ANALYZE filling;

    INSERT INTO commands SELECT p_municipality, 'job:fill', 'load-' || p_first, sha256('x'), v_entry;
    INSERT INTO entries (municipality, entry_id, kind, business_on, period, posted_at, actor, command_key)
    SELECT p_municipality, v_entry, 'top_up', on_day, extract(year FROM on_day)::integer * 100 + extract(month FROM on_day)::integer, p_now, 'job:fill', 'load-' || p_first
    FROM filling ORDER BY number LIMIT 1;
    INSERT INTO seal_queue VALUES (p_municipality, v_entry, p_now);
    INSERT INTO transfers
    SELECT p_municipality, v_entry, row_number() OVER (ORDER BY f.own) - 1, (SELECT account_id FROM accounts WHERE municipality = p_municipality AND kind = 'bank'), f.own, f.amount
    FROM (SELECT own, 10 * count(*) AS amount FROM filling GROUP BY own) f;

    INSERT INTO commands SELECT p_municipality, 'family:fam_' || replace(family::text, '-', ''), 'fill-hold-' || number, sha256(number::text::bytea), held FROM filling;
    INSERT INTO commands SELECT p_municipality, 'merchant:mrc_' || replace(merchant::text, '-', ''), 'fill-capture-' || number, sha256(number::text::bytea), captured FROM filling;
    INSERT INTO entries (municipality, entry_id, kind, business_on, period, posted_at, actor, command_key)
    SELECT p_municipality, e.id, e.kind, f.on_day, extract(year FROM f.on_day)::integer * 100 + extract(month FROM f.on_day)::integer, f.at, e.actor, e.key
    FROM filling f,
    LATERAL (VALUES (f.held, 'hold', 'family:fam_' || replace(f.family::text, '-', ''), 'fill-hold-' || f.number),
                    (f.captured, 'capture', 'merchant:mrc_' || replace(f.merchant::text, '-', ''), 'fill-capture-' || f.number)) AS e (id, kind, actor, key)
    ORDER BY f.number;
    INSERT INTO seal_queue SELECT p_municipality, e.id, f.at FROM filling f, LATERAL (VALUES (f.held), (f.captured)) AS e (id);
    INSERT INTO accounts (municipality, account_id, kind, unit, guarded) SELECT p_municipality, hold_id, 'hold', 'yen', true FROM filling ORDER BY number;
    INSERT INTO guarded_balances (municipality, account_id, unit, balance, closes_at)
    SELECT p_municipality, hold_id, 'yen', 0, at + interval '10 minutes' FROM filling ORDER BY number;
    INSERT INTO transfers SELECT p_municipality, held, 0, own, hold_id, 10 FROM filling ORDER BY number;
    INSERT INTO transfers SELECT p_municipality, captured, 0, hold_id, payable, 10 FROM filling ORDER BY number;
    INSERT INTO holds (municipality, hold_id, entry_id, family_id, merchant_id, expense, amount_yen, code_digest, held_at, expires_at)
    SELECT p_municipality, hold_id, held, family, merchant, 'tuition', 10, sha256(hold_id::text::bytea), at, at + interval '10 minutes' FROM filling ORDER BY number;
    INSERT INTO captures (municipality, hold_id, receipt_id, entry_id, merchant_id, amount_yen, expense, captured_at, business_on)
    SELECT p_municipality, hold_id, receipt, captured, merchant, 10, 'tuition', at, on_day FROM filling ORDER BY number;
    INSERT INTO account_deltas SELECT p_municipality, payable, 0, 10 * count(*) FROM filling GROUP BY payable;
    INSERT INTO account_deltas
    SELECT p_municipality, account_id, 10 * p_count, 0 FROM accounts WHERE municipality = p_municipality AND kind = 'bank';
END $$;
";

/// Copies what a grant run has written, table by table, into tables with the same indexes and checks.
pub(super) async fn copy_grants(owner: &PgPool) -> anyhow::Result<()> {
    sqlx::raw_sql(
        r"
        BEGIN;
        CREATE TABLE bare_accounts (LIKE accounts INCLUDING ALL);
        CREATE TABLE bare_balances (LIKE guarded_balances INCLUDING ALL);
        CREATE TABLE bare_entitlements (LIKE entitlements INCLUDING ALL);
        CREATE TABLE bare_transfers (LIKE transfers INCLUDING ALL);
        INSERT INTO bare_accounts SELECT * FROM accounts WHERE kind = 'entitlement';
        INSERT INTO bare_balances SELECT b.* FROM guarded_balances b JOIN entitlements e ON e.municipality = b.municipality AND e.entitlement_id = b.account_id;
        INSERT INTO bare_entitlements SELECT * FROM entitlements;
        INSERT INTO bare_transfers SELECT t.* FROM transfers t JOIN entries e USING (municipality, entry_id) WHERE e.kind = 'grant';
        COMMIT;
        ",
    )
    .execute(owner)
    .await?;
    Ok(())
}

/// The aggregates of a close by bare statements, and their rows: takings and analyses of each merchant, turnover of each account and of each kind.
pub(super) async fn copy_close(owner: &PgPool, municipality: Municipality) -> anyhow::Result<()> {
    sqlx::raw_sql(
        r"
        CREATE TABLE bare_statements (LIKE statements INCLUDING ALL);
        CREATE TABLE bare_analyses (LIKE statement_analyses INCLUDING ALL);
        CREATE TABLE bare_turnovers (municipality integer, account_id uuid, debit bigint, credit bigint);
        CREATE TABLE bare_lines (municipality integer, kind text, unit text, debit bigint, credit bigint);
        ",
    )
    .execute(owner)
    .await?;
    let statements = [
        r"INSERT INTO bare_statements (municipality, statement_id, merchant_id, month, first_on, last_on, receipts, gross_yen, refunded_yen, net_yen, state, drawn_at)
          SELECT municipality, min(receipt_id::text)::uuid, merchant_id, 202605, min(business_on), max(business_on), count(*), sum(amount_yen), 0, sum(amount_yen), 'drawn', max(captured_at)
          FROM captures WHERE municipality = $1 GROUP BY municipality, merchant_id",
        r"INSERT INTO bare_analyses (municipality, statement_id, scheme_id, fiscal_year, amount_yen)
          SELECT $1, s.statement_id, p.scheme_id, p.fiscal_year, p.amount
          FROM (
              SELECT c.merchant_id, a.scheme_id, a.fiscal_year, sum(t.amount) AS amount
              FROM captures c
              JOIN holds h USING (municipality, hold_id)
              JOIN transfers t ON t.municipality = c.municipality AND t.entry_id = h.entry_id AND t.credit_account_id = c.hold_id
              JOIN accounts a ON a.municipality = c.municipality AND a.account_id = t.debit_account_id
              WHERE c.municipality = $1 GROUP BY c.merchant_id, a.scheme_id, a.fiscal_year
          ) p
          JOIN statements s USING (merchant_id)",
        r"INSERT INTO bare_turnovers SELECT municipality, account_id, sum(debit), sum(credit) FROM postings WHERE municipality = $1 GROUP BY municipality, account_id",
        r"INSERT INTO bare_lines
          SELECT a.municipality, a.kind, a.unit, sum(p.debit), sum(p.credit) FROM postings p JOIN accounts a USING (municipality, account_id)
          WHERE p.municipality = $1 GROUP BY a.municipality, a.kind, a.unit",
    ];
    for statement in statements {
        sqlx::query(statement).bind(municipality.code()).execute(owner).await?;
    }
    Ok(())
}
