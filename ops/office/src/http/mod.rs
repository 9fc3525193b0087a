//! The office over HTTP: who is let in, what a route is, and what the document says of it.

pub(super) mod answers;
mod describe;
mod document;
mod guard;
mod problems;
mod routes;
mod upload;

pub(super) use document::document;
pub(super) use problems::failed;
pub use routes::Route;
pub(super) use routes::{Entry, Routes, routes};
pub(super) use upload::Upload;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use ledger::token::CityToken;
use web::Problem;
use web::problem::registry;

use crate::acting::Acting;

/// The session's token, for signing out.
#[derive(Debug, Clone)]
pub(super) struct Session(pub(super) CityToken);

impl<S: Send + Sync> FromRequestParts<S> for Acting {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::new(&registry::UNAUTHORIZED))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Session {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::new(&registry::UNAUTHORIZED))
    }
}
