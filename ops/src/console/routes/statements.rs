//! Statements: drawn, claimed, examined by one person, approved by another.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use ledger::ids::{MerchantId, StatementId};
use ledger::staff::Action;
use ledger::statement::{Analysis, Statement};
use ledger::time::Month;
use serde::Serialize;
use web::fields::{list, parsed};
use web::{Body, Fields, Params, PathId, Problem, Read};

use super::super::Deps;
use super::super::answers::{Because, Done, DoneTo, Items, Page, page};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, refused};

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

struct StatementQuery {
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

struct StatementsBody(Vec<StatementId>);

impl Read for StatementsBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.required("statements", list(STATEMENTS_MAX, parsed("stm_…"))).map(Self)
    }
}

/// One merchant's month.
#[derive(Serialize)]
pub(crate) struct StatementBody {
    statement: StatementId,
    merchant: MerchantId,
    month: Month,
    from: NaiveDate,
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

#[derive(Serialize)]
struct DrawnBody {
    month: Month,
    drawn: u64,
}

/// One line of the analysis; without scheme it is families' own money.
#[derive(Serialize)]
pub(crate) struct AnalysisBody {
    statement: StatementId,
    merchant: MerchantId,
    scheme: Option<String>,
    fiscal_year: Option<i16>,
    amount_yen: i64,
}

impl From<Analysis> for AnalysisBody {
    fn from(analysis: Analysis) -> Self {
        let Analysis { merchant, statement, scheme, fiscal_year, amount_yen } = analysis;
        Self { statement: StatementId::new(statement), merchant: MerchantId::new(merchant), scheme, fiscal_year, amount_yen }
    }
}

#[derive(Serialize)]
struct AnalysisList {
    month: Month,
    lines: Vec<AnalysisBody>,
}

async fn all(State(deps): State<Deps>, acting: Acting, Params(asked): Params<StatementQuery>) -> Result<Json<Items<StatementBody>>, Problem> {
    let statements = deps.ledger.list_statements(acting.member.municipality, asked.merchant, asked.month).await.map_err(failed)?;
    Ok(Json(page(statements.into_iter().map(StatementBody::from), &asked.page, |statement| statement.statement.to_string())))
}

async fn analyse(State(deps): State<Deps>, acting: Acting, Params(MonthBody(month)): Params<MonthBody>) -> Result<Json<AnalysisList>, Problem> {
    let lines = deps.ledger.list_analyses(acting.member.municipality, month).await.map_err(failed)?;
    Ok(Json(AnalysisList { month, lines: lines.into_iter().map(Into::into).collect() }))
}

/// Refunds of the month are settled first; without that no statement is drawn.
async fn draw(State(deps): State<Deps>, acting: Acting, Body(MonthBody(month)): Body<MonthBody>) -> Result<DoneTo<DrawnBody>, Problem> {
    let command = acting.command(&month)?;
    deps.ledger.settle_refunds(acting.member.municipality).await.map_err(failed)?;
    let drawn = deps.ledger.draw_statements(acting.member.municipality, &command, month).await.map_err(refused)?;
    Ok(DoneTo(month.to_string(), DrawnBody { month, drawn }))
}

async fn claim(State(deps): State<Deps>, acting: Acting, PathId(statement): PathId<StatementId>, Body(_): Body<Because>) -> Result<Done, Problem> {
    let command = acting.command(&statement)?;
    deps.ledger.claim_statement(acting.member.municipality, &command, statement).await.map_err(refused)?;
    Ok(Done)
}

async fn examine(State(deps): State<Deps>, acting: Acting, Body(StatementsBody(ids)): Body<StatementsBody>) -> Result<DoneTo<StepBody>, Problem> {
    let command = acting.command(&ids)?;
    deps.ledger.examine_statements(acting.member.municipality, &command, &ids).await.map_err(refused)?;
    Ok(taken(&ids))
}

async fn approve(State(deps): State<Deps>, acting: Acting, Body(StatementsBody(ids)): Body<StatementsBody>) -> Result<DoneTo<StepBody>, Problem> {
    let command = acting.command(&ids)?;
    deps.ledger.approve_statements(acting.member.municipality, &command, &ids).await.map_err(refused)?;
    Ok(taken(&ids))
}

#[derive(Serialize)]
struct StepBody {
    statements: usize,
}

/// The log keeps the first of them and how many there were; each statement itself says who took the step.
fn taken(ids: &[StatementId]) -> DoneTo<StepBody> {
    let first = ids.first().map(ToString::to_string).unwrap_or_default();
    DoneTo(format!("{first}:{}", ids.len()), StepBody { statements: ids.len() })
}
