//! All SQL of refunds.

use super::{Receipt, Refund, Refundable};
use crate::Tx;
use crate::error::Failure;
use crate::ids::{AccountId, EntryId, InvoiceId, MerchantId, Municipality, ReceiptId, RefundId, TerminalId};
use crate::money::Yen;
use crate::time::{Instant, tokyo_date};

/// Locks a merchant's receipt, so that two refunds of it wait for each other, and sums up what was refunded.
pub(super) async fn lock_in_tx(tx: &mut Tx<'_>, municipality: Municipality, merchant: MerchantId, receipt: ReceiptId) -> Result<Option<Refundable>, Failure> {
    // Receipts only grow, so there is no right to lock their rows: the lock is on the number.
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, $2))", receipt.uuid(), i64::from(municipality.code()))
        .execute(&mut **tx)
        .await?;
    let row = sqlx::query!(
        r#"
        SELECT hold_id, receipt_id, merchant_id, terminal_id, invoice_id, amount_yen, expense, captured_at
        FROM captures WHERE municipality = $1 AND merchant_id = $2 AND receipt_id = $3
        "#,
        municipality.code(),
        merchant.uuid(),
        receipt.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let last = sqlx::query!(
        r#"
        SELECT coalesce(max(number), 0) + 1 AS "number!", coalesce(max(after_yen), 0) AS "refunded!"
        FROM refunds WHERE municipality = $1 AND hold_id = $2
        "#,
        municipality.code(),
        row.hold_id
    )
    .fetch_one(&mut **tx)
    .await?;
    let receipt = Receipt {
        id: ReceiptId::new(row.receipt_id),
        merchant: MerchantId::new(row.merchant_id),
        terminal: row.terminal_id.map(TerminalId::new),
        invoice: row.invoice_id.map(InvoiceId::new),
        amount: Yen::new(row.amount_yen),
        expense: row.expense,
        captured_at: row.captured_at,
    };
    let number = i16::try_from(last.number).map_err(|_| Failure::inconsistent("refunds", "too many refunds of one receipt"))?;
    Ok(Some(Refundable { hold: AccountId::new(row.hold_id), receipt, number, refunded: Yen::new(last.refunded) }))
}

/// Writes a refund down, behind the one before it.
pub(super) async fn insert_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    of: &Refundable,
    refund: &Refund,
    posted: (EntryId, bool, &str),
) -> Result<(), Failure> {
    let (entry, from_receivable, reason) = posted;
    sqlx::query!(
        r#"
        INSERT INTO refunds (municipality, hold_id, number, refund_id, entry_id, merchant_id, captured_yen, before_yen, amount_yen, after_yen,
                             from_receivable, reason, refunded_at, business_on)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        "#,
        municipality.code(),
        of.hold.uuid(),
        of.number,
        refund.id.uuid(),
        entry.uuid(),
        of.receipt.merchant.uuid(),
        of.receipt.amount.get(),
        of.refunded.get(),
        refund.amount.get(),
        of.refunded.plus(refund.amount)?.get(),
        from_receivable,
        reason,
        refund.refunded_at,
        tokyo_date(refund.refunded_at)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The refund of an entry.
pub(super) async fn get_by_entry_in_tx(tx: &mut Tx<'_>, municipality: Municipality, entry: EntryId) -> Result<Refund, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT r.refund_id, c.receipt_id, r.amount_yen, r.refunded_at
        FROM refunds r
        JOIN captures c USING (municipality, hold_id)
        WHERE r.municipality = $1 AND r.entry_id = $2
        "#,
        municipality.code(),
        entry.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    let row = row.ok_or_else(|| Failure::inconsistent("refunds", format!("{entry} has no refund")))?;
    Ok(Refund { id: RefundId::new(row.refund_id), receipt: ReceiptId::new(row.receipt_id), amount: Yen::new(row.amount_yen), refunded_at: row.refunded_at })
}

/// A refund that has not been put back yet.
pub(super) struct Pending {
    pub(super) id: RefundId,
    pub(super) hold: AccountId,
    /// Refunded of its receipt before it, and with it.
    pub(super) before: Yen,
    pub(super) after: Yen,
}

/// Refunds that have not been put back, oldest first.
pub(super) async fn list_pending_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Vec<Pending>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT r.refund_id, r.hold_id, r.before_yen, r.after_yen
        FROM refunds r
        WHERE r.municipality = $1
          AND NOT EXISTS (SELECT FROM refund_settlements s WHERE s.municipality = r.municipality AND s.refund_id = r.refund_id)
        ORDER BY r.refunded_at, r.hold_id, r.number
        "#,
        municipality.code()
    )
    .fetch_all(&mut **tx)
    .await?;
    let pending = rows.into_iter().map(|row| Pending {
        id: RefundId::new(row.refund_id),
        hold: AccountId::new(row.hold_id),
        before: Yen::new(row.before_yen),
        after: Yen::new(row.after_yen),
    });
    Ok(pending.collect())
}

/// Writes down that a refund was put back.
pub(super) async fn insert_settlement_in_tx(tx: &mut Tx<'_>, municipality: Municipality, refund: RefundId, entry: EntryId, at: Instant) -> Result<(), Failure> {
    sqlx::query!(
        "INSERT INTO refund_settlements (municipality, refund_id, entry_id, settled_at) VALUES ($1, $2, $3, $4)",
        municipality.code(),
        refund.uuid(),
        entry.uuid(),
        at
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
