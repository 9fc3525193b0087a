//! The merchants' face: an HTTP API over the [doors](mod@doors).
//!
//! Everything that it answers comes out of them, and their types carry nothing that depends on who pays. It knows no ledger, no
//! scheme, no family. About a code that does not pay there is one refusal: the same status, headers and bytes whatever the reason.

mod csv;
pub mod doors;
pub mod openapi;
pub mod problems;
pub mod registrar;
pub mod routes;
pub mod till;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;

use doors::Doors;

/// What the face stands on.
#[derive(Clone)]
pub struct Deps {
    /// Every credential is verified behind them.
    pub doors: Arc<dyn Doors>,
    /// The host in the links of bills, as families reach the service.
    pub host: Arc<str>,
    /// How often a live stream looks for a change.
    pub look_again: Duration,
}

/// The routes, below wherever they are nested.
pub fn router(deps: Deps) -> Router {
    Router::new()
        .merge(routes::sessions::router())
        .merge(routes::captures::router())
        .merge(routes::receipts::router())
        .merge(routes::invoices::router())
        .merge(routes::statements::router())
        .merge(routes::people::router())
        .merge(routes::terminals::router())
        .merge(routes::accounts::router())
        .merge(routes::applications::router())
        .with_state(deps)
        .merge(web::openapi::router(&openapi::document()))
}
