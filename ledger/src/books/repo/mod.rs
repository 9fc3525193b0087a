//! All SQL of the books. `post_batch` is the only way in; the rest reads.

mod closings;

pub use closings::{Scope, close_through_in_tx, find_closed_through_in_tx, find_open_from_in_tx, lock_runs_in_tx};

use std::collections::BTreeMap;

use sqlx::PgConnection;
use uuid::Uuid;

use super::account::{Kind, Unit};
use super::entry::{Event, Outcome, Posting, Refused, Transfer};
use crate::Tx;
use crate::actor::Command;
use crate::error::Failure;
use crate::ids::{AccountId, EntryId, Municipality};
use crate::money::Yen;
use crate::time::Instant;

/// The postings of a batch, column by column, as `post_batch` takes them.
#[derive(Default)]
struct Columns<'a> {
    actors: Vec<String>,
    keys: Vec<&'a str>,
    fingerprints: Vec<&'a [u8]>,
    entries: Vec<Uuid>,
    events: Vec<&'static str>,
    days: Vec<chrono::NaiveDate>,
    reasons: Vec<Option<&'a str>>,
    reverses: Vec<Option<Uuid>>,
    new_items: Vec<i32>,
    new_accounts: Vec<Uuid>,
    new_kinds: Vec<&'static str>,
    new_units: Vec<&'static str>,
    new_owners: Vec<Option<Uuid>>,
    new_schemes: Vec<Option<&'a str>>,
    new_years: Vec<Option<i16>>,
    new_guarded: Vec<bool>,
    new_opens: Vec<Option<Instant>>,
    new_closes: Vec<Option<Instant>>,
    transfer_items: Vec<i32>,
    positions: Vec<i32>,
    debits: Vec<Uuid>,
    credits: Vec<Uuid>,
    amounts: Vec<i64>,
}

impl<'a> Columns<'a> {
    fn push(&mut self, item: i32, posting: &'a Posting) {
        self.actors.push(posting.command.actor.to_string());
        self.keys.push(&posting.command.key);
        self.fingerprints.push(&posting.command.fingerprint);
        self.entries.push(posting.entry.uuid());
        self.events.push(posting.draft.event.as_str());
        self.days.push(posting.draft.business_on);
        self.reasons.push(posting.draft.reason.as_deref());
        self.reverses.push(posting.draft.reverses.map(EntryId::uuid));
        for opening in &posting.draft.openings {
            self.new_items.push(item);
            self.new_accounts.push(opening.account.id.uuid());
            self.new_kinds.push(opening.account.kind.as_str());
            self.new_units.push(opening.account.unit.as_str());
            self.new_owners.push(opening.account.owner);
            self.new_schemes.push(opening.account.scheme.as_deref());
            self.new_years.push(opening.account.fiscal_year.map(crate::time::FiscalYear::year));
            self.new_guarded.push(opening.guarded);
            self.new_opens.push(opening.opens_at);
            self.new_closes.push(opening.closes_at);
        }
        for (position, transfer) in (0..).zip(&posting.draft.transfers) {
            self.transfer_items.push(item);
            self.positions.push(position);
            self.debits.push(transfer.debit.uuid());
            self.credits.push(transfer.credit.uuid());
            self.amounts.push(transfer.amount.get());
        }
    }
}

