//! The routes, one file a resource. Each parses, asks the ledger, answers; what stands before them is in [`super::guard`].

pub(crate) mod audit;
pub(crate) mod bank;
mod bodies;
pub(crate) mod booklets;
pub(crate) mod books;
pub(crate) mod budgets;
pub(crate) mod cards;
pub(crate) mod claims;
mod claims_evidence;
mod claims_steps;
pub(crate) mod clawbacks;
pub(crate) mod families;
pub(crate) mod family_accounts;
pub(crate) mod letters;
pub(crate) mod merchants;
pub(crate) mod months;
pub(super) mod openapi;
pub(crate) mod people;
mod registrations;
pub(crate) mod remittances;
pub(crate) mod returns;
pub(crate) mod reveals;
pub(crate) mod rosters;
pub(crate) mod sessions;
pub(crate) mod staff;
pub(crate) mod statements;
mod tables;
mod terminals;

use super::desk::Desk;

/// Adds the routes of one resource.
pub(super) type Add = fn(Desk) -> Desk;

/// Every resource.
pub(super) const ALL: &[Add] = &[
    sessions::add,
    staff::add,
    audit::add,
    budgets::add,
    rosters::add,
    families::add,
    family_accounts::add,
    reveals::add,
    letters::add,
    booklets::add,
    cards::add,
    merchants::add,
    registrations::add,
    terminals::add,
    people::add,
    claims::add,
    claims_evidence::add,
    claims_steps::add,
    clawbacks::add,
    statements::add,
    remittances::add,
    bank::add,
    returns::add,
    months::add,
    books::add,
    tables::add,
];
