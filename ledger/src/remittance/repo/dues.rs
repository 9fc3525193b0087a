//! Who is due what, and where they are paid.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::Tx;
use crate::actor::Act;
use crate::error::Failure;
use crate::ids::{AccountId, EntryId, Municipality};
use crate::money::Yen;
use crate::people::account::said_at;
use crate::time::Instant;

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
    /// From which day on what a roster said of a family holds: part of the place for which it was sealed. None for what the family registered.
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
        SELECT p.owner_id AS "family_id!", (t.credit - t.debit) AS "amount!", a.roster_number AS "number?", a.account AS "sealed?", a.started_at AS "said_at?",
               a.since_on AS "since_on?", g.number AS "own_number?", g.sealed AS "own_sealed?", g.approved_at AS "own_approved_at?"
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
        LEFT JOIN LATERAL (
            SELECT f.number, f.sealed, f.approved_at
            FROM family_registered_accounts f
            WHERE f.municipality = $1 AND f.family_id = p.owner_id AND f.approved_at IS NOT NULL
            ORDER BY f.number DESC
            LIMIT 1
        ) g ON true
        WHERE p.municipality = $1 AND p.kind = 'family_payable' AND t.credit <> t.debit
        ORDER BY p.owner_id
        "#,
        municipality.code(),
        on
    )
    .fetch_all(&mut **tx)
    .await?;
    let due = rows.into_iter().map(|row| {
        let by_roster = row.number.zip(row.sealed).zip(row.said_at).zip(row.since_on);
        let by_roster = by_roster.map(|(((number, sealed), approved_at), since)| StoredAccount { number, sealed, approved_at, since_on: Some(since) });
        let registered = row.own_number.zip(row.own_sealed).zip(row.own_approved_at);
        let registered = registered.map(|((number, sealed), approved_at)| StoredAccount { number: number.into(), sealed, approved_at, since_on: None });
        (row.family_id, row.amount, newer(by_roster, registered))
    });
    Ok(due.collect())
}

/// Of what a roster said and what the family registered, what was said last.
fn newer(by_roster: Option<StoredAccount>, registered: Option<StoredAccount>) -> Option<StoredAccount> {
    let said = |account: &StoredAccount| account.since_on.map_or(account.approved_at, |since| said_at(since, account.approved_at));
    match (by_roster, registered) {
        (Some(by_roster), Some(registered)) => Some(if said(&registered) > said(&by_roster) { registered } else { by_roster }),
        (by_roster, registered) => by_roster.or(registered),
    }
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
