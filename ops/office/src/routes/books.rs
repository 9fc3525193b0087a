//! The books: trial balance, proof, export, and undoing an entry that stands alone.

use axum::Json;
use ledger::ids::EntryId;
use web::{Body, Created, Params, PathId};

use crate::acting::Acting;
use crate::actions::books as actions;
use crate::bodies::books::{EntryBody, TrialBalanceBody, VerifiedBody};
use crate::forms::Because;
use crate::forms::money::ExportQuery;
use crate::http::answers::{Csv, Journal};
use crate::http::routes;
use crate::refused::Refused;

routes! {
    "books";
    /// Reads the trial balance.
    get "/trial-balance", ReadTrialBalance => read_trial_balance;
    /// Downloads the trial balance as CSV.
    get "/exports/trial-balance", ReadTrialBalance => download_trial_balance;
    /// Derives every balance and state from the transfers and compares.
    get "/verify", VerifyBooks => verify_books;
    /// Exports the books as a journal for hledger: one month, or everything. It holds opaque ids only.
    get "/exports/hledger", ExportBooks => export_books;
    /// Reverses an entry that stands alone.
    post "/entries/{entry}/reverse", ReverseEntry => reverse_entry;
}

async fn read_trial_balance(by: Acting) -> Result<Json<TrialBalanceBody>, Refused> {
    actions::read_trial_balance(&by).await.map(Json)
}

async fn download_trial_balance(by: Acting) -> Result<Csv, Refused> {
    actions::download_trial_balance(&by).await.map(Csv)
}

async fn verify_books(by: Acting) -> Result<Json<VerifiedBody>, Refused> {
    actions::verify_books(&by).await.map(Json)
}

async fn export_books(by: Acting, Params(query): Params<ExportQuery>) -> Result<Journal, Refused> {
    actions::export_books(&by, query.month).await.map(Journal)
}

async fn reverse_entry(by: Acting, PathId(entry): PathId<EntryId>, _: Body<Because>) -> Result<Created<EntryBody>, Refused> {
    actions::reverse_entry(&by, entry).await.map(Created)
}
