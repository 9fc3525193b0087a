//! All SQL of remittances.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::plan::{Line, PayeeKind, Stop};
use super::state::{Life, State};
use super::{DetailRow, Remittance};
use crate::Tx;
use crate::error::Failure;
use crate::ids::{AccountId, EntryId, MerchantId, Municipality, RemittanceId};
use crate::merchant::state::Act;
use crate::money::Yen;
use crate::statement::repo::month_of;
use crate::time::{Instant, Month};

/// Lets one run at a time prepare, match or close in a city: the others wait, and then see what it did.
pub async fn lock_month_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<(), Failure> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1, 2)", municipality.code()).execute(&mut **tx).await?;
    Ok(())
}

/// The remittance that is on its way to the bank, if there is one.
pub async fn find_open_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<RemittanceId>, Failure> {
    let id = sqlx::query_scalar!(
        "SELECT remittance_id FROM remittances WHERE municipality = $1 AND state IN ('prepared', 'approved', 'built')",
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(id.map(RemittanceId::new))
}

/// What a merchant is due, and the account in force.
pub struct MerchantDue {
    /// The merchant.
    pub merchant: Uuid,
    /// Approved nets less what was paid and netted.
    pub amount: i64,
    /// Why it is suspended.
    pub suspended: Option<String>,
    /// Number, sealed account, index, approval, last return.
    pub account: Option<StoredAccount>,
}

/// A payee's account as stored.
pub struct StoredAccount {
    /// Which of the payee's accounts.
    pub number: i32,
    /// The account, sealed.
    pub sealed: Vec<u8>,
    /// When it was approved or imported.
    pub approved_at: Instant,
    /// From which day a family's account holds: part of the place for which it was sealed.
    pub since_on: Option<NaiveDate>,
}

/// What each merchant is due, by merchant: approved statements less what live parts and nettings have paid.
pub async fn list_merchant_dues_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Vec<MerchantDue>, Failure> {
    let rows = sqlx::query!(
        r#"
        WITH moved AS (
            SELECT merchant_id, net_yen AS amount FROM statements WHERE municipality = $1 AND state = 'approved'
            UNION ALL
            SELECT payee_id, -amount_yen FROM remittance_parts WHERE municipality = $1 AND payee_kind = 'merchant' AND live
            UNION ALL
            SELECT merchant_id, -amount_yen FROM nettings WHERE municipality = $1
        ), due AS (
            SELECT merchant_id, sum(amount)::bigint AS amount FROM moved GROUP BY merchant_id HAVING sum(amount) <> 0
        )
        SELECT d.merchant_id AS "merchant_id!", d.amount AS "amount!", m.suspended_because,
               a.number AS "number?", a.sealed AS "sealed?", a.approved_at AS "approved_at?"
        FROM due d
        JOIN merchants m ON m.municipality = $1 AND m.merchant_id = d.merchant_id
        LEFT JOIN LATERAL (
            SELECT number, sealed, approved_at FROM merchant_bank_accounts
            WHERE municipality = $1 AND merchant_id = d.merchant_id AND approved_at IS NOT NULL
            ORDER BY number DESC
            LIMIT 1
        ) a ON true
        ORDER BY m.kana, d.merchant_id
        "#,
        municipality.code()
    )
    .fetch_all(&mut **tx)
    .await?;
    let account = |number: Option<i16>, sealed: Option<Vec<u8>>, approved_at: Option<Instant>| {
        number.zip(sealed).zip(approved_at).map(|((number, sealed), approved_at)| StoredAccount { number: number.into(), sealed, approved_at, since_on: None })
    };
    Ok(rows
        .into_iter()
        .map(|row| MerchantDue {
            merchant: row.merchant_id,
            amount: row.amount,
            suspended: row.suspended_because,
            account: account(row.number, row.sealed, row.approved_at),
        })
        .collect())
}

/// What each family is owed by the books, and its account in force on `on`, by family.
pub async fn list_family_dues_in_tx(tx: &mut Tx<'_>, municipality: Municipality, on: NaiveDate) -> Result<Vec<(Uuid, i64, Option<StoredAccount>)>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT p.owner_id AS "family_id!", (t.credit - t.debit) AS "amount!", a.roster_number AS "number?", a.account AS "sealed?", a.started_at AS "approved_at?",
               a.since_on AS "since_on?"
        FROM accounts p
        JOIN stored_turnovers t ON t.municipality = p.municipality AND t.account_id = p.account_id
        LEFT JOIN LATERAL (
            SELECT b.roster_number, b.account, b.since_on, r.started_at
            FROM family_bank_accounts b
            JOIN rosters r USING (municipality, roster_number)
            WHERE b.municipality = $1 AND b.family_id = p.owner_id AND b.since_on <= $2
            ORDER BY b.since_on DESC, b.roster_number DESC
            LIMIT 1
        ) a ON true
        WHERE p.municipality = $1 AND p.kind = 'family_payable' AND t.credit <> t.debit
        ORDER BY p.owner_id
        "#,
        municipality.code(),
        on
    )
    .fetch_all(&mut **tx)
    .await?;
    let due = rows.into_iter().map(|row| {
        let account = row.number.zip(row.sealed).zip(row.approved_at);
        let account = account.map(|((number, sealed), approved_at)| StoredAccount { number, sealed, approved_at, since_on: row.since_on });
        (row.family_id, row.amount, account)
    });
    Ok(due.collect())
}

