//! Statements: drawn, claimed, examined by one person, approved by another.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use ledger::ids::{MerchantId, StatementId};
use ledger::staff::Action;
use ledger::statement::{Analysis, Statement};
use ledger::time::Month;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{list, parsed};
use web::{Body, Fields, Params, PathId, Problem, Read};

use super::super::Deps;
use super::super::answers::{Because, Done, DoneTo, Items, Page, page};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, refused};
use super::super::schemas::{BecauseRequest, MonthRequest, StatementsRequest};

/// More statements than any month has.
const STATEMENTS_MAX: usize = 1_000;

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/statements", Action::ListStatements, all)
        .post("/statements", Action::DrawStatements, draw)
        .get("/statements/analysis", Action::AnalyseStatements, analyse)
        .post("/statements/{statement}/claim", Action::ClaimStatement, claim)
        .post("/statements/examine", Action::ExamineStatements, examine)
        .post("/statements/approve", Action::ApproveStatements, approve)
}

/// A month, in a body or a query.
pub(super) struct MonthBody(pub(super) Month);

impl Read for MonthBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.required("month", parsed("2026-05")).map(Self)
    }
}

pub(super) struct StatementQuery {
    month: Option<Month>,
    merchant: Option<MerchantId>,
    page: Page,
}

impl Read for StatementQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        let month = fields.optional("month", parsed("2026-05"));
        let merchant = fields.optional("merchant", parsed("mrc_…"));
        let page = Page::read_from(fields);
        Some(Self { month: month?, merchant: merchant?, page: page? })
    }
}

pub(super) struct StatementsBody(Vec<StatementId>);

impl Read for StatementsBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.required("statements", list(STATEMENTS_MAX, parsed("stm_…"))).map(Self)
    }
}

/// One merchant's month.
#[derive(Serialize, ToSchema)]
#[schema(as = Statement)]
pub struct StatementBody {
    #[schema(value_type = String, pattern = "^stm_[0-9a-f]{32}$")]
    statement: StatementId,
    #[schema(value_type = String, pattern = "^mrc_[0-9a-f]{32}$")]
    merchant: MerchantId,
    #[schema(value_type = String, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", example = "2026-05")]
    month: Month,
    #[schema(value_type = String, format = Date)]
    from: NaiveDate,
    #[schema(value_type = String, format = Date)]
    to: NaiveDate,
    receipts: i32,
    gross_yen: i64,
    refunded_yen: i64,
    net_yen: i64,
    state: String,
}

impl From<Statement> for StatementBody {
    fn from(statement: Statement) -> Self {
        let Statement { id, merchant, month, first_on, last_on, receipts, gross, refunded, net, state } = statement;
        let [gross_yen, refunded_yen, net_yen] = [gross, refunded, net].map(ledger::money::Yen::get);
        Self { statement: id, merchant, month, from: first_on, to: last_on, receipts, gross_yen, refunded_yen, net_yen, state }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = DrawnStatements)]
pub(super) struct DrawnBody {
    #[schema(value_type = String, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", example = "2026-05")]
    month: Month,
    drawn: u64,
}

/// One line of the analysis; without scheme it is families' own money.
#[derive(Serialize, ToSchema)]
#[schema(as = Analysis)]
pub struct AnalysisBody {
    #[schema(value_type = String, pattern = "^stm_[0-9a-f]{32}$")]
    statement: StatementId,
    #[schema(value_type = String, pattern = "^mrc_[0-9a-f]{32}$")]
    merchant: MerchantId,
    #[schema(required)]
    scheme: Option<String>,
    #[schema(required)]
    fiscal_year: Option<i16>,
    amount_yen: i64,
}

