//! Whether the service answers: for whoever watches it. Says nothing else.

use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::problem::{Problem, registry};

/// Looks whether what the service stands on is there.
pub type Check = Arc<dyn Fn() -> futures_util::future::BoxFuture<'static, bool> + Send + Sync>;

/// `GET /health`: 200 `{"status":"ok"}`, or 503.
pub fn router(check: Check) -> Router {
    Router::new().route("/health", get(move || answer(check.clone())))
}

async fn answer(check: Check) -> Result<Json<Value>, Problem> {
    if check().await { Ok(Json(json!({ "status": "ok" }))) } else { Err(Problem::new(&registry::UNAVAILABLE)) }
}
