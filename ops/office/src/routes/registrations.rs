//! What a merchant registers later: further services, another bank account, its consent to netting.

use axum::extract::State;
use ledger::ids::MerchantId;
use ledger::merchant::Service;
use ledger::staff::Action;
use web::fields::{flag, text};
use web::{Body, Fields, PathId, Problem, Read};

use super::super::Deps;
use super::super::answers::{Because, Done, REASON_MAX};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, not_found, refused};
use super::super::schemas::{AccountRequest, BecauseRequest, ConsentRequest, ServicesRequest};
use super::bodies::{AccountFields, services};

pub(super) fn add(desk: Desk) -> Desk {
    desk.post("/merchants/{merchant}/services", Action::ApplyServices, apply_services)
        .post("/merchants/{merchant}/services/approve", Action::ApproveServices, approve_services)
        .post("/merchants/{merchant}/account", Action::ChangeAccount, change_account)
        .post("/merchants/{merchant}/account/approve", Action::ApproveAccount, approve_account)
        .post("/merchants/{merchant}/netting-consent", Action::RecordConsent, consent)
}

pub(super) struct ServicesBody(Vec<Service>);

impl Read for ServicesBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        services(fields).map(Self)
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

/// Whether the merchant consents; the reason names its letter.
pub(super) struct ConsentBody {
    consents: bool,
    reason: String,
}

impl Read for ConsentBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let consents = fields.required("consents", flag);
        let reason = fields.required("reason", text(REASON_MAX));
        Some(Self { consents: consents?, reason: reason? })
    }
}

/// Takes in further services of a merchant.
#[utoipa::path(post, path = "/merchants/{merchant}/services", operation_id = "apply_services", tag = "merchants", request_body = ServicesRequest, responses((status = 204)))]
pub(super) async fn apply_services(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(merchant): PathId<MerchantId>,
    Body(ServicesBody(services)): Body<ServicesBody>,
) -> Result<Done, Problem> {
    let command = acting.command(&(merchant, &services))?;
    deps.ledger.apply_services(acting.member.municipality, &command, merchant, &services).await.map_err(refused)?;
    Ok(Done)
}

/// Approves the services that wait, as a second person.
#[utoipa::path(post, path = "/merchants/{merchant}/services/approve", operation_id = "approve_services", tag = "merchants", responses((status = 204)))]
pub(super) async fn approve_services(State(deps): State<Deps>, acting: Acting, PathId(merchant): PathId<MerchantId>) -> Result<Done, Problem> {
    let command = acting.command(&merchant)?;
    deps.ledger.approve_services(acting.member.municipality, &command, merchant).await.map_err(refused)?;
    Ok(Done)
}

/// Takes in a change of a merchant's bank account; the old one stays until a second person approves.
#[utoipa::path(post, path = "/merchants/{merchant}/account", operation_id = "change_account", tag = "merchants", request_body = AccountRequest, responses((status = 204)))]
pub(super) async fn change_account(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(merchant): PathId<MerchantId>,
    Body(AccountBody(account)): Body<AccountBody>,
) -> Result<Done, Problem> {
    let command = acting.command(&(merchant, &account))?;
    deps.ledger.change_merchant_account(acting.member.municipality, &command, merchant, account.written()).await.map_err(refused)?;
    Ok(Done)
}

/// Approves the newest account, as a second person. The reason says who was called back, at which number known from before.
#[utoipa::path(post, path = "/merchants/{merchant}/account/approve", operation_id = "approve_account", tag = "merchants", request_body = BecauseRequest, responses((status = 204)))]
pub(super) async fn approve_account(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(merchant): PathId<MerchantId>,
    Body(_): Body<Because>,
) -> Result<Done, Problem> {
    let command = acting.command(&merchant)?;
    deps.ledger.approve_merchant_account(acting.member.municipality, &command, merchant).await.map_err(refused)?;
    Ok(Done)
}

/// Records whether a merchant consents to netting; the reason names its letter.
#[utoipa::path(post, path = "/merchants/{merchant}/netting-consent", operation_id = "record_consent", tag = "merchants", request_body = ConsentRequest, responses((status = 204)))]
pub(super) async fn consent(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(merchant): PathId<MerchantId>,
    Body(body): Body<ConsentBody>,
) -> Result<Done, Problem> {
    deps.ledger.get_merchant(acting.member.municipality, merchant).await.map_err(failed)?.ok_or_else(not_found)?;
    let command = acting.command(&(merchant, body.consents, &body.reason))?;
    deps.ledger.record_netting_consent(acting.member.municipality, &command, merchant, body.consents, &body.reason).await.map_err(refused)?;
    Ok(Done)
}