/// Posts a batch, each item on its own: a rejected one never sinks another. One round trip, and outside of a database transaction one of its own.
///
/// The caller gives each key at most once in a batch, and no guarded account that one item debits to another.
pub async fn post_batch<'a>(
    connection: &mut PgConnection,
    municipality: Municipality,
    now: Instant,
    postings: impl ExactSizeIterator<Item = &'a Posting>,
) -> Result<Vec<Outcome>, Failure> {
    let items = postings.len();
    if items == 0 {
        return Ok(Vec::new());
    }
    let mut columns = Columns::default();
    for (item, posting) in (1..).zip(postings) {
        columns.push(item, posting);
    }
    let row = sqlx::query!(
        r#"
        SELECT outcomes AS "outcomes!", entry_ids AS "entry_ids!: Vec<Option<Uuid>>"
        FROM post_batch(
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
            $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
            $21, $22, $23, $24, $25)
        "#,
        municipality.code(),
        now,
        &columns.actors,
        &columns.keys as _,
        &columns.fingerprints as _,
        &columns.entries,
        &columns.events as _,
        &columns.days,
        &columns.reasons as _,
        &columns.reverses as _,
        &columns.new_items,
        &columns.new_accounts,
        &columns.new_kinds as _,
        &columns.new_units as _,
        &columns.new_owners as _,
        &columns.new_schemes as _,
        &columns.new_years as _,
        &columns.new_guarded,
        &columns.new_opens as _,
        &columns.new_closes as _,
        &columns.transfer_items,
        &columns.positions,
        &columns.debits,
        &columns.credits,
        &columns.amounts,
    )
    .fetch_one(connection)
    .await?;
    if row.outcomes.len() != items {
        return Err(Failure::inconsistent("post_batch", format!("{} outcomes for {items} postings", row.outcomes.len())));
    }
    row.outcomes.iter().zip(row.entry_ids).map(|(name, entry)| outcome(name, entry)).collect()
}

fn outcome(outcome: &str, entry: Option<Uuid>) -> Result<Outcome, Failure> {
    match (outcome, entry.map(EntryId::new)) {
        ("posted", Some(entry)) => Ok(Outcome::Posted(entry)),
        ("replayed", Some(entry)) => Ok(Outcome::Replayed(entry)),
        (refused, _) => {
            let refused = Refused::parse(refused).ok_or_else(|| Failure::inconsistent("post_batch", format!("outcome {refused}")))?;
            Ok(Outcome::Rejected(refused))
        }
    }
}

/// What became of a command before: its entry, or a conflict; nothing if the key is free.
pub async fn find_command_in_tx(tx: &mut Tx<'_>, municipality: Municipality, command: &Command) -> Result<Option<Outcome>, Failure> {
    let row = sqlx::query!(
        "SELECT fingerprint, entry_id FROM commands WHERE municipality = $1 AND actor = $2 AND key = $3",
        municipality.code(),
        command.actor.to_string(),
        command.key
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| {
        let same = row.fingerprint == command.fingerprint;
        if same { Outcome::Replayed(EntryId::new(row.entry_id)) } else { Outcome::Rejected(Refused::Conflict) }
    }))
}

/// What became of each of these commands before, in their order.
pub async fn list_commands_in_tx(tx: &mut Tx<'_>, municipality: Municipality, commands: &[&Command]) -> Result<Vec<Option<Outcome>>, Failure> {
    let actors: Vec<_> = commands.iter().map(|command| command.actor.to_string()).collect();
    let keys: Vec<_> = commands.iter().map(|command| command.key.clone()).collect();
    let rows = sqlx::query!(
        r#"
        SELECT c.fingerprint AS "fingerprint?", c.entry_id AS "entry_id?"
        FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS i (actor, key, item)
        LEFT JOIN commands c ON c.municipality = $1 AND c.actor = i.actor AND c.key = i.key
        ORDER BY i.item
        "#,
        municipality.code(),
        &actors,
        &keys
    )
    .fetch_all(&mut **tx)
    .await?;
    let outcome = |fingerprint: Vec<u8>, entry, command: &Command| {
        if fingerprint == command.fingerprint { Outcome::Replayed(EntryId::new(entry)) } else { Outcome::Rejected(Refused::Conflict) }
    };
    let known = rows.into_iter().zip(commands).map(|(row, command)| Some(outcome(row.fingerprint?, row.entry_id?, command)));
    Ok(known.collect())
}

