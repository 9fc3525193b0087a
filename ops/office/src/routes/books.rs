//! The books: trial balance, proof, export, and undoing an entry that stands alone.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use ledger::books::TrialBalance;
use ledger::error::Failure;
use ledger::ids::EntryId;
use ledger::report::Verified;
use ledger::staff::Action;
use ledger::time::{FiscalYear, Month};
use web::fields::parsed;
use web::{Body, Fields, Params, PathId, Problem, Read};

use super::super::Deps;
use super::super::answers::{Because, MadeAs};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, refused};
use super::super::schemas::{BecauseRequest, TrialBalanceSchema, VerifiedSchema};
use super::budgets::{EntryBody, entry};

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/trial-balance", Action::ReadTrialBalance, trial_balance)
        .get("/verify", Action::VerifyBooks, verify)
        .get("/exports/hledger", Action::ExportBooks, export)
        .post("/entries/{entry}/reverse", Action::ReverseEntry, reverse)
}

pub(super) struct ExportQuery(Option<Month>);

impl Read for ExportQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.optional("month", parsed("2026-05")).map(Self)
    }
}

/// Reads the trial balance.
#[utoipa::path(get, path = "/trial-balance", operation_id = "read_trial_balance", tag = "books", responses((status = 200, body = TrialBalanceSchema)))]
pub(super) async fn trial_balance(State(deps): State<Deps>, acting: Acting) -> Result<Json<TrialBalance>, Problem> {
    deps.ledger.trial_balance(acting.member.municipality).await.map(Json).map_err(failed)
}

/// Derives every balance and state from the transfers and compares.
#[utoipa::path(get, path = "/verify", operation_id = "verify_books", tag = "books", responses((status = 200, body = VerifiedSchema)))]
pub(super) async fn verify(State(deps): State<Deps>, acting: Acting) -> Result<Json<Verified>, Problem> {
    deps.ledger.verify(acting.member.municipality).await.map(Json).map_err(failed)
}

/// Exports the books as a journal for hledger: one month, or everything. It holds opaque ids only.
#[utoipa::path(get, path = "/exports/hledger", operation_id = "export_books", tag = "books", params(("month" = Option<String>, Query, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", description = "Of one month.")), responses((status = 200, body = String, content_type = "text/plain")))]
pub(super) async fn export(State(deps): State<Deps>, acting: Acting, Params(ExportQuery(month)): Params<ExportQuery>) -> Result<Response, Problem> {
    let days = month.map_or((FiscalYear::new(2000).first_day(), FiscalYear::new(2999).last_day()), |month| (month.first_day(), month.last_day()));
    let written = deps.ledger.export_hledger(acting.member.municipality, days, Vec::new()).await.map_err(failed)?;
    let journal = written.map_err(|error| failed(Failure::inconsistent("export", error.to_string())))?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], journal).into_response())
}

/// Reverses an entry that stands alone.
#[utoipa::path(post, path = "/entries/{entry}/reverse", operation_id = "reverse_entry", tag = "books", request_body = BecauseRequest, responses((status = 201, body = EntryBody)))]
pub(super) async fn reverse(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(undone): PathId<EntryId>,
    Body(because): Body<Because>,
) -> Result<MadeAs<EntryBody>, Problem> {
    let command = acting.command(&(undone, &because.reason))?;
    let made = deps.ledger.reverse_by_hand(acting.member.municipality, command, undone, &because.reason).await.map_err(refused)?;
    Ok(entry(made))
}
