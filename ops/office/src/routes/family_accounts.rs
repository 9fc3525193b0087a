//! Where families are paid: forms on paper taken in, and what families registered approved by a second person who has called back.

use axum::Json;
use ledger::ids::FamilyId;
use web::{Body, Params, PathId};

use crate::acting::Acting;
use crate::actions::families as actions;
use crate::bodies::families::WaitingAccountBody;
use crate::bodies::{Done, Items};
use crate::forms::FamilyPage;
use crate::forms::families::{ApproveFamilyAccount, RefuseFamilyAccount};
use crate::forms::merchants::NewAccount;
use crate::http::routes;
use crate::refused::Refused;

routes! {
    "families";
    /// Lists families' bank accounts that wait for a second person.
    get "/family-accounts", ListFamilyAccounts => list_family_accounts;
    /// Takes in a family's bank account on paper.
    post "/families/{family}/account", RegisterFamilyAccount => register_family_account;
    /// Approves a family's bank account, after calling back.
    post "/families/{family}/account/approve", ApproveFamilyAccount => approve_family_account;
    /// Refuses a family's bank account.
    post "/families/{family}/account/refuse", RefuseFamilyAccount => refuse_family_account;
}

async fn list_family_accounts(by: Acting, Params(page): Params<FamilyPage>) -> Result<Json<Items<WaitingAccountBody>>, Refused> {
    let waiting = actions::list_family_accounts(&by, page.after, page.limit.saturating_add(1)).await?;
    Ok(Json(Items::first(waiting, page.limit, |waiting| waiting.family.to_string())))
}

async fn register_family_account(by: Acting, PathId(family): PathId<FamilyId>, Body(form): Body<NewAccount>) -> Result<Done, Refused> {
    actions::register_family_account(&by, family, &form.account).await
}

async fn approve_family_account(by: Acting, PathId(family): PathId<FamilyId>, Body(form): Body<ApproveFamilyAccount>) -> Result<Done, Refused> {
    actions::approve_family_account(&by, family, form.number).await
}

async fn refuse_family_account(by: Acting, PathId(family): PathId<FamilyId>, Body(form): Body<RefuseFamilyAccount>) -> Result<Done, Refused> {
    actions::refuse_family_account(&by, family, form.number, &form.message).await
}
