//! Bills: made by the merchant, scanned or opened from home by whoever pays, taken back while nobody has.

pub(crate) mod batch;
pub(crate) mod events;

use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{Fault, Given, day, text, whole, word};
use web::openapi::{Always, Commanded, OfOne, Queried, Sent, SignedIn};
use web::{Body, Created, Fields, IdempotencyKey, Params, PathId, Problem, Read};

use super::{CODE_MAX, Caller, PAGE, PAGE_MAX, YEN_MAX, cut, refused};
use crate::Deps;
use crate::till::{Invoice, InvoiceState, NewInvoice, WhichInvoices};

const REFERENCE_MAX: usize = 40;

pub(crate) fn router() -> Router<Deps> {
    Router::new()
        .route("/invoices", get(list).post(create))
        .route("/invoices/batch", post(batch::create).layer(DefaultBodyLimit::max(batch::BYTES_MAX)))
        .route("/invoices/{invoice}", get(show))
        .route("/invoices/{invoice}/cancel", post(cancel))
        .route("/invoices/{invoice}/qr.svg", get(qr))
        .route("/invoices/{invoice}/events", get(events::follow))
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
    /// The day on which it is due: from today on, within a year.
    #[schema(value_type = Option<String>, format = Date)]
    due_on: Option<NaiveDate>,
}

impl Read for BillBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let reference = fields.required("reference", text(REFERENCE_MAX));
        let amount_yen = fields.required("amount_yen", whole(1, YEN_MAX));
        let expense = fields.required("expense", word);
        let service = fields.optional("service", word);
        let due_on = fields.optional("due_on", day);
        Some(Self { reference: reference?, amount_yen: amount_yen?, expense: expense?, service: service?, due_on: due_on? })
    }
}

impl From<BillBody> for NewInvoice {
    fn from(body: BillBody) -> Self {
        let BillBody { reference, amount_yen, expense, service, due_on } = body;
        Self { reference, amount_yen, expense, service, due_on }
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
    #[schema(required, format = Date)]
    due_on: Option<String>,
    /// `open`, `paid` or `cancelled`.
    #[schema(value_type = String)]
    state: &'static str,
    /// What is typed to pay it.
    code: String,
    /// What its QR symbol holds: the same code as a link.
    link: String,
    /// Where the QR symbol is, from the root of this API.
    qr: String,
    /// Its receipt, once it is paid.
    #[schema(required)]
    receipt: Option<String>,
}

impl InvoiceBody {
    pub(crate) fn new(deps: &Deps, invoice: Invoice) -> Self {
        let link = link(deps, &invoice.code);
        let Invoice { invoice, reference, amount_yen, expense, due_on, code, state, receipt } = invoice;
        let (due_on, qr) = (due_on.map(|day| day.to_string()), format!("invoices/{invoice}/qr.svg"));
        Self { invoice, reference, amount_yen, expense, due_on, state: state.as_str(), code, link, qr, receipt }
    }
}

/// The link of a bill's code, in capitals so that its symbol stays small.
fn link(deps: &Deps, code: &str) -> String {
    format!("HTTPS://{}/V/{}", deps.host.to_ascii_uppercase(), code.replace('-', ""))
}

/// Bills. `next`, where it is, asks for the following page as `after`.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvoiceList {
    invoices: Vec<InvoiceBody>,
    #[schema(required)]
    next: Option<String>,
}

fn state(given: Given<'_>) -> Result<InvoiceState, Fault> {
    let text = text(REFERENCE_MAX)(given)?;
    InvoiceState::ALL.into_iter().find(|state| state.as_str() == text).ok_or(Fault::Form("open"))
}

impl Read for WhichInvoices {
    fn read(fields: &mut Fields) -> Option<Self> {
        let state = fields.optional("state", state);
        let after = fields.optional("after", text(CODE_MAX));
        let limit = fields.optional("limit", whole(1, PAGE_MAX));
        Some(Self { state: state?, after: after?, limit: limit?.unwrap_or(PAGE) })
    }
}

/// Makes a bill. Whoever pays, it looks the same.
#[utoipa::path(post, path = "/invoices", operation_id = "create_invoice", tag = "invoices", security(("token" = [])),
    params(IdempotencyKey), request_body = BillBody,
    responses((status = 201, description = "Done; or done before, under this key.", body = InvoiceBody), Always, SignedIn, Sent, Commanded))]
