//! Merchants: taken in by one person, decided on by another, suspended by whoever sees the need.

use axum::Json;
use axum::extract::State;
use ledger::ids::MerchantId;
use ledger::merchant::{Application, Listing, Merchant, Service};
use ledger::staff::Action;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::text;
use web::{Body, Fields, Params, PathId, Problem, Read};

use super::super::Deps;
use super::super::answers::{Because, Done, Items, MadeAs, Page, page};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, not_found, refused};
use super::super::schemas::{ApplicationRequest, BecauseRequest};
use super::bodies::{AccountFields, WORD_MAX, services};

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/merchants", Action::ListMerchants, all)
        .post("/merchants", Action::ApplyMerchant, apply)
        .get("/merchants/{merchant}", Action::ShowMerchant, show)
        .post("/merchants/{merchant}/receive", Action::ReceiveApplication, receive)
        .post("/merchants/{merchant}/approve", Action::ApproveMerchant, approve)
        .post("/merchants/{merchant}/refuse", Action::RefuseMerchant, refuse)
        .post("/merchants/{merchant}/suspend", Action::SuspendMerchant, suspend)
        .post("/merchants/{merchant}/resume", Action::ResumeMerchant, resume)
}

/// An application with the account to be paid to.
pub(super) struct ApplyBody {
    application: Application,
    account: AccountFields,
}

impl Read for ApplyBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let name = fields.required("name", text(WORD_MAX));
        let kana = fields.required("kana", text(WORD_MAX));
        let area = fields.required("area", text(WORD_MAX));
        let services = services(fields);
        let account = AccountFields::read_from(fields);
        Some(Self { application: Application { name: name?, kana: kana?, area: area?, services: services? }, account: account? })
    }
}

/// A merchant in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = ListedMerchant)]
pub struct ListedBody {
    #[schema(value_type = String, pattern = "^mrc_[0-9a-f]{32}$")]
    merchant: MerchantId,
    name: String,
    area: String,
    state: String,
    categories: Vec<String>,
}

impl From<(Listing, String)> for ListedBody {
    fn from((listing, state): (Listing, String)) -> Self {
        let Listing { id, name, kana: _, area, categories } = listing;
        Self { merchant: id, name, area, state, categories }
    }
}

/// A merchant, with the services that it is registered for.
#[derive(Serialize, ToSchema)]
#[schema(as = Merchant)]
pub struct MerchantBody {
    #[schema(value_type = String, pattern = "^mrc_[0-9a-f]{32}$")]
    merchant: MerchantId,
    name: String,
    kana: String,
    area: String,
    state: String,
    services: Vec<ServiceBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Service)]
pub(super) struct ServiceBody {
    category: String,
    expense: String,
    #[schema(required)]
    registration: Option<String>,
    approved: bool,
}

impl From<Merchant> for MerchantBody {
    fn from(merchant: Merchant) -> Self {
        let Merchant { id, name, kana, area, state, services } = merchant;
        let services = services
            .into_iter()
            .map(|(Service { category, expense, registration }, approved)| ServiceBody { category, expense, registration, approved })
            .collect();
        Self { merchant: id, name, kana, area, state, services }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = AppliedMerchant)]
pub(super) struct AppliedBody {
    #[schema(value_type = String, pattern = "^mrc_[0-9a-f]{32}$")]
    merchant: MerchantId,
}

/// Lists merchants, by reading.
#[utoipa::path(get, path = "/merchants", operation_id = "list_merchants", tag = "merchants", params(("after" = Option<String>, Query, max_length = 80, description = "The page begins behind this one."), ("limit" = Option<i64>, Query, minimum = 1, maximum = 500, description = "Items on a page; 50 where nothing is said.")), responses((status = 200, body = Items<ListedBody>)))]
pub(super) async fn all(State(deps): State<Deps>, acting: Acting, Params(asked): Params<Page>) -> Result<Json<Items<ListedBody>>, Problem> {
    let merchants = deps.ledger.list_merchants(acting.member.municipality).await.map_err(failed)?;
    Ok(Json(page(merchants.into_iter().map(ListedBody::from), &asked, |merchant| merchant.merchant.to_string())))
}

