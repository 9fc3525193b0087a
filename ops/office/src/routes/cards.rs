//! Paper cards: issue, print, reissue, end; and what staff reserve for them on the phone line or at the counter.

use axum::Json;
use axum::extract::State;
use ledger::Ledger;
use ledger::error::{Error, Failure};
use ledger::ids::{AccountId, CardId, ChildId, FamilyId, MerchantId, Municipality};
use ledger::money::Yen;
use ledger::paper::{Card, Rejected, Reservation, Reserve};
use ledger::staff::Action;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{flag, list, parsed, whole, word};
use web::{Body, Fields, PathId, Problem, Read, tokyo_time};

use super::super::Deps;
use super::super::answers::{Because, Done, DoneTo, MadeAs, Printed};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, not_found, refused};
use super::super::schemas::{BecauseRequest, ReserveRequest};
use super::booklets::city_of;
use crate::print::{self, Issuer, Page};

const CHILDREN_MAX: usize = 20;
/// No single price is higher: a typing error with two zeros too many is caught here.
const PRICE_YEN_MAX: i64 = 9_999_999;

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/families/{family}/cards", Action::ListCards, of_family)
        .post("/families/{family}/cards", Action::IssueCard, issue)
        .get("/cards/{card}", Action::ShowCard, show)
        .post("/cards/{card}/print", Action::PrintCard, print)
        .post("/cards/{card}/reissue", Action::ReissueCard, reissue)
        .post("/cards/{card}/end", Action::EndCard, end)
        .post("/cards/{card}/reservations", Action::ReserveForCard, reserve)
        .post("/cards/{card}/reservations/{reservation}/cancel", Action::CancelReservation, cancel)
}

pub(super) struct ReserveFields(Reserve);

impl Read for ReserveFields {
    fn read(fields: &mut Fields) -> Option<Self> {
        let children = fields.optional("children", list(CHILDREN_MAX, parsed::<ChildId>("chd_…")));
        let merchant = fields.required("merchant", parsed::<MerchantId>("mrc_…"));
        let expense = fields.required("expense", word);
        let service = fields.optional("service", word);
        let price = fields.required("price_yen", whole(1, PRICE_YEN_MAX));
        let own_money = fields.optional("own_money", flag);
        Some(Self(Reserve {
            children: children?.unwrap_or_default(),
            merchant: merchant?,
            expense: expense?,
            service: service?,
            price: Yen::new(price?),
            own_money: own_money?.unwrap_or(false),
        }))
    }
}

/// A card and what is reserved for it, without its code.
#[derive(Serialize, ToSchema)]
#[schema(as = Card)]
pub struct CardBody {
    #[schema(value_type = String, pattern = "^[a-z]+_[0-9a-f]{32}$")]
    card: CardId,
    number: String,
    #[schema(value_type = String, pattern = "^[a-z]+_[0-9a-f]{32}$")]
    family: FamilyId,
    edition: i16,
    issued_at: String,
    #[schema(required)]
    ended_at: Option<String>,
    reservations: Vec<ReservationBody>,
}

