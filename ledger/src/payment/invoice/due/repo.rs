//! All SQL of bills that settle by themselves.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{Consent, ConsentState, Why};
use crate::Tx;
use crate::error::Failure;
use crate::ids::{ChildId, FamilyId, InvoiceId, Municipality};
use crate::money::Yen;
use crate::payment::invoice::PayInvoice;
use crate::time::Instant;

/// Writes a wish down, in the place of an older one; returns whether its day had not come.
pub(super) async fn write_in_tx(tx: &mut Tx<'_>, municipality: Municipality, invoice: InvoiceId, asked: &PayInvoice, now: Instant) -> Result<bool, Failure> {
    let children: Vec<_> = asked.children.iter().map(|child| child.uuid()).collect();
    let written = sqlx::query!(
        r#"
        INSERT INTO invoice_consents AS c (municipality, invoice_id, family_id, children, own_money, given_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (municipality, invoice_id, family_id) DO UPDATE
        SET children = excluded.children, own_money = excluded.own_money, given_at = excluded.given_at, withdrawn_at = NULL
        WHERE c.tried_at IS NULL
        "#,
        municipality.code(),
        invoice.uuid(),
        asked.family.uuid(),
        &children,
        asked.own_money,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Withdraws a wish; returns whether its day had not come, and nothing where there is none.
pub(super) async fn mark_withdrawn_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (invoice, family): (InvoiceId, FamilyId),
    now: Instant,
) -> Result<Option<bool>, Failure> {
    let known = sqlx::query_scalar!(
        r#"
        SELECT tried_at IS NULL AS "open!" FROM invoice_consents WHERE municipality = $1 AND invoice_id = $2 AND family_id = $3 FOR UPDATE
        "#,
        municipality.code(),
        invoice.uuid(),
        family.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    sqlx::query!(
        r#"
        UPDATE invoice_consents SET withdrawn_at = $4
        WHERE municipality = $1 AND invoice_id = $2 AND family_id = $3 AND withdrawn_at IS NULL AND tried_at IS NULL
        "#,
        municipality.code(),
        invoice.uuid(),
        family.uuid(),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(known)
}

/// What a family wants to settle by itself, all of it or one bill, by day.
pub(super) async fn list_in_tx(tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId, invoice: Option<InvoiceId>) -> Result<Vec<Consent>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT c.invoice_id, i.reference, m.name, i.amount_yen, i.due_on AS "due_on!", c.tried_at, c.refused
        FROM invoice_consents c
        JOIN invoices i USING (municipality, invoice_id)
        JOIN merchants m ON m.municipality = i.municipality AND m.merchant_id = i.merchant_id
        WHERE c.municipality = $1 AND c.family_id = $2 AND c.withdrawn_at IS NULL AND ($3::uuid IS NULL OR c.invoice_id = $3)
        ORDER BY i.due_on, c.invoice_id
        "#,
        municipality.code(),
        family.uuid(),
        invoice.map(InvoiceId::uuid)
    )
    .fetch_all(&mut **tx)
    .await?;
    let consent = |id: Uuid, reference, name, amount, due_on, state| Consent {
        invoice: InvoiceId::new(id),
        reference,
        merchant_name: name,
        amount: Yen::new(amount),
        due_on,
        state,
    };
    rows.into_iter()
        .map(|row| {
            let state = match (row.tried_at, row.refused.as_deref()) {
                (None, None) => Some(ConsentState::Waiting),
                (Some(at), None) => Some(ConsentState::Settled { at }),
                (_, Some(why)) => Why::parse(why).map(ConsentState::Refused),
            };
            let state = state.ok_or_else(|| Failure::inconsistent("invoice_consents", format!("{} was refused for an unknown reason", row.invoice_id)))?;
            Ok(consent(row.invoice_id, row.reference, row.name, row.amount_yen, row.due_on, state))
        })
        .collect()
}

/// What is due on `today` or was before and has not been tried, in the order of the bills, at most `limit`.
pub(super) async fn list_due_in_tx(tx: &mut Tx<'_>, municipality: Municipality, today: NaiveDate, limit: i64) -> Result<Vec<(InvoiceId, PayInvoice)>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT c.invoice_id, c.family_id, c.children, c.own_money
        FROM invoices i
        JOIN invoice_consents c USING (municipality, invoice_id)
        WHERE i.municipality = $1 AND i.due_on <= $2 AND c.withdrawn_at IS NULL AND c.tried_at IS NULL
        ORDER BY i.due_on, i.invoice_id, c.given_at, c.family_id
        LIMIT $3
        "#,
        municipality.code(),
        today,
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    let due = rows.into_iter().map(|row| {
        let children = row.children.into_iter().map(ChildId::new).collect();
        (InvoiceId::new(row.invoice_id), PayInvoice { family: FamilyId::new(row.family_id), children, own_money: row.own_money })
    });
    Ok(due.collect())
}

/// Notes that the day came, and why it was not paid, where it was not. A family that withdrew meanwhile has paid all the same.
pub(super) async fn mark_tried_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (invoice, family): (InvoiceId, FamilyId),
    (at, why): (Instant, Option<Why>),
) -> Result<(), Failure> {
    let marked = sqlx::query!(
        r#"
        UPDATE invoice_consents SET tried_at = $4, refused = $5, withdrawn_at = NULL
        WHERE municipality = $1 AND invoice_id = $2 AND family_id = $3
        "#,
        municipality.code(),
        invoice.uuid(),
        family.uuid(),
        at,
        why.map(Why::as_str)
    )
    .execute(&mut **tx)
    .await?;
    if marked.rows_affected() == 1 { Ok(()) } else { Err(Failure::inconsistent("invoice_consents", format!("{invoice} is gone"))) }
}
