//! Where families are paid: forms on paper taken in, and what families registered approved by a second person who has called back.

use axum::Json;
use axum::extract::State;
use ledger::ids::FamilyId;
use ledger::people::account::InList;
use ledger::staff::Action;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{parsed, text, whole};
use web::{Body, Fields, Params, PathId, Problem, Read, tokyo_time};

use super::super::Deps;
use super::super::answers::{Done, Items, Page, REASON_MAX, page};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, refused};
use super::super::schemas::{AccountRequest, ApproveFamilyAccountRequest, RefuseFamilyAccountRequest};
use super::bodies::AccountFields;
use super::claims_steps::MESSAGE_MAX;

/// More accounts than any family registers.
const NUMBER_MAX: i64 = 9_999;

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/family-accounts", Action::ListFamilyAccounts, all)
        .post("/families/{family}/account", Action::RegisterFamilyAccount, register)
        .post("/families/{family}/account/approve", Action::ApproveFamilyAccount, approve)
        .post("/families/{family}/account/refuse", Action::RefuseFamilyAccount, refuse)
}

pub(super) struct AccountQuery {
    after: Option<FamilyId>,
    page: Page,
}

impl Read for AccountQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        let after = fields.optional("after", parsed::<FamilyId>("fam_…"));
        let mut page = Page::read_from(fields)?;
        page.after = None;
        Some(Self { after: after?, page })
    }
}

pub(super) struct AccountBody(AccountFields);

impl Read for AccountBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let account = AccountFields::read_from(fields);
        fields.required("reason", text(REASON_MAX))?;
        account.map(Self)
    }
}

/// Which account was seen; the reason says who was called back, at which number known from before.
pub(super) struct ApproveBody(i16);

impl Read for ApproveBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let number = fields.required("number", whole(1, NUMBER_MAX));
        fields.required("reason", text(REASON_MAX))?;
        i16::try_from(number?).ok().map(Self)
    }
}

/// The same, with what the family reads.
pub(super) struct RefuseBody {
    number: i16,
    message: String,
}

impl Read for RefuseBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let number = fields.required("number", whole(1, NUMBER_MAX));
        let message = fields.required("message", text(MESSAGE_MAX));
        fields.required("reason", text(REASON_MAX))?;
        Some(Self { number: i16::try_from(number?).ok()?, message: message? })
    }
}

/// An account that waits. What it is, is revealed with the family.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitingFamilyAccount)]
pub struct WaitingBody {
    #[schema(value_type = String, pattern = "^[a-z]+_[0-9a-f]{32}$")]
    family: FamilyId,
    number: i16,
    registered_at: String,
    registered_by: String,
    usable_at: String,
}

impl From<InList> for WaitingBody {
    fn from(waiting: InList) -> Self {
        let InList { family, number, registered_at, registered_by, usable_at } = waiting;
        Self { family, number, registered_at: tokyo_time(registered_at), registered_by, usable_at: tokyo_time(usable_at) }
    }
}

/// Lists families' bank accounts that wait for a second person.
#[utoipa::path(get, path = "/family-accounts", operation_id = "list_family_accounts", tag = "families", params(("after" = Option<String>, Query, pattern = "^fam_[0-9a-f]{32}$", description = "The page begins behind this one."), ("limit" = Option<i64>, Query, minimum = 1, maximum = 500, description = "Items on a page; 50 where nothing is said.")), responses((status = 200, body = Items<WaitingBody>)))]
pub(super) async fn all(State(deps): State<Deps>, acting: Acting, Params(query): Params<AccountQuery>) -> Result<Json<Items<WaitingBody>>, Problem> {
    // One more than asked for tells whether there is a next page.
    let limit = query.page.limit.saturating_add(1);
    let waiting = deps.ledger.list_family_accounts_waiting(acting.member.municipality, query.after, limit).await.map_err(failed)?;
    Ok(Json(page(waiting.into_iter().map(WaitingBody::from), &query.page, |waiting| waiting.family.to_string())))
}

/// Takes in a family's bank account on paper.
#[utoipa::path(post, path = "/families/{family}/account", operation_id = "register_family_account", tag = "families", request_body = AccountRequest, responses((status = 204)))]
pub(super) async fn register(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(family): PathId<FamilyId>,
    Body(AccountBody(account)): Body<AccountBody>,
) -> Result<Done, Problem> {
    let command = acting.command(&(family, &account))?;
    deps.ledger.register_family_account(acting.member.municipality, &command, family, account.written()).await.map_err(refused)?;
    Ok(Done)
}

/// Approves a family's bank account, after calling back.
#[utoipa::path(post, path = "/families/{family}/account/approve", operation_id = "approve_family_account", tag = "families", request_body = ApproveFamilyAccountRequest, responses((status = 204)))]
pub(super) async fn approve(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(family): PathId<FamilyId>,
    Body(ApproveBody(number)): Body<ApproveBody>,
) -> Result<Done, Problem> {
    let command = acting.command(&(family, number))?;
    deps.ledger.approve_family_account(acting.member.municipality, &command, (family, number)).await.map_err(refused)?;
    Ok(Done)
}

/// Refuses a family's bank account.
#[utoipa::path(post, path = "/families/{family}/account/refuse", operation_id = "refuse_family_account", tag = "families", request_body = RefuseFamilyAccountRequest, responses((status = 204)))]
pub(super) async fn refuse(State(deps): State<Deps>, acting: Acting, PathId(family): PathId<FamilyId>, Body(body): Body<RefuseBody>) -> Result<Done, Problem> {
    let command = acting.command(&(family, body.number, &body.message))?;
    deps.ledger.refuse_family_account(acting.member.municipality, &command, (family, body.number), &body.message).await.map_err(refused)?;
    Ok(Done)
}
