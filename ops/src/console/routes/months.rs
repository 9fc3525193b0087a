//! Closing a month: what must hold, then the lock.

use axum::Json;
use axum::extract::State;
use ledger::reconciliation::Checklist;
use ledger::staff::Action;
use ledger::time::Month;
use serde::Serialize;
use utoipa::ToSchema;
use web::{PathId, Problem};

use super::super::Deps;
use super::super::answers::Done;
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, refused};
use super::super::schemas::ChecklistSchema;

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/months/{month}/checklist", Action::ShowChecklist, checklist).post("/months/{month}/close", Action::CloseMonth, close)
}

/// What must hold before a month is closed. `missing` is empty when it may be.
#[derive(Serialize, ToSchema)]
#[schema(as = Checklist)]
pub(crate) struct ChecklistBody {
    #[schema(value_type = String, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", example = "2026-05")]
    month: Month,
    missing: Vec<String>,
    #[serde(flatten)]
    #[schema(value_type = ChecklistSchema)]
    checklist: Checklist,
}

impl ChecklistBody {
    pub(crate) fn new(month: Month, checklist: Checklist) -> Self {
        Self { month, missing: checklist.missing().iter().map(ToString::to_string).collect(), checklist }
    }
}

/// Shows what must hold before a month is closed.
#[utoipa::path(get, path = "/months/{month}/checklist", operation_id = "show_checklist", tag = "months", responses((status = 200, body = ChecklistBody)))]
pub(super) async fn checklist(State(deps): State<Deps>, acting: Acting, PathId(month): PathId<Month>) -> Result<Json<ChecklistBody>, Problem> {
    let checklist = deps.ledger.close_checklist(acting.member.municipality, month).await.map_err(failed)?;
    Ok(Json(ChecklistBody::new(month, checklist)))
}

/// Closes a month: no entry is posted in it any more.
#[utoipa::path(post, path = "/months/{month}/close", operation_id = "close_month", tag = "months", responses((status = 204)))]
pub(super) async fn close(State(deps): State<Deps>, acting: Acting, PathId(month): PathId<Month>) -> Result<Done, Problem> {
    let command = acting.command(&month)?;
    deps.ledger.close_month(acting.member.municipality, &command, month).await.map_err(refused)?;
    Ok(Done)
}
