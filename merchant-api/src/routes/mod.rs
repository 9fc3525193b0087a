//! The routes, one file a resource. Each parses, asks a door, answers.

pub mod accounts;
pub mod applications;
pub mod captures;
pub mod invoices;
pub mod people;
pub mod receipts;
pub mod sessions;
pub mod statements;
pub mod terminals;

use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use web::{Bearer, Problem};

use crate::till::{Credential, TillError};

/// No single price is higher: a typing error with two zeros too many is caught here.
pub const YEN_MAX: i64 = 9_999_999;
/// The most characters of a name or a label.
const NAME_MAX: usize = 100;
/// The most characters of an id or a code with its hyphens, or of the whole link.
const CODE_MAX: usize = 300;
/// Items on a page, unless fewer are asked for.
const PAGE: i64 = 50;
const PAGE_MAX: i64 = 200;
/// Proxies close what is silent for long.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// A credential as it was sent. It is verified behind the doors.
#[derive(Debug, Clone)]
pub struct Caller(Credential);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let bearer = Bearer::from_request_parts(parts, state).await?;
        Ok(Self(Credential::new(bearer.token())))
    }
}

/// The refusal of a door as a problem.
#[expect(clippy::needless_pass_by_value, reason = "so that it reads `map_err(refused)`")]
fn refused(error: TillError) -> Problem {
    crate::problems::problem(&error)
}

/// Cuts a page that was read with one item too many; returns the last item when another page follows.
fn cut<T>(items: &mut Vec<T>, limit: i64) -> Option<&T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    items.last().filter(|_| more)
}
