//! All SQL of bills.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::{Bill, Invoice, InvoiceState};
use crate::Tx;
use crate::error::Failure;
use crate::ids::{InvoiceId, MerchantId, Municipality, ReceiptId};
use crate::money::Yen;
use crate::time::Instant;

/// Writes bills down whose own numbers are free; answers which.
pub(super) async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, invoices: &[Invoice], now: Instant) -> Result<BTreeSet<InvoiceId>, Failure> {
    let ids: Vec<_> = invoices.iter().map(|invoice| invoice.id.uuid()).collect();
    let merchants: Vec<_> = invoices.iter().map(|invoice| invoice.bill.merchant.uuid()).collect();
    let references: Vec<_> = invoices.iter().map(|invoice| invoice.bill.reference.clone()).collect();
    let expenses: Vec<_> = invoices.iter().map(|invoice| invoice.bill.expense.clone()).collect();
    let services: Vec<_> = invoices.iter().map(|invoice| invoice.bill.service.clone()).collect();
    let amounts: Vec<_> = invoices.iter().map(|invoice| invoice.bill.amount.get()).collect();
    let due: Vec<_> = invoices.iter().map(|invoice| invoice.bill.due_on).collect();
    let digests: Vec<_> = invoices.iter().map(|invoice| invoice.code.digest().to_vec()).collect();
    let inserted = sqlx::query_scalar!(
        r#"
        INSERT INTO invoices (municipality, invoice_id, merchant_id, reference, expense, service, amount_yen, code_digest, issued_at, due_on)
        SELECT $1, i.invoice_id, i.merchant_id, i.reference, i.expense, i.service, i.amount, i.digest, $2, i.due_on
        FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::bytea[], $10::date[])
             AS i (invoice_id, merchant_id, reference, expense, service, amount, digest, due_on)
        ON CONFLICT (municipality, merchant_id, reference) DO NOTHING
        RETURNING invoice_id
        "#,
        municipality.code(),
        now,
        &ids,
        &merchants,
        &references,
        &expenses,
        &services as _,
        &amounts,
        &digests,
        &due as _
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(inserted.into_iter().map(InvoiceId::new).collect())
}

/// How a bill is looked up.
pub(super) enum By<'a> {
    Id(InvoiceId),
    Code(&'a [u8]),
}

/// A bill as stored: its code is drawn again from its id.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) id: InvoiceId,
    pub(super) bill: Bill,
    pub(super) receipt: Option<ReceiptId>,
    pub(super) cancelled: bool,
}

struct Row {
    invoice_id: Uuid,
    merchant_id: Uuid,
    reference: String,
    expense: String,
    service: Option<String>,
    amount_yen: i64,
    due_on: Option<NaiveDate>,
    receipt_id: Option<Uuid>,
    cancelled: bool,
}

impl From<Row> for Found {
    fn from(row: Row) -> Self {
        let Row { invoice_id, merchant_id, reference, expense, service, amount_yen, due_on, receipt_id, cancelled } = row;
        let bill = Bill { merchant: MerchantId::new(merchant_id), reference, expense, service, amount: Yen::new(amount_yen), due_on };
        Self { id: InvoiceId::new(invoice_id), bill, receipt: receipt_id.map(ReceiptId::new), cancelled }
    }
}

/// One bill, and how it ended.
pub(super) async fn find_in_tx(tx: &mut Tx<'_>, municipality: Municipality, by: By<'_>) -> Result<Option<Found>, Failure> {
    let (id, digest) = match by {
        By::Id(id) => (Some(id.uuid()), None),
        By::Code(digest) => (None, Some(digest)),
    };
    let row = sqlx::query_as!(
        Row,
        r#"
        SELECT i.invoice_id, i.merchant_id, i.reference, i.expense, i.service, i.amount_yen, i.due_on, c.receipt_id AS "receipt_id?",
               coalesce(e.how = 'cancelled', false) AS "cancelled!"
        FROM invoices i
        LEFT JOIN invoice_endings e USING (municipality, invoice_id)
        LEFT JOIN captures c ON c.municipality = i.municipality AND c.invoice_id = i.invoice_id
        WHERE i.municipality = $1 AND (i.invoice_id = $2 OR i.code_digest = $3)
        "#,
        municipality.code(),
        id,
        digest
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(Found::from))
}

