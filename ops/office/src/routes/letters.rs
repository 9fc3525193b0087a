//! Letters with the activation code.

use axum::Json;
use axum::extract::State;
use ledger::ids::FamilyId;
use web::{Body, PathId};

use crate::Deps;
use crate::acting::Acting;
use crate::actions::letters as actions;
use crate::bodies::Done;
use crate::bodies::families::WaitingLettersBody;
use crate::forms::Because;
use crate::forms::families::{DeliveryAddress, PrintLetters};
use crate::http::routes;
use crate::print::Page;
use crate::refused::Refused;

routes! {
    "families";
    /// Counts the families that wait for a letter.
    get "/letters", CountLetters => count_letters;
    /// Prints the letters that wait, of no protected family.
    post "/letters", PrintLetters => print_letters;
    /// Prints the letter of one family: its names and address, and its activation code.
    post "/families/{family}/letter", PrintLetter => print_letter;
    /// Puts another activation code in force, and signs the family out.
    post "/families/{family}/letter/renew", RenewLetter => renew_letter;
    /// Records where a family's letters go.
    post "/families/{family}/delivery-address", RecordDelivery => record_delivery_address;
}

async fn count_letters(by: Acting) -> Result<Json<WaitingLettersBody>, Refused> {
    actions::count_letters(&by).await.map(Json)
}

async fn print_letters(State(deps): State<Deps>, by: Acting, Body(form): Body<PrintLetters>) -> Result<Page, Refused> {
    actions::print_letters(&by, form.most, &deps.host).await
}

async fn print_letter(State(deps): State<Deps>, by: Acting, PathId(family): PathId<FamilyId>, _: Body<Because>) -> Result<Page, Refused> {
    actions::print_letter(&by, family, &deps.host).await
}

async fn renew_letter(by: Acting, PathId(family): PathId<FamilyId>, _: Body<Because>) -> Result<Done, Refused> {
    actions::renew_letter(&by, family).await
}

async fn record_delivery_address(by: Acting, PathId(family): PathId<FamilyId>, Body(form): Body<DeliveryAddress>) -> Result<Done, Refused> {
    actions::record_delivery_address(&by, family, form.address.as_deref()).await
}
