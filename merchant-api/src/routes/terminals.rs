//! The desks of the merchant, each with a token that opens the Till: for managers.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{delete, get};
use axum::{Json, Router};
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::text;
use web::openapi::{Always, ByRole, Commanded, OfOne, Sent, SignedIn};
use web::{Body, Created, Fields, IdempotencyKey, PathId, Problem, Read};

use super::{Caller, NAME_MAX, refused};
use crate::Deps;
use crate::registrar::{NewTerminal, Terminal};

pub(crate) fn router() -> Router<Deps> {
    Router::new().route("/terminals", get(list).post(register)).route("/terminals/{terminal}", delete(revoke))
}

/// A desk that is to be registered.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTerminal)]
pub struct NewTerminalBody {
    /// The merchant's own name for it.
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$", example = "受付 1")]
    label: String,
}

impl Read for NewTerminalBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.required("label", text(NAME_MAX)).map(|label| Self { label })
    }
}

/// A desk.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Terminal)]
pub struct TerminalBody {
    terminal: String,
    label: String,
}

/// The desks.
#[derive(Debug, Serialize, ToSchema)]
pub struct TerminalList {
    terminals: Vec<TerminalBody>,
}

/// A desk with its token, which is shown now and never again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegisteredTerminal)]
pub struct RegisteredBody {
    terminal: String,
    label: String,
    token: String,
}

impl From<Terminal> for TerminalBody {
    fn from(terminal: Terminal) -> Self {
        let Terminal { terminal, label } = terminal;
        Self { terminal, label }
    }
}

impl From<NewTerminal> for RegisteredBody {
    fn from(new: NewTerminal) -> Self {
        let NewTerminal { terminal: Terminal { terminal, label }, credential } = new;
        Self { terminal, label, token: credential.token().to_owned() }
    }
}

/// Lists the desks.
#[utoipa::path(get, path = "/terminals", operation_id = "list_terminals", tag = "terminals", security(("token" = [])),
    responses((status = 200, description = "As asked.", body = TerminalList), Always, SignedIn, ByRole))]
pub(crate) async fn list(State(deps): State<Deps>, caller: Caller) -> Result<Json<TerminalList>, Problem> {
    let terminals = deps.doors.terminals(&caller.0).await.map_err(refused)?;
    Ok(Json(TerminalList { terminals: terminals.into_iter().map(Into::into).collect() }))
}

/// Registers a desk.
#[utoipa::path(post, path = "/terminals", operation_id = "register_terminal", tag = "terminals", security(("token" = [])),
    params(IdempotencyKey), request_body = NewTerminalBody,
    responses((status = 201, description = "Done; or done before, under this key.", body = RegisteredBody), Always, SignedIn, ByRole, Sent, Commanded))]
pub(crate) async fn register(
    State(deps): State<Deps>,
    caller: Caller,
    key: IdempotencyKey,
    Body(NewTerminalBody { label }): Body<NewTerminalBody>,
) -> Result<Created<RegisteredBody>, Problem> {
    let registered = deps.doors.register_terminal(&caller.0, &key.of("terminal"), &label).await.map_err(refused)?;
    Ok(Created(registered.into()))
}

/// Revokes a desk that was lost or replaced: its token opens nothing any more.
#[utoipa::path(delete, path = "/terminals/{terminal}", operation_id = "revoke_terminal", tag = "terminals", security(("token" = [])),
    params(("terminal" = String, Path)),
    responses((status = 204, description = "Revoked."), Always, SignedIn, ByRole, OfOne))]
pub(crate) async fn revoke(State(deps): State<Deps>, caller: Caller, PathId(terminal): PathId<String>) -> Result<StatusCode, Problem> {
    deps.doors.revoke_terminal(&caller.0, &terminal).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}