/// The balances (credits − debits) of those of these guarded accounts that have been opened.
pub async fn list_guarded_balances_in_tx(tx: &mut Tx<'_>, municipality: Municipality, accounts: &[AccountId]) -> Result<BTreeMap<AccountId, Yen>, Failure> {
    let accounts: Vec<_> = accounts.iter().map(|account| account.uuid()).collect();
    let rows =
        sqlx::query!("SELECT account_id, balance FROM guarded_balances WHERE municipality = $1 AND account_id = ANY($2)", municipality.code(), &accounts)
            .fetch_all(&mut **tx)
            .await?;
    Ok(rows.into_iter().map(|row| (AccountId::new(row.account_id), Yen::new(row.balance))).collect())
}

/// The balance (credits − debits) of a guarded account, if it has been opened.
pub async fn find_guarded_balance_in_tx(tx: &mut Tx<'_>, municipality: Municipality, account: AccountId) -> Result<Option<Yen>, Failure> {
    let balance = sqlx::query_scalar!("SELECT balance FROM guarded_balances WHERE municipality = $1 AND account_id = $2", municipality.code(), account.uuid())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(balance.map(Yen::new))
}

/// The transfers of an entry, in order; none if there is no such entry.
pub async fn list_transfers_in_tx(tx: &mut Tx<'_>, municipality: Municipality, entry: EntryId) -> Result<Vec<Transfer>, Failure> {
    let rows = sqlx::query!(
        "SELECT debit_account_id, credit_account_id, amount FROM transfers WHERE municipality = $1 AND entry_id = $2 ORDER BY position",
        municipality.code(),
        entry.uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    let transfer = |debit, credit, amount| Transfer::new(AccountId::new(debit), AccountId::new(credit), Yen::new(amount));
    Ok(rows.into_iter().map(|row| transfer(row.debit_account_id, row.credit_account_id, row.amount)).collect())
}

/// Turnover of one line of the trial balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turnover {
    /// The line.
    pub kind: Kind,
    /// What it counts.
    pub unit: Unit,
    /// All debits.
    pub debit: i64,
    /// All credits.
    pub credit: i64,
}

/// Turnover of every line, from the transfers alone.
pub async fn list_turnovers_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Vec<Turnover>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT a.kind, a.unit, sum(p.debit)::bigint AS "debit!", sum(p.credit)::bigint AS "credit!"
        FROM postings p
        JOIN accounts a USING (municipality, account_id)
        WHERE p.municipality = $1
        GROUP BY a.kind, a.unit
        "#,
        municipality.code()
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let (kind, unit) = kind_and_unit(&row.kind, &row.unit)?;
            Ok(Turnover { kind, unit, debit: row.debit, credit: row.credit })
        })
        .collect()
}

fn kind_and_unit(kind: &str, unit: &str) -> Result<(Kind, Unit), Failure> {
    Kind::parse(kind).zip(Unit::parse(unit)).ok_or_else(|| Failure::inconsistent("accounts", format!("kind {kind}, unit {unit}")))
}

/// How many entries and transfers there are.
pub async fn count_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<(i64, i64), Failure> {
    let row = sqlx::query!(
        r#"
        SELECT (SELECT count(*) FROM entries WHERE municipality = $1) AS "entries!",
               (SELECT count(*) FROM transfers WHERE municipality = $1) AS "transfers!"
        "#,
        municipality.code()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.entries, row.transfers))
}

