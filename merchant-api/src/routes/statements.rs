//! The merchant's months, the claim to be paid, and when the money comes: for managers.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::whole;
use web::openapi::{Always, ByRole, Commanded, OfOne, Queried, SignedIn};
use web::{Fields, IdempotencyKey, Params, PathId, Problem, Read, tokyo_time};

use super::{Caller, PAGE, PAGE_MAX, cut, refused};
use crate::Deps;
use crate::csv::{File, guarded};
use crate::till::{Payout, Statement, StatementLine, WhichLines};

const HEADINGS: [&str; 6] = ["明細番号", "日時", "領収番号", "請求番号", "費目", "金額"];
/// Lines that are asked for at once.
const CHUNK: i64 = 1_000;

pub(crate) fn router() -> Router<Deps> {
    Router::new()
        .route("/statements", get(list))
        .route("/statements/{month}", get(show))
        .route("/statements/{month}/receipts", get(lines))
        .route("/statements/{month}/receipts.csv", get(download))
        .route("/statements/{month}/claim", post(claim))
        .route("/payouts", get(payouts))
}

/// One month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Statement)]
pub struct StatementBody {
    /// The month.
    #[schema(example = "2026-05")]
    month: String,
    /// Its first day.
    #[schema(format = Date)]
    from: String,
    /// Its last day.
    #[schema(format = Date)]
    to: String,
    /// How many receipts.
    receipts: i64,
    /// What they add up to.
    gross_yen: i64,
    /// What was refunded.
    refunded_yen: i64,
    /// What is due.
    net_yen: i64,
    /// `drawn`, `claimed`, `examined` or `approved`.
    state: String,
    /// When it is or was paid; planned until the city has sent the money. None where that is not known yet.
    #[schema(required, format = Date)]
    pay_on: Option<String>,
    /// The payments that it is in, newest first: more than one when the bank gave one back.
    payouts: Vec<PayoutBody>,
}

/// A payment by the bank, and the months behind it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payout)]
pub struct PayoutBody {
    /// The pay day.
    #[schema(format = Date)]
    pay_on: String,
    amount_yen: i64,
    /// `sent`, `paid`, or `returned` by the bank: then look at the account.
    #[schema(value_type = String)]
    state: &'static str,
    /// The months that it pays: what it is made of are their receipts. What is less than their sum was owed from before.
    months: Vec<String>,
}

/// The months so far, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatementList {
    statements: Vec<StatementBody>,
}

/// The payments so far, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct PayoutList {
    payouts: Vec<PayoutBody>,
}

/// A receipt or a refund of a month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StatementLine)]
pub struct LineBody {
    /// 1, 2, 3 …
    line: i64,
    receipt: String,
    /// The merchant's own number of the bill, where there is one.
    #[schema(required)]
    invoice: Option<String>,
    expense: String,
    /// When it was paid or refunded.
    #[schema(format = "date-time")]
    at: String,
    /// Below zero for a refund.
    amount_yen: i64,
}

/// Receipts and refunds of a month, by time. `next`, where it is, asks for the following page as `after`.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineList {
    lines: Vec<LineBody>,
    #[schema(required)]
    next: Option<i64>,
}

impl From<Statement> for StatementBody {
    fn from(statement: Statement) -> Self {
        let Statement { month, from, to, receipts, gross_yen, refunded_yen, net_yen, state, pay_on, payouts } = statement;
        let (from, to, pay_on) = (from.to_string(), to.to_string(), pay_on.map(|day| day.to_string()));
        let payouts = payouts.into_iter().map(Into::into).collect();
        Self { month, from, to, receipts, gross_yen, refunded_yen, net_yen, state, pay_on, payouts }
    }
}

impl From<Payout> for PayoutBody {
    fn from(payout: Payout) -> Self {
        let Payout { pay_on, amount_yen, state, months } = payout;
        Self { pay_on: pay_on.to_string(), amount_yen, state: state.as_str(), months }
    }
}

impl From<StatementLine> for LineBody {
    fn from(line: StatementLine) -> Self {
        let StatementLine { line, receipt, invoice, expense, at, amount_yen } = line;
        Self { line, receipt, invoice, expense, at: tokyo_time(at), amount_yen }
    }
}

/// Which page of lines.
pub(crate) struct Page {
    after: Option<i64>,
    limit: i64,
}

impl Read for Page {
    fn read(fields: &mut Fields) -> Option<Self> {
        let after = fields.optional("after", whole(0, i64::MAX));
        let limit = fields.optional("limit", whole(1, PAGE_MAX));
        Some(Self { after: after?, limit: limit?.unwrap_or(PAGE) })
    }
}

/// Lists the months so far, newest first.
#[utoipa::path(get, path = "/statements", operation_id = "list_statements", tag = "statements", security(("token" = [])),
    responses((status = 200, description = "As asked.", body = StatementList), Always, SignedIn, ByRole))]
