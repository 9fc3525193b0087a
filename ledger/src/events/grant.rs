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
    /// The first day on which it may be spent.
    pub opens_on: NaiveDate,
    /// The last.
    pub closes_on: NaiveDate,
}

/// Grants: scheme budget → entitlements. Payments may take from each from the first instant of its first day to the last of its last.
#[must_use]
pub fn grant(scheme: &str, year: FiscalYear, on: NaiveDate, entitlements: &[NewEntitlement]) -> Draft {
    let budget = Account::budget(scheme, year);
    let transfers = entitlements.iter().map(|new| Transfer::new(budget.id, new.account, new.amount)).collect();
    let openings = entitlements.iter().map(|new| {
        let account = Account {
            scheme: Some(scheme.to_owned()),
            fiscal_year: Some(year),
            ..Account::of_thing(Kind::Entitlement, new.account.uuid(), Some(new.child.uuid()))
        };
        Opening { account, opens_at: Some(tokyo_midnight(new.opens_on)), closes_at: Some(tokyo_midnight(next_day(new.closes_on))) }
    });
    Draft::new(Event::Grant, on, transfers).opening(openings)
}

/// What is left of entitlements returns to the scheme's budget of their year: they have lapsed, or the child no longer qualifies.
#[must_use]
pub fn take_back(event: Event, scheme: &str, year: FiscalYear, on: NaiveDate, left: &[(AccountId, Yen)]) -> Draft {
    let budget = Account::budget(scheme, year).id;
    let transfers = left.iter().map(|&(account, amount)| Transfer::new(account, budget, amount)).collect();
    Draft::new(event, on, transfers)
}
