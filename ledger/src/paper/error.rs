//! Why something about paper is refused, as staff read it. What a family may meet when it reserves, its face says in the family's language.

use chrono::NaiveDate;

use crate::ids::{BookletId, CardId, FamilyId};
use crate::money::Yen;
use crate::payment::HoldRejected;

/// The answer is no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The key stands for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// Only staff.
    #[error("only the city's staff may do this")]
    NotStaff,
    /// There is no such family.
    #[error("there is no family {0}")]
    UnknownFamily(FamilyId),
    /// A child that does not belong to the family.
    #[error("a child is named that does not belong to the family")]
    UnknownChild,
    /// There is no such kind of booklet.
    #[error("there is no kind of booklet {0:?}: list them, or make one")]
    UnknownKind(String),
    /// The name belongs to a kind with another face or other services.
    #[error("the kind {0:?} is there with another face or other services: booklets of a kind are all alike, choose another name")]
    KindTaken(String),
    /// A kind that cannot be.
    #[error("{0}: write small letters, digits, - and _; a face of 1 to 10,000 yen; each service once")]
    KindField(&'static str),
    /// No merchant takes tickets of the kind.
    #[error("no approved merchant is registered for what {0:?} is for: nobody could use such a booklet")]
    NoMerchant(String),
    /// How many tickets.
    #[error("a booklet has 1 to {} tickets", super::booklet::TICKETS_MAX)]
    Tickets,
    /// A day through which no booklet of the kind is valid.
    #[error("booklets of this kind are valid through {}: the same days for every family", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or "))]
    ValidThrough(Vec<NaiveDate>),
    /// What may pay does not reach.
    #[error("{missing} yen are missing for all tickets: what lapses before the booklet does not count, nor what a scheme does not pay for all its services")]
    Short {
        /// How much is missing.
        missing: Yen,
    },
    /// There is no such booklet.
    #[error("there is no booklet {0}")]
    UnknownBooklet(BookletId),
    /// There is no such card, or it is another family's.
    #[error("there is no card {0}")]
    UnknownCard(CardId),
    /// It works no more.
    #[error("it was given back or replaced for good: issue a new one")]
    Ended,
    /// Nothing is left that could be printed again.
    #[error("every ticket of the booklet has been used, given back or has expired")]
    NothingLeft,
    /// The card has a reservation for this merchant and amount.
    #[error("the card has a reservation for this merchant and amount: use or cancel that one first, or reserve both in one amount")]
    Reserved,
    /// There is no such reservation that could be taken back.
    #[error("there is no open reservation of this number on the card")]
    UnknownReservation,
    /// As for a code on the phone.
    #[error("{}", hold(.0))]
    Hold(HoldRejected),
}

impl Rejected {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Conflict | Self::Hold(HoldRejected::Conflict) => "conflict",
            Self::NotStaff => "not_staff",
            Self::UnknownFamily(_) => "unknown_family",
            Self::UnknownChild => "unknown_child",
            Self::UnknownKind(_) => "unknown_booklet_kind",
            Self::KindTaken(_) => "booklet_kind_taken",
            Self::KindField(_) => "booklet_kind",
            Self::NoMerchant(_) => "booklet_no_merchant",
            Self::Tickets => "booklet_tickets",
            Self::ValidThrough(_) => "booklet_valid_through",
            Self::Short { .. } | Self::Hold(HoldRejected::Short(_)) => "short",
            Self::UnknownBooklet(_) => "unknown_booklet",
            Self::UnknownCard(_) => "unknown_card",
            Self::Ended => "paper_ended",
            Self::NothingLeft => "booklet_used_up",
            Self::Reserved => "card_reserved",
            Self::UnknownReservation => "unknown_reservation",
            Self::Hold(HoldRejected::Price) => "price",
            Self::Hold(HoldRejected::Merchant) => "merchant_closed",
            Self::Hold(HoldRejected::Invoice) => "paid_already",
            Self::Hold(HoldRejected::Closed) => "closed",
            Self::Hold(HoldRejected::Busy) => "busy",
        }
    }
}

fn hold(rejected: &HoldRejected) -> String {
    match rejected {
        HoldRejected::Short(short) => format!("{} yen are missing: load own money, or look at the amount again", short.missing),
        HoldRejected::Price => "the price is at least 1 yen".to_owned(),
        HoldRejected::Merchant => "this merchant takes no payment of this kind now".to_owned(),
        HoldRejected::Invoice => "the bill is for something else, or has been paid".to_owned(),
        HoldRejected::Conflict => "this idempotency key was used for another request: send this one under a new key".to_owned(),
        HoldRejected::Closed => "the books are closed for this day".to_owned(),
        HoldRejected::Busy => "others are paying from the same money: try again".to_owned(),
    }
}
