//! Signing in with a code, and out; and who one is.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{raw, text};
use web::openapi::{Always, Counted, Sent, SignedIn};
use web::{Body, Created, Fields, Origin, Problem, Read, tokyo_time};

use super::{CODE_MAX, NAME_MAX, refused};
use crate::Deps;
use crate::registrar::{self, Role, Service, SignIn};
use crate::till::ScannedCode;

pub(crate) fn router() -> Router<Deps> {
    Router::new().route("/sessions", post(create)).route("/sessions/current", delete(end)).route("/me", get(me))
}

/// What somebody types.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignIn)]
pub struct SignInBody {
    /// The city's short name.
    #[schema(min_length = 1, max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$", example = "osaka")]
    city: String,
    /// The code that a manager or the city issued: 28 characters, with or without hyphens. It signs in once.
    #[schema(max_length = 300)]
    code: String,
}

impl Read for SignInBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let city = fields.required("city", text(NAME_MAX));
        let code = fields.required("code", raw(CODE_MAX));
        Some(Self { city: city?, code: code? })
    }
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionBody {
    /// Shown once: the bearer token of every further request.
    token: String,
    /// The session ends then, and earlier when it is not used for sixty days.
    #[schema(format = "date-time")]
    expires_at: String,
    me: CallerBody,
}

/// Whoever asks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Me)]
pub struct CallerBody {
    merchant: String,
    merchant_name: String,
    /// The number of the person or the terminal.
    number: String,
    /// What the merchant calls the person or the terminal.
    name: String,
    /// `manager` or `desk`.
    #[schema(value_type = String)]
    role: &'static str,
    /// What the merchant is registered for.
    services: Vec<ServiceBody>,
}

/// A service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Service)]
pub struct ServiceBody {
    category: String,
    expense: String,
    #[schema(required)]
    registration: Option<String>,
}

/// A role as answers write it.
pub(super) const fn role(role: Role) -> &'static str {
    match role {
        Role::Manager => "manager",
        Role::Desk => "desk",
    }
}

impl From<Service> for ServiceBody {
    fn from(service: Service) -> Self {
        let Service { category, expense, registration } = service;
        Self { category, expense, registration }
    }
}

impl From<registrar::Caller> for CallerBody {
    fn from(caller: registrar::Caller) -> Self {
        let registrar::Caller { merchant, merchant_name, number, name, role: of, services } = caller;
        Self { merchant, merchant_name, number, name, role: role(of), services: services.into_iter().map(Into::into).collect() }
    }
}

/// Signs in with a code. After many refusals from one place none is looked at for a while.
#[utoipa::path(post, path = "/sessions", operation_id = "sign_in", tag = "sessions", request_body = SignInBody,
    responses((status = 201, description = "Signed in.", body = SessionBody), Always, SignedIn, Sent, Counted))]
pub(crate) async fn create(
    State(deps): State<Deps>,
    Origin(origin): Origin,
    Body(SignInBody { city, code }): Body<SignInBody>,
) -> Result<Created<SessionBody>, Problem> {
    let signed_in = deps.doors.sign_in(&SignIn { city, code: ScannedCode::new(code), origin }).await.map_err(refused)?;
    let token = signed_in.credential.token().to_owned();
    Ok(Created(SessionBody { token, expires_at: tokyo_time(signed_in.expires_at), me: signed_in.caller.into() }))
}

/// Signs out. A terminal has no session: a manager revokes it.
#[utoipa::path(delete, path = "/sessions/current", operation_id = "sign_out", tag = "sessions", security(("token" = [])),
    responses((status = 204, description = "Signed out."), Always, SignedIn))]
pub(crate) async fn end(State(deps): State<Deps>, caller: super::Caller) -> Result<StatusCode, Problem> {
    deps.doors.sign_out(&caller.0).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows who one is.
#[utoipa::path(get, path = "/me", operation_id = "show_me", tag = "sessions", security(("token" = [])),
    responses((status = 200, description = "As asked.", body = CallerBody), Always, SignedIn))]
pub(crate) async fn me(State(deps): State<Deps>, caller: super::Caller) -> Result<Json<CallerBody>, Problem> {
    let caller = deps.doors.caller(&caller.0).await.map_err(refused)?;
    Ok(Json(caller.into()))
}
