//! All SQL of entitlements. Their balances stand in the books.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{Award, Spendable};
use crate::Tx;
use crate::books::Account;
use crate::error::Failure;
use crate::events::grant::Left;
use crate::ids::{AccountId, ChildId, EntryId, Municipality};
use crate::money::Yen;
use crate::time::{FiscalYear, Instant};

/// Lets one grant or lapse run at a time write in a city: the others wait, and then find it done.
pub async fn lock_run_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<(), Failure> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1, 1)", municipality.code()).execute(&mut **tx).await?;
    Ok(())
}

/// Which of these children have been granted this period already.
pub async fn list_granted_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    scheme: &str,
    period_from: NaiveDate,
    children: &[Uuid],
) -> Result<Vec<ChildId>, Failure> {
    let granted = sqlx::query_scalar!(
        r#"
        SELECT e.child_id
        FROM unnest($4::uuid[]) AS c (child_id)
        -- One look into the index for each, whatever the planner knows of the table: a run fills it while its statements are planned already.
        CROSS JOIN LATERAL (
            SELECT e.child_id FROM entitlements e
            WHERE e.municipality = $1 AND e.scheme_id = $2 AND e.child_id = c.child_id AND e.period_from = $3
            LIMIT 1
        ) e
        "#,
        municipality.code(),
        scheme,
        period_from,
        children
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(granted.into_iter().map(ChildId::new).collect())
}

/// Writes down what was granted with `entry`.
pub async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, scheme: &str, entry: EntryId, granted: &[(AccountId, &Award)]) -> Result<(), Failure> {
    let column = |of: fn(&Award) -> NaiveDate| granted.iter().map(|(_, award)| of(award)).collect::<Vec<_>>();
    let ids: Vec<_> = granted.iter().map(|(account, _)| account.uuid()).collect();
    let children: Vec<_> = granted.iter().map(|(_, award)| award.child.uuid()).collect();
    let families: Vec<_> = granted.iter().map(|(_, award)| award.family.uuid()).collect();
    let amounts: Vec<_> = granted.iter().map(|(_, award)| award.amount.get()).collect();
    let faces: Vec<_> = granted.iter().map(|(_, award)| award.face.get()).collect();
    let years: Vec<_> = granted.iter().map(|(_, award)| award.fiscal_year().year()).collect();
    let visits: Vec<_> = granted.iter().map(|(_, award)| award.visits).collect();
    let visits_account = |&(account, award): &(AccountId, &Award)| award.visits.map(|_| Account::visits(account, award.child.uuid(), scheme).id.uuid());
    let visits_accounts: Vec<_> = granted.iter().map(visits_account).collect();
    sqlx::query!(
        r#"
        INSERT INTO entitlements (municipality, scheme_id, entry_id, entitlement_id, child_id, family_id,
                                  period_from, service_from, service_to, opens_on, closes_on, amount_yen, face_yen, fiscal_year,
                                  visits, visits_account_id)
        SELECT $1, $2, $3, n.*
        FROM unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::date[], $8::date[], $9::date[], $10::date[], $11::date[], $12::bigint[], $13::bigint[], $14::smallint[],
                    $15::bigint[], $16::uuid[]) AS n
        "#,
        municipality.code(),
        scheme,
        entry.uuid(),
        &ids,
        &children,
        &families,
        &column(|award| award.period_from),
        &column(|award| award.service_from),
        &column(|award| award.service_to),
        &column(|award| award.opens_on),
        &column(|award| award.closes_on),
        &amounts,
        &faces,
        &years,
        &visits as _,
        &visits_accounts as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What these children may spend at `now`, with something left; soonest to close first, then in the order of `children`.
pub async fn list_spendable_in_tx(tx: &mut Tx<'_>, municipality: Municipality, children: &[ChildId], now: Instant) -> Result<Vec<Spendable>, Failure> {
    let children: Vec<_> = children.iter().map(|child| child.uuid()).collect();
    let rows = sqlx::query!(
        r#"
        SELECT e.entitlement_id, e.scheme_id, e.child_id, e.service_from, e.service_to, e.closes_on, e.face_yen, g.balance,
               v.account_id AS "visits_account_id?", v.balance AS "visits?"
        FROM entitlements e
        JOIN guarded_balances g ON g.municipality = e.municipality AND g.account_id = e.entitlement_id
        LEFT JOIN guarded_balances v ON v.municipality = e.municipality AND v.account_id = e.visits_account_id
        WHERE e.municipality = $1 AND e.child_id = ANY($2)
          AND g.balance > 0 AND g.opens_at <= $3 AND g.closes_at > $3 AND (e.visits IS NULL OR v.balance > 0)
        ORDER BY e.closes_on, array_position($2, e.child_id), e.entitlement_id
        "#,
        municipality.code(),
        &children,
        now
    )
    .fetch_all(&mut **tx)
    .await?;
    let spendable = rows.into_iter().map(|row| Spendable {
        account: AccountId::new(row.entitlement_id),
        scheme: row.scheme_id,
        child: ChildId::new(row.child_id),
        service_from: row.service_from,
        service_to: row.service_to,
        closes_on: row.closes_on,
        face: Yen::new(row.face_yen),
        balance: Yen::new(row.balance),
        visits: row.visits_account_id.map(AccountId::new).zip(row.visits),
    });
    Ok(spendable.collect())
}

/// What is left of an entitlement.
pub struct Leftover {
    /// The scheme.
    pub scheme: String,
    /// The year whose budget it returns to.
    pub year: FiscalYear,
    /// The entitlement.
    pub account: AccountId,
    /// What is left.
    pub balance: Yen,
    /// Its account in visits and how many are left, where visits are counted.
    pub visits: Option<(AccountId, i64)>,
}

impl Leftover {
    pub(super) const fn left(&self) -> Left {
        Left { account: self.account, amount: self.balance, visits: self.visits }
    }
}

/// How many entries have let something lapse on a day.
pub async fn count_lapses_in_tx(tx: &mut Tx<'_>, municipality: Municipality, on: NaiveDate) -> Result<i64, Failure> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM commands WHERE municipality = $1 AND actor = 'job:lapse' AND starts_with(key, $2)"#,
        municipality.code(),
        format!("lapse/{on}/")
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(count)
}

/// Entitlements that closed before `on` with something left, in the order of their ids, from the one after `after`, at most `limit`.
pub async fn list_leftovers_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    on: NaiveDate,
    after: Option<AccountId>,
    limit: i64,
) -> Result<Vec<Leftover>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT e.scheme_id, e.fiscal_year, e.entitlement_id, g.balance, v.account_id AS "visits_account_id?", v.balance AS "visits?"
        FROM entitlements e
        JOIN guarded_balances g ON g.municipality = e.municipality AND g.account_id = e.entitlement_id
        LEFT JOIN guarded_balances v ON v.municipality = e.municipality AND v.account_id = e.visits_account_id
        WHERE e.municipality = $1 AND e.closes_on < $2 AND (g.balance > 0 OR v.balance > 0) AND e.entitlement_id > $3
        ORDER BY e.entitlement_id
        LIMIT $4
        "#,
        municipality.code(),
        on,
        after.map_or(Uuid::nil(), AccountId::uuid),
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    let leftover = rows.into_iter().map(|row| Leftover {
        scheme: row.scheme_id,
        year: FiscalYear::new(row.fiscal_year),
        account: AccountId::new(row.entitlement_id),
        balance: Yen::new(row.balance),
        visits: row.visits_account_id.map(AccountId::new).zip(row.visits),
    });
    Ok(leftover.collect())
}

