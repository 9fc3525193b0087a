//! Money is set aside, then paid to the merchant or given back.

use chrono::NaiveDate;

use crate::books::{Account, Draft, Event, Kind, Opening, Transfer};
use crate::ids::{AccountId, MerchantId};
use crate::money::Yen;
use crate::time::Instant;

/// Sets parts aside, (account, amount): one transfer each, into the hold's own account; beside it, what they use of allowances and visits.
#[must_use]
pub fn hold(hold: AccountId, expires_at: Instant, on: NaiveDate, parts: &[(AccountId, Yen)], used: &[Transfer]) -> Draft {
    let aside = parts.iter().map(|&(account, amount)| Transfer::new(account, hold, amount));
    let account = Account::of_thing(Kind::Hold, hold.uuid(), None);
    Draft::new(Event::Hold, on, aside.chain(used.iter().copied()).collect()).opening([Opening { closes_at: Some(expires_at), ..account.into() }])
}

/// Pays the merchant: always exactly one transfer, whatever the split.
#[must_use]
pub fn capture(hold: AccountId, merchant: MerchantId, amount: Yen, on: NaiveDate) -> Draft {
    let payable = Account::of_owner(Kind::MerchantPayable, merchant.uuid()).id;
    Draft::new(Event::Capture, on, vec![Transfer::new(hold, payable, amount)])
}

/// Gives a hold back: each transfer of the hold the other way round, but what has lapsed meanwhile returns to its budget.
///
/// `parts` are the transfers of the hold with, for a lapsed source, the budget that it returns to.
#[must_use]
pub fn release(event: Event, on: NaiveDate, parts: &[(Transfer, Option<AccountId>)]) -> Draft {
    let back = |&(part, lapsed_to): &(Transfer, Option<AccountId>)| Transfer::new(part.credit, lapsed_to.unwrap_or(part.debit), part.amount);
    Draft::new(event, on, parts.iter().map(back).collect())
}

/// Opens an allowance: what a usage limit allows in one window.
#[must_use]
pub fn allow(allowance: Account, most: Yen, on: NaiveDate) -> Draft {
    let transfer = Transfer::new(Account::of_city(Kind::AllowanceControl).id, allowance.id, most);
    Draft::new(Event::Allow, on, vec![transfer]).opening([allowance])
}
