//! Remittances: prepared by one person, approved by another; the file built, downloaded, sent.

use axum::Json;
use ledger::ids::RemittanceId;
use web::{Body, Created, Params, PathId};

use crate::acting::Acting;
use crate::actions::remittances as actions;
use crate::bodies::remittances::{BankFile, FileBody, RemittanceBody, RemittanceDetail};
use crate::bodies::{Done, Items};
use crate::forms::money::Sent;
use crate::forms::month::OfMonth;
use crate::forms::{Because, Page};
use crate::http::answers::Csv;
use crate::http::routes;
use crate::refused::Refused;

routes! {
    "remittances";
    /// Lists remittances.
    get "/remittances", ListRemittances => list_remittances;
    /// Prepares the remittance of a statement month: one line an account, and a stop list.
    post "/remittances", PrepareRemittance => prepare_remittance;
    /// Shows a remittance with its lines and stops.
    get "/remittances/{remittance}", ShowRemittance => show_remittance;
    /// Downloads the lines of a remittance as CSV.
    get "/exports/remittances/{remittance}", ShowRemittance => download_remittance_lines;
    /// Approves a remittance as prepared, as a second person.
    post "/remittances/{remittance}/approve", ApproveRemittance => approve_remittance;
    /// Builds the bank file (総合振込), reads it back and compares.
    post "/remittances/{remittance}/build", BuildRemittance => build_remittance;
    /// Downloads the bank file: it holds names and accounts of payees.
    get "/remittances/{remittance}/file", DownloadRemittance => download_remittance;
    /// Says that the file with this digest was handed to the bank. It is not paid yet.
    post "/remittances/{remittance}/sent", SendRemittance => send_remittance;
    /// Gives a remittance up that was not sent.
    post "/remittances/{remittance}/cancel", CancelRemittance => cancel_remittance;
}

async fn list_remittances(by: Acting, Params(page): Params<Page>) -> Result<Json<Items<RemittanceBody>>, Refused> {
    let remittances = actions::list_remittances(&by).await?;
    Ok(Json(Items::cut(remittances, page.after.as_deref(), page.limit, |remittance| remittance.remittance.to_string())))
}

async fn prepare_remittance(by: Acting, Body(form): Body<OfMonth>) -> Result<Created<RemittanceBody>, Refused> {
    actions::prepare_remittance(&by, form.month).await.map(Created)
}

async fn show_remittance(by: Acting, PathId(remittance): PathId<RemittanceId>) -> Result<Json<RemittanceDetail>, Refused> {
    actions::show_remittance(&by, remittance).await.map(Json)
}

async fn download_remittance_lines(by: Acting, PathId(remittance): PathId<RemittanceId>) -> Result<Csv, Refused> {
    actions::download_remittance_lines(&by, remittance).await.map(Csv)
}

async fn approve_remittance(by: Acting, PathId(remittance): PathId<RemittanceId>) -> Result<Done, Refused> {
    actions::approve_remittance(&by, remittance).await
}

async fn build_remittance(by: Acting, PathId(remittance): PathId<RemittanceId>) -> Result<Json<FileBody>, Refused> {
    actions::build_remittance(&by, remittance).await.map(Json)
}

async fn download_remittance(by: Acting, PathId(remittance): PathId<RemittanceId>) -> Result<BankFile, Refused> {
    actions::download_remittance(&by, remittance).await
}

async fn send_remittance(by: Acting, PathId(remittance): PathId<RemittanceId>, Body(form): Body<Sent>) -> Result<Done, Refused> {
    actions::send_remittance(&by, remittance, &form.sha256).await
}

async fn cancel_remittance(by: Acting, PathId(remittance): PathId<RemittanceId>, _: Body<Because>) -> Result<Done, Refused> {
    actions::cancel_remittance(&by, remittance).await
}
