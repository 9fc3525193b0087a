//! The SQL of a family's history. It writes nothing.

use chrono::{Days, NaiveTime};

use super::{Item, Kind, Which};
use crate::Tx;
use crate::books::{Account, Kind as AccountKind};
use crate::error::Failure;
use crate::ids::{AccountId, ChildId, ClaimId, FamilyId, MerchantId, Municipality};
use crate::money::Yen;
use crate::time::tokyo_instant;

/// Items of a family, newest first. Payments that draw on other children than these are left out.
pub(super) async fn list_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (family, children): (FamilyId, &[ChildId]),
    which: &Which,
) -> Result<Vec<Item>, Failure> {
    let own: Vec<_> = children.iter().map(|child| child.uuid()).collect();
    let own_money = Account::of_owner(AccountKind::OwnMoney, family.uuid()).id;
    let from = which.from.map(|day| tokyo_instant(day, NaiveTime::MIN));
    let until = which.to.and_then(|day| day.checked_add_days(Days::new(1))).map(|day| tokyo_instant(day, NaiveTime::MIN));
    let rows = sqlx::query!(
        r#"
        WITH paid AS (
            SELECT h.hold_id, h.amount_yen, h.merchant_id, m.name, c.captured_at
            FROM holds h
            JOIN captures c ON c.municipality = h.municipality AND c.hold_id = h.hold_id
            JOIN merchants m ON m.municipality = h.municipality AND m.merchant_id = h.merchant_id
            WHERE h.municipality = $1 AND h.family_id = $2
              AND NOT EXISTS (
                  SELECT FROM transfers t
                  JOIN entitlements e ON e.municipality = t.municipality AND e.entitlement_id = t.debit_account_id
                  WHERE t.municipality = h.municipality AND t.entry_id = h.entry_id AND e.child_id <> ALL ($3))
              AND ($4::uuid IS NULL OR EXISTS (
                  SELECT FROM transfers t
                  JOIN entitlements e ON e.municipality = t.municipality AND e.entitlement_id = t.debit_account_id
                  WHERE t.municipality = h.municipality AND t.entry_id = h.entry_id AND e.child_id = $4))
        ), happened AS (
            SELECT 'payment' AS kind, captured_at AS at, hold_id AS reference, amount_yen AS amount, merchant_id, name, hold_id AS payment, NULL::uuid AS claim_id,
                   NULL::uuid AS child_id, NULL AS state
            FROM paid
            UNION ALL
            SELECT 'refund', r.refunded_at, r.refund_id, r.amount_yen, p.merchant_id, p.name, p.hold_id, NULL, NULL, NULL
            FROM paid p
            JOIN refunds r ON r.municipality = $1 AND r.hold_id = p.hold_id
            UNION ALL
            SELECT 'claim', filed_at, claim_id, coalesce(granted_yen, reserved_yen), NULL, NULL, NULL, claim_id, child_id,
                   CASE state WHEN 'examined' THEN 'filed' ELSE state END
            FROM claims
            WHERE municipality = $1 AND family_id = $2 AND ($4::uuid IS NULL OR child_id = $4)
            UNION ALL
            SELECT 'clawback', b.approved_at, b.clawback_id, b.amount_yen, NULL, NULL, NULL, c.claim_id, c.child_id, NULL
            FROM claims c
            JOIN clawbacks b USING (municipality, claim_id)
            WHERE c.municipality = $1 AND c.family_id = $2 AND b.approved_at IS NOT NULL AND ($4::uuid IS NULL OR c.child_id = $4)
            UNION ALL
            SELECT CASE e.kind WHEN 'pay_back' THEN 'paid_back' ELSE 'loaded' END, e.posted_at, e.entry_id, t.amount, NULL, NULL, NULL, NULL, NULL, NULL
            FROM own_money_moves o
            JOIN entries e USING (municipality, entry_id)
            JOIN transfers t ON t.municipality = o.municipality AND t.entry_id = o.entry_id AND $5 IN (t.debit_account_id, t.credit_account_id)
            WHERE o.municipality = $1 AND o.family_id = $2 AND $4::uuid IS NULL
            UNION ALL
            SELECT 'payout', r.sent_at, r.remittance_id, p.amount_yen, NULL, NULL, NULL, NULL, NULL,
                   CASE WHEN l.returned_at IS NOT NULL THEN 'returned' WHEN r.state = 'confirmed' THEN 'paid' ELSE 'sent' END
            FROM remittance_parts p
            JOIN remittance_lines l USING (municipality, remittance_id, number)
            JOIN remittances r USING (municipality, remittance_id)
            WHERE p.municipality = $1 AND p.payee_kind = 'family' AND p.payee_id = $2 AND r.state IN ('sent', 'confirmed') AND $4::uuid IS NULL
        )
        SELECT kind AS "kind!", at AS "at!", reference AS "reference!", amount AS "amount!", merchant_id, name, payment, claim_id, child_id, state
        FROM happened
        WHERE ($6::text IS NULL OR kind = $6) AND ($7::timestamptz IS NULL OR at >= $7) AND ($8::timestamptz IS NULL OR at < $8)
          AND ($9::timestamptz IS NULL OR (at, reference) < ($9, $10::uuid))
        ORDER BY at DESC, reference DESC
        LIMIT $11
        "#,
        municipality.code(),
        family.uuid(),
        &own,
        which.child.map(ChildId::uuid),
        own_money.uuid(),
        which.kind.map(Kind::as_str),
        from,
        until,
        which.after.map(|(at, _)| at),
        which.after.map(|(_, reference)| reference),
        which.limit
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Item {
                at: row.at,
                reference: row.reference,
                kind: Kind::parse(&row.kind).ok_or_else(|| Failure::inconsistent("history", row.kind))?,
                amount: Yen::new(row.amount),
                merchant: row.merchant_id.map(MerchantId::new).zip(row.name),
                payment: row.payment.map(AccountId::new),
                claim: row.claim_id.map(ClaimId::new).zip(row.child_id.map(ChildId::new)),
                state: row.state,
            })
        })
        .collect()
}