impl From<Analysis> for AnalysisBody {
    fn from(analysis: Analysis) -> Self {
        let Analysis { merchant, statement, scheme, fiscal_year, amount_yen } = analysis;
        Self { statement: StatementId::new(statement), merchant: MerchantId::new(merchant), scheme, fiscal_year, amount_yen }
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct AnalysisList {
    #[schema(value_type = String, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", example = "2026-05")]
    month: Month,
    lines: Vec<AnalysisBody>,
}

/// Lists statements.
#[utoipa::path(get, path = "/statements", operation_id = "list_statements", tag = "statements", params(("month" = Option<String>, Query, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", description = "Of one month."), ("merchant" = Option<String>, Query, pattern = "^mrc_[0-9a-f]{32}$", description = "Of one merchant."), ("after" = Option<String>, Query, max_length = 80, description = "The page begins behind this one."), ("limit" = Option<i64>, Query, minimum = 1, maximum = 500, description = "Items on a page; 50 where nothing is said.")), responses((status = 200, body = Items<StatementBody>)))]
pub(super) async fn all(State(deps): State<Deps>, acting: Acting, Params(asked): Params<StatementQuery>) -> Result<Json<Items<StatementBody>>, Problem> {
    let statements = deps.ledger.list_statements(acting.member.municipality, asked.merchant, asked.month).await.map_err(failed)?;
    Ok(Json(page(statements.into_iter().map(StatementBody::from), &asked.page, |statement| statement.statement.to_string())))
}

/// Shows a month's statements by year and budget line.
#[utoipa::path(get, path = "/statements/analysis", operation_id = "analyse_statements", tag = "statements", params(("month" = String, Query, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", description = "Of one month.")), responses((status = 200, body = AnalysisList)))]
pub(super) async fn analyse(State(deps): State<Deps>, acting: Acting, Params(MonthBody(month)): Params<MonthBody>) -> Result<Json<AnalysisList>, Problem> {
    let lines = deps.ledger.list_analyses(acting.member.municipality, month).await.map_err(failed)?;
    Ok(Json(AnalysisList { month, lines: lines.into_iter().map(Into::into).collect() }))
}

/// Draws the statements of a month whose days are over. Refunds are settled first; without that none is drawn.
#[utoipa::path(post, path = "/statements", operation_id = "draw_statements", tag = "statements", request_body = MonthRequest, responses((status = 200, body = DrawnBody)))]
pub(super) async fn draw(State(deps): State<Deps>, acting: Acting, Body(MonthBody(month)): Body<MonthBody>) -> Result<DoneTo<DrawnBody>, Problem> {
    let command = acting.command(&month)?;
    let drawn = deps.ledger.draw_statements(acting.member.municipality, &command, month).await.map_err(refused)?;
    Ok(DoneTo(month.to_string(), DrawnBody { month, drawn }))
}

/// Claims for a merchant that writes.
#[utoipa::path(post, path = "/statements/{statement}/claim", operation_id = "claim_statement", tag = "statements", request_body = BecauseRequest, responses((status = 204)))]
pub(super) async fn claim(State(deps): State<Deps>, acting: Acting, PathId(statement): PathId<StatementId>, Body(_): Body<Because>) -> Result<Done, Problem> {
    let command = acting.command(&statement)?;
    deps.ledger.claim_statement(acting.member.municipality, &command, statement).await.map_err(refused)?;
    Ok(Done)
}

/// Says that statements were looked through (審査): all of them, or none.
#[utoipa::path(post, path = "/statements/examine", operation_id = "examine_statements", tag = "statements", request_body = StatementsRequest, responses((status = 200, body = StepBody)))]
pub(super) async fn examine(State(deps): State<Deps>, acting: Acting, Body(StatementsBody(ids)): Body<StatementsBody>) -> Result<DoneTo<StepBody>, Problem> {
    let command = acting.command(&ids)?;
    deps.ledger.examine_statements(acting.member.municipality, &command, &ids).await.map_err(refused)?;
    Ok(taken(&ids))
}

/// Approves statements, as a second person: all of them, or none.
#[utoipa::path(post, path = "/statements/approve", operation_id = "approve_statements", tag = "statements", request_body = StatementsRequest, responses((status = 200, body = StepBody)))]
pub(super) async fn approve(State(deps): State<Deps>, acting: Acting, Body(StatementsBody(ids)): Body<StatementsBody>) -> Result<DoneTo<StepBody>, Problem> {
    let command = acting.command(&ids)?;
    deps.ledger.approve_statements(acting.member.municipality, &command, &ids).await.map_err(refused)?;
    Ok(taken(&ids))
}

#[derive(Serialize, ToSchema)]
#[schema(as = StatementsTaken)]
pub(super) struct StepBody {
    statements: usize,
}

/// The log keeps the first of them and how many there were; each statement itself says who took the step.
fn taken(ids: &[StatementId]) -> DoneTo<StepBody> {
    let first = ids.first().map(ToString::to_string).unwrap_or_default();
    DoneTo(format!("{first}:{}", ids.len()), StepBody { statements: ids.len() })
}
