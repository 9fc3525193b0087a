//! Booklets and cards.

use chrono::NaiveDate;
use ledger::ids::{ChildId, MerchantId};
use ledger::money::Yen;
use ledger::paper::booklet::TICKETS_MAX;
use web::fields::Given;
use web::form::{Rule, day, flag, id, list, optional, whole, word};
use web::{Fault, form};

const SERVICES_MAX: usize = 20;
const CHILDREN_MAX: usize = 20;
const FACE_YEN_MAX: i64 = 10_000;
/// No single price is higher: a typing error with two zeros too many is caught here.
const PRICE_YEN_MAX: i64 = 9_999_999;

fn name() -> Rule<impl Fn(Given<'_>) -> Result<String, Fault>> {
    word().pattern("^[a-z0-9_-]{1,40}$")
}

fn children() -> Rule<impl Fn(Given<'_>) -> Result<Vec<ChildId>, Fault>> {
    list(CHILDREN_MAX, id("chd_…").plain()).plain()
}

fn tickets() -> Rule<impl Fn(Given<'_>) -> Result<u16, Fault>> {
    whole::<i64>(1, TICKETS_MAX.into()).map(|tickets| u16::try_from(tickets).unwrap_or(u16::MAX))
}

form! {
    /// A kind of booklet.
    pub(crate) struct NewBookletKind as "NewBookletKind" {
        kind: String = name().example("childcare500"),
        face_yen: Yen = whole::<i64>(1, FACE_YEN_MAX).map(Yen::new),
        expense: String = name().example("childcare"),
        services: Vec<String> = list(SERVICES_MAX, word().plain()).plain().or(Vec::new()),
    }
}

form! {
    /// A booklet to be issued.
    pub(crate) struct IssueBooklet as "IssueBooklet" {
        kind: String = name().example("childcare500"),
        tickets: u16 = tickets(),
        /// Whose entitlements pay, in this order.
        children: Vec<ChildId> = children().or(Vec::new()),
        own_money: bool = flag().or(false),
        valid_through: Option<NaiveDate> = optional(day()),
    }
}

form! {
    /// What is reserved for a card.
    pub(crate) struct ReserveForCard as "ReserveForCard" {
        /// Whose entitlements pay, in this order.
        children: Vec<ChildId> = children().or(Vec::new()),
        merchant: MerchantId = id("mrc_…"),
        expense: String = name().example("tuition"),
        service: Option<String> = optional(word().plain()),
        price_yen: Yen = whole::<i64>(1, PRICE_YEN_MAX).map(Yen::new),
        own_money: bool = flag().or(false),
    }
}
