//! What the proof of the books looks for.

use crate::Tx;
use crate::error::Failure;
use crate::ids::{AccountId, EntryId, Municipality, ReceiptId, RefundId};

/// The first hold whose account holds what it should not: the whole amount while it is held, nothing once it was captured by one transfer
/// to its merchant or given back by its release.
pub(in crate::payment) async fn find_hold_difference_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<AccountId>, Failure> {
    let hold = sqlx::query_scalar!(
        r#"
        WITH taken AS (
            SELECT t.debit_account_id AS hold_id, t.entry_id, e.kind, sum(t.amount)::bigint AS amount, count(*) AS transfers
            FROM transfers t
            JOIN entries e USING (municipality, entry_id)
            JOIN holds h ON h.municipality = t.municipality AND h.hold_id = t.debit_account_id
            WHERE t.municipality = $1
            GROUP BY t.debit_account_id, t.entry_id, e.kind
        ), put AS (
            SELECT t.credit_account_id AS hold_id, sum(t.amount)::bigint AS amount
            FROM transfers t
            JOIN holds h ON h.municipality = t.municipality AND h.hold_id = t.credit_account_id AND h.entry_id = t.entry_id
            WHERE t.municipality = $1
            GROUP BY t.credit_account_id
        )
        SELECT h.hold_id
        FROM holds h
        LEFT JOIN put p ON p.hold_id = h.hold_id
        LEFT JOIN taken t ON t.hold_id = h.hold_id
        LEFT JOIN captures c ON c.municipality = h.municipality AND c.hold_id = h.hold_id
        LEFT JOIN releases r ON r.municipality = h.municipality AND r.hold_id = h.hold_id
        WHERE h.municipality = $1
          AND (p.amount IS DISTINCT FROM h.amount_yen
               OR t.entry_id IS DISTINCT FROM coalesce(c.entry_id, r.entry_id)
               OR (c.hold_id IS NOT NULL AND r.hold_id IS NOT NULL)
               OR (c.hold_id IS NOT NULL AND (c.amount_yen, t.kind, t.amount, t.transfers) IS DISTINCT FROM (h.amount_yen, 'capture', h.amount_yen, 1::bigint))
               OR (r.hold_id IS NOT NULL AND (t.kind, t.amount) IS DISTINCT FROM (CASE r.why WHEN 'voided' THEN 'void' ELSE 'expire' END, h.amount_yen)))
        ORDER BY h.hold_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(hold.map(AccountId::new))
}

/// The first receipt that differs from its hold, or whose transfer did not go to its merchant on its day.
pub(in crate::payment) async fn find_receipt_difference_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<ReceiptId>, Failure> {
    let receipt = sqlx::query_scalar!(
        r#"
        SELECT c.receipt_id
        FROM captures c
        LEFT JOIN holds h USING (municipality, hold_id)
        LEFT JOIN entries e ON e.municipality = c.municipality AND e.entry_id = c.entry_id
        LEFT JOIN transfers t ON t.municipality = c.municipality AND t.entry_id = c.entry_id
        LEFT JOIN accounts a ON a.municipality = t.municipality AND a.account_id = t.credit_account_id
        WHERE c.municipality = $1
          AND ((a.kind, a.owner_id, e.business_on) IS DISTINCT FROM ('merchant_payable', c.merchant_id, c.business_on)
               OR (c.merchant_id, c.expense, c.invoice_id) IS DISTINCT FROM (coalesce(h.merchant_id, c.merchant_id), h.expense, h.invoice_id))
        ORDER BY c.receipt_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(receipt.map(ReceiptId::new))
}

/// The first hold of which something came back to an account that it did not come from, and that is no budget.
pub(in crate::payment) async fn find_astray_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<AccountId>, Failure> {
    let hold = sqlx::query_scalar!(
        r#"
        WITH back AS (
            SELECT r.hold_id, r.entry_id FROM releases r WHERE r.municipality = $1
            UNION ALL
            SELECT r.hold_id, s.entry_id FROM refunds r JOIN refund_settlements s USING (municipality, refund_id) WHERE r.municipality = $1
        )
        SELECT h.hold_id
        FROM back
        JOIN holds h ON h.municipality = $1 AND h.hold_id = back.hold_id
        JOIN transfers t ON t.municipality = $1 AND t.entry_id = back.entry_id
        JOIN accounts a ON a.municipality = $1 AND a.account_id = t.credit_account_id
        LEFT JOIN transfers p ON p.municipality = $1 AND p.entry_id = h.entry_id AND p.debit_account_id = t.credit_account_id
        WHERE p.entry_id IS NULL AND a.kind NOT IN ('scheme_budget', 'refunds_pending')
        ORDER BY h.hold_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(hold.map(AccountId::new))
}

/// The first entry of a payment's life that no hold, receipt, release, refund or settlement knows of.
pub(in crate::payment) async fn find_unrecorded_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<EntryId>, Failure> {
    let entry = sqlx::query_scalar!(
        r#"
        SELECT entry_id AS "entry_id!"
        FROM entries
        WHERE municipality = $1 AND kind IN ('hold', 'capture', 'void', 'expire', 'refund', 'settle_refund')
        EXCEPT
        SELECT entry_id
        FROM (
            SELECT municipality, entry_id FROM holds
            UNION ALL SELECT municipality, entry_id FROM captures
            UNION ALL SELECT municipality, entry_id FROM releases
            UNION ALL SELECT municipality, entry_id FROM refunds
            UNION ALL SELECT municipality, entry_id FROM refund_settlements
        ) recorded
        WHERE municipality = $1
        ORDER BY 1
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(entry.map(EntryId::new))
}

/// The first refund that was not one transfer of its amount from its merchant on its day, or was put back in another amount.
pub(in crate::payment) async fn find_refund_difference_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<RefundId>, Failure> {
    let refund = sqlx::query_scalar!(
        r#"
        WITH taken AS (
            SELECT t.entry_id, e.business_on, count(*) AS transfers, sum(t.amount)::bigint AS amount, min(a.kind) AS kind, min(a.owner_id::text)::uuid AS owner_id
            FROM transfers t
            JOIN entries e USING (municipality, entry_id)
            JOIN refunds r ON r.municipality = t.municipality AND r.entry_id = t.entry_id
            JOIN accounts a ON a.municipality = t.municipality AND a.account_id = t.debit_account_id
            WHERE t.municipality = $1
            GROUP BY t.entry_id, e.business_on
        ), put AS (
            SELECT t.entry_id, sum(CASE WHEN a.kind = 'refunds_pending' THEN t.amount ELSE -t.amount END)::bigint AS amount
            FROM transfers t
            JOIN refund_settlements s ON s.municipality = t.municipality AND s.entry_id = t.entry_id
            JOIN accounts a ON a.municipality = t.municipality AND a.account_id = t.debit_account_id
            WHERE t.municipality = $1 AND a.unit = 'yen'
            GROUP BY t.entry_id
        )
        SELECT r.refund_id
        FROM refunds r
        LEFT JOIN refund_settlements s USING (municipality, refund_id)
        LEFT JOIN taken ON taken.entry_id = r.entry_id
        LEFT JOIN put ON put.entry_id = s.entry_id
        WHERE r.municipality = $1
          AND ((taken.transfers, taken.amount, taken.kind, taken.owner_id, taken.business_on) IS DISTINCT FROM
               (1::bigint, r.amount_yen, CASE WHEN r.from_receivable THEN 'merchant_receivable' ELSE 'merchant_payable' END, r.merchant_id, r.business_on)
               OR (s.refund_id IS NOT NULL AND put.amount IS DISTINCT FROM r.amount_yen))
        ORDER BY r.refund_id
        LIMIT 1
        "#,
        municipality.code()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(refund.map(RefundId::new))
}
