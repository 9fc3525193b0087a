//! What may pay for one purchase, by the rules of each scheme. Pure.
//!
//! A scheme pays at most what its formula gives for the whole price; several entitlements of one child and scheme share that amount.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::split::{Part, Source};
use crate::books::Account;
use crate::entitlement::Spendable;
use crate::error::Failure;
use crate::ids::{AccountId, ChildId};
use crate::money::Yen;
use crate::scheme::formula::{Allowance, Purse};
use crate::scheme::{Catalog, Facts, Rules, Unpayable, Version};
use crate::time::Month;

/// What is bought.
#[derive(Debug, Clone, Copy)]
pub struct Purchase<'a> {
    /// The whole price.
    pub price: Yen,
    /// What is paid for: tuition, materials …
    pub expense: &'a str,
    /// The service, where services have registrations of their own.
    pub service: Option<&'a str>,
    /// The month that is paid for, where the family says so: then only entitlements of that month pay.
    pub month: Option<Month>,
    /// The day on which it is paid.
    pub on: NaiveDate,
}

/// One window of a usage limit: what a child may still use in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Its account in the books.
    pub account: Account,
    /// What it allows when it opens.
    pub most: Yen,
    /// It counts uses; otherwise yen.
    pub counts_uses: bool,
}

/// The entitlements of one child and scheme that may pay, under one set of rules.
pub struct Group<'a> {
    version: &'a Version,
    facts: Facts,
    entitlements: Vec<Spendable>,
    windows: Vec<(Allowance, Option<Window>, Option<Window>)>,
}

/// Sorts what children may spend into groups, leaving out what the rules do not let pay for this purchase.
///
/// `facts` are each child's on the day; `rules` are the schemes, and whether training versions count.
#[must_use]
pub fn groups<'a>(rules: (&'a Catalog, Rules), purchase: &Purchase<'_>, spendable: Vec<Spendable>, facts: &BTreeMap<ChildId, Facts>) -> Vec<Group<'a>> {
    let (catalog, rules) = rules;
    let mut groups: BTreeMap<(ChildId, String, NaiveDate), Group<'a>> = BTreeMap::new();
    for entitlement in spendable.into_iter().filter(|entitlement| serves(entitlement, purchase.month)) {
        let version = catalog.get(&entitlement.scheme).and_then(|scheme| scheme.rules_on(entitlement.service_from, rules));
        let Some(version) = version.filter(|version| may_pay(version, purchase)) else { continue };
        let known = facts.get(&entitlement.child).cloned().unwrap_or_default();
        let key = (entitlement.child, entitlement.scheme.clone(), version.from);
        let group = groups.entry(key).or_insert_with(|| Group {
            version,
            windows: windows(version, &known, purchase, &entitlement),
            facts: known,
            entitlements: Vec::new(),
        });
        group.entitlements.push(entitlement);
    }
    groups.into_values().collect()
}

fn serves(entitlement: &Spendable, month: Option<Month>) -> bool {
    month.is_none_or(|month| entitlement.service_from <= month.last_day() && month.first_day() <= entitlement.service_to)
}

fn may_pay(version: &Version, purchase: &Purchase<'_>) -> bool {
    version.redeemable().is_ok() && version.cost.accepts(Some(purchase.expense), purchase.service).is_ok()
}

fn windows(version: &Version, facts: &Facts, purchase: &Purchase<'_>, of: &Spendable) -> Vec<(Allowance, Option<Window>, Option<Window>)> {
    let window = |name: String, most: Yen, counts_uses| Window { account: Account::allowance(of.child.uuid(), &of.scheme, &name), most, counts_uses };
    let limits = version.limits_for(facts, purchase.service).into_iter();
    let opened = limits.map(|(limit, most)| match limit.window_key(purchase.on) {
        None => (most, None, None),
        Some(key) => {
            (most, most.yen.map(|yen| window(format!("{key}/yen"), yen, false)), most.count.map(|count| window(format!("{key}/uses"), Yen::new(count), true)))
        }
    });
    opened.collect()
}

impl Group<'_> {
    /// The windows of usage limits that this purchase counts against.
    pub fn windows(&self) -> impl Iterator<Item = &Window> {
        self.windows.iter().flat_map(|(_, yen, uses)| yen.iter().chain(uses))
    }

    /// The most that the group pays, when `left` is what its windows still allow.
    fn most(&self, price: Yen, left: &BTreeMap<AccountId, Yen>) -> Result<Yen, Failure> {
        let remaining = |window: &Window| left.get(&window.account.id).copied().unwrap_or(window.most);
        let limits: Vec<_> = self
            .windows
            .iter()
            .map(|(most, yen, uses)| Allowance {
                per: most.per,
                yen: yen.as_ref().map_or(most.yen, |window| Some(remaining(window))),
                count: uses.as_ref().map_or(most.count, |window| Some(remaining(window).get())),
            })
            .collect();
        let balance = Yen::sum(self.entitlements.iter().map(|entitlement| entitlement.balance))?;
        let face = self.entitlements.first().map(|entitlement| entitlement.face).filter(|face| *face > Yen::new(1));
        match self.version.payable(price, &self.facts, &limits, Purse::Yen { left: balance, face }) {
            Ok(payable) => Ok(payable.paid),
            Err(Unpayable::Refused(_)) => Ok(Yen::ZERO),
            Err(Unpayable::Overflow(overflow)) => Err(overflow.into()),
        }
    }
}

/// What each entitlement of the groups may pay of the price; `left` is what their windows still allow.
pub fn sources(price: Yen, groups: &[Group<'_>], left: &BTreeMap<AccountId, Yen>) -> Result<Vec<Source>, Failure> {
    let mut sources = Vec::new();
    for group in groups {
        let mut most = group.most(price, left)?;
        for entitlement in &group.entitlements {
            let share = entitlement.balance.min(most).floor_to(entitlement.face);
            most = most.minus(share)?;
            sources.push(Source {
                account: entitlement.account,
                child: Some(entitlement.child),
                most: share,
                face: entitlement.face,
                closes_on: Some(entitlement.closes_on),
            });
        }
    }
    Ok(sources)
}

/// What the parts of a split use of the windows: yen as paid, uses one for each payment.
pub fn usage(groups: &[Group<'_>], parts: &[Part]) -> Result<Vec<(AccountId, Yen)>, Failure> {
    let mut used = Vec::new();
    for group in groups {
        let of_group = |part: &&Part| group.entitlements.iter().any(|entitlement| entitlement.account == part.source.account);
        let paid = Yen::sum(parts.iter().filter(of_group).map(|part| part.amount))?;
        if paid.is_positive() {
            used.extend(group.windows().map(|window| (window.account.id, if window.counts_uses { Yen::new(1) } else { paid })));
        }
    }
    Ok(used)
}
