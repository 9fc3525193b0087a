//! The merchant's month, and its claim to be paid.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use utoipa::ToSchema;
use web::openapi::{Always, Commanded, OfOne, SignedIn};
use web::{IdempotencyKey, PathId, Problem};

use super::{Terminal, refused};
use crate::till::{Statement, Till};

pub(crate) fn router<T: Till>() -> Router<T> {
    Router::new().route("/statements/{month}", get(show::<T>)).route("/statements/{month}/claim", post(claim::<T>))
}

/// One month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Statement)]
pub struct StatementBody {
    /// The month.
    #[schema(example = "2026-05")]
    month: String,
    /// Its first day.
    #[schema(format = Date)]
    from: String,
    /// Its last day.
    #[schema(format = Date)]
    to: String,
    /// How many receipts.
    receipts: i64,
    /// What they add up to.
    gross_yen: i64,
    /// What was refunded.
    refunded_yen: i64,
    /// What is due.
    net_yen: i64,
    /// `drawn`, `claimed`, `examined` or `approved`.
    state: String,
}

impl From<Statement> for StatementBody {
    fn from(statement: Statement) -> Self {
        let Statement { month, from, to, receipts, gross_yen, refunded_yen, net_yen, state, .. } = statement;
        Self { month, from: from.to_string(), to: to.to_string(), receipts, gross_yen, refunded_yen, net_yen, state }
    }
}

/// Shows a month, once its statement is drawn.
#[utoipa::path(get, path = "/statements/{month}", operation_id = "show_statement", tag = "statements", security(("token" = [])), params(("month" = String, Path, example = "2026-05")),
    responses((status = 200, description = "As asked.", body = StatementBody), Always, SignedIn, OfOne))]
pub(crate) async fn show<T: Till>(terminal: Terminal, State(till): State<T>, PathId(month): PathId<String>) -> Result<Json<StatementBody>, Problem> {
    let statement = till.statement(&terminal.0, &month).await.map_err(refused)?;
    Ok(Json(statement.into()))
}

/// Claims payment of a month.
#[utoipa::path(post, path = "/statements/{month}/claim", operation_id = "claim_payment", tag = "statements", security(("token" = [])),
    params(("month" = String, Path, example = "2026-05"), IdempotencyKey),
    responses((status = 200, description = "As asked.", body = StatementBody), Always, SignedIn, OfOne, Commanded))]
pub(crate) async fn claim<T: Till>(
    terminal: Terminal,
    State(till): State<T>,
    PathId(month): PathId<String>,
    key: IdempotencyKey,
) -> Result<Json<StatementBody>, Problem> {
    let statement = till.claim_payment(&terminal.0, &key.of("claim"), &month).await.map_err(refused)?;
    Ok(Json(statement.into()))
}
