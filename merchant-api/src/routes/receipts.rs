//! Receipts, and refunds of them.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use web::fields::{Fault, day, text, whole};
use web::{Body, Created, Fields, IdempotencyKey, Params, PathId, Problem, Read, Text, tokyo_time};

use super::{Terminal, YEN_MAX, refused};
use crate::till::{Receipt, Refund, Till, WhichReceipts};

/// Days that one question may ask about.
const DAYS_MAX: i64 = 92;
const REASON_MAX: usize = 200;
const RECEIPT_MAX: usize = 60;
/// Receipts on a page, unless fewer are asked for.
const PAGE: i64 = 50;
const PAGE_MAX: i64 = 200;

pub(crate) fn router<T: Till>() -> Router<T> {
    Router::new().route("/receipts", get(list::<T>)).route("/receipts/{receipt}", get(show::<T>)).route("/receipts/{receipt}/refunds", post(refund::<T>))
}

/// A receipt.
#[derive(Debug, Serialize)]
pub struct ReceiptBody {
    receipt: String,
    invoice: Option<String>,
    amount_yen: i64,
    expense: String,
    paid_at: String,
    refunded_yen: i64,
    match_code: String,
}

impl From<Receipt> for ReceiptBody {
    fn from(receipt: Receipt) -> Self {
        let Receipt { receipt, invoice, amount_yen, expense, paid_at, refunded_yen, match_code } = receipt;
        Self { receipt, invoice, amount_yen, expense, paid_at: tokyo_time(paid_at), refunded_yen, match_code }
    }
}

/// Receipts of some days. `next`, where it is, asks for the following page as `after`.
#[derive(Debug, Serialize)]
pub struct ReceiptList {
    receipts: Vec<ReceiptBody>,
    next: Option<String>,
}

impl Read for WhichReceipts {
    fn read(fields: &mut Fields) -> Option<Self> {
        let (first, last) = (fields.required("first", day), fields.required("last", day));
        let after = fields.optional("after", text(RECEIPT_MAX));
        let limit = fields.optional("limit", whole(1, PAGE_MAX));
        let (first, last) = (first?, last?);
        if !(0..DAYS_MAX).contains(&(last - first).num_days()) {
            let days =
                Text::new(format!("first から {DAYS_MAX} 日以内にしてください。"), format!("Ask for at most {DAYS_MAX} days, the last not before the first."));
            fields.note("last", &Fault::Said("days", days));
            return None;
        }
        Some(Self { first, last, after: after?, limit: limit?.unwrap_or(PAGE) })
    }
}

/// What the merchant gives back.
#[derive(Debug)]
pub struct RefundBody {
    amount_yen: i64,
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
#[derive(Debug, Serialize)]
pub struct RefundAnswer {
    refund: String,
    receipt: String,
    amount_yen: i64,
    refunded_at: String,
}

impl From<Refund> for RefundAnswer {
    fn from(refund: Refund) -> Self {
        let Refund { refund, receipt, amount_yen, refunded_at } = refund;
        Self { refund, receipt, amount_yen, refunded_at: tokyo_time(refunded_at) }
    }
}

async fn list<T: Till>(terminal: Terminal, State(till): State<T>, Params(mut which): Params<WhichReceipts>) -> Result<Json<ReceiptList>, Problem> {
    let limit = which.limit;
    // One more than asked for tells whether there is a next page.
    which.limit = limit.saturating_add(1);
    let mut receipts = till.receipts(&terminal.0, &which).await.map_err(refused)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = receipts.len() > limit;
    receipts.truncate(limit);
    let next = receipts.last().filter(|_| more).map(|last| last.receipt.clone());
    Ok(Json(ReceiptList { receipts: receipts.into_iter().map(Into::into).collect(), next }))
}

async fn show<T: Till>(terminal: Terminal, State(till): State<T>, PathId(receipt): PathId<String>) -> Result<Json<ReceiptBody>, Problem> {
    let receipt = till.receipt(&terminal.0, &receipt).await.map_err(refused)?;
    Ok(Json(receipt.into()))
}

async fn refund<T: Till>(
    terminal: Terminal,
    State(till): State<T>,
    PathId(receipt): PathId<String>,
    key: IdempotencyKey,
    Body(body): Body<RefundBody>,
) -> Result<Created<RefundAnswer>, Problem> {
    let refund = till.refund(&terminal.0, &key.of("refund"), &receipt, body.amount_yen, &body.reason).await.map_err(refused)?;
    Ok(Created(refund.into()))
}
