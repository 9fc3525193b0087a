//! Signing in with the letter's code, and out.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{delete, post};
use axum::{Json, Router};
use ledger::code::Code;
use ledger::session::SignIn;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{Fault, raw, text, wrong_field};
use web::openapi::{Always, Sent, SignedIn};
use web::{Body, Created, Fields, Origin, Problem, Read, Text, tokyo_time};

use crate::Deps;
use crate::auth::Family;
use crate::problems::{failed, refused, sign_in};

const CITY_MAX: usize = 40;
/// Longer than any link with a code.
const CODE_MAX: usize = 300;

pub(crate) fn router() -> Router<Deps> {
    Router::new().route("/cities", axum::routing::get(cities)).route("/sessions", post(create)).route("/sessions/current", delete(end))
}

/// What a family types.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignIn)]
pub(crate) struct SignInBody {
    /// The city's short name, as `GET /cities` lists it.
    #[schema(min_length = 1, max_length = 40, example = "osaka")]
    city: String,
    /// The code in the family's letter: 28 characters, with or without hyphens.
    #[schema(max_length = 300)]
    activation_code: String,
}

impl Read for SignInBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let city = fields.required("city", text(CITY_MAX));
        let activation_code = fields.required("activation_code", raw(CODE_MAX));
        Some(Self { city: city?, activation_code: activation_code? })
    }
}

/// A session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionBody {
    /// Shown once: the bearer token of every further request.
    token: String,
    /// The session ends then, and earlier when it is not used for sixty days.
    #[schema(format = "date-time")]
    expires_at: String,
    city: CityBody,
}

/// A city.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = City)]
pub(crate) struct CityBody {
    city: String,
    name: String,
}

/// The cities of this service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CityList {
    cities: Vec<CityBody>,
}

/// Lists the cities of this service.
#[utoipa::path(get, path = "/cities", operation_id = "list_cities", tag = "sessions", responses((status = 200, description = "As asked.", body = CityList), Always))]
pub(crate) async fn cities(State(deps): State<Deps>) -> Result<Json<CityList>, Problem> {
    let cities = deps.ledger.list_cities().await.map_err(failed)?;
    Ok(Json(CityList { cities: cities.into_iter().map(|city| CityBody { city: city.slug, name: city.name }).collect() }))
}

/// Signs in with the code of the family's letter. After many refusals from one place none is looked at for a while.
#[utoipa::path(post, path = "/sessions", operation_id = "sign_in", tag = "sessions", request_body = SignInBody,
    responses((status = 201, description = "Signed in.", body = SessionBody), (status = 429, description = "Too many refusals: see `Retry-After`.",
        body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"), Always, SignedIn, Sent))]
pub(crate) async fn create(State(deps): State<Deps>, origin: Origin, Body(body): Body<SignInBody>) -> Result<Created<SessionBody>, Problem> {
    let unknown = || wrong_field("city", &Fault::Said("unknown-city", Text::fixed("この市は登録されていません。", "This city is not known here.")));
    let city = deps.ledger.city_by_slug(&body.city).await.map_err(failed)?.ok_or_else(unknown)?;
    let attempt = SignIn { code: Code::parse(&body.activation_code).ok(), origin: origin.0 };
    let signed_in = deps.ledger.sign_in(city.municipality, &attempt).await.map_err(refused(sign_in))?;
    let city = CityBody { city: city.slug, name: city.name };
    Ok(Created(SessionBody { token: signed_in.token.to_string(), expires_at: tokyo_time(signed_in.expires_at), city }))
}

/// Signs out.
#[utoipa::path(delete, path = "/sessions/current", operation_id = "sign_out", tag = "sessions", security(("token" = [])),
    responses((status = 204, description = "Signed out."), Always, SignedIn))]
pub(crate) async fn end(State(deps): State<Deps>, family: Family) -> Result<StatusCode, Problem> {
    deps.ledger.sign_out(&family.token).await.map_err(failed)?;
    Ok(StatusCode::NO_CONTENT)
}
