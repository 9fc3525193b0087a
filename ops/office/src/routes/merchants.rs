//! Merchants: taken in by one person, decided on by another, suspended at need.

use axum::Json;
use ledger::ids::MerchantId;
use ledger::merchant;
use web::{Body, Created, Params, PathId};

use crate::acting::Acting;
use crate::actions::merchants as actions;
use crate::bodies::merchants::{AppliedBody, ListedBody, MerchantBody};
use crate::bodies::{Done, Items};
use crate::forms::merchants::Application;
use crate::forms::{Because, Page};
use crate::http::routes;
use crate::refused::Refused;

routes! {
    "merchants";
    /// Lists merchants, by reading.
    get "/merchants", ListMerchants => list_merchants;
    /// Takes in an application on paper.
    post "/merchants", ApplyMerchant => apply_merchant;
    /// Shows a merchant.
    get "/merchants/{merchant}", ShowMerchant => show_merchant;
    /// Receives an application that came by itself: the first of the two people who look at it.
    post "/merchants/{merchant}/receive", ReceiveApplication => receive_application;
    /// Approves an application, as a second person.
    post "/merchants/{merchant}/approve", ApproveMerchant => approve_merchant;
    /// Refuses an application, as a second person. The applicant reads the reason.
    post "/merchants/{merchant}/refuse", RefuseMerchant => refuse_merchant;
    /// Stops payments at a merchant and to it, at once.
    post "/merchants/{merchant}/suspend", SuspendMerchant => suspend_merchant;
    /// Lifts a suspension, as another person.
    post "/merchants/{merchant}/resume", ResumeMerchant => resume_merchant;
}

async fn list_merchants(by: Acting, Params(page): Params<Page>) -> Result<Json<Items<ListedBody>>, Refused> {
    let merchants = actions::list_merchants(&by).await?;
    Ok(Json(Items::cut(merchants, page.after.as_deref(), page.limit, |merchant| merchant.merchant.to_string())))
}

async fn apply_merchant(by: Acting, Body(form): Body<Application>) -> Result<Created<AppliedBody>, Refused> {
    let Application { name, kana, area, services, account } = form;
    actions::apply_merchant(&by, &merchant::Application { name, kana, area, services }, &account).await.map(Created)
}

async fn show_merchant(by: Acting, PathId(merchant): PathId<MerchantId>) -> Result<Json<MerchantBody>, Refused> {
    actions::show_merchant(&by, merchant).await.map(Json)
}

async fn receive_application(by: Acting, PathId(merchant): PathId<MerchantId>) -> Result<Done, Refused> {
    actions::receive_application(&by, merchant).await
}

async fn approve_merchant(by: Acting, PathId(merchant): PathId<MerchantId>) -> Result<Done, Refused> {
    actions::approve_merchant(&by, merchant).await
}

async fn refuse_merchant(by: Acting, PathId(merchant): PathId<MerchantId>, _: Body<Because>) -> Result<Done, Refused> {
    actions::refuse_merchant(&by, merchant).await
}

async fn suspend_merchant(by: Acting, PathId(merchant): PathId<MerchantId>, _: Body<Because>) -> Result<Done, Refused> {
    actions::suspend_merchant(&by, merchant).await
}

async fn resume_merchant(by: Acting, PathId(merchant): PathId<MerchantId>, _: Body<Because>) -> Result<Done, Refused> {
    actions::resume_merchant(&by, merchant).await
}
