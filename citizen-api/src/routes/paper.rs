//! Paper that a family has: its booklets and cards, without their codes; and what it reserves for a card.

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use ledger::actor::{Actor, Command};
use ledger::ids::{CardId, ChildId, MerchantId};
use ledger::money::Yen;
use ledger::paper::{Booklet, Card, Rejected, Reservation, Reserve};
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{flag, parsed, whole, word, wrong_field};
use web::openapi::{Always, Commanded, OfOne, Sent, SignedIn};
use web::problem::registry;
use web::{Body, Created, Fields, IdempotencyKey, PathId, Problem, Read, tokyo_time};

use super::{YEN_MAX, children, own_children, unknown_child};
use crate::Deps;
use crate::auth::Family;
use crate::ids::PaymentId;
use crate::problems::{by_kind, failed, hold, refused};

pub(crate) fn router() -> Router<Deps> {
    Router::new().route("/booklets", get(booklets)).route("/cards", get(cards)).route("/cards/{card}/reservations", post(reserve))
}

/// A family's booklets of paper tickets, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BookletList {
    booklets: Vec<BookletBody>,
}

/// A booklet, without its codes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Booklet)]
pub(crate) struct BookletBody {
    /// What is printed on it.
    number: String,
    ticket_yen: i64,
    /// What it is for.
    expense: String,
    /// The services it is for; none is any.
    services: Vec<String>,
    /// The last day on which its tickets work.
    #[schema(format = Date)]
    valid_through: String,
    /// Whether it works; otherwise it was given back.
    works: bool,
    unused: i64,
    used: i64,
}

/// A family's cards, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CardList {
    cards: Vec<CardBody>,
}

/// A card, without its code.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Card)]
pub(crate) struct CardBody {
    card: String,
    /// What is printed on it.
    number: String,
    /// Whether it works; otherwise it was given back.
    works: bool,
    /// What it captures, the first to expire first.
    reservations: Vec<ReservationBody>,
}

/// What a card captures: this amount at this merchant, once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reservation)]
pub(crate) struct ReservationBody {
    /// It is a payment, and taken back as one.
    payment: String,
    merchant: String,
    price_yen: i64,
    expense: String,
    /// From here on it is given back.
    #[schema(format = "date-time")]
    expires_at: String,
}

/// What a family reserves.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReservation {
    /// Whose entitlements may pay.
    #[schema(value_type = Vec<String>, max_items = 20)]
    children: Vec<ChildId>,
    /// Where the card will capture it.
    #[schema(value_type = String, pattern = "^mrc_[0-9a-f]{32}$")]
    merchant: MerchantId,
    /// What is paid for.
    #[schema(pattern = "^[a-z][a-z0-9_-]{0,39}$", example = "tuition")]
    expense: String,
    /// The service, where services have registrations of their own.
    #[schema(pattern = "^[a-z][a-z0-9_-]{0,39}$")]
    service: Option<String>,
    /// The whole price.
    #[schema(rename = "price_yen", value_type = i64, minimum = 1, maximum = 9_999_999, example = 12_000)]
    price: Yen,
    /// Whether own money pays the rest; no where nothing is said.
    #[schema(required = false)]
    own_money: bool,
}

impl Read for NewReservation {
    fn read(fields: &mut Fields) -> Option<Self> {
        let children = fields.required("children", children);
        let merchant = fields.required("merchant", parsed("mrc_…"));
        let expense = fields.required("expense", word);
        let service = fields.optional("service", word);
        let price = fields.required("price_yen", whole(1, YEN_MAX));
        let own_money = fields.optional("own_money", flag);
        Some(Self {
            children: children?,
            merchant: merchant?,
            expense: expense?,
            service: service?,
            price: Yen::new(price?),
            own_money: own_money?.unwrap_or(false),
        })
    }
}

impl From<Booklet> for BookletBody {
    fn from(booklet: Booklet) -> Self {
        Self {
            number: booklet.number,
            ticket_yen: booklet.kind.face.get(),
            expense: booklet.kind.expense,
            services: booklet.kind.services,
            valid_through: booklet.valid_through.to_string(),
            works: booklet.ended_at.is_none(),
            unused: booklet.unused,
            used: booklet.used,
        }
    }
}

impl From<Card> for CardBody {
    fn from(card: Card) -> Self {
        Self {
            card: card.id.to_string(),
            number: card.number,
            works: card.ended_at.is_none(),
            reservations: card.reservations.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Reservation> for ReservationBody {
    fn from(reservation: Reservation) -> Self {
        Self {
            payment: PaymentId(reservation.hold).to_string(),
            merchant: reservation.merchant.to_string(),
            price_yen: reservation.amount.get(),
            expense: reservation.expense,
            expires_at: tokyo_time(reservation.expires_at),
        }
    }
}

/// Lists the family's booklets of paper tickets.
#[utoipa::path(get, path = "/booklets", operation_id = "list_booklets", tag = "paper", security(("token" = [])), responses((status = 200, description = "As asked.", body = BookletList), Always, SignedIn))]
pub(crate) async fn booklets(State(deps): State<Deps>, family: Family) -> Result<Json<BookletList>, Problem> {
    let booklets = deps.ledger.booklets_of_family(family.municipality, family.id).await.map_err(failed)?;
    Ok(Json(BookletList { booklets: booklets.into_iter().map(Into::into).collect() }))
}

/// Lists the family's paper cards, each with what it captures now.
#[utoipa::path(get, path = "/cards", operation_id = "list_cards", tag = "paper", security(("token" = [])), responses((status = 200, description = "As asked.", body = CardList), Always, SignedIn))]
pub(crate) async fn cards(State(deps): State<Deps>, family: Family) -> Result<Json<CardList>, Problem> {
    let cards = deps.ledger.cards_of_family(family.municipality, family.id).await.map_err(failed)?;
    Ok(Json(CardList { cards: cards.into_iter().map(Into::into).collect() }))
}

/// Reserves for a paper card: it captures this amount at this merchant, once, and nothing else.
#[utoipa::path(post, path = "/cards/{card}/reservations", operation_id = "reserve_for_card", tag = "paper", security(("token" = [])),
    params(("card" = String, Path), IdempotencyKey), request_body = NewReservation,
    responses((status = 201, description = "Done; or done before, under this key.", body = ReservationBody), Always, SignedIn, OfOne, Sent, Commanded))]
pub(crate) async fn reserve(
    State(deps): State<Deps>,
    family: Family,
    PathId(card): PathId<CardId>,
    key: IdempotencyKey,
    Body(body): Body<NewReservation>,
) -> Result<Created<ReservationBody>, Problem> {
    own_children(&family, &body.children)?;
    let NewReservation { children, merchant, expense, service, price, own_money } = body;
    let asked = Reserve { children, merchant, expense, service, price, own_money };
    let command = Command::new(Actor::Family(family.id), key.of("reserve"), &(card, &asked));
    let reserved = deps.ledger.reserve(family.municipality, &command, card, &asked).await.map_err(refused(|said| rejected(&said)))?;
    Ok(Created(reserved.into()))
}

fn rejected(rejected: &Rejected) -> Problem {
    match rejected {
        Rejected::Hold(rejected) => hold(*rejected),
        Rejected::Reserved => Problem::new(&registry::CARD_RESERVED),
        Rejected::Ended => Problem::new(&registry::PAPER_ENDED),
        Rejected::UnknownChild => wrong_field("children", &unknown_child()),
        other => by_kind(other),
    }
}
