//! The merchant's month, and its claim to be paid.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use web::{IdempotencyKey, PathId, Problem};

use super::{Terminal, refused};
use crate::till::{Statement, Till};

pub(crate) fn router<T: Till>() -> Router<T> {
    Router::new().route("/statements/{month}", get(show::<T>)).route("/statements/{month}/claim", post(claim::<T>))
}

/// One month.
#[derive(Debug, Serialize)]
pub struct StatementBody {
    month: String,
    from: String,
    to: String,
    receipts: i64,
    gross_yen: i64,
    refunded_yen: i64,
    net_yen: i64,
    state: String,
}

impl From<Statement> for StatementBody {
    fn from(statement: Statement) -> Self {
        let Statement { month, from, to, receipts, gross_yen, refunded_yen, net_yen, state } = statement;
        Self { month, from: from.to_string(), to: to.to_string(), receipts, gross_yen, refunded_yen, net_yen, state }
    }
}

async fn show<T: Till>(terminal: Terminal, State(till): State<T>, PathId(month): PathId<String>) -> Result<Json<StatementBody>, Problem> {
    let statement = till.statement(&terminal.0, &month).await.map_err(refused)?;
    Ok(Json(statement.into()))
}

async fn claim<T: Till>(terminal: Terminal, State(till): State<T>, PathId(month): PathId<String>, key: IdempotencyKey) -> Result<Json<StatementBody>, Problem> {
    let statement = till.claim_payment(&terminal.0, &key.of("claim"), &month).await.map_err(refused)?;
    Ok(Json(statement.into()))
}
