//! Signing in with the letter's code, and out: this phone, another one, all of them; and another code.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use ledger::actor::{Actor, Command};
use ledger::code::Code;
use ledger::ids::SessionId;
use ledger::session::{Session, SignIn};
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{Fault, raw, text, whole, wrong_field};
use web::openapi::{Always, Commanded, OfOne, Queried, Sent, SignedIn};
use web::{Body, Created, Fields, IdempotencyKey, Origin, Params, PathId, Problem, Read, Text, tokyo_time};

use super::{PAGE, PAGE_MAX};
use crate::Deps;
use crate::auth::Family;
use crate::problems::{change_code as change, failed, not_found, refused, sign_in};

const CITY_MAX: usize = 40;
/// Longer than any link with a code.
const CODE_MAX: usize = 300;

pub(crate) fn router() -> Router<Deps> {
    Router::new()
        .route("/cities", get(cities))
        .route("/sessions", get(list).post(create).delete(end_all))
        .route("/sessions/current", delete(end))
        .route("/sessions/{session}", delete(end_one))
        .route("/activation-code", post(change_code))
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

/// Cities of this service, by their short names. `next`, where it is, asks for the following page as `after`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CityList {
    cities: Vec<CityBody>,
    #[schema(required)]
    next: Option<String>,
}

/// Which cities.
pub(crate) struct CityQuery {
    name: Option<String>,
    after: Option<String>,
    limit: i64,
}

impl Read for CityQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        let name = fields.optional("name", text(CITY_MAX));
        let after = fields.optional("after", text(CITY_MAX));
        let limit = fields.optional("limit", whole(1, PAGE_MAX));
        Some(Self { name: name?, after: after?, limit: limit?.unwrap_or(PAGE) })
    }
}

/// A phone that is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignedInPhone)]
pub(crate) struct PhoneBody {
    session: String,
    #[schema(format = "date-time")]
    signed_in_at: String,
    /// When it was last used, to the day.
    #[schema(format = "date-time")]
    seen_at: String,
    #[schema(format = "date-time")]
    expires_at: String,
    /// Whether it is the one that asks.
    current: bool,
}

/// The phones that are signed in, the newest first: at most ten.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PhoneList {
    sessions: Vec<PhoneBody>,
}

/// The activation code in force.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ChangeActivationCode)]
pub(crate) struct ChangeBody {
    /// As the letter shows it, or as it was changed last.
    #[schema(max_length = 300)]
    activation_code: String,
}

impl Read for ChangeBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.required("activation_code", raw(CODE_MAX)).map(|activation_code| Self { activation_code })
    }
}

/// Another activation code. To be written down: the old one signs in no more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ActivationCode)]
pub(crate) struct CodeBody {
    activation_code: String,
}

/// Lists the cities of this service.
#[utoipa::path(get, path = "/cities", operation_id = "list_cities", tag = "sessions",
    params(
        ("name" = Option<String>, Query, max_length = 40, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$", description = "Part of the name, or of the short name."),
        ("after" = Option<String>, Query, max_length = 40, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$", description = "The page begins behind this short name."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "Cities on a page; 20 where nothing is said."),
    ),
    responses((status = 200, description = "As asked.", body = CityList), Always, Queried))]
pub(crate) async fn cities(State(deps): State<Deps>, Params(query): Params<CityQuery>) -> Result<Json<CityList>, Problem> {
    let CityQuery { name, after, limit } = query;
    let mut cities = deps.ledger.list_cities().await.map_err(failed)?;
    cities.sort_by(|one, other| one.slug.cmp(&other.slug));
    cities.retain(|city| {
        after.as_ref().is_none_or(|after| city.slug > *after) && name.as_ref().is_none_or(|name| city.name.contains(name) || city.slug.contains(name))
    });
    let next = super::cut(&mut cities, limit).map(|last| last.slug.clone());
    Ok(Json(CityList { cities: cities.into_iter().map(|city| CityBody { city: city.slug, name: city.name }).collect(), next }))
}

