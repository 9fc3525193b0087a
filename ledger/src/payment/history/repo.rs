//! The SQL of what a family sees of its payments.

use std::collections::{BTreeMap, BTreeSet};

use super::{After, PaidPart, Payment};
use crate::Tx;
use crate::error::Failure;
use crate::ids::{AccountId, ChildId, FamilyId, InvoiceId, MerchantId, Municipality};
use crate::money::Yen;
use crate::payment::repo::hold_state;

/// Which payments of a family.
pub(super) enum Which {
    /// This one.
    One(AccountId),
    /// Those behind one, at most so many.
    Page(Option<After>, i64),
}

/// Payments of a family that draw on no children but these, newest first, without their parts.
pub(super) async fn list_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (family, children): (FamilyId, &BTreeSet<ChildId>),
    which: &Which,
) -> Result<Vec<Payment>, Failure> {
    let own: Vec<_> = children.iter().map(|child| child.uuid()).collect();
    let (one, after, limit) = match which {
        Which::One(payment) => (Some(payment.uuid()), None, 1),
        Which::Page(after, limit) => (None, *after, *limit),
    };
    let rows = sqlx::query!(
        r#"
        SELECT h.hold_id, m.merchant_id, m.name, h.invoice_id, h.expense, h.amount_yen, h.held_at, h.expires_at,
               EXISTS (SELECT FROM reservations v WHERE v.municipality = h.municipality AND v.hold_id = h.hold_id) AS "on_card!",
               c.receipt_id AS "receipt_id?", c.captured_at AS "captured_at?", r.why AS "why?", r.released_at AS "released_at?",
               coalesce((SELECT max(after_yen) FROM refunds f WHERE f.municipality = h.municipality AND f.hold_id = h.hold_id), 0) AS "refunded!"
        FROM holds h
        LEFT JOIN captures c ON c.municipality = h.municipality AND c.hold_id = h.hold_id
        -- A ticket is a payment once it is used.
        JOIN merchants m ON m.municipality = h.municipality AND m.merchant_id = coalesce(h.merchant_id, c.merchant_id)
        LEFT JOIN releases r ON r.municipality = h.municipality AND r.hold_id = h.hold_id
        WHERE h.municipality = $1 AND h.family_id = $2
          AND ($3::uuid IS NULL OR h.hold_id = $3)
          AND ($4::timestamptz IS NULL OR (h.held_at, h.hold_id) < ($4, $5::uuid))
          AND NOT EXISTS (
              SELECT FROM transfers t
              JOIN entitlements e ON e.municipality = t.municipality AND e.entitlement_id = t.debit_account_id
              WHERE t.municipality = h.municipality AND t.entry_id = h.entry_id AND e.child_id <> ALL ($7))
        ORDER BY h.held_at DESC, h.hold_id DESC
        LIMIT $6
        "#,
        municipality.code(),
        family.uuid(),
        one,
        after.map(|(at, _)| at),
        after.map(|(_, hold)| hold.uuid()),
        limit,
        &own
    )
    .fetch_all(&mut **tx)
    .await?;
    let payment = |row: PaymentRow| Payment::try_from(row);
    rows.into_iter()
        .map(|row| {
            payment(PaymentRow {
                hold: row.hold_id,
                merchant: row.merchant_id,
                merchant_name: row.name,
                invoice: row.invoice_id,
                expense: row.expense,
                amount: row.amount_yen,
                held_at: row.held_at,
                expires_at: row.expires_at,
                captured: row.receipt_id.zip(row.captured_at),
                released: row.why.zip(row.released_at),
                refunded: row.refunded,
                on_card: row.on_card,
            })
        })
        .collect()
}

struct PaymentRow {
    hold: uuid::Uuid,
    merchant: uuid::Uuid,
    merchant_name: String,
    invoice: Option<uuid::Uuid>,
    expense: String,
    amount: i64,
    held_at: crate::time::Instant,
    expires_at: crate::time::Instant,
    captured: Option<(uuid::Uuid, crate::time::Instant)>,
    released: Option<(String, crate::time::Instant)>,
    refunded: i64,
    on_card: bool,
}

impl TryFrom<PaymentRow> for Payment {
    type Error = Failure;

    fn try_from(row: PaymentRow) -> Result<Self, Failure> {
        let PaymentRow { hold, merchant, merchant_name, invoice, expense, amount, held_at, expires_at, captured, released, refunded, on_card } = row;
        let state = hold_state(captured, released.as_ref().map(|(why, at)| (why.as_str(), *at)))
            .ok_or_else(|| Failure::inconsistent("holds", format!("{hold} has ended twice or nowhere")))?;
        Ok(Self {
            id: AccountId::new(hold),
            merchant: MerchantId::new(merchant),
            merchant_name,
            invoice: invoice.map(InvoiceId::new),
            expense,
            amount: Yen::new(amount),
            parts: Vec::new(),
            held_at,
            expires_at,
            state,
            refunded: Yen::new(refunded),
            on_card,
        })
    }
}

/// Adds who pays: the transfers into each hold, in the order of the split.
pub(super) async fn add_parts_in_tx(tx: &mut Tx<'_>, municipality: Municipality, payments: &mut [Payment]) -> Result<(), Failure> {
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
    .fetch_all(&mut **tx)
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
