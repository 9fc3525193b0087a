//! The routes, one file a resource: a table, and for each line a handler that reads a form, calls the function of the same name in [`crate::actions`] and
//! answers its body. What stands before them is in `crate::http`.

mod bank;
mod booklets;
mod books;
mod budgets;
mod cards;
mod claims;
mod decisions;
mod families;
mod family_accounts;
mod letters;
mod merchants;
mod months;
mod people;
mod registrations;
mod remittances;
mod returns;
mod rosters;
mod sessions;
mod staff;
mod statements;
mod terminals;

use super::http::Routes;

/// Every resource.
pub(super) const ALL: &[fn(Routes) -> Routes] = &[
    sessions::add,
    staff::add,
    budgets::add,
    rosters::add,
    families::add,
    family_accounts::add,
    letters::add,
    booklets::add,
    cards::add,
    merchants::add,
    registrations::add,
    terminals::add,
    people::add,
    claims::add,
    decisions::add,
    statements::add,
    remittances::add,
    bank::add,
    returns::add,
    months::add,
    books::add,
];
