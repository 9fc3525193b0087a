//! Receipts, and refunds of them.

pub(crate) mod events;
pub(crate) mod file;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{Fault, day, text, whole};
use web::openapi::{Always, ByRole, Commanded, OfOne, Queried, Sent, SignedIn};
use web::{Body, Created, Fields, IdempotencyKey, Params, PathId, Problem, Read, Text, tokyo_time};

use super::{CODE_MAX, Caller, PAGE, PAGE_MAX, YEN_MAX, cut, refused};
use crate::Deps;
use crate::till::{NewRefund, Receipt, Refund, WhichReceipts};

/// Days that one question may ask about.
const DAYS_MAX: i64 = 92;
const REASON_MAX: usize = 200;

pub(crate) fn router() -> Router<Deps> {
    Router::new()
        .route("/receipts", get(list))
        .route("/receipts.csv", get(file::download))
        .route("/receipts/events", get(events::follow))
        .route("/receipts/{receipt}", get(show))
        .route("/receipts/{receipt}/refunds", post(refund))
}

/// A receipt. It holds the same whoever paid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Receipt)]
pub struct ReceiptBody {
    /// Its number.
    receipt: String,
    /// The merchant's own number of the bill, where there is one.
    #[schema(required)]
    invoice: Option<String>,
    /// The whole price.
    amount_yen: i64,
    /// What was paid for.
    expense: String,
    /// When, in Tokyo's time.
    #[schema(format = "date-time")]
    paid_at: String,
    /// What has been refunded of it.
    refunded_yen: i64,
    /// Four digits that the payer's screen shows too.
    match_code: String,
}

impl From<Receipt> for ReceiptBody {
    fn from(receipt: Receipt) -> Self {
        let Receipt { receipt, invoice, amount_yen, expense, paid_at, refunded_yen, match_code } = receipt;
        Self { receipt, invoice, amount_yen, expense, paid_at: tokyo_time(paid_at), refunded_yen, match_code }
    }
}

/// Receipts of some days. `next`, where it is, asks for the following page as `after`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptList {
    receipts: Vec<ReceiptBody>,
    #[schema(required)]
    next: Option<String>,
}

/// The days that a question is about, both included.
pub(crate) struct Days {
    first: NaiveDate,
    last: NaiveDate,
}

impl Read for Days {
    fn read(fields: &mut Fields) -> Option<Self> {
        let (first, last) = (fields.required("first", day), fields.required("last", day));
        let (first, last) = (first?, last?);
        if (0..DAYS_MAX).contains(&(last - first).num_days()) {
            return Some(Self { first, last });
        }
        let days =
            Text::new(format!("first から {DAYS_MAX} 日以内にしてください。"), format!("Ask for at most {DAYS_MAX} days, the last not before the first."));
        fields.note("last", &Fault::Said("days", days));
        None
    }
}

impl Read for WhichReceipts {
    fn read(fields: &mut Fields) -> Option<Self> {
        let days = Days::read(fields);
        let after = fields.optional("after", text(CODE_MAX));
        let limit = fields.optional("limit", whole(1, PAGE_MAX));
        let Days { first, last } = days?;
        Some(Self { first, last, after: after?, limit: limit?.unwrap_or(PAGE) })
    }
}

/// What the merchant gives back.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundBody {
    /// How much of the receipt.
    #[schema(minimum = 1, maximum = 9_999_999, example = 2_000)]
    amount_yen: i64,
    /// Why.
    #[schema(max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$", example = "欠席")]
    reason: String,
}

impl Read for RefundBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let amount_yen = fields.required("amount_yen", whole(1, YEN_MAX));
        let reason = fields.required("reason", text(REASON_MAX));
        Some(Self { amount_yen: amount_yen?, reason: reason? })
    }
}

/// A refund.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Refund)]
pub struct RefundAnswer {
    refund: String,
    receipt: String,
    amount_yen: i64,
    #[schema(format = "date-time")]
    refunded_at: String,
}

impl From<Refund> for RefundAnswer {
    fn from(refund: Refund) -> Self {
        let Refund { refund, receipt, amount_yen, refunded_at } = refund;
        Self { refund, receipt, amount_yen, refunded_at: tokyo_time(refunded_at) }
    }
}

/// Lists receipts of some days by time, page by page: `next` of one page is `after` of the following one.
#[utoipa::path(get, path = "/receipts", operation_id = "list_receipts", tag = "receipts", security(("token" = [])),
    params(
        ("first" = String, Query, format = Date, description = "The first day."),
        ("last" = String, Query, format = Date, description = "The last day, at most 92 days later."),
        ("after" = Option<String>, Query, pattern = "^rct_[0-9a-f]{32}$", description = "The page begins behind this receipt."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 200, description = "Receipts on a page; 50 where nothing is said."),
    ),
    responses((status = 200, description = "As asked.", body = ReceiptList), Always, SignedIn, OfOne, Queried))]
pub(crate) async fn list(State(deps): State<Deps>, caller: Caller, Params(mut which): Params<WhichReceipts>) -> Result<Json<ReceiptList>, Problem> {
    let limit = which.limit;
    // One more than asked for tells whether there is a next page.
    which.limit = limit.saturating_add(1);
    let mut receipts = deps.doors.receipts(&caller.0, &which).await.map_err(refused)?;
    let next = cut(&mut receipts, limit).map(|last| last.receipt.clone());
    Ok(Json(ReceiptList { receipts: receipts.into_iter().map(Into::into).collect(), next }))
}

/// Shows a receipt.
#[utoipa::path(get, path = "/receipts/{receipt}", operation_id = "show_receipt", tag = "receipts", security(("token" = [])), params(("receipt" = String, Path)),
    responses((status = 200, description = "As asked.", body = ReceiptBody), Always, SignedIn, OfOne))]
pub(crate) async fn show(State(deps): State<Deps>, caller: Caller, PathId(receipt): PathId<String>) -> Result<Json<ReceiptBody>, Problem> {
    let receipt = deps.doors.receipt(&caller.0, &receipt).await.map_err(refused)?;
    Ok(Json(receipt.into()))
}

/// Refunds some or all of a receipt: a desk those of the day, a manager those of any day. Where the money goes back to is no business of the desk.
#[utoipa::path(post, path = "/receipts/{receipt}/refunds", operation_id = "refund", tag = "receipts", security(("token" = [])),
    params(("receipt" = String, Path), IdempotencyKey), request_body = RefundBody,
    responses((status = 201, description = "Done; or done before, under this key.", body = RefundAnswer), Always, SignedIn, ByRole, OfOne, Sent, Commanded))]
pub(crate) async fn refund(
    State(deps): State<Deps>,
    caller: Caller,
    PathId(receipt): PathId<String>,
    key: IdempotencyKey,
    Body(RefundBody { amount_yen, reason }): Body<RefundBody>,
) -> Result<Created<RefundAnswer>, Problem> {
    let refund = deps.doors.refund(&caller.0, &key.of("refund"), &NewRefund { receipt, amount_yen, reason }).await.map_err(refused)?;
    Ok(Created(refund.into()))
}
