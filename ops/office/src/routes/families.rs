//! Families: ids and balances without a reason, everything with one.

use axum::Json;
use ledger::ids::FamilyId;
use web::{Body, Params, PathId};

use crate::acting::Acting;
use crate::actions::families as actions;
use crate::bodies::Items;
use crate::bodies::families::{FamilyBody, FamilyDetail, FoundBody, RevealedFamily};
use crate::forms::families::ChildNumber;
use crate::forms::{Because, FamilyPage};
use crate::http::routes;
use crate::refused::Refused;

routes! {
    "families";
    /// Lists families, without names.
    get "/families", ListFamilies => list_families;
    /// Shows a family: its children masked, and what they may spend.
    get "/families/{family}", ShowFamily => show_family;
    /// Finds a child by its number (宛名番号), which stands in no log.
    post "/children/lookup", FindChild => find_child;
    /// Reveals names, addresses and the account of a family.
    post "/families/{family}/reveal", RevealFamily => reveal_family;
}

async fn list_families(by: Acting, Params(page): Params<FamilyPage>) -> Result<Json<Items<FamilyBody>>, Refused> {
    let families = actions::list_families(&by, page.after, page.limit.saturating_add(1)).await?;
    Ok(Json(Items::first(families, page.limit, |family| family.family.to_string())))
}

async fn show_family(by: Acting, PathId(family): PathId<FamilyId>) -> Result<Json<FamilyDetail>, Refused> {
    actions::show_family(&by, family).await.map(Json)
}

async fn find_child(by: Acting, Body(form): Body<ChildNumber>) -> Result<Json<FoundBody>, Refused> {
    actions::find_child(&by, &form.number).await.map(Json)
}

async fn reveal_family(by: Acting, PathId(family): PathId<FamilyId>, _: Body<Because>) -> Result<Json<RevealedFamily>, Refused> {
    actions::reveal_family(&by, family).await.map(Json)
}
