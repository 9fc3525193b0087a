//! All SQL of cover.

use chrono::NaiveDate;

use super::state::Families;
use crate::Tx;
use crate::error::Failure;
use crate::ids::{MerchantId, Municipality};
use crate::time::{Instant, Month};

fn count(of: i64) -> Result<u32, Failure> {
    u32::try_from(of).map_err(|_| Failure::inconsistent("families", format!("there are {of} of them")))
}

/// All families of the city: those with an entitlement that was open on one of these days, and the others.
pub(super) async fn count_families_in_tx(tx: &mut Tx<'_>, municipality: Municipality, days: (NaiveDate, NaiveDate)) -> Result<Families, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT (SELECT count(*) FROM families WHERE municipality = $1) AS "families!",
               (SELECT count(DISTINCT family_id) FROM entitlements WHERE municipality = $1 AND opens_on <= $3 AND closes_on >= $2) AS "funded!"
        "#,
        municipality.code(),
        days.0,
        days.1
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Families { funded: count(row.funded)?, own: count(row.families.saturating_sub(row.funded))? })
}

/// The families that each merchant was paid by on these days, by whether a scheme paid some of it; by merchant.
pub(super) async fn list_payers_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    days: (NaiveDate, NaiveDate),
) -> Result<Vec<(MerchantId, Families)>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT p.merchant_id, count(*) AS "payers!", count(*) FILTER (WHERE p.funded) AS "funded!"
        FROM (
            SELECT c.merchant_id, h.family_id, bool_or(EXISTS (
                SELECT FROM transfers t
                JOIN accounts a ON a.municipality = t.municipality AND a.account_id = t.debit_account_id
                WHERE t.municipality = h.municipality AND t.entry_id = h.entry_id AND t.credit_account_id = h.hold_id AND a.kind = 'entitlement'
            )) AS funded
            FROM captures c
            JOIN holds h USING (municipality, hold_id)
            WHERE c.municipality = $1 AND c.business_on BETWEEN $2 AND $3
            GROUP BY c.merchant_id, h.family_id
        ) p
        GROUP BY p.merchant_id
        ORDER BY p.merchant_id
        "#,
        municipality.code(),
        days.0,
        days.1
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| Ok((MerchantId::new(row.merchant_id), Families { funded: count(row.funded)?, own: count(row.payers.saturating_sub(row.funded))? })))
        .collect()
}

/// Notes at which merchants a month was red. Noted before: stays.
pub(super) async fn insert_red_in_tx(tx: &mut Tx<'_>, municipality: Municipality, month: Month, merchants: &[MerchantId], now: Instant) -> Result<(), Failure> {
    let merchants: Vec<_> = merchants.iter().map(|merchant| merchant.uuid()).collect();
    sqlx::query!(
        r#"
        INSERT INTO red_covers (municipality, merchant_id, month_on, noted_at)
        SELECT $1, r.merchant_id, $2, $3 FROM unnest($4::uuid[]) AS r (merchant_id)
        ON CONFLICT (municipality, merchant_id, month_on) DO NOTHING
        "#,
        municipality.code(),
        month.first_day(),
        now,
        &merchants
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether a month was red at a merchant.
pub(super) async fn is_red_in_tx(tx: &mut Tx<'_>, municipality: Municipality, merchant: MerchantId, month: Month) -> Result<bool, Failure> {
    let red = sqlx::query_scalar!(
        r#"
        SELECT EXISTS (SELECT FROM red_covers WHERE municipality = $1 AND merchant_id = $2 AND month_on = $3) AS "red!"
        "#,
        municipality.code(),
        merchant.uuid(),
        month.first_day()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(red)
}
