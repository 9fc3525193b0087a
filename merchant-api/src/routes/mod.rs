//! The routes, one file a resource. Each parses, asks the Till, answers.

pub mod captures;
pub mod invoices;
pub mod receipts;
pub mod statements;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use web::{Bearer, Problem};

use crate::till::{Credential, TillError};

/// No single price is higher: a typing error with two zeros too many is caught here.
pub const YEN_MAX: i64 = 9_999_999;

/// The desk that asks: its credential, which the Till verifies.
#[derive(Debug)]
pub struct Terminal(Credential);

impl<S: Send + Sync> FromRequestParts<S> for Terminal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let bearer = Bearer::from_request_parts(parts, state).await?;
        Ok(Self(Credential::new(bearer.token())))
    }
}

/// The Till's refusal as a problem.
#[expect(clippy::needless_pass_by_value, reason = "so that it reads `map_err(refused)`")]
fn refused(error: TillError) -> Problem {
    crate::problems::problem(&error)
}
