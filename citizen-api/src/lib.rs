//! The families' face: an HTTP API over the ledger.
//!
//! A family signs in with the code of its letter, sees what its children may spend, sets payments aside and shows their codes. Whatever it asks
//! about is its own: another family's payment is as unknown as one that nobody made.

pub mod auth;
pub mod ids;
pub mod openapi;
pub mod problems;
pub mod routes;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use ledger::Ledger;

/// What the face stands on.
#[derive(Clone)]
pub struct Deps {
    /// The books and the rules.
    pub ledger: Ledger,
    /// The host in the links of QR codes.
    pub host: Arc<str>,
    /// How often a stream of a payment looks for a change.
    pub look_again: Duration,
}

/// The routes, below wherever they are nested.
pub fn router(deps: Deps) -> Router {
    Router::new()
        .merge(routes::sessions::router())
        .merge(routes::children::router())
        .merge(routes::merchants::router())
        .merge(routes::payments::router())
        .merge(routes::invoices::router())
        .merge(routes::paper::router())
        .merge(routes::settlements::router())
        .merge(routes::notices::router())
        .merge(routes::claims::router())
        .merge(routes::own_money::router())
        .merge(routes::bank_account::router())
        .merge(routes::history::router())
        .with_state(deps)
        .merge(web::openapi::router(&openapi::document()))
}