/// Money set aside for one payment by card.
#[derive(Serialize, ToSchema)]
#[schema(as = Reservation)]
pub struct ReservationBody {
    #[schema(value_type = String)]
    reservation: AccountId,
    #[schema(value_type = String, pattern = "^[a-z]+_[0-9a-f]{32}$")]
    merchant: MerchantId,
    amount_yen: i64,
    expense: String,
    expires_at: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct CardList {
    cards: Vec<CardBody>,
}

impl From<Card> for CardBody {
    fn from(card: Card) -> Self {
        let Card { id, number, family, edition, issued_at, ended_at, reservations } = card;
        Self {
            card: id,
            number,
            family,
            edition,
            issued_at: tokyo_time(issued_at),
            ended_at: ended_at.map(tokyo_time),
            reservations: reservations.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Reservation> for ReservationBody {
    fn from(reservation: Reservation) -> Self {
        let Reservation { hold, merchant, amount, expense, expires_at } = reservation;
        Self { reservation: hold, merchant, amount_yen: amount.get(), expense, expires_at: tokyo_time(expires_at) }
    }
}

/// The page of a card.
pub async fn page(ledger: &Ledger, city: Municipality, card: CardId, host: &str) -> Result<Page, Error<Rejected>> {
    let printed = ledger.print_card(city, card).await?;
    let city = city_of(ledger, city).await?;
    let issuer = Issuer { city: &city, host, on: ledger.clock.today() };
    print::card(issuer, &printed).map_err(|error| Failure::inconsistent("cards", error.to_string()).into())
}

/// A card as staff see it. Where a protected family goes is shown to nobody: the reservation's number is enough to take it back.
pub async fn seen(ledger: &Ledger, city: Municipality, mut card: Card) -> Result<CardBody, Failure> {
    let protected = ledger.find_family(city, card.family).await?.is_none_or(|family| family.protected);
    if protected {
        card.reservations.clear();
    }
    Ok(card.into())
}

/// Lists a family's cards.
#[utoipa::path(get, path = "/families/{family}/cards", operation_id = "list_cards", tag = "paper", responses((status = 200, body = CardList)))]
pub(super) async fn of_family(State(deps): State<Deps>, acting: Acting, PathId(family): PathId<FamilyId>) -> Result<Json<CardList>, Problem> {
    let city = acting.member.municipality;
    deps.ledger.find_family(city, family).await.map_err(failed)?.ok_or_else(not_found)?;
    let mut cards = Vec::new();
    for card in deps.ledger.cards_of_family(city, family).await.map_err(failed)? {
        cards.push(seen(&deps.ledger, city, card).await.map_err(failed)?);
    }
    Ok(Json(CardList { cards }))
}

/// Issues a card.
#[utoipa::path(post, path = "/families/{family}/cards", operation_id = "issue_card", tag = "paper", responses((status = 201, body = CardBody)))]
pub(super) async fn issue(State(deps): State<Deps>, acting: Acting, PathId(family): PathId<FamilyId>) -> Result<MadeAs<CardBody>, Problem> {
    let command = acting.command(&family)?;
    let card = deps.ledger.issue_card(acting.member.municipality, &command, family).await.map_err(refused)?;
    Ok(MadeAs(card.id.to_string(), card.into()))
}

/// Shows a card and what is reserved for it, without its code.
#[utoipa::path(get, path = "/cards/{card}", operation_id = "show_card", tag = "paper", responses((status = 200, body = CardBody)))]
pub(super) async fn show(State(deps): State<Deps>, acting: Acting, PathId(card): PathId<CardId>) -> Result<Json<CardBody>, Problem> {
    let city = acting.member.municipality;
    let card = deps.ledger.card(city, card).await.map_err(failed)?.ok_or_else(not_found)?;
    Ok(Json(seen(&deps.ledger, city, card).await.map_err(failed)?))
}

/// Prints a card.
#[utoipa::path(post, path = "/cards/{card}/print", operation_id = "print_card", tag = "paper", request_body = BecauseRequest, responses((status = 200, body = String, content_type = "text/html; charset=utf-8")))]
pub(super) async fn print(State(deps): State<Deps>, acting: Acting, PathId(card): PathId<CardId>, Body(_): Body<Because>) -> Result<Printed, Problem> {
    let page = page(&deps.ledger, acting.member.municipality, card, &deps.host).await.map_err(refused)?;
    Ok(Printed(card.to_string(), page))
}

/// Prints a lost card again; the old one is dead.
#[utoipa::path(post, path = "/cards/{card}/reissue", operation_id = "reissue_card", tag = "paper", request_body = BecauseRequest, responses((status = 200, body = CardBody)))]
pub(super) async fn reissue(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(card): PathId<CardId>,
    Body(because): Body<Because>,
) -> Result<DoneTo<CardBody>, Problem> {
    let (city, command) = (acting.member.municipality, acting.command(&(card, &because.reason))?);
    let card = deps.ledger.reissue_card(city, &command, card).await.map_err(refused)?;
    Ok(DoneTo(card.id.to_string(), seen(&deps.ledger, city, card).await.map_err(failed)?))
}

/// Ends a card.
#[utoipa::path(post, path = "/cards/{card}/end", operation_id = "end_card", tag = "paper", request_body = BecauseRequest, responses((status = 200, body = CardBody)))]
pub(super) async fn end(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(card): PathId<CardId>,
    Body(because): Body<Because>,
) -> Result<DoneTo<CardBody>, Problem> {
    let command = acting.command(&(card, &because.reason))?;
    let card = deps.ledger.end_card(acting.member.municipality, &command, card).await.map_err(refused)?;
    Ok(DoneTo(card.id.to_string(), card.into()))
}

/// Reserves for a card, on the phone line or at the counter.
#[utoipa::path(post, path = "/cards/{card}/reservations", operation_id = "reserve_for_card", tag = "paper", request_body = ReserveRequest, responses((status = 201, body = ReservationBody)))]
pub(super) async fn reserve(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(card): PathId<CardId>,
    Body(ReserveFields(asked)): Body<ReserveFields>,
) -> Result<MadeAs<ReservationBody>, Problem> {
    let command = acting.command(&(card, &asked))?;
    let reserved = deps.ledger.reserve(acting.member.municipality, &command, card, &asked).await.map_err(refused)?;
    Ok(MadeAs(reserved.hold.to_string(), reserved.into()))
}

/// Takes a reservation back.
#[utoipa::path(post, path = "/cards/{card}/reservations/{reservation}/cancel", operation_id = "cancel_reservation", tag = "paper", request_body = BecauseRequest, responses((status = 204)))]
pub(super) async fn cancel(
    State(deps): State<Deps>,
    acting: Acting,
    axum::extract::Path((card, reservation)): axum::extract::Path<(String, String)>,
    Body(because): Body<Because>,
) -> Result<Done, Problem> {
    let (card, hold): (CardId, AccountId) = card.parse().ok().zip(reservation.parse().ok()).ok_or_else(not_found)?;
    let command = acting.command(&(card, hold, &because.reason))?;
    deps.ledger.cancel_reservation(acting.member.municipality, &command, card, hold).await.map_err(refused)?;
    Ok(Done)
}
