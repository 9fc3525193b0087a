//! Signing in with the letter's code, and out.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{delete, post};
use axum::{Json, Router};
use ledger::code::Code;
use ledger::session::SignIn;
use serde::Serialize;
use web::fields::{Fault, raw, text, wrong_field};
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
pub(crate) struct SignInBody {
    city: String,
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
#[derive(Debug, Serialize)]
pub(crate) struct SessionBody {
    token: String,
    expires_at: String,
    city: CityBody,
}

/// A city.
#[derive(Debug, Serialize)]
pub(crate) struct CityBody {
    city: String,
    name: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct CityList {
    cities: Vec<CityBody>,
}

async fn cities(State(deps): State<Deps>) -> Result<Json<CityList>, Problem> {
    let cities = deps.ledger.list_cities().await.map_err(failed)?;
    Ok(Json(CityList { cities: cities.into_iter().map(|city| CityBody { city: city.slug, name: city.name }).collect() }))
}

async fn create(State(deps): State<Deps>, origin: Origin, Body(body): Body<SignInBody>) -> Result<Created<SessionBody>, Problem> {
    let unknown = || wrong_field("city", &Fault::Said("unknown-city", Text::fixed("この市は登録されていません。", "This city is not known here.")));
    let city = deps.ledger.city_by_slug(&body.city).await.map_err(failed)?.ok_or_else(unknown)?;
    let attempt = SignIn { code: Code::parse(&body.activation_code).ok(), origin: origin.0 };
    let signed_in = deps.ledger.sign_in(city.municipality, &attempt).await.map_err(refused(sign_in))?;
    let city = CityBody { city: city.slug, name: city.name };
    Ok(Created(SessionBody { token: signed_in.token.to_string(), expires_at: tokyo_time(signed_in.expires_at), city }))
}

async fn end(State(deps): State<Deps>, family: Family) -> Result<StatusCode, Problem> {
    deps.ledger.sign_out(&family.token).await.map_err(failed)?;
    Ok(StatusCode::NO_CONTENT)
}
