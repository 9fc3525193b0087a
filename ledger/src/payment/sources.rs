//! What may pay for one purchase, by the rules of each scheme. Pure.
//!
//! A scheme pays at most what its formula gives for the whole price; all entitlements of one child share that amount, and so do siblings.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::split::{Part, Source};
use crate::books::{Account, Kind, Transfer};
use crate::entitlement::Spendable;
use crate::ids::{AccountId, ChildId};
use crate::money::{Overflow, Yen};
use crate::scheme::formula::{Allowance, Purse};
use crate::scheme::{Catalog, Facts, Rules, Unpayable, Version};
use crate::time::{Instant, Month, next_day, tokyo_midnight};

/// What a payment is for, as far as that says which schemes pay.
#[derive(Debug, Clone, Copy)]
pub struct Use<'a> {
    /// What is paid for: tuition, materials …
    pub expense: &'a str,
    /// Where services have registrations of their own: a scheme pays only if it pays for all of these; for any, where none is named.
    pub services: &'a [String],
    /// The day whose usage limits and visits it counts against; none where that day is not known beforehand: then no scheme pays that has such.
    pub on: Option<NaiveDate>,
}

impl Use<'_> {
    /// Whether a scheme's rules pay for it at the desk.
    #[must_use]
    pub fn is_paid_by(&self, version: &Version) -> bool {
        let accepted = |service: Option<&str>| version.cost.accepts(Some(self.expense), service).is_ok();
        let everywhere = if self.services.is_empty() { accepted(None) } else { self.services.iter().all(|service| accepted(Some(service))) };
        version.redeemable().is_ok() && (self.on.is_some() || version.limits.is_empty()) && everywhere
    }
}

/// What is bought.
#[derive(Debug, Clone, Copy)]
pub struct Purchase<'a> {
    /// The whole price.
    pub price: Yen,
    /// What for.
    pub of: Use<'a>,
    /// The month that is paid for, where the family says so: then only entitlements of that month pay.
    pub month: Option<Month>,
    /// When what is set aside ends: only what stays open until then pays.
    pub until: Instant,
}

/// What children may spend, and by which rules.
pub struct Spending<'a> {
    /// The schemes.
    pub catalog: &'a Catalog,
    /// Whether training versions count.
    pub rules: Rules,
    /// In the order in which it is to pay.
    pub spendable: Vec<Spendable>,
    /// What the schemes ask about each child, on the day of the payment.
    pub facts: &'a BTreeMap<ChildId, Facts>,
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
    /// Each with its place among all that may pay.
    entitlements: Vec<(usize, Spendable)>,
    windows: Vec<(Allowance, Option<Window>, Option<Window>)>,
}

/// Sorts what children may spend into groups, leaving out what the rules do not let pay for this purchase.
#[must_use]
pub fn groups<'a>(purchase: &Purchase<'_>, spending: Spending<'a>) -> Vec<Group<'a>> {
    let Spending { catalog, rules, spendable, facts } = spending;
    let mut groups: BTreeMap<(ChildId, String, NaiveDate), Group<'a>> = BTreeMap::new();
    for (place, entitlement) in spendable.into_iter().enumerate().filter(|(_, entitlement)| serves(entitlement, purchase)) {
        let version = catalog.get(&entitlement.scheme).and_then(|scheme| scheme.rules_on(entitlement.service_from, rules));
        let Some(version) = version.filter(|version| purchase.of.is_paid_by(version)) else { continue };
        let known = facts.get(&entitlement.child).cloned().unwrap_or_default();
        let key = (entitlement.child, entitlement.scheme.clone(), version.from);
        let group = groups.entry(key).or_insert_with(|| Group {
            version,
            windows: windows(version, &known, &purchase.of, &entitlement),
            facts: known,
            entitlements: Vec::new(),
        });
        group.entitlements.push((place, entitlement));
    }
    groups.into_values().collect()
}

/// Whether an entitlement is open for long enough, for the month that is paid for, and for a use whose day is known if that takes a visit.
fn serves(entitlement: &Spendable, purchase: &Purchase<'_>) -> bool {
    let of_month = |month: Month| entitlement.service_from <= month.last_day() && month.first_day() <= entitlement.service_to;
    let stays_open = tokyo_midnight(next_day(entitlement.closes_on)) >= purchase.until;
    stays_open && purchase.month.is_none_or(of_month) && (purchase.of.on.is_some() || entitlement.visits.is_none())
}

