//! Cards: issue, print, reissue, end; and what staff reserve for them on the phone line or at the counter.

use axum::Json;
use axum::extract::State;
use ledger::ids::{AccountId, CardId, FamilyId};
use ledger::paper::Reserve;
use web::{Body, Created, PathId, PathIds};

use crate::Deps;
use crate::acting::Acting;
use crate::actions::paper as actions;
use crate::bodies::Done;
use crate::bodies::paper::{CardBody, CardList, ReservationBody};
use crate::forms::Because;
use crate::forms::paper::ReserveForCard;
use crate::http::routes;
use crate::print::Page;
use crate::refused::Refused;

routes! {
    "paper";
    /// Lists a family's cards.
    get "/families/{family}/cards", ListCards => list_cards;
    /// Issues a card.
    post "/families/{family}/cards", IssueCard => issue_card;
    /// Shows a card and what is reserved for it, without its code.
    get "/cards/{card}", ShowCard => show_card;
    /// Prints a card.
    post "/cards/{card}/print", PrintCard => print_card;
    /// Prints a lost card again; the old one is dead.
    post "/cards/{card}/reissue", ReissueCard => reissue_card;
    /// Ends a card.
    post "/cards/{card}/end", EndCard => end_card;
    /// Reserves for a card, on the phone line or at the counter.
    post "/cards/{card}/reservations", ReserveForCard => reserve_for_card;
    /// Takes a reservation back.
    post "/cards/{card}/reservations/{reservation}/cancel", CancelReservation => cancel_reservation;
}

async fn list_cards(by: Acting, PathId(family): PathId<FamilyId>) -> Result<Json<CardList>, Refused> {
    let cards = actions::list_cards(&by, family).await?;
    Ok(Json(CardList { cards }))
}

async fn issue_card(by: Acting, PathId(family): PathId<FamilyId>) -> Result<Created<CardBody>, Refused> {
    actions::issue_card(&by, family).await.map(Created)
}

async fn show_card(by: Acting, PathId(card): PathId<CardId>) -> Result<Json<CardBody>, Refused> {
    actions::show_card(&by, card).await.map(Json)
}

async fn print_card(State(deps): State<Deps>, by: Acting, PathId(card): PathId<CardId>, _: Body<Because>) -> Result<Page, Refused> {
    actions::print_card(&by, card, &deps.host).await
}

async fn reissue_card(by: Acting, PathId(card): PathId<CardId>, _: Body<Because>) -> Result<Json<CardBody>, Refused> {
    actions::reissue_card(&by, card).await.map(Json)
}

async fn end_card(by: Acting, PathId(card): PathId<CardId>, _: Body<Because>) -> Result<Json<CardBody>, Refused> {
    actions::end_card(&by, card).await.map(Json)
}

async fn reserve_for_card(by: Acting, PathId(card): PathId<CardId>, Body(form): Body<ReserveForCard>) -> Result<Created<ReservationBody>, Refused> {
    let ReserveForCard { children, merchant, expense, service, price_yen: price, own_money } = form;
    actions::reserve_for_card(&by, card, &Reserve { children, merchant, expense, service, price, own_money }).await.map(Created)
}

async fn cancel_reservation(by: Acting, PathIds(card, reservation): PathIds<CardId, AccountId>, _: Body<Because>) -> Result<Done, Refused> {
    actions::cancel_reservation(&by, card, reservation).await
}
