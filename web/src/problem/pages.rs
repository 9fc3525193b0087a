//! Where the type of a problem leads: what the kind means, in every language. `GET /problems` lists all, `GET /problems/{code}` shows one.

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::registry::{self, ALL, Kind};
use super::{Problem, uri};
use crate::extract::PathId;

/// The routes.
pub fn router() -> Router {
    Router::new().route("/problems", get(async || Json(list()))).route("/problems/{code}", get(show))
}

/// The whole registry, in its order: kept as `docs/problems.json`, so that a change of a code is seen.
#[must_use]
pub fn list() -> Value {
    json!({ "problems": ALL.iter().map(|kind| describe(kind)).collect::<Vec<_>>() })
}

fn describe(kind: &Kind) -> Value {
    let title = json!({ "ja": kind.title.japanese, "ja-x-easy": kind.title.easy, "en": kind.title.english });
    json!({ "type": uri(kind), "code": kind.code, "status": kind.status.as_u16(), "title": title })
}

async fn show(PathId(code): PathId<String>) -> Result<Json<Value>, Problem> {
    let known = ALL.iter().find(|kind| kind.code == code);
    known.map(|kind| Json(describe(kind))).ok_or_else(|| Problem::new(&registry::NOT_FOUND))
}