pub(crate) async fn create(State(deps): State<Deps>, caller: Caller, key: IdempotencyKey, Body(body): Body<BillBody>) -> Result<Created<InvoiceBody>, Problem> {
    let invoice = deps.doors.create_invoice(&caller.0, &key.of("invoice"), &body.into()).await.map_err(refused)?;
    Ok(Created(InvoiceBody::new(&deps, invoice)))
}

/// Lists own bills, newest first, page by page: `next` of one page is `after` of the following one.
#[utoipa::path(get, path = "/invoices", operation_id = "list_invoices", tag = "invoices", security(("token" = [])),
    params(
        ("state" = Option<String>, Query, pattern = "^(open|paid|cancelled)$", description = "Of one state; all where nothing is said."),
        ("after" = Option<String>, Query, pattern = "^inv_[0-9a-f]{32}$", description = "The page begins behind this bill."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 200, description = "Bills on a page; 50 where nothing is said."),
    ),
    responses((status = 200, description = "As asked.", body = InvoiceList), Always, SignedIn, OfOne, Queried))]
pub(crate) async fn list(State(deps): State<Deps>, caller: Caller, Params(mut which): Params<WhichInvoices>) -> Result<Json<InvoiceList>, Problem> {
    let limit = which.limit;
    // One more than asked for tells whether there is a next page.
    which.limit = limit.saturating_add(1);
    let mut invoices = deps.doors.invoices(&caller.0, &which).await.map_err(refused)?;
    let next = cut(&mut invoices, limit).map(|last| last.invoice.clone());
    Ok(Json(InvoiceList { invoices: invoices.into_iter().map(|invoice| InvoiceBody::new(&deps, invoice)).collect(), next }))
}

/// Shows an own bill, with its receipt once it is paid.
#[utoipa::path(get, path = "/invoices/{invoice}", operation_id = "show_invoice", tag = "invoices", security(("token" = [])), params(("invoice" = String, Path)),
    responses((status = 200, description = "As asked.", body = InvoiceBody), Always, SignedIn, OfOne))]
pub(crate) async fn show(State(deps): State<Deps>, caller: Caller, PathId(invoice): PathId<String>) -> Result<Json<InvoiceBody>, Problem> {
    let invoice = deps.doors.invoice(&caller.0, &invoice).await.map_err(refused)?;
    Ok(Json(InvoiceBody::new(&deps, invoice)))
}

/// Takes a bill back that nobody has paid: nobody can pay it any more. Taken back already: the same answer again.
#[utoipa::path(post, path = "/invoices/{invoice}/cancel", operation_id = "cancel_invoice", tag = "invoices", security(("token" = [])),
    params(("invoice" = String, Path), IdempotencyKey),
    responses((status = 200, description = "As asked.", body = InvoiceBody), Always, SignedIn, OfOne, Commanded))]
pub(crate) async fn cancel(
    State(deps): State<Deps>,
    caller: Caller,
    PathId(invoice): PathId<String>,
    key: IdempotencyKey,
) -> Result<Json<InvoiceBody>, Problem> {
    let invoice = deps.doors.cancel_invoice(&caller.0, &key.of("cancel"), &invoice).await.map_err(refused)?;
    Ok(Json(InvoiceBody::new(&deps, invoice)))
}

/// Draws the code of an open bill as a QR symbol, for the desk's screen or for print. Of a bill that has ended there is none.
#[utoipa::path(get, path = "/invoices/{invoice}/qr.svg", operation_id = "show_invoice_qr", tag = "invoices", security(("token" = [])),
    params(("invoice" = String, Path)),
    responses((status = 200, description = "The symbol.", body = String, content_type = "image/svg+xml"), Always, SignedIn, OfOne))]
pub(crate) async fn qr(State(deps): State<Deps>, caller: Caller, PathId(invoice): PathId<String>) -> Result<Response, Problem> {
    let invoice = deps.doors.invoice(&caller.0, &invoice).await.map_err(refused)?;
    if invoice.state != InvoiceState::Open {
        return Err(Problem::new(&web::problem::registry::NOT_FOUND));
    }
    web::qr::svg(&link(&deps, &invoice.code))
}
