//! The routes, one file a resource. Each parses, asks the ledger, answers; what stands before them is in [`super::guard`].

mod audit;
mod bank;
mod bodies;
mod books;
mod budgets;
mod families;
mod merchants;
mod months;
mod registrations;
mod remittances;
mod returns;
mod reveals;
mod rosters;
mod sessions;
mod staff;
mod statements;
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
    reveals::add,
    merchants::add,
    registrations::add,
    terminals::add,
    statements::add,
    remittances::add,
    bank::add,
    returns::add,
    months::add,
    books::add,
];
