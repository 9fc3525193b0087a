//! Closing a month: what must hold, then the lock.

use axum::Json;
use ledger::time::Month;
use web::PathId;

use crate::acting::Acting;
use crate::actions::month as actions;
use crate::bodies::Done;
use crate::bodies::month::ChecklistBody;
use crate::http::routes;
use crate::refused::Refused;

routes! {
    "months";
    /// Shows what must hold before a month is closed.
    get "/months/{month}/checklist", ShowChecklist => show_checklist;
    /// Closes a month: no entry is posted in it any more.
    post "/months/{month}/close", CloseMonth => close_month;
}

async fn show_checklist(by: Acting, PathId(month): PathId<Month>) -> Result<Json<ChecklistBody>, Refused> {
    actions::show_checklist(&by, month).await.map(Json)
}

async fn close_month(by: Acting, PathId(month): PathId<Month>) -> Result<Done, Refused> {
    actions::close_month(&by, month).await
}
