//! SQL of what staff look at and nobody else asks for. It writes nothing.

use crate::Tx;
use crate::error::Failure;
use crate::ids::{EntryId, MerchantId, Municipality};
use crate::money::Yen;
use crate::staff::overview::Budget;
use crate::time::{FiscalYear, Instant};

/// The event of an entry, and whether a bank line is matched to it; none if there is no such entry.
pub(crate) async fn find_entry_in_tx(tx: &mut Tx<'_>, municipality: Municipality, entry: EntryId) -> Result<Option<(String, bool)>, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT e.kind, EXISTS (SELECT FROM matches m WHERE m.municipality = e.municipality AND m.entry_id = e.entry_id) AS "matched!"
        FROM entries e
        WHERE e.municipality = $1 AND e.entry_id = $2
        "#,
        municipality.code(),
        entry.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (row.kind, row.matched)))
}

/// The budgets of a year, by scheme.
pub(crate) async fn list_budgets_in_tx(tx: &mut Tx<'_>, municipality: Municipality, year: FiscalYear) -> Result<Vec<Budget>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT b.scheme_id AS "scheme!", coalesce(g.balance, s.credit - s.debit) AS "balance!", g.account_id IS NULL AS "at_redemption!",
               (SELECT coalesce(sum(t.amount), 0)::bigint FROM transfers t JOIN accounts o ON (o.municipality, o.account_id) = (t.municipality, t.debit_account_id)
                WHERE t.municipality = b.municipality AND t.credit_account_id = b.account_id AND o.kind = 'city_appropriations') AS "appropriated!",
               (SELECT coalesce(sum(t.amount), 0)::bigint FROM transfers t JOIN accounts o ON (o.municipality, o.account_id) = (t.municipality, t.credit_account_id)
                WHERE t.municipality = b.municipality AND t.debit_account_id = b.account_id AND o.kind = 'city_appropriations') AS "given_back!",
               (SELECT coalesce(sum(u.balance), 0)::bigint FROM accounts e JOIN guarded_balances u USING (municipality, account_id)
                WHERE e.municipality = b.municipality AND e.kind = 'entitlement' AND e.scheme_id = b.scheme_id AND e.fiscal_year = b.fiscal_year) AS "unspent!"
        FROM accounts b
        LEFT JOIN guarded_balances g USING (municipality, account_id)
        LEFT JOIN stored_turnovers s USING (municipality, account_id)
        WHERE b.municipality = $1 AND b.kind = 'scheme_budget' AND b.fiscal_year = $2
        ORDER BY b.scheme_id
        "#,
        municipality.code(),
        year.year()
    )
    .fetch_all(&mut **tx)
    .await?;
    let budget = |scheme, at_redemption, [appropriated, given_back, unspent, balance]: [Yen; 4]| {
        let remaining = if at_redemption { balance.plus(unspent)? } else { balance };
        let committed = appropriated.minus(given_back)?.minus(remaining)?;
        Ok(Budget { scheme, fiscal_year: year.year(), appropriated, given_back, committed, unspent, remaining })
    };
    rows.into_iter().map(|row| budget(row.scheme, row.at_redemption, [row.appropriated, row.given_back, row.unspent, row.balance].map(Yen::new))).collect()
}

/// A bank account of a merchant, sealed.
pub(crate) struct AccountRow {
    /// 1, 2, 3 …
    pub(crate) number: i16,
    /// The account.
    pub(crate) sealed: Vec<u8>,
    /// When it was asked for.
    pub(crate) applied_at: Instant,
    /// Who took it in.
    pub(crate) applied_by: String,
    /// When it was approved.
    pub(crate) approved_at: Option<Instant>,
}

/// The bank accounts of a merchant, newest first.
pub(crate) async fn list_accounts_in_tx(tx: &mut Tx<'_>, municipality: Municipality, merchant: MerchantId) -> Result<Vec<AccountRow>, Failure> {
    let rows = sqlx::query_as!(
        AccountRow,
        "
        SELECT number, sealed, applied_at, applied_by, approved_at FROM merchant_bank_accounts
        WHERE municipality = $1 AND merchant_id = $2
        ORDER BY number DESC
        ",
        municipality.code(),
        merchant.uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows)
}
