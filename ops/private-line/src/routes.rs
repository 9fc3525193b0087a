//! The inner end: each method of the two doors as a route.

use std::future::Future;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use merchant_api::registrar::{Account, NewApplication, NewPerson, Registrar, SignIn};
use merchant_api::till::{Answer, Credential, NewCapture, NewInvoice, NewRefund, Till, TillError, WhichInvoices, WhichLines, WhichReceipts};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The routes over these doors.
pub fn router<D: Till + Registrar>(doors: D) -> Router {
    Router::new().nest(super::ROOT, till::<D>().merge(registrar::<D>())).with_state(doors)
}

fn till<D: Till>() -> Router<D> {
    type Of<T> = (Credential, T);
    type Keyed<T> = (Credential, String, T);
    Router::new()
        .route("/capture", call(|door: D, (who, key, asked): Keyed<NewCapture>| async move { door.capture(&who, &key, &asked).await }))
        .route("/refund", call(|door: D, (who, key, asked): Keyed<NewRefund>| async move { door.refund(&who, &key, &asked).await }))
        .route("/create_invoice", call(|door: D, (who, key, asked): Keyed<NewInvoice>| async move { door.create_invoice(&who, &key, &asked).await }))
        .route("/create_invoices", call(|door: D, (who, key, asked): Keyed<Vec<NewInvoice>>| async move { door.create_invoices(&who, &key, &asked).await }))
        .route("/cancel_invoice", call(|door: D, (who, key, invoice): Keyed<String>| async move { door.cancel_invoice(&who, &key, &invoice).await }))
        .route("/invoice", call(|door: D, (who, invoice): Of<String>| async move { door.invoice(&who, &invoice).await }))
        .route("/invoices", call(|door: D, (who, which): Of<WhichInvoices>| async move { door.invoices(&who, &which).await }))
        .route("/receipts", call(|door: D, (who, which): Of<WhichReceipts>| async move { door.receipts(&who, &which).await }))
        .route("/receipt", call(|door: D, (who, receipt): Of<String>| async move { door.receipt(&who, &receipt).await }))
        .route("/paid", call(|door: D, (who, since): Of<Option<DateTime<Utc>>>| async move { door.paid(&who, since).await }))
        .route("/statements", call(|door: D, (who,): (Credential,)| async move { door.statements(&who).await }))
        .route("/statement", call(|door: D, (who, month): Of<String>| async move { door.statement(&who, &month).await }))
        .route("/statement_lines", call(|door: D, (who, which): Of<WhichLines>| async move { door.statement_lines(&who, &which).await }))
        .route("/claim_payment", call(|door: D, (who, key, month): Keyed<String>| async move { door.claim_payment(&who, &key, &month).await }))
        .route("/payouts", call(|door: D, (who,): (Credential,)| async move { door.payouts(&who).await }))
}

fn registrar<D: Registrar>() -> Router<D> {
    type Of<T> = (Credential, T);
    type Keyed<T> = (Credential, String, T);
    Router::new()
        .route("/sign_in", call(|door: D, (attempt,): (SignIn,)| async move { door.sign_in(&attempt).await }))
        .route("/sign_out", call(|door: D, (who,): (Credential,)| async move { door.sign_out(&who).await }))
        .route("/caller", call(|door: D, (who,): (Credential,)| async move { door.caller(&who).await }))
        .route("/apply", call(|door: D, (key, asked): (String, NewApplication)| async move { door.apply(&key, &asked).await }))
        .route("/application", call(|door: D, (who,): (Credential,)| async move { door.application(&who).await }))
        .route("/people", call(|door: D, (who,): (Credential,)| async move { door.people(&who).await }))
        .route("/invite", call(|door: D, (who, key, person): Keyed<NewPerson>| async move { door.invite(&who, &key, &person).await }))
        .route("/issue_code", call(|door: D, (who, key, person): Keyed<String>| async move { door.issue_code(&who, &key, &person).await }))
        .route("/remove_person", call(|door: D, (who, person): Of<String>| async move { door.remove_person(&who, &person).await }))
        .route("/terminals", call(|door: D, (who,): (Credential,)| async move { door.terminals(&who).await }))
        .route("/register_terminal", call(|door: D, (who, key, label): Keyed<String>| async move { door.register_terminal(&who, &key, &label).await }))
        .route("/revoke_terminal", call(|door: D, (who, terminal): Of<String>| async move { door.revoke_terminal(&who, &terminal).await }))
        .route("/accounts", call(|door: D, (who,): (Credential,)| async move { door.accounts(&who).await }))
        .route("/change_account", call(|door: D, (who, key, account): Keyed<Account>| async move { door.change_account(&who, &key, &account).await }))
}

/// One method: its parameters in, its answer out.
fn call<D, A, T, F>(method: impl Fn(D, A) -> F + Clone + Send + Sync + 'static) -> MethodRouter<D>
where
    D: Clone + Send + Sync + 'static,
    A: DeserializeOwned + Send + 'static,
    T: Serialize + 'static,
    F: Future<Output = Answer<T>> + Send + 'static,
{
    post(|State(door): State<D>, body: Bytes| async move {
        match serde_json::from_slice(&body) {
            Ok(asked) => told(method(door, asked).await),
            Err(_) => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
        }
    })
}

/// What is not known is told by the status alone: why stands in the log on this side.
fn told<T: Serialize>(answer: Answer<T>) -> Response {
    match answer {
        Err(TillError::Unknown(_)) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        answer => ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response(),
    }
}
