//! Booklets and cards.

use chrono::NaiveDate;
use ledger::ids::{AccountId, BookletId, CardId, FamilyId, MerchantId};
use ledger::paper::{Booklet, BookletKind, Card, Reservation};
use serde::Serialize;
use utoipa::ToSchema;
use web::tokyo_time;

/// A kind of booklet, and through which days one that is issued today may be valid: the same for every family.
#[derive(Serialize, ToSchema)]
#[schema(as = BookletKindInForce)]
pub struct KindBody {
    pub kind: String,
    pub face_yen: i64,
    pub expense: String,
    pub services: Vec<String>,
    #[schema(value_type = Vec<String>)]
    pub valid_through: Vec<NaiveDate>,
}

/// A booklet, without its codes.
#[derive(Serialize, ToSchema)]
#[schema(as = Booklet)]
pub struct BookletBody {
    #[schema(value_type = String, pattern = "^[a-z]+_[0-9a-f]{32}$")]
    pub booklet: BookletId,
    pub number: String,
    #[schema(value_type = String, pattern = "^[a-z]+_[0-9a-f]{32}$")]
    pub family: FamilyId,
    pub kind: String,
    pub face_yen: i64,
    #[schema(value_type = String, format = Date)]
    pub valid_through: NaiveDate,
    pub edition: i16,
    pub issued_at: String,
    #[schema(required)]
    pub ended_at: Option<String>,
    pub unused: i64,
    pub used: i64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct BookletList {
    pub booklets: Vec<BookletBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = BookletKindList)]
pub(crate) struct KindList {
    pub kinds: Vec<KindBody>,
}

impl From<Booklet> for BookletBody {
    fn from(booklet: Booklet) -> Self {
        let Booklet { id, number, family, kind, valid_through, edition, issued_at, ended_at, unused, used } = booklet;
        Self {
            booklet: id,
            number,
            family,
            kind: kind.kind,
            face_yen: kind.face.get(),
            valid_through,
            edition,
            issued_at: tokyo_time(issued_at),
            ended_at: ended_at.map(tokyo_time),
            unused,
            used,
        }
    }
}

/// A card and what is reserved for it, without its code.
#[derive(Serialize, ToSchema)]
#[schema(as = Card)]
pub struct CardBody {
    #[schema(value_type = String, pattern = "^[a-z]+_[0-9a-f]{32}$")]
    pub card: CardId,
    pub number: String,
    #[schema(value_type = String, pattern = "^[a-z]+_[0-9a-f]{32}$")]
    pub family: FamilyId,
    pub edition: i16,
    pub issued_at: String,
    #[schema(required)]
    pub ended_at: Option<String>,
    pub reservations: Vec<ReservationBody>,
}

/// Money set aside for one payment by card.
#[derive(Serialize, ToSchema)]
#[schema(as = Reservation)]
pub struct ReservationBody {
    #[schema(value_type = String)]
    pub reservation: AccountId,
    #[schema(value_type = String, pattern = "^[a-z]+_[0-9a-f]{32}$")]
    pub merchant: MerchantId,
    pub amount_yen: i64,
    pub expense: String,
    pub expires_at: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CardList {
    pub cards: Vec<CardBody>,
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

/// A kind of booklet as it was made.
#[derive(Serialize, ToSchema)]
#[schema(as = BookletKind)]
pub struct BookletKindBody {
    pub kind: String,
    pub face: i64,
    pub expense: String,
    pub services: Vec<String>,
}

impl From<BookletKind> for BookletKindBody {
    fn from(kind: BookletKind) -> Self {
        let BookletKind { kind, face, expense, services } = kind;
        Self { kind, face: face.get(), expense, services }
    }
}
