//! Bills: made by the merchant, scanned or opened from home by whoever pays.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use web::fields::{text, whole};
use web::{Body, Created, Fields, IdempotencyKey, PathId, Problem, Read};

use super::{Terminal, YEN_MAX, refused};
use crate::till::{Invoice, NewInvoice, Till};

const REFERENCE_MAX: usize = 40;
const WORD_MAX: usize = 40;

pub(crate) fn router<T: Till>() -> Router<T> {
    Router::new().route("/invoices", post(create::<T>)).route("/invoices/{invoice}", get(show::<T>))
}

impl Read for NewInvoice {
    fn read(fields: &mut Fields) -> Option<Self> {
        let reference = fields.required("reference", text(REFERENCE_MAX));
        let amount_yen = fields.required("amount_yen", whole(1, YEN_MAX));
        let expense = fields.required("expense", text(WORD_MAX));
        let service = fields.optional("service", text(WORD_MAX));
        Some(Self { reference: reference?, amount_yen: amount_yen?, expense: expense?, service: service? })
    }
}

/// A bill.
#[derive(Debug, Serialize)]
pub struct InvoiceBody {
    invoice: String,
    reference: String,
    amount_yen: i64,
    expense: String,
    code: String,
    receipt: Option<String>,
}

impl From<Invoice> for InvoiceBody {
    fn from(invoice: Invoice) -> Self {
        let Invoice { invoice, reference, amount_yen, expense, code, receipt } = invoice;
        Self { invoice, reference, amount_yen, expense, code, receipt }
    }
}

async fn create<T: Till>(
    terminal: Terminal,
    State(till): State<T>,
    key: IdempotencyKey,
    Body(invoice): Body<NewInvoice>,
) -> Result<Created<InvoiceBody>, Problem> {
    let invoice = till.create_invoice(&terminal.0, &key.of("invoice"), &invoice).await.map_err(refused)?;
    Ok(Created(invoice.into()))
}

async fn show<T: Till>(terminal: Terminal, State(till): State<T>, PathId(invoice): PathId<String>) -> Result<Json<InvoiceBody>, Problem> {
    let invoice = till.invoice(&terminal.0, &invoice).await.map_err(refused)?;
    Ok(Json(invoice.into()))
}
