//! Requests of staff: each form is declared once, and read and described by that.
//!
//! A `reason` is checked here and carried by [`crate::acting::Acting`]: it stands in the audit log. A `message` is sealed with what it is about.

pub(crate) mod claims;
pub(crate) mod families;
pub(crate) mod merchants;
pub(crate) mod money;
pub(crate) mod month;
pub(crate) mod paper;
pub(crate) mod staff;

use ledger::ids::{ClaimId, ClawbackId, FamilyId};
use ledger::money::Yen;
use ledger::time::Month;
use web::fields::Given;
use web::form::{Rule, any_text, flag, id, optional, parsed, text, whole};
use web::{Fault, form};

/// The most characters of a reason, as in the audit log.
const REASON_MAX: usize = ledger::staff::audit::REASON_MAX;
/// The most characters that a claim or an account keeps of one message.
const MESSAGE_MAX: usize = 400;
/// No budget and no line at the bank is higher: a typing error with some zeros too many is caught here.
const YEN_MAX: i64 = 999_999_999_999;
const WORD_MAX: usize = 100;
const CURSOR_MAX: usize = 80;
/// Items on a page, unless fewer are asked for.
const PAGE: i64 = 50;
const PAGE_MAX: i64 = 500;

fn reason() -> Rule<impl Fn(Given<'_>) -> Result<(), Fault>> {
    text(REASON_MAX).map(drop)
}

fn message() -> Rule<impl Fn(Given<'_>) -> Result<String, Fault>> {
    text(MESSAGE_MAX)
}

fn yen(least: i64) -> Rule<impl Fn(Given<'_>) -> Result<Yen, Fault>> {
    whole::<i64>(least, YEN_MAX).map(Yen::new)
}

fn month() -> Rule<impl Fn(Given<'_>) -> Result<Month, Fault>> {
    parsed("2026-05", "^[0-9]{4}-(0[1-9]|1[0-2])$")
}

form! {
    /// Why.
    pub(crate) struct Because as "Because" {
        reason: () = reason(),
    }
}

form! {
    /// What is written to the family: sealed with the claim, and in no log.
    pub(crate) struct Message as "Message" {
        message: String = message(),
    }
}

form! {
    /// Which page of a list.
    pub(crate) struct Page {
        /// The page begins behind this one.
        after: Option<String> = optional(any_text(CURSOR_MAX)),
        /// Items on a page; 50 where nothing is said.
        limit: i64 = whole(1, PAGE_MAX).or(PAGE),
    }
}

form! {
    /// Which page of families.
    pub(crate) struct FamilyPage {
        /// The page begins behind this one.
        after: Option<FamilyId> = optional(id("fam_…")),
        /// Items on a page; 50 where nothing is said.
        limit: i64 = whole(1, PAGE_MAX).or(PAGE),
    }
}

form! {
    /// The queue of claims: oldest filing first.
    pub(crate) struct ClaimPage {
        /// In one state.
        state: Option<ledger::claim::Standing> = optional(claims::state()),
        /// The page begins behind this one.
        after: Option<ClaimId> = optional(id("clm_…")),
        /// Items on a page; 50 where nothing is said.
        limit: i64 = whole(1, PAGE_MAX).or(PAGE),
    }
}

form! {
    /// Those that wait for a second person, unless all are asked for.
    pub(crate) struct ClawbackPage {
        /// Only what waits for a second person; yes where nothing is said.
        waiting: bool = flag().or(true),
        /// The page begins behind this one.
        after: Option<ClawbackId> = optional(id("clw_…")),
        /// Items on a page; 50 where nothing is said.
        limit: i64 = whole(1, PAGE_MAX).or(PAGE),
    }
}
