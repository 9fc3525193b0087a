//! The people of merchants: the city invites the first manager, and removes whom it must. Names are the merchant's own business.

use axum::Json;
use axum::extract::State;
use ledger::ids::{MerchantId, PersonId};
use ledger::merchant::people::{NewPerson, Person, PersonInvited, PersonRole};
use ledger::staff::Action;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{parsed, text};
use web::{Body, Fields, PathId, Problem, Read, tokyo_time};

use super::super::Deps;
use super::super::answers::{Done, MadeAs, REASON_MAX};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, not_found, refused};
use super::super::schemas::{NameRequest, RemovePersonRequest};
use super::bodies::WORD_MAX;

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/merchants/{merchant}/people", Action::ListMerchantPeople, all).post("/merchants/{merchant}/people", Action::InviteManager, invite).post(
        "/merchants/{merchant}/people/remove",
        Action::RemoveMerchantPerson,
        remove,
    )
}

pub(super) struct InviteBody(String);

impl Read for InviteBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.required("name", text(WORD_MAX)).map(Self)
    }
}

pub(super) struct RemoveBody(PersonId);

impl Read for RemoveBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let person = fields.required("person", parsed("psn_…"));
        fields.required("reason", text(REASON_MAX))?;
        person.map(Self)
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct PersonList {
    people: Vec<PersonBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Person)]
pub(super) struct PersonBody {
    #[schema(value_type = String, pattern = "^psn_[0-9a-f]{32}$")]
    person: PersonId,
    #[schema(value_type = String)]
    role: PersonRole,
}

impl From<Person> for PersonBody {
    fn from(person: Person) -> Self {
        Self { person: person.id, role: person.role }
    }
}

/// A manager with the code that signs in once: for a letter to the merchant's address. Shown once.
#[derive(Serialize, ToSchema)]
#[schema(as = InvitedManager)]
pub struct ManagerBody {
    #[schema(value_type = String, pattern = "^psn_[0-9a-f]{32}$")]
    person: PersonId,
    code: String,
    expires_at: String,
}

impl From<PersonInvited> for ManagerBody {
    fn from(invited: PersonInvited) -> Self {
        let PersonInvited { person, code, expires_at } = invited;
        Self { person: person.id, code: code.grouped(), expires_at: tokyo_time(expires_at) }
    }
}

/// Lists a merchant's people, without names.
#[utoipa::path(get, path = "/merchants/{merchant}/people", operation_id = "list_merchant_people", tag = "merchants", responses((status = 200, body = PersonList)))]
pub(super) async fn all(State(deps): State<Deps>, acting: Acting, PathId(merchant): PathId<MerchantId>) -> Result<Json<PersonList>, Problem> {
    let city = acting.member.municipality;
    deps.ledger.get_merchant(city, merchant).await.map_err(failed)?.ok_or_else(not_found)?;
    let people = deps.ledger.list_people(city, merchant).await.map_err(failed)?;
    Ok(Json(PersonList { people: people.into_iter().map(Into::into).collect() }))
}

/// Invites a manager of a merchant; the code is shown once, for a letter.
#[utoipa::path(post, path = "/merchants/{merchant}/people", operation_id = "invite_manager", tag = "merchants", request_body = NameRequest, responses((status = 201, body = ManagerBody)))]
pub(super) async fn invite(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(merchant): PathId<MerchantId>,
    Body(InviteBody(name)): Body<InviteBody>,
) -> Result<MadeAs<ManagerBody>, Problem> {
    let new = NewPerson { name, role: PersonRole::Manager };
    let command = acting.command(&(merchant, &new))?;
    let invited = deps.ledger.invite_person(acting.member.municipality, &command, merchant, &new).await.map_err(refused)?;
    Ok(MadeAs(format!("{merchant}/{}", invited.person.id), invited.into()))
}

/// Removes somebody of a merchant: their sessions end at once.
#[utoipa::path(post, path = "/merchants/{merchant}/people/remove", operation_id = "remove_merchant_person", tag = "merchants", request_body = RemovePersonRequest, responses((status = 204)))]
pub(super) async fn remove(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(merchant): PathId<MerchantId>,
    Body(RemoveBody(person)): Body<RemoveBody>,
) -> Result<Done, Problem> {
    let command = acting.command(&(merchant, person))?;
    deps.ledger.remove_person(acting.member.municipality, &command, merchant, person).await.map_err(refused)?;
    Ok(Done)
}
