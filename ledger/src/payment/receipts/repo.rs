//! The SQL of a merchant's list of receipts.

use super::{ListedReceipt, Receipts};
use crate::Tx;
use crate::error::Failure;
use crate::ids::{InvoiceId, MerchantId, Municipality, ReceiptId, TerminalId};
use crate::money::Yen;
use crate::payment::Receipt;
use crate::time::tokyo_date;

/// Receipts of one merchant, by time, then by number.
pub(super) async fn list_in_tx(tx: &mut Tx<'_>, municipality: Municipality, merchant: MerchantId, which: Receipts) -> Result<Vec<ListedReceipt>, Failure> {
    let (one, days, after, since, limit) = match which {
        Receipts::One(receipt) => (Some(receipt), (None, None), None, None, 1),
        Receipts::OfDays { first, last, after, limit } => (None, (Some(first), Some(last)), after, None, limit),
        Receipts::Since { from, limit } => (None, (Some(tokyo_date(from)), None), None, Some(from), limit),
    };
    let rows = sqlx::query!(
        r#"
        SELECT c.receipt_id, c.terminal_id, c.invoice_id, c.amount_yen, c.expense, c.captured_at, i.reference AS "reference?",
               coalesce((SELECT max(after_yen) FROM refunds f WHERE f.municipality = c.municipality AND f.hold_id = c.hold_id), 0) AS "refunded!"
        FROM captures c
        LEFT JOIN invoices i ON i.municipality = c.municipality AND i.invoice_id = c.invoice_id
        WHERE c.municipality = $1 AND c.merchant_id = $2
          AND ($3::uuid IS NULL OR c.receipt_id = $3)
          AND ($4::date IS NULL OR c.business_on >= $4) AND ($5::date IS NULL OR c.business_on <= $5)
          AND ($8::timestamptz IS NULL OR c.captured_at >= $8)
          AND ($6::uuid IS NULL OR (c.captured_at, c.receipt_id) > (
              SELECT b.captured_at, b.receipt_id FROM captures b WHERE b.municipality = $1 AND b.merchant_id = $2 AND b.receipt_id = $6))
        ORDER BY c.captured_at, c.receipt_id
        LIMIT $7
        "#,
        municipality.code(),
        merchant.uuid(),
        one.map(ReceiptId::uuid),
        days.0,
        days.1,
        after.map(ReceiptId::uuid),
        limit,
        since
    )
    .fetch_all(&mut **tx)
    .await?;
    let listed = rows.into_iter().map(|row| ListedReceipt {
        receipt: Receipt {
            id: ReceiptId::new(row.receipt_id),
            merchant,
            terminal: row.terminal_id.map(TerminalId::new),
            invoice: row.invoice_id.map(InvoiceId::new),
            amount: Yen::new(row.amount_yen),
            expense: row.expense,
            captured_at: row.captured_at,
        },
        reference: row.reference,
        refunded: Yen::new(row.refunded),
    });
    Ok(listed.collect())
}
