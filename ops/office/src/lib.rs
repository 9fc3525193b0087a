//! The city's face: an HTTP API for its staff, over the ledger.
//!
//! Every route is declared with the action that it stands for (`desk`), and everything passes `guard`: who is signed in, whether they may, why
//! they do it, and one row in the audit log. Whatever belongs to another city is as unknown as what nobody made.

mod answers;
mod desk;
mod guard;
pub mod print;
mod problems;
pub mod routes;
mod schemas;
mod upload;

use std::sync::Arc;

use axum::Router;
use ledger::Ledger;

use desk::Desk;
pub use desk::Route;

/// What the face stands on.
#[derive(Clone)]
pub struct Deps {
    /// The books and the rules.
    pub ledger: Ledger,
    /// The host in the links of printed QR codes.
    pub host: Arc<str>,
}

/// The routes, below wherever they are nested, and the document about them.
pub fn router(deps: Deps) -> Router {
    declare(Some(deps)).router().merge(web::openapi::router(&openapi()))
}

/// What the routes are, and which action each stands for.
#[must_use]
pub fn routes() -> Vec<Route> {
    declare(None).list()
}

/// The OpenAPI document.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes::openapi::document(&routes())
}

fn declare(deps: Option<Deps>) -> Desk {
    routes::ALL.iter().fold(Desk::new(deps), |desk, add| add(desk))
}