/// Credits − debits of these accounts; one that never moved is missing.
pub async fn list_balances_in_tx(tx: &mut Tx<'_>, municipality: Municipality, accounts: &[AccountId]) -> Result<BTreeMap<AccountId, Yen>, Failure> {
    let ids: Vec<_> = accounts.iter().map(|id| id.uuid()).collect();
    let rows = sqlx::query!(
        r#"
        SELECT account_id AS "account_id!", (credit - debit) AS "balance!"
        FROM stored_turnovers
        WHERE municipality = $1 AND account_id = ANY ($2)
        "#,
        municipality.code(),
        &ids
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (AccountId::new(row.account_id), Yen::new(row.balance))).collect())
}

/// When a payout to each of these accounts came back last; an account that never did is missing.
pub async fn list_returns_in_tx(tx: &mut Tx<'_>, municipality: Municipality, indexes: &[[u8; 32]]) -> Result<BTreeMap<Vec<u8>, Instant>, Failure> {
    let indexes: Vec<_> = indexes.iter().map(|index| index.to_vec()).collect();
    let rows = sqlx::query!(
        r#"
        SELECT blind_index, max(returned_at) AS "returned_at!"
        FROM remittance_lines
        WHERE municipality = $1 AND blind_index = ANY ($2) AND returned_at IS NOT NULL
        GROUP BY blind_index
        "#,
        municipality.code(),
        &indexes
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.blind_index, row.returned_at)).collect())
}