fn windows(version: &Version, facts: &Facts, used: &Use<'_>, of: &Spendable) -> Vec<(Allowance, Option<Window>, Option<Window>)> {
    let window = |name: String, most: Yen, counts_uses| Window { account: Account::allowance(of.child.uuid(), &of.scheme, &name), most, counts_uses };
    let limits = version.limits_for(facts, used.services.first().map(String::as_str)).into_iter();
    let opened = limits.map(|(limit, most)| match used.on.and_then(|on| limit.window_key(on)) {
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

    /// Takes what a part of a split pays from what is left, if the part is one of the group's.
    pub(super) fn take(&mut self, part: &Part) -> Result<(), Overflow> {
        let paying = self.entitlements.iter_mut().map(|(_, entitlement)| entitlement).filter(|entitlement| entitlement.account == part.source.account);
        paying.map(|entitlement| &mut entitlement.balance).try_for_each(|left| left.minus(part.amount).map(|rest| *left = rest))
    }

    /// The most that the group pays, when `left` is what its windows still allow.
    fn most(&self, price: Yen, left: &BTreeMap<AccountId, Yen>) -> Result<Yen, Overflow> {
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
        let visits = self.entitlements.iter().filter_map(|(_, entitlement)| entitlement.visits).map(|(_, count)| count).max();
        if let Some(left) = visits {
            return self.payable(price, &limits, Purse::Count { left });
        }
        let balance = Yen::sum(self.entitlements.iter().map(|(_, entitlement)| entitlement.balance))?;
        let face = self.entitlements.first().map(|(_, entitlement)| entitlement.face).filter(|face| *face > Yen::new(1));
        self.payable(price, &limits, Purse::Yen { left: balance, face })
    }

    /// The scheme's share of the price, whoever's entitlement pays it and whatever is left.
    fn share(&self, price: Yen) -> Result<Yen, Overflow> {
        self.payable(price, &[], Purse::Unbounded)
    }

    fn payable(&self, price: Yen, limits: &[Allowance], purse: Purse) -> Result<Yen, Overflow> {
        match self.version.payable(price, &self.facts, limits, purse) {
            Ok(payable) => Ok(payable.paid),
            Err(Unpayable::Refused(_)) => Ok(Yen::ZERO),
            Err(Unpayable::Overflow(overflow)) => Err(overflow),
        }
    }
}

/// What each entitlement of the groups may pay of the price, in the order in which they pay; `left` is what their windows still allow.
///
/// What one child's entitlement pays is no more open for a sibling's of the same scheme: together they pay the scheme's share once.
pub fn sources(price: Yen, groups: &[Group<'_>], left: &BTreeMap<AccountId, Yen>) -> Result<Vec<Source>, Overflow> {
    let mut most = groups.iter().map(|group| group.most(price, left)).collect::<Result<Vec<_>, _>>()?;
    let mut in_order = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let share = group.share(price)?;
        in_order.extend(group.entitlements.iter().map(|(place, entitlement)| (*place, entitlement, number, share)));
    }
    in_order.sort_by_key(|(place, ..)| *place);

    let mut missing = price;
    let mut paid: BTreeMap<&str, Yen> = BTreeMap::new();
    let mut sources = Vec::new();
    for (_, entitlement, group, share) in in_order {
        let Some(most) = most.get_mut(group) else { continue };
        let by_scheme = paid.entry(&entitlement.scheme).or_default();
        let open = share.minus(share.min(*by_scheme))?;
        let pays = [entitlement.balance, *most, open].into_iter().fold(missing, Yen::min).floor_to(entitlement.face);
        // One use is one visit of one entitlement.
        *most = if entitlement.visits.is_some() && pays.is_positive() { Yen::ZERO } else { most.minus(pays)? };
        *by_scheme = by_scheme.plus(pays)?;
        missing = missing.minus(pays)?;
        sources.push(Source {
            account: entitlement.account,
            entitlement: Some((entitlement.child, entitlement.scheme.clone())),
            most: pays,
            face: entitlement.face,
            closes_on: Some(entitlement.closes_on),
        });
    }
    Ok(sources)
}

/// What the parts of a split use beside yen: of the windows yen as paid and one use for each payment, and one visit where visits are counted.
pub fn usage(groups: &[Group<'_>], parts: &[Part]) -> Result<Vec<Transfer>, Overflow> {
    let one = Yen::new(1);
    let (allowances, visits) = (Account::of_city(Kind::AllowanceControl).id, Account::of_city(Kind::VisitsControl).id);
    let mut used = Vec::new();
    for group in groups {
        let of_group = |part: &&Part| group.entitlements.iter().any(|(_, entitlement)| entitlement.account == part.source.account);
        let paid = Yen::sum(parts.iter().filter(of_group).map(|part| part.amount))?;
        if paid.is_positive() {
            used.extend(group.windows().map(|window| Transfer::new(window.account.id, allowances, if window.counts_uses { one } else { paid })));
        }
        let pays = |entitlement: &Spendable| parts.iter().any(|part| part.source.account == entitlement.account);
        let visited = group.entitlements.iter().filter(|(_, entitlement)| pays(entitlement)).filter_map(|(_, entitlement)| entitlement.visits);
        used.extend(visited.map(|(account, _)| Transfer::new(account, visits, one)));
    }
    Ok(used)
}
