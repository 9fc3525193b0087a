//! Tables of the month as CSV (UTF-8), to keep or to open elsewhere: the same figures as the lists that they are of.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use ledger::error::Failure;
use ledger::ids::RemittanceId;
use ledger::report::export::csv;
use ledger::staff::Action;
use web::{Params, PathId, Problem};

use super::super::Deps;
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, not_found};
use super::bank::DaysQuery;

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/exports/trial-balance", Action::ReadTrialBalance, trial_balance).get("/exports/reconciliation", Action::ShowBankLines, reconciliation).get(
        "/exports/remittances/{remittance}",
        Action::ShowRemittance,
        remittance,
    )
}

fn table(written: Result<Vec<u8>, Failure>) -> Result<Response, Problem> {
    let bytes = written.map_err(failed)?;
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], bytes).into_response())
}

/// Downloads the trial balance as CSV.
#[utoipa::path(get, path = "/exports/trial-balance", operation_id = "download_trial_balance", tag = "books", responses((status = 200, body = String, content_type = "text/csv")))]
pub(super) async fn trial_balance(State(deps): State<Deps>, acting: Acting) -> Result<Response, Problem> {
    table(csv::trial_balance(&deps.ledger.trial_balance(acting.member.municipality).await.map_err(failed)?))
}

/// Downloads the bank lines of some days as CSV.
#[utoipa::path(get, path = "/exports/reconciliation", operation_id = "download_reconciliation", tag = "bank", params(("from" = String, Query, format = Date, description = "The first day."), ("to" = String, Query, format = Date, description = "The last day.")), responses((status = 200, body = String, content_type = "text/csv")))]
pub(super) async fn reconciliation(State(deps): State<Deps>, acting: Acting, Params(DaysQuery(from, to)): Params<DaysQuery>) -> Result<Response, Problem> {
    table(csv::reconciliation(&deps.ledger.reconciliation_report(acting.member.municipality, (from, to)).await.map_err(failed)?))
}

/// Downloads the lines of a remittance as CSV.
#[utoipa::path(get, path = "/exports/remittances/{remittance}", operation_id = "download_remittance_lines", tag = "remittances", responses((status = 200, body = String, content_type = "text/csv")))]
pub(super) async fn remittance(State(deps): State<Deps>, acting: Acting, PathId(id): PathId<RemittanceId>) -> Result<Response, Problem> {
    let (ledger, city) = (&deps.ledger, acting.member.municipality);
    let known = ledger.list_remittances(city).await.map_err(failed)?;
    known.iter().find(|remittance| remittance.id == id).ok_or_else(not_found)?;
    table(csv::remittance_detail(&ledger.remittance_detail(city, id).await.map_err(failed)?))
}
