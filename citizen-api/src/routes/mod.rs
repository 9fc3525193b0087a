//! The routes, one file a resource. Each parses, asks the ledger, answers.

pub mod bank_account;
pub mod children;
pub mod claims;
pub mod cover;
pub mod history;
pub mod invoices;
pub mod merchants;
pub mod notices;
pub mod own_money;
pub mod paper;

pub mod payments;
pub mod sessions;
pub mod settlements;

use ledger::ids::ChildId;
use web::Problem;
use web::fields::{Fault, Given, list, parsed, wrong_field};

use crate::auth::Family;

/// No single price is higher: a typing error with two zeros too many is caught here.
pub(crate) const YEN_MAX: i64 = 9_999_999;
/// More children than any family has.
const CHILDREN_MAX: usize = 20;
/// Items on a page, unless fewer are asked for.
const PAGE: i64 = 20;
const PAGE_MAX: i64 = 100;
const TEXT_MAX: usize = 100;

/// The children whose entitlements may pay.
fn children(given: Given<'_>) -> Result<Vec<ChildId>, Fault> {
    list(CHILDREN_MAX, parsed::<ChildId>("chd_…"))(given)
}

/// Children that are not this family's are named as a field problem, before anything is decided.
fn own_children(family: &Family, children: &[ChildId]) -> Result<(), Problem> {
    match children.iter().position(|child| !family.children.contains(child)) {
        None => Ok(()),
        Some(at) => Err(wrong_field("children", &Fault::Item(at, Box::new(unknown_child())))),
    }
}

/// The same for the one child that something is about.
fn own_child(family: &Family, child: ChildId) -> Result<(), Problem> {
    if family.children.contains(&child) { Ok(()) } else { Err(wrong_field("child", &unknown_child())) }
}

fn unknown_child() -> Fault {
    Fault::Said(
        "unknown-child",
        web::Text::fixed("このお子さんは登録されていません。", "この子どもは、登録されていません。", "This child is not registered here."),
    )
}

/// Cuts a page that was read with one item too many; answers the last item when another page follows.
fn cut<T>(items: &mut Vec<T>, limit: i64) -> Option<&T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    items.last().filter(|_| more)
}