/// Lists the phones that are signed in.
#[utoipa::path(get, path = "/sessions", operation_id = "list_sessions", tag = "sessions", security(("token" = [])),
    responses((status = 200, description = "As asked.", body = PhoneList), Always, SignedIn))]
pub(crate) async fn list(State(deps): State<Deps>, family: Family) -> Result<Json<PhoneList>, Problem> {
    let sessions = deps.ledger.list_sessions(family.municipality, family.id).await.map_err(failed)?;
    let own = Session::name(&family.token);
    let phone = |session: Session| PhoneBody {
        session: session.id.to_string(),
        signed_in_at: tokyo_time(session.signed_in_at),
        seen_at: tokyo_time(session.seen_at),
        expires_at: tokyo_time(session.expires_at),
        current: session.id == own,
    };
    Ok(Json(PhoneList { sessions: sessions.into_iter().map(phone).collect() }))
}

/// Signs one phone out, by its name in the list.
#[utoipa::path(delete, path = "/sessions/{session}", operation_id = "sign_out_phone", tag = "sessions", security(("token" = [])), params(("session" = String, Path)),
    responses((status = 204, description = "Signed out."), Always, SignedIn, OfOne))]
pub(crate) async fn end_one(State(deps): State<Deps>, family: Family, PathId(session): PathId<SessionId>) -> Result<StatusCode, Problem> {
    let ended = deps.ledger.end_session(family.municipality, family.id, session).await.map_err(failed)?;
    if ended { Ok(StatusCode::NO_CONTENT) } else { Err(not_found()) }
}

/// Signs every phone out, this one too.
#[utoipa::path(delete, path = "/sessions", operation_id = "sign_out_everywhere", tag = "sessions", security(("token" = [])),
    responses((status = 204, description = "Signed out."), Always, SignedIn))]
pub(crate) async fn end_all(State(deps): State<Deps>, family: Family) -> Result<StatusCode, Problem> {
    deps.ledger.end_sessions(family.municipality, family.id).await.map_err(failed)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes another activation code: the old one is dead at once, and every other phone is signed out.
#[utoipa::path(post, path = "/activation-code", operation_id = "change_activation_code", tag = "sessions", security(("token" = [])), params(IdempotencyKey), request_body = ChangeBody,
    responses((status = 201, description = "The new code; the same again under this key.", body = CodeBody), (status = 429, description = "Too many refusals: see `Retry-After`.",
        body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"), Always, SignedIn, Sent, Commanded))]
pub(crate) async fn change_code(
    State(deps): State<Deps>,
    family: Family,
    origin: Origin,
    key: IdempotencyKey,
    Body(body): Body<ChangeBody>,
) -> Result<Created<CodeBody>, Problem> {
    let code = Code::parse(&body.activation_code).ok();
    let command = Command::new(Actor::Family(family.id), key.of("activation-code"), &code.as_ref().map(Code::digest));
    let attempt = SignIn { code, origin: origin.0 };
    let whose = (family.id, &family.token);
    let changed = deps.ledger.change_activation_code(family.municipality, &command, whose, &attempt).await.map_err(refused(change))?;
    Ok(Created(CodeBody { activation_code: changed.grouped() }))
}

/// Signs in with the code of the family's letter. After many refusals from one place none is looked at for a while.
#[utoipa::path(post, path = "/sessions", operation_id = "sign_in", tag = "sessions", request_body = SignInBody,
    responses((status = 201, description = "Signed in.", body = SessionBody), (status = 429, description = "Too many refusals: see `Retry-After`.",
        body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"), Always, SignedIn, Sent))]
pub(crate) async fn create(State(deps): State<Deps>, origin: Origin, Body(body): Body<SignInBody>) -> Result<Created<SessionBody>, Problem> {
    let unknown = || {
        wrong_field(
            "city",
            &Fault::Said("unknown-city", Text::fixed("この市は登録されていません。", "この市は、ここにありません。", "This city is not known here.")),
        )
    };
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
