//! The city's office: what staff do, over the ledger, and what is printed for them.
//!
//! [`actions`] has one function for each thing that staff do. Behind HTTP ([`router`]) they stand at their routes, each with the action of the permission
//! table that it is; the command line calls the same functions. Everything passes [`Acting::act`]: who it is, whether they may, why, and one row in the
//! audit log. Whatever belongs to another city is as unknown as what nobody made.

mod acting;
pub mod actions;
mod bodies;
mod forms;
mod http;
pub mod print;
mod refused;
mod routes;

use std::sync::Arc;

use axum::Router;
use ledger::Ledger;

pub use acting::{About, Acting};
pub use forms::merchants::Account;
pub use http::Route;
pub use refused::{No, Refused};

use http::Routes;

/// What the office stands on.
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
    http::document(declare(None))
}

fn declare(deps: Option<Deps>) -> Routes {
    routes::ALL.iter().fold(Routes::new(deps), |routes, add| add(routes))
}