pub(crate) async fn list(State(deps): State<Deps>, caller: Caller) -> Result<Json<StatementList>, Problem> {
    let statements = deps.doors.statements(&caller.0).await.map_err(refused)?;
    Ok(Json(StatementList { statements: statements.into_iter().map(Into::into).collect() }))
}

/// Shows a month, once its statement is drawn: what is due, when it is paid, and the payments it is in.
#[utoipa::path(get, path = "/statements/{month}", operation_id = "show_statement", tag = "statements", security(("token" = [])),
    params(("month" = String, Path, example = "2026-05")),
    responses((status = 200, description = "As asked.", body = StatementBody), Always, SignedIn, ByRole, OfOne))]
pub(crate) async fn show(State(deps): State<Deps>, caller: Caller, PathId(month): PathId<String>) -> Result<Json<StatementBody>, Problem> {
    let statement = deps.doors.statement(&caller.0, &month).await.map_err(refused)?;
    Ok(Json(statement.into()))
}

/// Lists the receipts and refunds of a month by time, page by page.
#[utoipa::path(get, path = "/statements/{month}/receipts", operation_id = "list_statement_receipts", tag = "statements", security(("token" = [])),
    params(
        ("month" = String, Path, example = "2026-05"),
        ("after" = Option<i64>, Query, minimum = 0, description = "The page begins behind this line."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 200, description = "Lines on a page; 50 where nothing is said."),
    ),
    responses((status = 200, description = "As asked.", body = LineList), Always, SignedIn, ByRole, OfOne, Queried))]
pub(crate) async fn lines(
    State(deps): State<Deps>,
    caller: Caller,
    PathId(month): PathId<String>,
    Params(Page { after, limit }): Params<Page>,
) -> Result<Json<LineList>, Problem> {
    // One more than asked for tells whether there is a next page.
    let which = WhichLines { month, after, limit: limit.saturating_add(1) };
    let mut lines = deps.doors.statement_lines(&caller.0, &which).await.map_err(refused)?;
    let next = cut(&mut lines, limit).map(|last| last.line);
    Ok(Json(LineList { lines: lines.into_iter().map(Into::into).collect(), next }))
}

/// Downloads the receipts and refunds of a month as CSV: UTF-8, headings in Japanese. The amounts add up to what is due.
#[utoipa::path(get, path = "/statements/{month}/receipts.csv", operation_id = "download_statement", tag = "statements", security(("token" = [])),
    params(("month" = String, Path, example = "2026-05")),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"), Always, SignedIn, ByRole, OfOne))]
pub(crate) async fn download(State(deps): State<Deps>, caller: Caller, PathId(month): PathId<String>) -> Result<Response, Problem> {
    let mut file = File::new(&HEADINGS)?;
    let mut which = WhichLines { month, after: None, limit: CHUNK };
    loop {
        let lines = deps.doors.statement_lines(&caller.0, &which).await.map_err(refused)?;
        for line in &lines {
            let (number, at, amount) = (line.line.to_string(), tokyo_time(line.at), line.amount_yen.to_string());
            let reference = guarded(line.invoice.as_deref().unwrap_or_default());
            file.row(&[&number, &at, &line.receipt, &reference, &line.expense, &amount])?;
        }
        match lines.last() {
            Some(last) => which.after = Some(last.line),
            None => return file.answer(&format!("statement-{}.csv", which.month)),
        }
    }
}

/// Claims payment of a month.
#[utoipa::path(post, path = "/statements/{month}/claim", operation_id = "claim_payment", tag = "statements", security(("token" = [])),
    params(("month" = String, Path, example = "2026-05"), IdempotencyKey),
    responses((status = 200, description = "As asked.", body = StatementBody), Always, SignedIn, ByRole, OfOne, Commanded))]
pub(crate) async fn claim(
    State(deps): State<Deps>,
    caller: Caller,
    PathId(month): PathId<String>,
    key: IdempotencyKey,
) -> Result<Json<StatementBody>, Problem> {
    let statement = deps.doors.claim_payment(&caller.0, &key.of("claim"), &month).await.map_err(refused)?;
    Ok(Json(statement.into()))
}

/// Lists the payments by the bank, newest first, each with the months behind it.
#[utoipa::path(get, path = "/payouts", operation_id = "list_payouts", tag = "statements", security(("token" = [])),
    responses((status = 200, description = "As asked.", body = PayoutList), Always, SignedIn, ByRole))]
pub(crate) async fn payouts(State(deps): State<Deps>, caller: Caller) -> Result<Json<PayoutList>, Problem> {
    let payouts = deps.doors.payouts(&caller.0).await.map_err(refused)?;
    Ok(Json(PayoutList { payouts: payouts.into_iter().map(Into::into).collect() }))
}
