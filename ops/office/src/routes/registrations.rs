//! What a merchant registers later: further services, another bank account, its consent to netting.

use axum::Json;
use ledger::ids::MerchantId;
use web::{Body, PathId};

use crate::acting::Acting;
use crate::actions::merchants as actions;
use crate::bodies::Done;
use crate::bodies::merchants::RevealedMerchant;
use crate::forms::Because;
use crate::forms::merchants::{Consent, NewAccount, NewServices};
use crate::http::routes;
use crate::refused::Refused;

routes! {
    "merchants";
    /// Takes in further services of a merchant.
    post "/merchants/{merchant}/services", ApplyServices => apply_services;
    /// Approves the services that wait, as a second person.
    post "/merchants/{merchant}/services/approve", ApproveServices => approve_services;
    /// Takes in a change of a merchant's bank account; the old one stays until a second person approves.
    post "/merchants/{merchant}/account", ChangeAccount => change_account;
    /// Approves the newest account, as a second person. The reason says who was called back, at which number known from before.
    post "/merchants/{merchant}/account/approve", ApproveAccount => approve_account;
    /// Reveals the bank accounts of a merchant.
    post "/merchants/{merchant}/account/reveal", RevealMerchantAccount => reveal_merchant_account;
    /// Records whether a merchant consents to netting; the reason names its letter.
    post "/merchants/{merchant}/netting-consent", RecordConsent => record_consent;
}

async fn apply_services(by: Acting, PathId(merchant): PathId<MerchantId>, Body(form): Body<NewServices>) -> Result<Done, Refused> {
    actions::apply_services(&by, merchant, &form.services).await
}

async fn approve_services(by: Acting, PathId(merchant): PathId<MerchantId>) -> Result<Done, Refused> {
    actions::approve_services(&by, merchant).await
}

async fn change_account(by: Acting, PathId(merchant): PathId<MerchantId>, Body(form): Body<NewAccount>) -> Result<Done, Refused> {
    actions::change_account(&by, merchant, &form.account).await
}

async fn approve_account(by: Acting, PathId(merchant): PathId<MerchantId>, _: Body<Because>) -> Result<Done, Refused> {
    actions::approve_account(&by, merchant).await
}

async fn reveal_merchant_account(by: Acting, PathId(merchant): PathId<MerchantId>, _: Body<Because>) -> Result<Json<RevealedMerchant>, Refused> {
    actions::reveal_merchant_account(&by, merchant).await.map(Json)
}

async fn record_consent(by: Acting, PathId(merchant): PathId<MerchantId>, Body(form): Body<Consent>) -> Result<Done, Refused> {
    actions::record_consent(&by, merchant, form.consents).await
}
