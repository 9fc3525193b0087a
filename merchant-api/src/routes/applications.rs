//! A new merchant applies, and asks how its application stands. It needs no credential to apply: the city decides.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{text, word};
use web::openapi::{Always, Commanded, Counted, Sent, SignedIn};
use web::{Body, Created, Fields, IdempotencyKey, Origin, Problem, Read};

use super::sessions::ServiceBody;
use super::{Caller, NAME_MAX, refused};
use crate::Deps;
use crate::registrar::{Account, Application, Applied, NewApplication, Service};

const SERVICES_MAX: usize = 30;
const REGISTRATION_MAX: usize = 40;

pub(crate) fn router() -> Router<Deps> {
    Router::new().route("/applications", post(apply)).route("/applications/current", get(show))
}

/// What a new merchant applies with.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewApplication)]
#[expect(dead_code, reason = "describes what `NewApplication` reads")]
pub struct ApplicationBody {
    /// The city's short name.
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$", example = "osaka")]
    city: String,
    /// What families will read.
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$", example = "みらい音楽教室")]
    name: String,
    /// The name's reading.
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$", example = "ミライオンガクキョウシツ")]
    kana: String,
    /// Ward or district.
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$", example = "北区")]
    area: String,
    /// What it offers: at least one, each category and expense once.
    #[schema(min_items = 1, max_items = 30)]
    services: Vec<NewServiceBody>,
    /// The bank, four digits.
    #[schema(max_length = 10, example = "9998")]
    bank: String,
    /// The branch, three digits.
    #[schema(max_length = 10, example = "001")]
    branch: String,
    /// `1` 普通, `2` 当座, `4` 貯蓄, `9` その他.
    #[schema(max_length = 10, example = "1")]
    account_kind: String,
    /// Up to seven digits.
    #[schema(max_length = 10, example = "1234567")]
    account_number: String,
    /// The account's holder in kana, as on the passbook.
    #[schema(max_length = 100, example = "カ)テストオンガク")]
    holder: String,
}

/// A service that is applied for.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewService)]
#[expect(dead_code, reason = "describes what `Service` reads")]
pub struct NewServiceBody {
    /// The category, as the city names it.
    #[schema(pattern = "^[a-z][a-z0-9_-]{0,39}$", example = "cram_school")]
    category: String,
    /// What will be billed for it.
    #[schema(pattern = "^[a-z][a-z0-9_-]{0,39}$", example = "tuition")]
    expense: String,
    /// The registration's own number, where the city gives one.
    #[schema(max_length = 40, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$")]
    registration: Option<String>,
}

impl Read for Service {
    fn read(fields: &mut Fields) -> Option<Self> {
        let category = fields.required("category", word);
        let expense = fields.required("expense", word);
        let registration = fields.optional("registration", text(REGISTRATION_MAX));
        Some(Self { category: category?, expense: expense?, registration: registration? })
    }
}

/// Where it comes from is no field of the body: the route adds it.
impl Read for NewApplication {
    fn read(fields: &mut Fields) -> Option<Self> {
        let city = fields.required("city", text(NAME_MAX));
        let name = fields.required("name", text(NAME_MAX));
        let kana = fields.required("kana", text(NAME_MAX));
        let area = fields.required("area", text(NAME_MAX));
        let services = fields.each("services", SERVICES_MAX);
        let account = Account::read(fields);
        let origin = String::new();
        Some(Self { city: city?, name: name?, kana: kana?, area: area?, services: services?, account: account?, origin })
    }
}

/// An application that was taken in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Applied)]
pub struct AppliedBody {
    /// The number that the merchant will have.
    merchant: String,
    /// Shown now: the bearer token that asks how the application stands.
    token: String,
}

/// How an application stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Application)]
pub struct ApplicationState {
    merchant: String,
    name: String,
    /// `applied`, `approved`, `refused` or `suspended`. Of an approved merchant the city invites the first manager.
    state: String,
    /// Why it was refused.
    #[schema(required)]
    reason: Option<String>,
    services: Vec<AppliedService>,
}

/// A service, and whether it is approved.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppliedService {
    #[serde(flatten)]
    service: ServiceBody,
    approved: bool,
}

impl From<Application> for ApplicationState {
    fn from(application: Application) -> Self {
        let Application { merchant, name, state, reason, services } = application;
        let services = services.into_iter().map(|(service, approved)| AppliedService { service: service.into(), approved }).collect();
        Self { merchant, name, state, reason, services }
    }
}

/// Applies to be a merchant. The city looks at it, and two of its people decide.
#[utoipa::path(post, path = "/applications", operation_id = "apply", tag = "applications", params(IdempotencyKey), request_body = ApplicationBody,
    responses((status = 201, description = "Done; or done before, under this key.", body = AppliedBody), Always, Sent, Commanded, Counted))]
pub(crate) async fn apply(
    State(deps): State<Deps>,
    Origin(origin): Origin,
    key: IdempotencyKey,
    Body(application): Body<NewApplication>,
) -> Result<Created<AppliedBody>, Problem> {
    let Applied { merchant, credential } = deps.doors.apply(&key.of("apply"), &NewApplication { origin, ..application }).await.map_err(refused)?;
    Ok(Created(AppliedBody { merchant, token: credential.token().to_owned() }))
}

/// Shows how an application stands, to whoever shows its token.
#[utoipa::path(get, path = "/applications/current", operation_id = "show_application", tag = "applications", security(("token" = [])),
    responses((status = 200, description = "As asked.", body = ApplicationState), Always, SignedIn))]
pub(crate) async fn show(State(deps): State<Deps>, caller: Caller) -> Result<Json<ApplicationState>, Problem> {
    let application = deps.doors.application(&caller.0).await.map_err(refused)?;
    Ok(Json(application.into()))
}
