//! Who pays for a payment: the one decision behind a phone's code, a card's reservation, a bill and a booklet's tickets. Pure.
//!
//! Soonest to lapse first, whole tickets where tickets are counted, each scheme its share within its limits, own money last. What it decides on may have
//! changed when it is posted: then the books refuse it, and it is decided again.

use std::collections::BTreeMap;

use super::sources::{Group, Purchase, Spending, Window, groups, sources, usage};
use super::split::{Part, Short, Source, split};
use crate::books::Transfer;
use crate::ids::AccountId;
use crate::money::{Overflow, Yen};

/// A payment that is to be decided.
pub struct Question<'a> {
    price: Yen,
    groups: Vec<Group<'a>>,
    /// The family's own money, where it may pay the rest.
    own_money: Option<AccountId>,
}

/// What guarded accounts hold; one that is missing has not been opened.
pub type Balances = BTreeMap<AccountId, Yen>;

/// How a payment is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Who pays how much, in the order in which they pay; the sum is the price.
    pub parts: Vec<Part>,
    /// What it uses beside yen: of usage limits' windows, and visits.
    pub used: Vec<Transfer>,
    /// Windows that nobody has counted against before: to be opened first, whether or not it uses them.
    pub opens: Vec<Window>,
}

/// Why a payment is not decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// Everything together does not reach the price.
    #[error(transparent)]
    Short(#[from] Short),
    /// The amounts are too large.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

impl<'a> Question<'a> {
    /// Who is to pay for a purchase, out of what children may spend and perhaps the family's own money.
    #[must_use]
    pub fn new(purchase: &Purchase<'_>, spending: Spending<'a>, own_money: Option<AccountId>) -> Self {
        Self { price: purchase.price, groups: groups(purchase, spending), own_money }
    }

    /// The accounts whose balances the decision needs: windows of usage limits, and own money.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.windows().map(|window| window.account.id).chain(self.own_money)
    }

    fn windows(&self) -> impl Iterator<Item = &Window> {
        self.groups.iter().flat_map(Group::windows)
    }

    /// Decides it, while the accounts that it asks for hold `balances`.
    ///
    /// # Errors
    /// [`Short`] when everything together does not reach the price.
    pub fn decide(&self, balances: &Balances) -> Result<Decision, Undecided> {
        let mut sources = sources(self.price, &self.groups, balances)?;
        let own = self.own_money.and_then(|account| balances.get(&account).map(|most| Source::own_money(account, *most)));
        sources.extend(own.filter(|own| own.most.is_positive()));
        let parts = split(self.price, sources)?;
        let used = usage(&self.groups, &parts)?;
        let first = |window: &&Window| !balances.contains_key(&window.account.id) && window.most.is_positive();
        let opens = self.windows().filter(first).cloned().collect();
        Ok(Decision { parts, used, opens })
    }

    /// Decides so many payments of this price one after the other, each from what those before it have left. Only for uses whose day is not known: nothing
    /// that they are made of has limits or counts visits.
    ///
    /// # Errors
    /// [`Short`] when everything together does not reach; `missing` is what all of them together lack.
    pub fn decide_each(mut self, count: u16, mut balances: Balances) -> Result<Vec<Decision>, Undecided> {
        let mut decided = Vec::new();
        for behind in (0..count).rev() {
            let decision = self.decide(&balances).map_err(|why| self.with_those_behind(why, behind))?;
            for part in &decision.parts {
                self.groups.iter_mut().try_for_each(|group| group.take(part))?;
                if let Some(left) = balances.get_mut(&part.source.account) {
                    *left = left.minus(part.amount)?;
                }
            }
            decided.push(decision);
        }
        Ok(decided)
    }

    /// Nothing is left for those behind one that is short.
    fn with_those_behind(&self, why: Undecided, behind: u16) -> Undecided {
        let Undecided::Short(short) = why else { return why };
        let missing = self.price.times(i64::from(behind)).and_then(|price| price.plus(short.missing));
        missing.map_or_else(Undecided::Overflow, |missing| Undecided::Short(Short { missing }))
    }
}

#[cfg(test)]
mod tests;
