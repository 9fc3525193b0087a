//! The people of merchants: the city invites the first manager, and removes whom it must. Names are the merchant's own business.

use axum::Json;
use ledger::ids::MerchantId;
use web::{Body, Created, PathId};

use crate::acting::Acting;
use crate::actions::merchants as actions;
use crate::bodies::Done;
use crate::bodies::merchants::{ManagerBody, PersonList};
use crate::forms::merchants::{Name, RemovedPerson};
use crate::http::routes;
use crate::refused::Refused;

routes! {
    "merchants";
    /// Lists a merchant's people, without names.
    get "/merchants/{merchant}/people", ListMerchantPeople => list_merchant_people;
    /// Invites a manager of a merchant; the code is shown once, for a letter.
    post "/merchants/{merchant}/people", InviteManager => invite_manager;
    /// Removes somebody of a merchant: their sessions end at once.
    post "/merchants/{merchant}/people/remove", RemoveMerchantPerson => remove_merchant_person;
}

async fn list_merchant_people(by: Acting, PathId(merchant): PathId<MerchantId>) -> Result<Json<PersonList>, Refused> {
    let people = actions::list_merchant_people(&by, merchant).await?;
    Ok(Json(PersonList { people }))
}

async fn invite_manager(by: Acting, PathId(merchant): PathId<MerchantId>, Body(form): Body<Name>) -> Result<Created<ManagerBody>, Refused> {
    actions::invite_manager(&by, merchant, form.name).await.map(Created)
}

async fn remove_merchant_person(by: Acting, PathId(merchant): PathId<MerchantId>, Body(form): Body<RemovedPerson>) -> Result<Done, Refused> {
    actions::remove_merchant_person(&by, merchant, form.person).await
}