/// A merchant's bills with these numbers of its own, by number.
pub(super) async fn list_by_reference_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    merchant: MerchantId,
    references: &[String],
) -> Result<BTreeMap<String, Found>, Failure> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        SELECT i.invoice_id, i.merchant_id, i.reference, i.expense, i.service, i.amount_yen, i.due_on, c.receipt_id AS "receipt_id?",
               coalesce(e.how = 'cancelled', false) AS "cancelled!"
        FROM invoices i
        LEFT JOIN invoice_endings e USING (municipality, invoice_id)
        LEFT JOIN captures c ON c.municipality = i.municipality AND c.invoice_id = i.invoice_id
        WHERE i.municipality = $1 AND i.merchant_id = $2 AND i.reference = ANY ($3)
        "#,
        municipality.code(),
        merchant.uuid(),
        references
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.reference.clone(), Found::from(row))).collect())
}

/// A merchant's bills, newest first: of one state or all, behind one of its own or from the first on.
pub(super) async fn list_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    merchant: MerchantId,
    (state, after, limit): (Option<InvoiceState>, Option<InvoiceId>, i64),
) -> Result<Vec<Found>, Failure> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        SELECT i.invoice_id, i.merchant_id, i.reference, i.expense, i.service, i.amount_yen, i.due_on, c.receipt_id AS "receipt_id?",
               coalesce(e.how = 'cancelled', false) AS "cancelled!"
        FROM invoices i
        LEFT JOIN invoice_endings e USING (municipality, invoice_id)
        LEFT JOIN captures c ON c.municipality = i.municipality AND c.invoice_id = i.invoice_id
        WHERE i.municipality = $1 AND i.merchant_id = $2 AND ($3::text IS NULL OR coalesce(e.how, 'open') = $3)
          AND ($4::uuid IS NULL OR (i.issued_at, i.invoice_id) < (
              SELECT b.issued_at, b.invoice_id FROM invoices b WHERE b.municipality = $1 AND b.merchant_id = $2 AND b.invoice_id = $4))
        ORDER BY i.issued_at DESC, i.invoice_id DESC
        LIMIT $5
        "#,
        municipality.code(),
        merchant.uuid(),
        state.map(InvoiceState::as_str),
        after.map(InvoiceId::uuid),
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Found::from).collect())
}

/// Ends a bill as cancelled; returns whether it had not ended before.
pub(super) async fn insert_cancelled_in_tx(tx: &mut Tx<'_>, municipality: Municipality, invoice: InvoiceId, now: Instant) -> Result<bool, Failure> {
    let inserted = sqlx::query!(
        "INSERT INTO invoice_endings (municipality, invoice_id, how, ended_at) VALUES ($1, $2, 'cancelled', $3) ON CONFLICT DO NOTHING",
        municipality.code(),
        invoice.uuid(),
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Writes down what became of each line of a batch.
pub(super) async fn insert_batch_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (batch, merchant): (Uuid, MerchantId),
    outcomes: &[String],
    now: Instant,
) -> Result<(), Failure> {
    sqlx::query!(
        "INSERT INTO invoice_batches (municipality, batch_id, merchant_id, outcomes, made_at) VALUES ($1, $2, $3, $4, $5)",
        municipality.code(),
        batch,
        merchant.uuid(),
        outcomes,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What became of each line of a batch.
pub(super) async fn get_batch_in_tx(tx: &mut Tx<'_>, municipality: Municipality, batch: Uuid) -> Result<Vec<String>, Failure> {
    let outcomes = sqlx::query_scalar!("SELECT outcomes FROM invoice_batches WHERE municipality = $1 AND batch_id = $2", municipality.code(), batch)
        .fetch_one(&mut **tx)
        .await?;
    Ok(outcomes)
}
