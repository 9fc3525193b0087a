//! Whether a merchant takes a payment now.

use crate::Tx;
use crate::error::Failure;
use crate::ids::{MerchantId, Municipality};
use crate::payment::HoldPayment;

/// Whether a merchant takes payments of this kind now: approved, not suspended, and registered for it.
pub(in crate::payment) async fn offers_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    merchant: MerchantId,
    expense: &str,
    service: Option<&str>,
) -> Result<bool, Failure> {
    let offers = sqlx::query_scalar!(
        r#"
        SELECT EXISTS (
            SELECT FROM merchants m
            JOIN merchant_services s USING (municipality, merchant_id)
            WHERE m.municipality = $1 AND m.merchant_id = $2 AND m.state = 'approved' AND s.approved_at IS NOT NULL
              AND s.expense = $3 AND ($4::text IS NULL OR s.category = $4)
        ) AS "offers!"
        "#,
        municipality.code(),
        merchant.uuid(),
        expense,
        service
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(offers)
}

/// The name of the merchant of each of these payments, in their order; none where it takes no such payment now.
pub(in crate::payment) async fn list_takers_in_tx(tx: &mut Tx<'_>, municipality: Municipality, asked: &[&HoldPayment]) -> Result<Vec<Option<String>>, Failure> {
    let merchants: Vec<_> = asked.iter().map(|payment| payment.merchant.uuid()).collect();
    let expenses: Vec<_> = asked.iter().map(|payment| payment.expense.clone()).collect();
    let services: Vec<_> = asked.iter().map(|payment| payment.service.clone()).collect();
    let takers = sqlx::query_scalar!(
        r#"
        SELECT (
            SELECT m.name
            FROM merchants m
            JOIN merchant_services s USING (municipality, merchant_id)
            WHERE m.municipality = $1 AND m.merchant_id = i.merchant_id AND m.state = 'approved' AND s.approved_at IS NOT NULL
              AND s.expense = i.expense AND (i.service IS NULL OR s.category = i.service)
            LIMIT 1
        ) AS name
        FROM unnest($2::uuid[], $3::text[], $4::text[]) WITH ORDINALITY AS i (merchant_id, expense, service, item)
        ORDER BY i.item
        "#,
        municipality.code(),
        &merchants,
        &expenses,
        &services as _
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(takers)
}
