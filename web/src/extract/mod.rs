//! What handlers take from a request. What cannot be taken is answered as a problem.

mod body;
mod file;
mod headers;
mod origin;

use std::str::FromStr;

use axum::RequestPartsExt as _;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;

use crate::fields::{Fields, Read};
use crate::problem::{Problem, registry};

pub use body::Body;
pub use file::{Picture, file};
pub use headers::{Bearer, IdempotencyKey};
pub use origin::{Origin, RequestId};

/// The one parameter of the path. What has not the form of an id is as unknown as an id that nothing has.
#[derive(Debug, Clone, Copy)]
pub struct PathId<T>(pub T);

impl<T: FromStr + Send, S: Send + Sync> FromRequestParts<S> for PathId<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let text = parts.extract::<Path<String>>().await.ok();
        let id = text.and_then(|Path(text)| text.parse().ok());
        id.map(Self).ok_or_else(|| Problem::new(&registry::NOT_FOUND))
    }
}

/// The two parameters of the path: a thing, and something of it.
#[derive(Debug, Clone, Copy)]
pub struct PathIds<T, U>(pub T, pub U);

impl<T: FromStr + Send, U: FromStr + Send, S: Send + Sync> FromRequestParts<S> for PathIds<T, U> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let texts = parts.extract::<Path<(String, String)>>().await.ok();
        let ids = texts.and_then(|Path((one, other))| one.parse().ok().zip(other.parse().ok()));
        ids.map(|(one, other)| Self(one, other)).ok_or_else(|| Problem::new(&registry::NOT_FOUND))
    }
}

/// The query, read field by field.
#[derive(Debug, Clone, Copy)]
pub struct Params<T>(pub T);

impl<T: Read, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Query(pairs) = parts.extract::<Query<Vec<(String, String)>>>().await.map_err(|_| Problem::new(&registry::FIELDS))?;
        Fields::of_query(pairs).read().map(Self)
    }
}
