//! All SQL of bills.

use super::{Bill, Invoice};
use crate::Tx;
use crate::error::Failure;
use crate::ids::{InvoiceId, MerchantId, Municipality, ReceiptId};
use crate::money::Yen;
use crate::time::Instant;

/// Writes a bill down; answers whether the merchant's own number was free.
pub(super) async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, invoice: &Invoice, now: Instant) -> Result<bool, Failure> {
    let digest = invoice.code.digest();
    let inserted = sqlx::query!(
        r#"
        INSERT INTO invoices (municipality, invoice_id, merchant_id, reference, expense, service, amount_yen, code_digest, issued_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (municipality, merchant_id, reference) DO NOTHING
        "#,
        municipality.code(),
        invoice.id.uuid(),
        invoice.bill.merchant.uuid(),
        invoice.bill.reference,
        invoice.bill.expense,
        invoice.bill.service,
        invoice.bill.amount.get(),
        digest.as_slice(),
        now,
    )
    .execute(&mut **tx)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// How a bill is looked up.
pub(super) enum By<'a> {
    Id(InvoiceId),
    Code(&'a [u8]),
}

/// A bill as stored: its code is drawn again from its id.
pub(super) struct Found {
    pub(super) id: InvoiceId,
    pub(super) bill: Bill,
    pub(super) receipt: Option<ReceiptId>,
}

/// One bill, and its receipt once it is paid.
pub(super) async fn find_in_tx(tx: &mut Tx<'_>, municipality: Municipality, by: By<'_>) -> Result<Option<Found>, Failure> {
    let (id, digest) = match by {
        By::Id(id) => (Some(id.uuid()), None),
        By::Code(digest) => (None, Some(digest)),
    };
    let row = sqlx::query!(
        r#"
        SELECT i.invoice_id, i.merchant_id, i.reference, i.expense, i.service, i.amount_yen, c.receipt_id AS "receipt_id?"
        FROM invoices i
        LEFT JOIN captures c ON c.municipality = i.municipality AND c.invoice_id = i.invoice_id
        WHERE i.municipality = $1 AND (i.invoice_id = $2 OR i.code_digest = $3)
        "#,
        municipality.code(),
        id,
        digest
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Found {
        id: InvoiceId::new(row.invoice_id),
        bill: Bill {
            merchant: MerchantId::new(row.merchant_id),
            reference: row.reference,
            expense: row.expense,
            service: row.service,
            amount: Yen::new(row.amount_yen),
        },
        receipt: row.receipt_id.map(ReceiptId::new),
    }))
}
