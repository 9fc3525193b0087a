//! Entitlements come from the scheme's budget and go back to it.

use chrono::NaiveDate;

use crate::books::{Account, Draft, Event, Kind, Opening, Transfer};
use crate::ids::{AccountId, ChildId};
use crate::money::Yen;
use crate::time::{FiscalYear, next_day, tokyo_midnight};

/// An entitlement to be granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntitlement {
    /// Its account.
    pub account: AccountId,
    /// Whose it is.
    pub child: ChildId,
    /// How much.
    pub amount: Yen,
    /// How many visits, where they are counted: then the amount is what the city commits for them.
    pub visits: Option<i64>,
    /// The first day on which it may be spent.
    pub opens_on: NaiveDate,
    /// The last.
    pub closes_on: NaiveDate,
}

/// What is left of an entitlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Its account.
    pub account: AccountId,
    /// Its yen.
    pub amount: Yen,
    /// Its account in visits and what stands there, where visits are counted.
    pub visits: Option<(AccountId, i64)>,
}

/// Grants: scheme budget → entitlements, and the visits of those that count them. Payments may take from each from the first instant of its first day
/// to the last of its last.
#[must_use]
pub fn grant(scheme: &str, year: FiscalYear, on: NaiveDate, entitlements: &[NewEntitlement]) -> Draft {
    let budget = Account::budget(scheme, year);
    let control = Account::of_city(Kind::VisitsControl);
    let visits = |new: &NewEntitlement| Some((Account::visits(new.account, new.child.uuid(), scheme), new.visits?));
    let counted = entitlements.iter().filter_map(visits).map(|(account, count)| Transfer::new(control.id, account.id, Yen::new(count)));
    let transfers = entitlements.iter().map(|new| Transfer::new(budget.id, new.account, new.amount)).chain(counted).collect();
    let openings = entitlements.iter().flat_map(|new| {
        let account = Account {
            scheme: Some(scheme.to_owned()),
            fiscal_year: Some(year),
            ..Account::of_thing(Kind::Entitlement, new.account.uuid(), Some(new.child.uuid()))
        };
        let accounts = [Some(account), visits(new).map(|(account, _)| account)].into_iter().flatten();
        accounts.map(|account| Opening {
            opens_at: Some(tokyo_midnight(new.opens_on)),
            closes_at: Some(tokyo_midnight(next_day(new.closes_on))),
            ..Opening::from(account)
        })
    });
    // A city that was founded before visits were counted has no such account yet.
    let control = entitlements.iter().any(|new| new.visits.is_some()).then_some(control);
    Draft::new(Event::Grant, on, transfers).opening(control).opening(openings)
}

/// What is left of entitlements returns to the scheme's budget of their year: they have lapsed, or the child no longer qualifies.
#[must_use]
pub fn take_back(event: Event, scheme: &str, year: FiscalYear, on: NaiveDate, left: &[Left]) -> Draft {
    let budget = Account::budget(scheme, year).id;
    let control = Account::of_city(Kind::VisitsControl).id;
    let yen = left.iter().map(|left| Transfer::new(left.account, budget, left.amount));
    let visits = left.iter().filter_map(|left| left.visits).map(|(account, count)| Transfer::new(account, control, Yen::new(count)));
    Draft::new(event, on, yen.chain(visits).filter(|transfer| transfer.amount.is_positive()).collect())
}