/// Locks the guarded rows of these accounts in one order, as one posting would: for several entries on them in one database transaction.
pub async fn lock_guarded_in_tx(tx: &mut Tx<'_>, municipality: Municipality, on: chrono::NaiveDate, accounts: &[AccountId]) -> Result<(), Failure> {
    let accounts: Vec<_> = accounts.iter().map(|account| account.uuid()).collect();
    sqlx::query!(r#"SELECT lock_guarded($1, $2, $3) AS "locked: ()""#, municipality.code(), on, &accounts).fetch_one(&mut **tx).await?;
    Ok(())
}

/// Sums delta rows up; returns how many.
pub async fn fold_deltas_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<i64, Failure> {
    Ok(sqlx::query_scalar!(r#"SELECT fold_deltas($1) AS "folded!""#, municipality.code()).fetch_one(&mut **tx).await?)
}

/// An account whose stored balance differs from the transfers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// The account.
    pub account: AccountId,
    /// Credits − debits by the transfers.
    pub derived: i64,
    /// Credits − debits as stored.
    pub stored: i64,
}

/// The first account, by id, whose stored balance differs from what the transfers alone give.
pub async fn find_balance_difference_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<Difference>, Failure> {
    let row = sqlx::query!(
        r#"
        WITH derived AS (
            SELECT account_id, sum(credit - debit)::bigint AS balance FROM postings WHERE municipality = $1 GROUP BY account_id
        ), stored AS (
            SELECT account_id, balance FROM guarded_balances WHERE municipality = $1
            UNION ALL
            SELECT account_id, credit - debit FROM stored_turnovers WHERE municipality = $1
        )
        SELECT account_id AS "account_id!", coalesce(d.balance, 0) AS "derived!", coalesce(s.balance, 0) AS "stored!"
        FROM derived d
        FULL JOIN stored s USING (account_id)
        WHERE coalesce(d.balance, 0) <> coalesce(s.balance, 0)
        ORDER BY account_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Difference { account: AccountId::new(row.account_id), derived: row.derived, stored: row.stored }))
}

/// The first transfer that names no known account or entry, mixes units, or stands in another municipality's books.
pub async fn find_unsound_transfer_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<EntryId>, Failure> {
    let entry = sqlx::query_scalar!(
        r#"
        SELECT t.entry_id
        FROM transfers t
        LEFT JOIN entries e ON e.municipality = t.municipality AND e.entry_id = t.entry_id
        LEFT JOIN accounts d ON d.municipality = t.municipality AND d.account_id = t.debit_account_id
        LEFT JOIN accounts c ON c.municipality = t.municipality AND c.account_id = t.credit_account_id
        WHERE t.municipality = $1 AND (e.entry_id IS NULL OR d.unit IS DISTINCT FROM c.unit OR d.unit IS NULL)
        ORDER BY t.entry_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(entry.map(EntryId::new))
}

/// The first entry whose command is not there any more, or names another entry: its key could be used again.
pub async fn find_forgotten_command_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<EntryId>, Failure> {
    let entry = sqlx::query_scalar!(
        r#"
        SELECT e.entry_id
        FROM entries e
        LEFT JOIN commands c ON c.municipality = e.municipality AND c.actor = e.actor AND c.key = e.command_key
        WHERE e.municipality = $1 AND c.entry_id IS DISTINCT FROM e.entry_id
        ORDER BY e.entry_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(entry.map(EntryId::new))
}

/// Lets every statement of this database transaction see one moment, and read whole tables: a row at a time would be slow, and is what the
/// planner picks for tables that it has no statistics of yet.
pub async fn begin_proof_in_tx(tx: &mut Tx<'_>) -> Result<(), Failure> {
    sqlx::query!("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").execute(&mut **tx).await?;
    sqlx::query!("SET LOCAL enable_nestloop = off").execute(&mut **tx).await?;
    Ok(())
}

/// The sum of the transfers of one kind of event, between accounts of the kinds given; any kind where none is given.
pub async fn sum_moved_in_tx(tx: &mut Tx<'_>, municipality: Municipality, event: Event, kinds: (Option<Kind>, Option<Kind>)) -> Result<Yen, Failure> {
    let (debit, credit) = kinds;
    let sum = sqlx::query_scalar!(
        r#"
        SELECT coalesce(sum(t.amount), 0)::bigint AS "sum!"
        FROM entries e
        JOIN transfers t USING (municipality, entry_id)
        JOIN accounts d ON d.municipality = t.municipality AND d.account_id = t.debit_account_id
        JOIN accounts c ON c.municipality = t.municipality AND c.account_id = t.credit_account_id
        WHERE e.municipality = $1 AND e.kind = $2 AND ($3::text IS NULL OR d.kind = $3) AND ($4::text IS NULL OR c.kind = $4)
        "#,
        municipality.code(),
        event.as_str(),
        debit.map(Kind::as_str),
        credit.map(Kind::as_str)
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Yen::new(sum))
}