/// Shows a merchant.
#[utoipa::path(get, path = "/merchants/{merchant}", operation_id = "show_merchant", tag = "merchants", responses((status = 200, body = MerchantBody)))]
pub(super) async fn show(State(deps): State<Deps>, acting: Acting, PathId(merchant): PathId<MerchantId>) -> Result<Json<MerchantBody>, Problem> {
    let found = deps.ledger.get_merchant(acting.member.municipality, merchant).await.map_err(failed)?;
    found.map(|merchant| Json(merchant.into())).ok_or_else(not_found)
}

/// Takes in an application on paper.
#[utoipa::path(post, path = "/merchants", operation_id = "apply_merchant", tag = "merchants", request_body = ApplicationRequest, responses((status = 201, body = AppliedBody)))]
pub(super) async fn apply(State(deps): State<Deps>, acting: Acting, Body(body): Body<ApplyBody>) -> Result<MadeAs<AppliedBody>, Problem> {
    let ApplyBody { application, account } = body;
    let command = acting.command(&(&application, &account))?;
    let merchant = deps.ledger.apply_merchant(acting.member.municipality, &command, &application, account.written()).await.map_err(refused)?;
    Ok(MadeAs(merchant.to_string(), AppliedBody { merchant }))
}

/// Receives an application that came by itself: the first of the two people who look at it.
#[utoipa::path(post, path = "/merchants/{merchant}/receive", operation_id = "receive_application", tag = "merchants", responses((status = 204)))]
pub(super) async fn receive(State(deps): State<Deps>, acting: Acting, PathId(merchant): PathId<MerchantId>) -> Result<Done, Problem> {
    let command = acting.command(&merchant)?;
    deps.ledger.receive_application(acting.member.municipality, &command, merchant).await.map_err(refused)?;
    Ok(Done)
}

/// Approves an application, as a second person.
#[utoipa::path(post, path = "/merchants/{merchant}/approve", operation_id = "approve_merchant", tag = "merchants", responses((status = 204)))]
pub(super) async fn approve(State(deps): State<Deps>, acting: Acting, PathId(merchant): PathId<MerchantId>) -> Result<Done, Problem> {
    let command = acting.command(&merchant)?;
    deps.ledger.approve_merchant(acting.member.municipality, &command, merchant).await.map_err(refused)?;
    Ok(Done)
}

/// Refuses an application, as a second person. The applicant reads the reason.
#[utoipa::path(post, path = "/merchants/{merchant}/refuse", operation_id = "refuse_merchant", tag = "merchants", request_body = BecauseRequest, responses((status = 204)))]
pub(super) async fn refuse(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(merchant): PathId<MerchantId>,
    Body(because): Body<Because>,
) -> Result<Done, Problem> {
    let command = acting.command(&(merchant, &because.reason))?;
    deps.ledger.refuse_merchant(acting.member.municipality, &command, merchant, &because.reason).await.map_err(refused)?;
    Ok(Done)
}

/// Stops payments at a merchant and to it, at once.
#[utoipa::path(post, path = "/merchants/{merchant}/suspend", operation_id = "suspend_merchant", tag = "merchants", request_body = BecauseRequest, responses((status = 204)))]
pub(super) async fn suspend(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(merchant): PathId<MerchantId>,
    Body(because): Body<Because>,
) -> Result<Done, Problem> {
    let command = acting.command(&(merchant, &because.reason))?;
    deps.ledger.suspend_merchant(acting.member.municipality, &command, merchant, &because.reason).await.map_err(refused)?;
    Ok(Done)
}

/// Lifts a suspension, as another person.
#[utoipa::path(post, path = "/merchants/{merchant}/resume", operation_id = "resume_merchant", tag = "merchants", request_body = BecauseRequest, responses((status = 204)))]
pub(super) async fn resume(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(merchant): PathId<MerchantId>,
    Body(because): Body<Because>,
) -> Result<Done, Problem> {
    let command = acting.command(&(merchant, &because.reason))?;
    deps.ledger.resume_merchant(acting.member.municipality, &command, merchant, &because.reason).await.map_err(refused)?;
    Ok(Done)
}
