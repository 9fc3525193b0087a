//! Personal data, opened: only with a reason, and only once that is written down.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use ledger::Ledger;
use ledger::bank::account::BankAccount;
use ledger::error::Failure;
use ledger::ids::{ChildId, FamilyId, GuardianId, MerchantId, Municipality};
use ledger::merchant::account::MerchantAccount;
use ledger::people::{FamilyChild, FamilyGuardian};
use ledger::staff::Action;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Body, PathId, Problem};

use super::super::Deps;
use super::super::answers::Because;
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, not_found};
use super::super::schemas::{BecauseRequest, MerchantAccountSchema};

pub(super) fn add(desk: Desk) -> Desk {
    desk.post("/families/{family}/reveal", Action::RevealFamily, family).post(
        "/merchants/{merchant}/account/reveal",
        Action::RevealMerchantAccount,
        merchant_account,
    )
}

/// A family, opened.
#[derive(Serialize, ToSchema)]
pub struct RevealedFamily {
    #[schema(value_type = String, pattern = "^fam_[0-9a-f]{32}$")]
    family: FamilyId,
    protected: bool,
    payer_number: String,
    guardians: Vec<RevealedGuardian>,
    children: Vec<RevealedChild>,
    #[schema(required)]
    bank_account: Option<RevealedAccount>,
    /// What the family registered and waits for a second person.
    waiting_account: Option<RevealedAccount>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct RevealedGuardian {
    #[schema(value_type = String, pattern = "^gdn_[0-9a-f]{32}$")]
    guardian: GuardianId,
    number: String,
    name: String,
    kana: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct RevealedChild {
    #[schema(value_type = String, pattern = "^chd_[0-9a-f]{32}$")]
    child: ChildId,
    #[schema(value_type = String, pattern = "^gdn_[0-9a-f]{32}$")]
    guardian: GuardianId,
    number: String,
    name: String,
    kana: String,
    #[schema(required)]
    address: Option<String>,
    #[schema(value_type = String, format = Date)]
    birth_on: NaiveDate,
}

#[derive(Serialize, ToSchema)]
pub(super) struct RevealedAccount {
    bank: String,
    branch: String,
    account_kind: String,
    account_number: String,
    holder: String,
}

/// A merchant's bank accounts, opened.
#[derive(Serialize, ToSchema)]
pub struct RevealedMerchant {
    #[schema(value_type = String, pattern = "^mrc_[0-9a-f]{32}$")]
    merchant: MerchantId,
    #[schema(value_type = Vec<MerchantAccountSchema>)]
    accounts: Vec<MerchantAccount>,
}

fn guardian(guardian: FamilyGuardian) -> RevealedGuardian {
    let FamilyGuardian { id, person } = guardian;
    RevealedGuardian { guardian: id, number: person.number, name: person.name, kana: person.kana }
}

/// Of a protected family the address stays closed here too: whoever may know it asks the core system.
fn child(protected: bool) -> impl Fn(FamilyChild) -> RevealedChild {
    move |child| {
        let FamilyChild { id, guardian, person, facts } = child;
        let address = person.address.filter(|_| !protected);
        RevealedChild { child: id, guardian, number: person.number, name: person.name, kana: person.kana, address, birth_on: facts.birth_on }
    }
}

fn account(account: &BankAccount) -> RevealedAccount {
    RevealedAccount {
        bank: account.bank.to_string(),
        branch: account.branch.to_string(),
        account_kind: account.kind.digit().to_string(),
        account_number: account.number.to_string(),
        holder: account.holder.as_str().to_owned(),
    }
}

/// Opens a family; none if there is no such family.
pub async fn open(ledger: &Ledger, city: Municipality, family: FamilyId) -> Result<Option<RevealedFamily>, Failure> {
    let today = ledger.clock.today();
    let Some(known) = ledger.find_family(city, family).await? else { return Ok(None) };
    let guardians = ledger.guardians_of_family(city, family, today).await?;
    let children = ledger.children_of_family(city, family, today).await?;
    let Some(standing) = ledger.family_account(city, family).await? else { return Ok(None) };
    Ok(Some(RevealedFamily {
        family,
        protected: known.protected,
        payer_number: known.payer_number.to_string(),
        guardians: guardians.into_iter().map(guardian).collect(),
        children: children.into_iter().map(child(known.protected)).collect(),
        bank_account: standing.in_force.as_ref().map(account),
        waiting_account: standing.waiting.as_ref().map(|(_, waiting)| account(waiting)),
    }))
}

/// Reveals names, addresses and the account of a family.
#[utoipa::path(post, path = "/families/{family}/reveal", operation_id = "reveal_family", tag = "families", request_body = BecauseRequest, responses((status = 200, body = RevealedFamily)))]
pub(super) async fn family(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(family): PathId<FamilyId>,
    Body(_): Body<Because>,
) -> Result<Json<RevealedFamily>, Problem> {
    let opened = open(&deps.ledger, acting.member.municipality, family).await.map_err(failed)?;
    opened.map(Json).ok_or_else(not_found)
}

/// Reveals the bank accounts of a merchant.
#[utoipa::path(post, path = "/merchants/{merchant}/account/reveal", operation_id = "reveal_merchant_account", tag = "merchants", request_body = BecauseRequest, responses((status = 200, body = RevealedMerchant)))]
pub(super) async fn merchant_account(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(merchant): PathId<MerchantId>,
    Body(_): Body<Because>,
) -> Result<Json<RevealedMerchant>, Problem> {
    let city = acting.member.municipality;
    deps.ledger.get_merchant(city, merchant).await.map_err(failed)?.ok_or_else(not_found)?;
    let accounts = deps.ledger.reveal_merchant_accounts(city, merchant).await.map_err(failed)?;
    Ok(Json(RevealedMerchant { merchant, accounts }))
}