/// Merchants whose newest recorded word is that they consent to netting.
pub async fn list_consenting_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Vec<Uuid>, Failure> {
    let merchants = sqlx::query_scalar!(
        r#"
        SELECT merchant_id
        FROM (
            SELECT DISTINCT ON (merchant_id) merchant_id, consents
            FROM netting_consents
            WHERE municipality = $1
            ORDER BY merchant_id, recorded_at DESC
        ) newest
        WHERE consents
        ORDER BY merchant_id
        "#,
        municipality.code()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(merchants)
}

/// Records what was netted.
pub async fn insert_nettings_in_tx(tx: &mut Tx<'_>, municipality: Municipality, entry: EntryId, kept: &[(Uuid, Yen)], netted: &Act) -> Result<(), Failure> {
    let merchants: Vec<_> = kept.iter().map(|(merchant, _)| *merchant).collect();
    let amounts: Vec<_> = kept.iter().map(|(_, amount)| amount.get()).collect();
    sqlx::query!(
        r#"
        INSERT INTO nettings (municipality, merchant_id, entry_id, amount_yen, netted_at, netted_by)
        SELECT $1, n.merchant_id, $2, n.amount, $3, $4 FROM unnest($5::uuid[], $6::bigint[]) AS n (merchant_id, amount)
        "#,
        municipality.code(),
        entry.uuid(),
        netted.at,
        netted.by,
        &merchants,
        &amounts
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A remittance as it is prepared.
pub struct NewRemittance<'a> {
    /// Its id.
    pub id: RemittanceId,
    /// The last statement month in it.
    pub month: Month,
    /// 振込指定日.
    pub pay_on: NaiveDate,
    /// The sum of the lines.
    pub total: Yen,
    /// Its lines.
    pub lines: &'a [Line],
    /// Who was due and is not paid.
    pub stops: &'a [Stop],
    /// Who prepared it.
    pub prepared: Act,
}

/// Inserts a prepared remittance with its lines, parts, statements and stops.
pub async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, new: &NewRemittance<'_>) -> Result<(), Failure> {
    sqlx::query!(
        r#"
        INSERT INTO remittances (municipality, remittance_id, sequence, month, pay_on, state, lines, total_yen, prepared_at, prepared_by)
        SELECT $1, $2, coalesce(max(sequence), 0) + 1, $3, $4, 'prepared', $5, $6, $7, $8
        FROM remittances
        WHERE municipality = $1
        "#,
        municipality.code(),
        new.id.uuid(),
        new.month.number(),
        new.pay_on,
        i32::try_from(new.lines.len()).unwrap_or(i32::MAX),
        new.total.get(),
        new.prepared.at,
        new.prepared.by
    )
    .execute(&mut **tx)
    .await?;
    insert_lines_in_tx(tx, municipality, new).await?;
    insert_parts_in_tx(tx, municipality, new).await?;
    insert_stops_in_tx(tx, municipality, new).await
}

async fn insert_lines_in_tx(tx: &mut Tx<'_>, municipality: Municipality, new: &NewRemittance<'_>) -> Result<(), Failure> {
    let numbers: Vec<_> = new.lines.iter().map(|line| line.number).collect();
    let indexes: Vec<_> = new.lines.iter().map(|line| line.index.to_vec()).collect();
    let kinds: Vec<_> = new.lines.iter().map(|line| line.account_of.kind.as_str().to_owned()).collect();
    let owners: Vec<_> = new.lines.iter().map(|line| line.account_of.owner).collect();
    let accounts: Vec<_> = new.lines.iter().map(|line| line.account_of.number).collect();
    let since: Vec<_> = new.lines.iter().map(|line| line.account_of.since_on).collect();
    let amounts: Vec<_> = new.lines.iter().map(|line| line.amount.get()).collect();
    sqlx::query!(
        r#"
        INSERT INTO remittance_lines
            (municipality, remittance_id, number, blind_index, account_kind, account_owner, account_number, account_since_on, amount_yen)
        SELECT $1, $2, l.*
        FROM unnest($3::integer[], $4::bytea[], $5::text[], $6::uuid[], $7::integer[], $8::date[], $9::bigint[]) AS l
        "#,
        municipality.code(),
        new.id.uuid(),
        &numbers,
        &indexes,
        &kinds,
        &owners,
        &accounts,
        &since as _,
        &amounts
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn insert_parts_in_tx(tx: &mut Tx<'_>, municipality: Municipality, new: &NewRemittance<'_>) -> Result<(), Failure> {
    let parts: Vec<_> = new.lines.iter().flat_map(|line| line.parts.iter().map(move |due| (line.number, due))).collect();
    let numbers: Vec<_> = parts.iter().map(|(number, _)| *number).collect();
    let kinds: Vec<_> = parts.iter().map(|(_, due)| due.kind.as_str().to_owned()).collect();
    let payees: Vec<_> = parts.iter().map(|(_, due)| due.payee).collect();
    let payables: Vec<_> = parts.iter().map(|(_, due)| due.payable.uuid()).collect();
    let amounts: Vec<_> = parts.iter().map(|(_, due)| due.amount.get()).collect();
    sqlx::query!(
        r#"
        INSERT INTO remittance_parts (municipality, remittance_id, number, payee_kind, payee_id, account_id, amount_yen, live)
        SELECT $1, $2, p.*, true
        FROM unnest($3::integer[], $4::text[], $5::uuid[], $6::uuid[], $7::bigint[]) AS p
        "#,
        municipality.code(),
        new.id.uuid(),
        &numbers,
        &kinds,
        &payees,
        &payables,
        &amounts
    )
    .execute(&mut **tx)
    .await?;
    // Every approved statement of a paid merchant that no live payout covers.
    sqlx::query!(
        r#"
        INSERT INTO remittance_statements (municipality, remittance_id, number, statement_id, live)
        SELECT $1, $2, p.number, s.statement_id, true
        FROM remittance_parts p
        JOIN statements s ON s.municipality = $1 AND s.merchant_id = p.payee_id AND s.state = 'approved'
        WHERE p.municipality = $1 AND p.remittance_id = $2 AND p.payee_kind = 'merchant'
          AND NOT EXISTS (SELECT FROM remittance_statements o WHERE o.municipality = $1 AND o.statement_id = s.statement_id AND o.live)
        "#,
        municipality.code(),
        new.id.uuid()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn insert_stops_in_tx(tx: &mut Tx<'_>, municipality: Municipality, new: &NewRemittance<'_>) -> Result<(), Failure> {
    let kinds: Vec<_> = new.stops.iter().map(|stop| stop.kind.as_str().to_owned()).collect();
    let payees: Vec<_> = new.stops.iter().map(|stop| stop.payee).collect();
    let amounts: Vec<_> = new.stops.iter().map(|stop| stop.amount.get()).collect();
    let reasons: Vec<_> = new.stops.iter().map(|stop| stop.reason.to_owned()).collect();
    let details: Vec<_> = new.stops.iter().map(|stop| stop.detail.clone()).collect();
    sqlx::query!(
        r#"
        INSERT INTO remittance_stops (municipality, remittance_id, payee_kind, payee_id, amount_yen, reason, detail)
        SELECT $1, $2, s.* FROM unnest($3::text[], $4::uuid[], $5::bigint[], $6::text[], $7::text[]) AS s
        "#,
        municipality.code(),
        new.id.uuid(),
        &kinds,
        &payees,
        &amounts,
        &reasons,
        &details
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Locks a remittance; answers what it is and where it stands, if there is one.
pub async fn lock_in_tx(tx: &mut Tx<'_>, municipality: Municipality, remittance: RemittanceId) -> Result<Option<(Remittance, Life)>, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT sequence, month, pay_on, state, lines, total_yen, prepared_at, prepared_by, approved_at, approved_by,
               built_at, built_by, file_sha256, sent_at, sent_by, sent_entry_id
        FROM remittances
        WHERE municipality = $1 AND remittance_id = $2
        FOR UPDATE
        "#,
        municipality.code(),
        remittance.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let act = |at: Option<Instant>, by: Option<String>| at.zip(by).map(|(at, by)| Act { at, by });
    let digest = row.file_sha256.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let acts = (act(row.approved_at, row.approved_by), act(row.built_at, row.built_by).zip(digest), act(row.sent_at, row.sent_by).zip(row.sent_entry_id));
    let state = match (row.state.as_str(), acts) {
        ("prepared", (None, None, None)) => State::Prepared,
        ("approved", (Some(approved), None, None)) => State::Approved { approved },
        ("built", (Some(approved), Some((built, file_sha256)), None)) => State::Built { approved, built, file_sha256 },
        ("sent", (Some(approved), Some((built, file_sha256)), Some((sent, entry)))) => {
            State::Sent { approved, built, file_sha256, sent, entry: EntryId::new(entry) }
        }
        ("confirmed", (Some(_), Some((built, file_sha256)), Some(_))) => State::Confirmed { file_sha256, built },
        ("cancelled", (_, _, None)) => State::Cancelled,
        (name, _) => return Err(Failure::inconsistent("remittances", format!("{remittance} is {name} with other columns"))),
    };
    let shown = Remittance {
        id: remittance,
        sequence: row.sequence,
        month: month_of(row.month)?,
        pay_on: row.pay_on,
        state: row.state,
        lines: row.lines,
        total: Yen::new(row.total_yen),
    };
    Ok(Some((shown, Life { prepared: Act { at: row.prepared_at, by: row.prepared_by }, state })))
}

/// Writes the state that a locked remittance has come to.
pub async fn mark_state_in_tx(tx: &mut Tx<'_>, municipality: Municipality, remittance: RemittanceId, state: &State, act: &Act) -> Result<(), Failure> {
    let (digest, entry) = match state {
        State::Built { file_sha256, .. } => (Some(file_sha256.to_vec()), None),
        State::Sent { file_sha256, entry, .. } => (Some(file_sha256.to_vec()), Some(entry.uuid())),
        State::Prepared | State::Approved { .. } | State::Confirmed { .. } | State::Cancelled => (None, None),
    };
    let marked = sqlx::query!(
        r#"
        UPDATE remittances
        SET state = $3,
            approved_at = CASE WHEN $3 = 'approved' THEN $4 ELSE approved_at END, approved_by = CASE WHEN $3 = 'approved' THEN $5 ELSE approved_by END,
            built_at = CASE WHEN $3 = 'built' THEN $4 ELSE built_at END, built_by = CASE WHEN $3 = 'built' THEN $5 ELSE built_by END,
            file_sha256 = coalesce($6, file_sha256),
            sent_at = CASE WHEN $3 = 'sent' THEN $4 ELSE sent_at END, sent_by = CASE WHEN $3 = 'sent' THEN $5 ELSE sent_by END,
            sent_entry_id = coalesce($7, sent_entry_id),
            ended_at = CASE WHEN $3 IN ('confirmed', 'cancelled') THEN $4 END, ended_by = CASE WHEN $3 IN ('confirmed', 'cancelled') THEN $5 END
        WHERE municipality = $1 AND remittance_id = $2
        "#,
        municipality.code(),
        remittance.uuid(),
        state.as_str(),
        act.at,
        act.by,
        digest,
        entry
    )
    .execute(&mut **tx)
    .await?;
    if marked.rows_affected() == 1 { Ok(()) } else { Err(Failure::inconsistent("remittances", format!("{remittance} did not change"))) }
}

/// Marks parts and statements as no longer paid: of one line that came back, or of all lines of a cancelled remittance.
pub async fn mark_not_live_in_tx(tx: &mut Tx<'_>, municipality: Municipality, remittance: RemittanceId, number: Option<i32>) -> Result<(), Failure> {
    sqlx::query!(
        "UPDATE remittance_parts SET live = false WHERE municipality = $1 AND remittance_id = $2 AND ($3::integer IS NULL OR number = $3)",
        municipality.code(),
        remittance.uuid(),
        number
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "UPDATE remittance_statements SET live = false WHERE municipality = $1 AND remittance_id = $2 AND ($3::integer IS NULL OR number = $3)",
        municipality.code(),
        remittance.uuid(),
        number
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The first merchant, by id, that is paid by this remittance and is suspended.
pub async fn find_suspended_in_tx(tx: &mut Tx<'_>, municipality: Municipality, remittance: RemittanceId) -> Result<Option<MerchantId>, Failure> {
    let merchant = sqlx::query_scalar!(
        r#"
        SELECT m.merchant_id
        FROM remittance_parts p
        JOIN merchants m ON m.municipality = p.municipality AND m.merchant_id = p.payee_id
        WHERE p.municipality = $1 AND p.remittance_id = $2 AND p.payee_kind = 'merchant' AND m.state <> 'approved'
        ORDER BY m.merchant_id
        LIMIT 1
        "#,
        municipality.code(),
        remittance.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(merchant.map(MerchantId::new))
}

/// A line as it goes into the file.
pub struct FileLine {
    /// 顧客コード1.
    pub number: i32,
    /// Whose account.
    pub kind: PayeeKind,
    /// Whose account.
    pub owner: Uuid,
    /// The account.
    pub account: StoredAccount,
    /// The amount.
    pub amount: Yen,
    /// Whether an earlier file paid to this account.
    pub known: bool,
}

/// The lines of a remittance with their sealed accounts, by number: all, or one.
pub async fn list_file_lines_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    remittance: RemittanceId,
    number: Option<i32>,
) -> Result<Vec<FileLine>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT l.number, l.account_kind, l.account_owner, l.account_number, l.amount_yen, coalesce(m.sealed, f.account) AS sealed,
               coalesce(m.approved_at, r.prepared_at) AS "approved_at!", f.since_on AS "since_on?",
               EXISTS (
                   SELECT FROM remittance_lines o
                   JOIN remittances e ON e.municipality = o.municipality AND e.remittance_id = o.remittance_id
                   WHERE o.municipality = $1 AND o.blind_index = l.blind_index AND e.sequence < r.sequence AND e.state IN ('sent', 'confirmed')
               ) AS "known!"
        FROM remittance_lines l
        JOIN remittances r USING (municipality, remittance_id)
        LEFT JOIN merchant_bank_accounts m
            ON l.account_kind = 'merchant' AND m.municipality = l.municipality AND m.merchant_id = l.account_owner AND m.number = l.account_number
        LEFT JOIN family_bank_accounts f
            ON l.account_kind = 'family' AND f.municipality = l.municipality AND f.family_id = l.account_owner AND f.roster_number = l.account_number
           AND f.since_on = l.account_since_on
        WHERE l.municipality = $1 AND l.remittance_id = $2 AND ($3::integer IS NULL OR l.number = $3)
        ORDER BY l.number
        "#,
        municipality.code(),
        remittance.uuid(),
        number
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let wrong = || Failure::inconsistent("remittance_lines", format!("line {} of {remittance} has no account", row.number));
            let sealed = row.sealed.ok_or_else(wrong)?;
            Ok(FileLine {
                number: row.number,
                kind: PayeeKind::parse(&row.account_kind).ok_or_else(wrong)?,
                owner: row.account_owner,
                account: StoredAccount { number: row.account_number, sealed, approved_at: row.approved_at, since_on: row.since_on },
                amount: Yen::new(row.amount_yen),
                known: row.known,
            })
        })
        .collect()
}

/// The live parts of a remittance, by line and payee: payable and amount. Of one line, or of all.
pub async fn list_parts_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    remittance: RemittanceId,
    number: Option<i32>,
) -> Result<Vec<crate::events::payout::Part>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT account_id, amount_yen FROM remittance_parts
        WHERE municipality = $1 AND remittance_id = $2 AND live AND ($3::integer IS NULL OR number = $3)
        ORDER BY number, payee_id
        "#,
        municipality.code(),
        remittance.uuid(),
        number
    )
    .fetch_all(&mut **tx)
    .await?;
    let part = |account, amount| crate::events::payout::Part { payable: AccountId::new(account), amount: Yen::new(amount) };
    Ok(rows.into_iter().map(|row| part(row.account_id, row.amount_yen)).collect())
}

/// Remittances, newest first.
pub async fn list_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Vec<Remittance>, Failure> {
    let rows = sqlx::query!(
        "SELECT remittance_id, sequence, month, pay_on, state, lines, total_yen FROM remittances WHERE municipality = $1 ORDER BY sequence DESC",
        municipality.code()
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Remittance {
                id: RemittanceId::new(row.remittance_id),
                sequence: row.sequence,
                month: month_of(row.month)?,
                pay_on: row.pay_on,
                state: row.state,
                lines: row.lines,
                total: Yen::new(row.total_yen),
            })
        })
        .collect()
}

/// What each line pays, by line and payee.
pub async fn list_detail_in_tx(tx: &mut Tx<'_>, municipality: Municipality, remittance: RemittanceId) -> Result<Vec<DetailRow>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT p.number, p.payee_kind, p.payee_id, m.name AS "name?", p.amount_yen, l.returned_at IS NOT NULL AS "returned!",
               (SELECT coalesce(sum(s.receipts), 0)::bigint
                FROM remittance_statements rs
                JOIN statements s USING (municipality, statement_id)
                WHERE rs.municipality = p.municipality AND rs.remittance_id = p.remittance_id AND rs.number = p.number AND s.merchant_id = p.payee_id
               ) AS "receipts!"
        FROM remittance_parts p
        JOIN remittance_lines l USING (municipality, remittance_id, number)
        LEFT JOIN merchants m ON p.payee_kind = 'merchant' AND m.municipality = p.municipality AND m.merchant_id = p.payee_id
        WHERE p.municipality = $1 AND p.remittance_id = $2
        ORDER BY p.number, p.payee_id
        "#,
        municipality.code(),
        remittance.uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind = PayeeKind::parse(&row.payee_kind).ok_or_else(|| Failure::inconsistent("remittance_parts", row.payee_kind))?;
            Ok(DetailRow {
                line: row.number,
                kind,
                payee: row.payee_id,
                name: row.name,
                receipts: row.receipts,
                amount: Yen::new(row.amount_yen),
                returned: row.returned,
            })
        })
        .collect()
}

