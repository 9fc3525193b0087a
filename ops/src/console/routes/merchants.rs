//! Merchants: taken in by one person, decided on by another, suspended by whoever sees the need.

use axum::Json;
use axum::extract::State;
use ledger::ids::MerchantId;
use ledger::merchant::{Application, Listing, Merchant, Service};
use ledger::staff::Action;
use serde::Serialize;
use web::fields::text;
use web::{Body, Fields, Params, PathId, Problem, Read};

use super::super::Deps;
use super::super::answers::{Because, Done, Items, MadeAs, Page, page};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, not_found, refused};
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
struct ApplyBody {
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

#[derive(Serialize)]
pub(crate) struct ListedBody {
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

#[derive(Serialize)]
pub(crate) struct MerchantBody {
    merchant: MerchantId,
    name: String,
    kana: String,
    area: String,
    state: String,
    services: Vec<ServiceBody>,
}

#[derive(Serialize)]
struct ServiceBody {
    #[serde(flatten)]
    service: Service,
    approved: bool,
}

impl From<Merchant> for MerchantBody {
    fn from(merchant: Merchant) -> Self {
        let Merchant { id, name, kana, area, state, services } = merchant;
        let services = services.into_iter().map(|(service, approved)| ServiceBody { service, approved }).collect();
        Self { merchant: id, name, kana, area, state, services }
    }
}

#[derive(Serialize)]
struct AppliedBody {
    merchant: MerchantId,
}

async fn all(State(deps): State<Deps>, acting: Acting, Params(asked): Params<Page>) -> Result<Json<Items<ListedBody>>, Problem> {
    let merchants = deps.ledger.list_merchants(acting.member.municipality).await.map_err(failed)?;
    Ok(Json(page(merchants.into_iter().map(ListedBody::from), &asked, |merchant| merchant.merchant.to_string())))
}

async fn show(State(deps): State<Deps>, acting: Acting, PathId(merchant): PathId<MerchantId>) -> Result<Json<MerchantBody>, Problem> {
    let found = deps.ledger.get_merchant(acting.member.municipality, merchant).await.map_err(failed)?;
    found.map(|merchant| Json(merchant.into())).ok_or_else(not_found)
}

async fn apply(State(deps): State<Deps>, acting: Acting, Body(body): Body<ApplyBody>) -> Result<MadeAs<AppliedBody>, Problem> {
    let ApplyBody { application, account } = body;
    let command = acting.command(&(&application, &account))?;
    let merchant = deps.ledger.apply_merchant(acting.member.municipality, &command, &application, account.written()).await.map_err(refused)?;
    Ok(MadeAs(merchant.to_string(), AppliedBody { merchant }))
}

async fn receive(State(deps): State<Deps>, acting: Acting, PathId(merchant): PathId<MerchantId>) -> Result<Done, Problem> {
    let command = acting.command(&merchant)?;
    deps.ledger.receive_application(acting.member.municipality, &command, merchant).await.map_err(refused)?;
    Ok(Done)
}

async fn approve(State(deps): State<Deps>, acting: Acting, PathId(merchant): PathId<MerchantId>) -> Result<Done, Problem> {
    let command = acting.command(&merchant)?;
    deps.ledger.approve_merchant(acting.member.municipality, &command, merchant).await.map_err(refused)?;
    Ok(Done)
}

async fn refuse(State(deps): State<Deps>, acting: Acting, PathId(merchant): PathId<MerchantId>, Body(because): Body<Because>) -> Result<Done, Problem> {
    let command = acting.command(&(merchant, &because.reason))?;
    deps.ledger.refuse_merchant(acting.member.municipality, &command, merchant, &because.reason).await.map_err(refused)?;
    Ok(Done)
}

async fn suspend(State(deps): State<Deps>, acting: Acting, PathId(merchant): PathId<MerchantId>, Body(because): Body<Because>) -> Result<Done, Problem> {
    let command = acting.command(&(merchant, &because.reason))?;
    deps.ledger.suspend_merchant(acting.member.municipality, &command, merchant, &because.reason).await.map_err(refused)?;
    Ok(Done)
}

async fn resume(State(deps): State<Deps>, acting: Acting, PathId(merchant): PathId<MerchantId>, Body(because): Body<Because>) -> Result<Done, Problem> {
    let command = acting.command(&(merchant, &because.reason))?;
    deps.ledger.resume_merchant(acting.member.municipality, &command, merchant, &because.reason).await.map_err(refused)?;
    Ok(Done)
}