/// An entitlement that a clerk takes back: its scheme, year, and what is left of it.
pub async fn find_leftover_in_tx(tx: &mut Tx<'_>, municipality: Municipality, entitlement: AccountId) -> Result<Option<Leftover>, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT e.scheme_id, e.fiscal_year, e.entitlement_id, g.balance, v.account_id AS "visits_account_id?", v.balance AS "visits?"
        FROM entitlements e
        JOIN guarded_balances g ON g.municipality = e.municipality AND g.account_id = e.entitlement_id
        LEFT JOIN guarded_balances v ON v.municipality = e.municipality AND v.account_id = e.visits_account_id
        WHERE e.municipality = $1 AND e.entitlement_id = $2
        "#,
        municipality.code(),
        entitlement.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Leftover {
        scheme: row.scheme_id,
        year: FiscalYear::new(row.fiscal_year),
        account: AccountId::new(row.entitlement_id),
        balance: Yen::new(row.balance),
        visits: row.visits_account_id.map(AccountId::new).zip(row.visits),
    }))
}

/// The first entitlement that was not granted as it is written down: another amount, or by no grant of its scheme's budget of its year; or that
/// was granted and is not written down, in yen or in visits.
pub async fn find_difference_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<AccountId>, Failure> {
    let entitlement = sqlx::query_scalar!(
        r#"
        SELECT e.entitlement_id AS "entitlement_id!"
        FROM entitlements e
        LEFT JOIN transfers t ON t.municipality = e.municipality AND t.entry_id = e.entry_id AND t.credit_account_id = e.entitlement_id
        LEFT JOIN accounts b ON b.municipality = t.municipality AND b.account_id = t.debit_account_id
        WHERE e.municipality = $1
          AND (t.amount, b.kind, b.scheme_id, b.fiscal_year) IS DISTINCT FROM (e.amount_yen, 'scheme_budget', e.scheme_id, e.fiscal_year)
        UNION ALL
        SELECT a.account_id
        FROM accounts a
        LEFT JOIN entitlements e ON e.municipality = a.municipality AND e.entitlement_id = a.account_id
        WHERE a.municipality = $1 AND a.kind = 'entitlement' AND (e.child_id IS NULL OR e.child_id IS DISTINCT FROM a.owner_id)
        UNION ALL
        SELECT a.account_id
        FROM accounts a
        LEFT JOIN entitlements e ON e.municipality = a.municipality AND e.visits_account_id = a.account_id
        LEFT JOIN transfers t ON t.municipality = e.municipality AND t.entry_id = e.entry_id AND t.credit_account_id = a.account_id
        WHERE a.municipality = $1 AND a.kind = 'visits' AND t.amount IS DISTINCT FROM e.visits
        UNION ALL
        SELECT a.account_id
        FROM accounts a
        WHERE a.municipality = $1 AND a.kind = 'visits'
          AND NOT EXISTS (SELECT FROM entitlements e WHERE e.municipality = $1 AND e.visits_account_id = a.account_id AND e.child_id = a.owner_id)
        ORDER BY 1
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(entitlement.map(AccountId::new))
}