/// The stop list of a remittance: kind, payee, amount, code, detail; by payee.
pub async fn list_stops_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    remittance: RemittanceId,
) -> Result<Vec<(String, Uuid, Yen, String, String)>, Failure> {
    let rows = sqlx::query!(
        "SELECT payee_kind, payee_id, amount_yen, reason, detail FROM remittance_stops WHERE municipality = $1 AND remittance_id = $2 ORDER BY payee_id",
        municipality.code(),
        remittance.uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.payee_kind, row.payee_id, Yen::new(row.amount_yen), row.reason, row.detail)).collect())
}

/// Marks a line as returned, once.
pub async fn mark_returned_in_tx(tx: &mut Tx<'_>, municipality: Municipality, line: (RemittanceId, i32), reason: &str, now: Instant) -> Result<(), Failure> {
    let marked = sqlx::query!(
        r#"
        UPDATE remittance_lines SET returned_at = $4, return_reason = $5
        WHERE municipality = $1 AND remittance_id = $2 AND number = $3 AND returned_at IS NULL
        "#,
        municipality.code(),
        line.0.uuid(),
        line.1,
        now,
        reason
    )
    .execute(&mut **tx)
    .await?;
    if marked.rows_affected() == 1 { Ok(()) } else { Err(Failure::inconsistent("remittance_lines", "a line came back twice")) }
}

/// The amount of a line that was sent and has not come back, if it is one.
pub async fn find_paid_amount_in_tx(tx: &mut Tx<'_>, municipality: Municipality, remittance: RemittanceId, number: i32) -> Result<Option<Yen>, Failure> {
    let amount = sqlx::query_scalar!(
        r#"
        SELECT l.amount_yen
        FROM remittance_lines l
        JOIN remittances r USING (municipality, remittance_id)
        WHERE l.municipality = $1 AND l.remittance_id = $2 AND l.number = $3 AND l.returned_at IS NULL AND r.state IN ('sent', 'confirmed')
        "#,
        municipality.code(),
        remittance.uuid(),
        number
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(amount.map(Yen::new))
}
