//! Bills: made by the merchant, scanned or opened from home by whoever pays.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{text, whole, word};
use web::openapi::{Always, Commanded, OfOne, Sent, SignedIn};
use web::{Body, Created, Fields, IdempotencyKey, PathId, Problem, Read};

use super::{Terminal, YEN_MAX, refused};
use crate::till::{Invoice, NewInvoice, Till};

const REFERENCE_MAX: usize = 40;

pub(crate) fn router<T: Till>() -> Router<T> {
    Router::new().route("/invoices", post(create::<T>)).route("/invoices/{invoice}", get(show::<T>))
}

/// What is billed.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewInvoice)]
pub struct BillBody {
    /// The merchant's own number, once for each bill.
    #[schema(max_length = 40, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$", example = "2026-05/017")]
    reference: String,
    /// The price.
    #[schema(minimum = 1, maximum = 9_999_999, example = 12_000)]
    amount_yen: i64,
    /// What is paid for, as registered.
    #[schema(pattern = "^[a-z][a-z0-9_-]{0,39}$", example = "tuition")]
    expense: String,
    /// The service, where services have registrations of their own.
    #[schema(pattern = "^[a-z][a-z0-9_-]{0,39}$")]
    service: Option<String>,
}

impl Read for BillBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let reference = fields.required("reference", text(REFERENCE_MAX));
        let amount_yen = fields.required("amount_yen", whole(1, YEN_MAX));
        let expense = fields.required("expense", word);
        let service = fields.optional("service", word);
        Some(Self { reference: reference?, amount_yen: amount_yen?, expense: expense?, service: service? })
    }
}

impl From<BillBody> for NewInvoice {
    fn from(body: BillBody) -> Self {
        let BillBody { reference, amount_yen, expense, service } = body;
        Self { reference, amount_yen, expense, service, due_on: None }
    }
}

/// A bill.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invoice)]
pub struct InvoiceBody {
    /// Its number.
    invoice: String,
    /// The merchant's own number.
    reference: String,
    amount_yen: i64,
    expense: String,
    /// What is scanned to pay it.
    code: String,
    /// Its receipt, once it is paid.
    #[schema(required)]
    receipt: Option<String>,
}

impl From<Invoice> for InvoiceBody {
    fn from(invoice: Invoice) -> Self {
        let Invoice { invoice, reference, amount_yen, expense, code, receipt, .. } = invoice;
        Self { invoice, reference, amount_yen, expense, code, receipt }
    }
}

/// Makes a bill. Whoever pays, it looks the same.
#[utoipa::path(post, path = "/invoices", operation_id = "create_invoice", tag = "invoices", security(("token" = [])), params(IdempotencyKey), request_body = BillBody,
    responses((status = 201, description = "Done; or done before, under this key.", body = InvoiceBody), Always, SignedIn, Sent, Commanded))]
pub(crate) async fn create<T: Till>(
    terminal: Terminal,
    State(till): State<T>,
    key: IdempotencyKey,
    Body(body): Body<BillBody>,
) -> Result<Created<InvoiceBody>, Problem> {
    let invoice = till.create_invoice(&terminal.0, &key.of("invoice"), &body.into()).await.map_err(refused)?;
    Ok(Created(invoice.into()))
}

/// Shows an own bill, with its receipt once it is paid.
#[utoipa::path(get, path = "/invoices/{invoice}", operation_id = "show_invoice", tag = "invoices", security(("token" = [])), params(("invoice" = String, Path)),
    responses((status = 200, description = "As asked.", body = InvoiceBody), Always, SignedIn, OfOne))]
pub(crate) async fn show<T: Till>(terminal: Terminal, State(till): State<T>, PathId(invoice): PathId<String>) -> Result<Json<InvoiceBody>, Problem> {
    let invoice = till.invoice(&terminal.0, &invoice).await.map_err(refused)?;
    Ok(Json(invoice.into()))
}
