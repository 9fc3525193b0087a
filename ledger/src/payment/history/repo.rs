//! The SQL of what a family sees of its payments.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::PgConnection;
use uuid::Uuid;

use super::{After, PaidPart, Payment};
use crate::Tx;
use crate::error::Failure;
use crate::ids::{AccountId, ChildId, FamilyId, InvoiceId, MerchantId, Municipality};
use crate::money::Yen;
use crate::payment::repo::hold_state;
use crate::time::Instant;

/// Payments of a family that draw on no children but these, newest first, without their parts.
pub(super) async fn list_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (family, children): (FamilyId, &BTreeSet<ChildId>),
    (after, limit): (Option<After>, i64),
) -> Result<Vec<Payment>, Failure> {
    let own: Vec<_> = children.iter().map(|child| child.uuid()).collect();
    sqlx::query_as!(
        PaymentRow,
        r#"
        SELECT h.hold_id, h.family_id, m.merchant_id, m.name, h.invoice_id, h.expense, h.amount_yen, h.held_at, h.expires_at,
               EXISTS (SELECT FROM reservations v WHERE v.municipality = h.municipality AND v.hold_id = h.hold_id) AS "on_card!",
               c.receipt_id AS "receipt_id?", c.captured_at AS "captured_at?", r.why AS "why?", r.released_at AS "released_at?",
               coalesce((SELECT max(after_yen) FROM refunds f WHERE f.municipality = h.municipality AND f.hold_id = h.hold_id), 0) AS "refunded!"
        FROM holds h
        LEFT JOIN captures c ON c.municipality = h.municipality AND c.hold_id = h.hold_id
        -- A ticket is a payment once it is used.
        JOIN merchants m ON m.municipality = h.municipality AND m.merchant_id = coalesce(h.merchant_id, c.merchant_id)
        LEFT JOIN releases r ON r.municipality = h.municipality AND r.hold_id = h.hold_id
        WHERE h.municipality = $1 AND h.family_id = $2
          AND ($3::timestamptz IS NULL OR (h.held_at, h.hold_id) < ($3, $4::uuid))
          AND NOT EXISTS (
              SELECT FROM transfers t
              JOIN entitlements e ON e.municipality = t.municipality AND e.entitlement_id = t.debit_account_id
              WHERE t.municipality = h.municipality AND t.entry_id = h.entry_id AND e.child_id <> ALL ($6))
        ORDER BY h.held_at DESC, h.hold_id DESC
        LIMIT $5
        "#,
        municipality.code(),
        family.uuid(),
        after.map(|(at, _)| at),
        after.map(|(_, hold)| hold.uuid()),
        limit,
        &own
    )
    .fetch_all(&mut **tx)
    .await?
    .into_iter()
    .map(Payment::try_from)
    .collect()
}

/// Some payments, each with its family, without their parts.
pub(super) async fn list(connection: &mut PgConnection, municipality: Municipality, payments: &[AccountId]) -> Result<Vec<(FamilyId, Payment)>, Failure> {
    let holds: Vec<_> = payments.iter().map(|payment| payment.uuid()).collect();
    sqlx::query_as!(
        PaymentRow,
        r#"
        SELECT h.hold_id, h.family_id, m.merchant_id, m.name, h.invoice_id, h.expense, h.amount_yen, h.held_at, h.expires_at,
               EXISTS (SELECT FROM reservations v WHERE v.municipality = h.municipality AND v.hold_id = h.hold_id) AS "on_card!",
               c.receipt_id AS "receipt_id?", c.captured_at AS "captured_at?", r.why AS "why?", r.released_at AS "released_at?",
               coalesce((SELECT max(after_yen) FROM refunds f WHERE f.municipality = h.municipality AND f.hold_id = h.hold_id), 0) AS "refunded!"
        FROM holds h
        LEFT JOIN captures c ON c.municipality = h.municipality AND c.hold_id = h.hold_id
        -- A ticket is a payment once it is used.
        JOIN merchants m ON m.municipality = h.municipality AND m.merchant_id = coalesce(h.merchant_id, c.merchant_id)
        LEFT JOIN releases r ON r.municipality = h.municipality AND r.hold_id = h.hold_id
        WHERE h.municipality = $1 AND h.hold_id = ANY ($2)
        "#,
        municipality.code(),
        &holds
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(|row| Ok((FamilyId::new(row.family_id), Payment::try_from(row)?)))
    .collect()
}

struct PaymentRow {
    hold_id: Uuid,
    family_id: Uuid,
    merchant_id: Uuid,
    name: String,
    invoice_id: Option<Uuid>,
    expense: String,
    amount_yen: i64,
    held_at: Instant,
    expires_at: Instant,
    on_card: bool,
    receipt_id: Option<Uuid>,
    captured_at: Option<Instant>,
    why: Option<String>,
    released_at: Option<Instant>,
    refunded: i64,
}

impl TryFrom<PaymentRow> for Payment {
    type Error = Failure;

    fn try_from(row: PaymentRow) -> Result<Self, Failure> {
        let state = hold_state(row.receipt_id.zip(row.captured_at), row.why.as_deref().zip(row.released_at))
            .ok_or_else(|| Failure::inconsistent("holds", format!("{} has ended twice or nowhere", row.hold_id)))?;
        Ok(Self {
            id: AccountId::new(row.hold_id),
            merchant: MerchantId::new(row.merchant_id),
            merchant_name: row.name,
            invoice: row.invoice_id.map(InvoiceId::new),
            expense: row.expense,
            amount: Yen::new(row.amount_yen),
            parts: Vec::new(),
            held_at: row.held_at,
            expires_at: row.expires_at,
            state,
            refunded: Yen::new(row.refunded),
            on_card: row.on_card,
        })
    }
}

/// Adds who pays: the transfers into each hold, in the order of the split.
pub(super) async fn add_parts(connection: &mut PgConnection, municipality: Municipality, payments: &mut [Payment]) -> Result<(), Failure> {
    let holds: Vec<_> = payments.iter().map(|payment| payment.id.uuid()).collect();
    let rows = sqlx::query!(
        r#"
        SELECT h.hold_id, t.amount, e.child_id AS "child_id?", e.scheme_id AS "scheme_id?"
        FROM holds h
        JOIN transfers t ON t.municipality = h.municipality AND t.entry_id = h.entry_id AND t.credit_account_id = h.hold_id
        LEFT JOIN entitlements e ON e.municipality = t.municipality AND e.entitlement_id = t.debit_account_id
        WHERE h.municipality = $1 AND h.hold_id = ANY($2)
        ORDER BY h.hold_id, t.position
        "#,
        municipality.code(),
        &holds
    )
    .fetch_all(connection)
    .await?;
    let mut parts: BTreeMap<AccountId, Vec<PaidPart>> = BTreeMap::new();
    for row in rows {
        let entitlement = row.child_id.map(ChildId::new).zip(row.scheme_id);
        parts.entry(AccountId::new(row.hold_id)).or_default().push(PaidPart { entitlement, amount: Yen::new(row.amount) });
    }
    for payment in payments {
        payment.parts = parts.remove(&payment.id).unwrap_or_default();
    }
    Ok(())
}
