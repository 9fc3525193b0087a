//! Statements: drawn, claimed, examined by one person, approved by another.

use axum::Json;
use ledger::ids::StatementId;
use web::{Body, Params, PathId};

use crate::acting::Acting;
use crate::actions::month as actions;
use crate::bodies::month::{AnalysisList, DrawnBody, StatementBody, StepBody};
use crate::bodies::{Done, Items};
use crate::forms::Because;
use crate::forms::month::{MonthQuery, OfMonth, StatementQuery, Statements};
use crate::http::routes;
use crate::refused::Refused;

routes! {
    "statements";
    /// Lists statements.
    get "/statements", ListStatements => list_statements;
    /// Draws the statements of a month whose days are over. Refunds are settled first; without that none is drawn.
    post "/statements", DrawStatements => draw_statements;
    /// Shows a month's statements by year and budget line.
    get "/statements/analysis", AnalyseStatements => analyse_statements;
    /// Claims for a merchant that writes.
    post "/statements/{statement}/claim", ClaimStatement => claim_statement;
    /// Says that statements were looked through (審査): all of them, or none.
    post "/statements/examine", ExamineStatements => examine_statements;
    /// Approves statements, as a second person: all of them, or none.
    post "/statements/approve", ApproveStatements => approve_statements;
}

async fn list_statements(by: Acting, Params(query): Params<StatementQuery>) -> Result<Json<Items<StatementBody>>, Refused> {
    let StatementQuery { month, merchant, page } = query;
    let statements = actions::list_statements(&by, merchant, month).await?;
    Ok(Json(Items::cut(statements, page.after.as_deref(), page.limit, |statement| statement.statement.to_string())))
}

async fn draw_statements(by: Acting, Body(form): Body<OfMonth>) -> Result<Json<DrawnBody>, Refused> {
    actions::draw_statements(&by, form.month).await.map(Json)
}

async fn analyse_statements(by: Acting, Params(query): Params<MonthQuery>) -> Result<Json<AnalysisList>, Refused> {
    let lines = actions::analyse_statements(&by, query.month).await?;
    Ok(Json(AnalysisList { month: query.month, lines }))
}

async fn claim_statement(by: Acting, PathId(statement): PathId<StatementId>, _: Body<Because>) -> Result<Done, Refused> {
    actions::claim_statement(&by, statement).await
}

async fn examine_statements(by: Acting, Body(form): Body<Statements>) -> Result<Json<StepBody>, Refused> {
    actions::examine_statements(&by, &form.statements).await.map(Json)
}

async fn approve_statements(by: Acting, Body(form): Body<Statements>) -> Result<Json<StepBody>, Refused> {
    actions::approve_statements(&by, &form.statements).await.map(Json)
}
