//! The people of the merchant: for managers.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{Fault, Given, text};
use web::openapi::{Always, ByRole, Commanded, OfOne, Sent, SignedIn};
use web::{Body, Created, Fields, IdempotencyKey, PathId, Problem, Read, tokyo_time};

use super::{Caller, NAME_MAX, refused, sessions};
use crate::Deps;
use crate::registrar::{Invited, NewPerson, Person, Role};

pub(crate) fn router() -> Router<Deps> {
    Router::new().route("/people", get(list).post(invite)).route("/people/{person}", delete(remove)).route("/people/{person}/code", post(issue))
}

/// Who is to join.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPerson)]
pub struct NewPersonBody {
    /// What colleagues call them.
    #[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$", example = "受付 山田")]
    name: String,
    /// `manager` or `desk`.
    #[schema(value_type = String, pattern = "^(manager|desk)$", example = "desk")]
    role: Role,
}

fn role(given: Given<'_>) -> Result<Role, Fault> {
    let text = text(NAME_MAX)(given)?;
    [Role::Manager, Role::Desk].into_iter().find(|role| sessions::role(*role) == text).ok_or(Fault::Form("desk"))
}

impl Read for NewPersonBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let name = fields.required("name", text(NAME_MAX));
        let role = fields.required("role", role);
        Some(Self { name: name?, role: role? })
    }
}

/// Somebody who works at the merchant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Person)]
pub struct PersonBody {
    person: String,
    name: String,
    /// `manager` or `desk`.
    #[schema(value_type = String)]
    role: &'static str,
}

/// The people, managers first.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonList {
    people: Vec<PersonBody>,
}

/// Somebody with a code that signs in once. The code is shown now and never again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invited)]
pub struct InvitedBody {
    person: PersonBody,
    code: String,
    #[schema(format = "date-time")]
    expires_at: String,
}

impl From<Person> for PersonBody {
    fn from(person: Person) -> Self {
        let Person { person, name, role } = person;
        Self { person, name, role: sessions::role(role) }
    }
}

impl From<Invited> for InvitedBody {
    fn from(invited: Invited) -> Self {
        Self { person: invited.person.into(), code: invited.code, expires_at: tokyo_time(invited.expires_at) }
    }
}

/// Lists the people.
#[utoipa::path(get, path = "/people", operation_id = "list_people", tag = "people", security(("token" = [])),
    responses((status = 200, description = "As asked.", body = PersonList), Always, SignedIn, ByRole))]
pub(crate) async fn list(State(deps): State<Deps>, caller: Caller) -> Result<Json<PersonList>, Problem> {
    let people = deps.doors.people(&caller.0).await.map_err(refused)?;
    Ok(Json(PersonList { people: people.into_iter().map(Into::into).collect() }))
}

/// Invites somebody.
#[utoipa::path(post, path = "/people", operation_id = "invite_person", tag = "people", security(("token" = [])),
    params(IdempotencyKey), request_body = NewPersonBody,
    responses((status = 201, description = "Done; or done before, under this key.", body = InvitedBody), Always, SignedIn, ByRole, Sent, Commanded))]
pub(crate) async fn invite(
    State(deps): State<Deps>,
    caller: Caller,
    key: IdempotencyKey,
    Body(NewPersonBody { name, role }): Body<NewPersonBody>,
) -> Result<Created<InvitedBody>, Problem> {
    let invited = deps.doors.invite(&caller.0, &key.of("person"), &NewPerson { name, role }).await.map_err(refused)?;
    Ok(Created(invited.into()))
}

/// Issues a new code to somebody; an older one that was not used is dead at once.
#[utoipa::path(post, path = "/people/{person}/code", operation_id = "issue_person_code", tag = "people", security(("token" = [])),
    params(("person" = String, Path), IdempotencyKey),
    responses((status = 201, description = "Done; or done before, under this key.", body = InvitedBody), Always, SignedIn, ByRole, OfOne, Commanded))]
pub(crate) async fn issue(
    State(deps): State<Deps>,
    caller: Caller,
    PathId(person): PathId<String>,
    key: IdempotencyKey,
) -> Result<Created<InvitedBody>, Problem> {
    let invited = deps.doors.issue_code(&caller.0, &key.of("code"), &person).await.map_err(refused)?;
    Ok(Created(invited.into()))
}

/// Removes somebody: their sessions and their code end at once. Nobody removes themselves.
#[utoipa::path(delete, path = "/people/{person}", operation_id = "remove_person", tag = "people", security(("token" = [])), params(("person" = String, Path)),
    responses((status = 204, description = "Removed."), (status = 409, description = "It is oneself.",
        body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"), Always, SignedIn, ByRole, OfOne))]
pub(crate) async fn remove(State(deps): State<Deps>, caller: Caller, PathId(person): PathId<String>) -> Result<StatusCode, Problem> {
    deps.doors.remove_person(&caller.0, &person).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}
