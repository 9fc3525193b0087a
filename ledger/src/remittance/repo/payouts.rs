//! What a merchant was paid, as the merchant may know it.

use crate::Tx;
use crate::error::Failure;
use crate::ids::{MerchantId, Municipality};
use crate::money::Yen;
use crate::remittance::payouts::{Payout, PayoutState};
use crate::statement::repo::month_of;

/// A merchant's payouts that were sent, newest first, with the statement months behind each.
pub async fn list_payouts_in_tx(tx: &mut Tx<'_>, municipality: Municipality, merchant: MerchantId) -> Result<Vec<Payout>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT r.pay_on, r.state, l.returned_at IS NOT NULL AS "returned!", p.amount_yen,
               (SELECT coalesce(array_agg(s.month ORDER BY s.month), '{}')
                FROM remittance_statements t JOIN statements s USING (municipality, statement_id)
                WHERE t.municipality = p.municipality AND t.remittance_id = p.remittance_id AND t.number = p.number AND s.merchant_id = p.payee_id
               ) AS "months!: Vec<i32>"
        FROM remittance_parts p
        JOIN remittance_lines l USING (municipality, remittance_id, number)
        JOIN remittances r USING (municipality, remittance_id)
        WHERE p.municipality = $1 AND p.payee_kind = 'merchant' AND p.payee_id = $2 AND r.state IN ('sent', 'confirmed')
        ORDER BY r.pay_on DESC, r.sequence DESC
        "#,
        municipality.code(),
        merchant.uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let state = match (row.returned, row.state.as_str()) {
                (true, _) => PayoutState::Returned,
                (false, "confirmed") => PayoutState::Paid,
                (false, _) => PayoutState::Sent,
            };
            let months = row.months.into_iter().map(month_of).collect::<Result<_, _>>()?;
            Ok(Payout { pay_on: row.pay_on, amount: Yen::new(row.amount_yen), state, months })
        })
        .collect()
}
