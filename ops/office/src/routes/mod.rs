//! The routes, one file a resource. Each parses, asks the ledger, answers; what stands before them is in [`super::guard`].

pub mod audit;
pub mod bank;
mod bodies;
pub mod booklets;
pub mod books;
pub mod budgets;
pub mod cards;
pub mod claims;
mod claims_evidence;
mod claims_steps;
pub mod clawbacks;
pub mod families;
pub mod family_accounts;
pub mod letters;
pub mod merchants;
pub mod months;
pub(super) mod openapi;
pub mod people;
mod registrations;
pub mod remittances;
pub mod returns;
pub mod reveals;
pub mod rosters;
pub mod sessions;
pub mod staff;
pub mod statements;
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
