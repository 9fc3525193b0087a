//! Receipts.

use uuid::Uuid;

use crate::Tx;
use crate::error::Failure;
use crate::ids::{AccountId, EntryId, InvoiceId, MerchantId, Municipality, ReceiptId, TerminalId};
use crate::money::Yen;
use crate::payment::Receipt;
use crate::time::Instant;

/// Writes receipts down; returns how many. One is left out whose bill has ended.
pub(in crate::payment) async fn insert_captures_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    captured: &[(AccountId, EntryId, &Receipt)],
) -> Result<usize, Failure> {
    let column = |of: fn(&Receipt) -> Option<Uuid>| captured.iter().map(|(_, _, receipt)| of(receipt)).collect::<Vec<_>>();
    let holds: Vec<_> = captured.iter().map(|(hold, _, _)| hold.uuid()).collect();
    let entries: Vec<_> = captured.iter().map(|(_, entry, _)| entry.uuid()).collect();
    let receipts: Vec<_> = column(|receipt| Some(receipt.id.uuid()));
    let merchants: Vec<_> = column(|receipt| Some(receipt.merchant.uuid()));
    let terminals: Vec<_> = column(|receipt| receipt.terminal.map(TerminalId::uuid));
    let invoices: Vec<_> = column(|receipt| receipt.invoice.map(InvoiceId::uuid));
    let amounts: Vec<_> = captured.iter().map(|(_, _, receipt)| receipt.amount.get()).collect();
    let expenses: Vec<_> = captured.iter().map(|(_, _, receipt)| receipt.expense.clone()).collect();
    let at: Vec<_> = captured.iter().map(|(_, _, receipt)| receipt.captured_at).collect();
    let days: Vec<_> = captured.iter().map(|(_, _, receipt)| crate::time::tokyo_date(receipt.captured_at)).collect();
    let inserted = sqlx::query!(
        r#"
        INSERT INTO captures (municipality, hold_id, receipt_id, entry_id, merchant_id, terminal_id, invoice_id, amount_yen, expense, captured_at, business_on)
        SELECT $1, c.*
        FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::bigint[], $9::text[], $10::timestamptz[], $11::date[]) AS c
        ON CONFLICT (municipality, invoice_id) WHERE invoice_id IS NOT NULL DO NOTHING
        "#,
        municipality.code(),
        &holds,
        &receipts as _,
        &entries,
        &merchants as _,
        &terminals as _,
        &invoices as _,
        &amounts,
        &expenses,
        &at,
        &days
    )
    .execute(&mut **tx)
    .await?;
    Ok(usize::try_from(inserted.rows_affected()).unwrap_or(usize::MAX))
}

/// The receipt of a capture's entry.
pub(in crate::payment) async fn find_receipt_in_tx(tx: &mut Tx<'_>, municipality: Municipality, entry: EntryId) -> Result<Option<Receipt>, Failure> {
    let row = sqlx::query_as!(
        ReceiptRow,
        r#"
        SELECT c.receipt_id, c.merchant_id, c.terminal_id, c.invoice_id, c.amount_yen, c.expense, c.captured_at
        FROM transfers t
        JOIN captures c ON c.municipality = t.municipality AND c.hold_id = t.debit_account_id
        WHERE t.municipality = $1 AND t.entry_id = $2 AND t.position = 0
        "#,
        municipality.code(),
        entry.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Receipt::from))
}

/// A merchant's receipts of some days, by the merchant's own order: time, then number.
pub(in crate::payment) async fn list_receipts_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    merchant: MerchantId,
    days: (chrono::NaiveDate, chrono::NaiveDate),
) -> Result<Vec<Receipt>, Failure> {
    let (first, last) = days;
    let rows = sqlx::query_as!(
        ReceiptRow,
        r#"
        SELECT receipt_id, merchant_id, terminal_id, invoice_id, amount_yen, expense, captured_at
        FROM captures
        WHERE municipality = $1 AND merchant_id = $2 AND business_on BETWEEN $3 AND $4
        ORDER BY captured_at, receipt_id
        "#,
        municipality.code(),
        merchant.uuid(),
        first,
        last
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Receipt::from).collect())
}

struct ReceiptRow {
    receipt_id: Uuid,
    merchant_id: Uuid,
    terminal_id: Option<Uuid>,
    invoice_id: Option<Uuid>,
    amount_yen: i64,
    expense: String,
    captured_at: Instant,
}

impl From<ReceiptRow> for Receipt {
    fn from(row: ReceiptRow) -> Self {
        Self {
            id: ReceiptId::new(row.receipt_id),
            merchant: MerchantId::new(row.merchant_id),
            terminal: row.terminal_id.map(TerminalId::new),
            invoice: row.invoice_id.map(InvoiceId::new),
            amount: Yen::new(row.amount_yen),
            expense: row.expense,
            captured_at: row.captured_at,
        }
    }
}
