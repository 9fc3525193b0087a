//! The merchants' face: an HTTP API over the [`till::Till`].
//!
//! Everything that it answers comes out of the Till, and the Till's types carry nothing that depends on who pays. It knows no ledger, no
//! scheme, no family. About a code that does not pay there is one refusal: the same status, headers and bytes whatever the reason.

pub mod openapi;
pub mod problems;
pub mod registrar;
pub mod routes;
pub mod till;

use axum::Router;

use till::Till;

/// The routes, below wherever they are nested.
pub fn router<T: Till>(till: T) -> Router {
    Router::new()
        .merge(routes::captures::router())
        .merge(routes::receipts::router())
        .merge(routes::invoices::router())
        .merge(routes::statements::router())
        .with_state(till)
        .merge(web::openapi::router(&openapi::document()))
}
