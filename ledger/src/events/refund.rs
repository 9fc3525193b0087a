//! A refund at the merchant, and where it goes afterwards.

use chrono::NaiveDate;

use crate::books::{Account, Draft, Event, Kind, Transfer};
use crate::ids::{AccountId, MerchantId};
use crate::money::Yen;

/// Takes a refund from the merchant: always exactly one transfer. Behind an approved statement the merchant owes it.
#[must_use]
pub fn refund(merchant: MerchantId, amount: Yen, statement_approved: bool, on: NaiveDate) -> Draft {
    let kind = if statement_approved { Kind::MerchantReceivable } else { Kind::MerchantPayable };
    let from = Account::of_owner(kind, merchant.uuid()).id;
    Draft::new(Event::Refund, on, vec![Transfer::new(from, Account::of_city(Kind::RefundsPending).id, amount)])
}

/// Puts a refund back where the money came from: `parts` are (account, amount). What has lapsed goes to its budget, never to cash.
///
/// A negative amount takes from the account: the rest of a ticket that went to the budget completes a ticket now. `visits` are the accounts that get
/// a visit back.
#[must_use]
pub fn settle(on: NaiveDate, parts: &[(AccountId, Yen)], visits: &[AccountId]) -> Draft {
    let pending = Account::of_city(Kind::RefundsPending).id;
    let transfer = |&(account, amount): &(AccountId, Yen)| {
        if amount.is_positive() { Transfer::new(pending, account, amount) } else { Transfer::new(account, pending, amount.abs()) }
    };
    let control = Account::of_city(Kind::VisitsControl).id;
    let visited = visits.iter().map(|&account| Transfer::new(control, account, Yen::new(1)));
    Draft::new(Event::SettleRefund, on, parts.iter().map(transfer).chain(visited).collect())
}
