//! A month: its statements drawn, claimed, examined by one person, approved by another; then the lock.

use ledger::ids::{MerchantId, StatementId};
use ledger::time::Month;

use crate::acting::Acting;
use crate::bodies::Done;
use crate::bodies::month::{AnalysisBody, ChecklistBody, DrawnBody, StatementBody, StepBody};
use crate::refused::Refused;

/// Lists statements: of one merchant or all, of one month or all.
pub async fn list_statements(by: &Acting, merchant: Option<MerchantId>, month: Option<Month>) -> Result<Vec<StatementBody>, Refused> {
    Ok(by.ledger().list_statements(by.city(), merchant, month).await?.into_iter().map(Into::into).collect())
}

/// A month's statements by year and budget line.
pub async fn analyse_statements(by: &Acting, month: Month) -> Result<Vec<AnalysisBody>, Refused> {
    Ok(by.ledger().list_analyses(by.city(), month).await?.into_iter().map(Into::into).collect())
}

/// Draws the statements of a month whose days are over. Refunds are settled first; without that none is drawn.
pub async fn draw_statements(by: &Acting, month: Month) -> Result<DrawnBody, Refused> {
    let command = by.command(&month)?;
    let drawn = by.ledger().draw_statements(by.city(), &command, month).await?;
    by.made(month);
    Ok(DrawnBody { month, drawn })
}

/// Claims for a merchant that writes.
pub async fn claim_statement(by: &Acting, statement: StatementId) -> Result<Done, Refused> {
    let command = by.command(&statement)?;
    by.ledger().claim_statement(by.city(), &command, statement).await?;
    Ok(Done)
}

/// Says that statements were looked through (審査): all of them, or none.
pub async fn examine_statements(by: &Acting, statements: &[StatementId]) -> Result<StepBody, Refused> {
    let command = by.command(&statements)?;
    by.ledger().examine_statements(by.city(), &command, statements).await?;
    Ok(taken(by, statements))
}

/// Approves statements, as a second person: all of them, or none.
pub async fn approve_statements(by: &Acting, statements: &[StatementId]) -> Result<StepBody, Refused> {
    let command = by.command(&statements)?;
    by.ledger().approve_statements(by.city(), &command, statements).await?;
    Ok(taken(by, statements))
}

/// The log keeps the first of them and how many there were; each statement itself says who took the step.
fn taken(by: &Acting, statements: &[StatementId]) -> StepBody {
    let first = statements.first().map(ToString::to_string).unwrap_or_default();
    by.made(format_args!("{first}:{}", statements.len()));
    StepBody { statements: statements.len() }
}

/// What must hold before a month is closed.
pub async fn show_checklist(by: &Acting, month: Month) -> Result<ChecklistBody, Refused> {
    Ok(ChecklistBody::new(month, by.ledger().close_checklist(by.city(), month).await?))
}

/// Closes a month: no entry is posted in it any more.
pub async fn close_month(by: &Acting, month: Month) -> Result<Done, Refused> {
    let command = by.command(&month)?;
    by.ledger().close_month(by.city(), &command, month).await?;
    Ok(Done)
}
