//! SQL of reports.

use super::Budget;
use crate::Tx;
use crate::error::Failure;
use crate::ids::Municipality;
use crate::money::Yen;
use crate::time::FiscalYear;

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
