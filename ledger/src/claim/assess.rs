//! What a scheme's rules give for the costs of a claim, and what it is taken from. Pure.
//!
//! Two shapes: where children are granted money, receipts draw on the same grants as coupons (Fukuoka); where nothing is granted, costs of a whole
//! year are repaid from the scheme's budget (Kobe), by the quote of its whole year. Invariant: no city's rule stands here.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Months, NaiveDate};
use serde::Serialize;

use super::error::Rejected;
use super::{Cost, Part, Source};
use crate::books::Account;
use crate::error::Failure;
use crate::money::{Overflow, Yen};
use crate::scheme::case::{self, Case, When};
use crate::scheme::quote::Line;
use crate::scheme::route::{OncePer, Route};
use crate::scheme::{Facts, Kind, Purse, Quote, Reason, Rules, Scheme, Unpayable, Version, quote};
use crate::time::{FiscalYear, Month};

/// The answer of the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assessment {
    /// The year whose budget pays.
    pub year: FiscalYear,
    /// The sum of the costs.
    pub requested: Yen,
    /// What the rules give.
    pub payable: Yen,
    /// By cost and version.
    pub lines: Vec<Line>,
    /// Why it is nothing, or not more.
    pub reasons: Vec<Reason>,
    /// What it is taken from, soonest to lapse first.
    #[serde(skip)]
    pub parts: Vec<Part>,
}

/// A scheme under the rules of one city.
#[derive(Debug, Clone, Copy)]
pub struct Rulebook<'a> {
    /// The scheme.
    pub scheme: &'a Scheme,
    /// Which versions count.
    pub rules: Rules,
}

/// The terms under which a claim is filed on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms<'a> {
    /// The year that is claimed for.
    pub year: FiscalYear,
    /// The day whose rules and facts count: today, but within the year.
    pub on: NaiveDate,
    /// The rules on that day.
    pub version: &'a Version,
    /// How it is claimed.
    pub route: &'a Route,
}

impl<'a> Rulebook<'a> {
    /// The terms of a new claim for costs that begin on `first`.
    ///
    /// # Errors
    /// [`Rejected::NoRoute`], [`Rejected::Window`].
    pub fn terms(self, today: NaiveDate, first: NaiveDate) -> Result<Terms<'a>, Rejected> {
        let this = FiscalYear::of(today);
        let mut shut = None;
        // A window may lie behind the end of its year.
        for year in [this, FiscalYear::new(this.year().saturating_sub(1))] {
            let Ok(terms) = self.terms_of(year, today) else { continue };
            match terms.route.window.and_then(|window| window.days(year)) {
                None if terms.version.grant.kind != Kind::None => return self.terms_of(FiscalYear::of(first), today),
                None => return Ok(terms),
                Some((opens, shuts)) if (opens..=shuts).contains(&today) => return Ok(terms),
                Some((opens, shuts)) => shut = shut.or(Some(Rejected::Window { opens, shuts })),
            }
        }
        Err(shut.unwrap_or(Rejected::NoRoute))
    }

    /// The terms of a claim for `year`, whatever its window: a claim that was returned is corrected also after it.
    pub fn terms_of(self, year: FiscalYear, today: NaiveDate) -> Result<Terms<'a>, Rejected> {
        let on = today.clamp(year.first_day(), year.last_day());
        let version = self.scheme.rules_on(on, self.rules).ok_or(Rejected::NoRoute)?;
        let route = version.claim_route().ok_or(Rejected::NoRoute)?;
        // A usage limit counts payments and claims together: nobody has such a scheme, and none is guessed at.
        // Nor does a claim take a visit.
        if version.grant.kind == Kind::Pass || version.grant.counts_visits() || !version.limits.is_empty() {
            return Err(Rejected::NoRoute);
        }
        Ok(Terms { year, on, version, route })
    }

    /// The scheme with the versions that count on `on` as its real ones, which is what a quote asks.
    fn effective(self, on: NaiveDate) -> Scheme {
        let training = self.scheme.training.iter().any(|version| self.rules == Rules::Rehearsal && version.covers(on));
        if training { Scheme { versions: self.scheme.training.clone(), ..self.scheme.clone() } } else { self.scheme.clone() }
    }
}

impl Terms<'_> {
    /// Which one of the claims that a child may make this is, where there may be one only.
    #[must_use]
    pub fn once_key(&self, today: NaiveDate) -> Option<String> {
        match self.route.once_per? {
            OncePer::Year => Some(format!("year:{}", self.year.year())),
            OncePer::Month => Some(format!("month:{}", Month::of(today))),
            OncePer::Life => Some("life".to_owned()),
            OncePer::Event => None,
        }
    }

    /// Whether a cost comes too late to be claimed.
    fn too_late(&self, cost: &Cost, today: NaiveDate) -> bool {
        let within = self.route.within_months.and_then(|months| u32::try_from(months).ok());
        within.and_then(|months| cost.to.checked_add_months(Months::new(months))).is_some_and(|last| today > last)
    }
}

/// What receipts draw from the grants of a child: each cost from those whose service period holds its first day, soonest to lapse first.
pub fn granted(book: Rulebook<'_>, terms: &Terms<'_>, today: NaiveDate, costs: &[Cost], sources: &[Source], facts: &Facts) -> Result<Assessment, Failure> {
    let mut purse: Vec<_> = sources.iter().filter(|source| source.year == terms.year).map(|source| (source, source.left, Yen::ZERO)).collect();
    purse.sort_by_key(|(source, ..)| (source.closes_on, source.account));
    let mut lines = Vec::new();
    let mut reasons = Vec::new();
    for (index, cost) in costs.iter().enumerate() {
        let paid = if terms.too_late(cost, today) { Err(Reason::OutsidePeriod) } else { draw(book, cost, &mut purse, facts)? };
        let reason = match &paid {
            Err(reason) => Some(reason.clone()),
            Ok(paid) if *paid < cost.amount => Some(Reason::BalanceUsed),
            Ok(_) => None,
        };
        reasons.extend(reason.clone());
        lines.push(Line {
            cost: Some(index.saturating_add(1)),
            expense: Some(cost.expense.clone()),
            service: cost.service.clone(),
            version: Some(terms.version.from),
            amount_yen: Some(cost.amount),
            counted_yen: paid.as_ref().map_or(Yen::ZERO, |_| cost.amount),
            city_yen: paid.unwrap_or(Yen::ZERO),
            reason,
            ..Line::default()
        });
    }
    let parts: Vec<_> = purse.iter().map(|(source, _, drawn)| Part { amount: *drawn, ..Part::of(source) }).collect();
    let payable = Yen::sum(parts.iter().map(|part| part.amount))?;
    Ok(Assessment { year: terms.year, requested: requested(costs)?, payable, lines, reasons, parts })
}

/// Draws one cost from the purse; answers how much, or why nothing.
fn draw(book: Rulebook<'_>, cost: &Cost, purse: &mut [(&Source, Yen, Yen)], facts: &Facts) -> Result<Result<Yen, Reason>, Failure> {
    let serves = |source: &Source| (source.service_from..=source.service_to).contains(&cost.from);
    let version = |source: &Source| book.scheme.rules_on(source.service_from, book.rules).filter(|version| version.claim_route().is_some());
    let Some(version) = purse.iter().filter(|(source, ..)| serves(source)).find_map(|(source, ..)| version(source)) else {
        return Ok(Err(Reason::OutsidePeriod));
    };
    let service = cost.service.as_deref();
    if let Err(reason) = version.cost.accepts(Some(&cost.expense), service).and_then(|()| version.cost.admits(facts, service)) {
        return Ok(Err(reason));
    }
    let left = Yen::sum(purse.iter().filter(|(source, ..)| serves(source)).map(|(_, left, _)| *left))?;
    let face = purse.iter().find(|(source, ..)| serves(source)).map(|(source, ..)| source.face).filter(|face| *face > Yen::new(1));
    let mut most = match version.payable(cost.amount, facts, &[], Purse::Yen { left, face }) {
        Ok(payable) => payable.paid,
        Err(Unpayable::Refused(reason)) => return Ok(Err(reason)),
        Err(Unpayable::Overflow(overflow)) => return Err(overflow.into()),
    };
    let mut paid = Yen::ZERO;
    for (source, left, drawn) in purse.iter_mut().filter(|(source, ..)| serves(source)) {
        let amount = (*left).min(most).floor_to(source.face);
        (*left, *drawn, most, paid) = (left.minus(amount)?, drawn.plus(amount)?, most.minus(amount)?, paid.plus(amount)?);
    }
    Ok(if paid.is_positive() { Ok(paid) } else { Err(Reason::BalanceUsed) })
}

/// What is repaid of the costs of a year, from the scheme's budget. `history` is what is known of the child over the year: a month counts when the
/// child qualifies on a day of it and nothing takes the scheme's place on any (how a month of change counts is unverified for Kobe).
pub fn repaid(
    book: Rulebook<'_>,
    terms: &Terms<'_>,
    today: NaiveDate,
    costs: &[Cost],
    history: &BTreeMap<NaiveDate, Facts>,
    reserved: Yen,
) -> Result<Assessment, Failure> {
    let scheme = book.effective(terms.on);
    let months = qualifying_months(&scheme, history);
    let facts = terms_facts(&scheme, history, terms.on);
    let numbered = || (1_usize..).zip(costs);
    let in_time: Vec<_> = numbered().filter(|(_, cost)| !terms.too_late(cost, today)).collect();
    let child = case::Child { facts, balance_yen: None, balance_count: None, months: Some(months) };
    let case = Case { on: terms.on, costs: in_time.iter().map(|(_, cost)| cost.as_case()).collect(), children: vec![child], shared: false };
    let Quote { city_yen, mut lines, reasons, .. } = quote(&scheme, &case)?;
    // The quote counts the costs that it was asked about; the family counts those of its form.
    for line in &mut lines {
        line.cost = line.cost.and_then(|number| in_time.get(number.checked_sub(1)?)).map(|(number, _)| *number);
    }
    lines.extend(numbered().filter(|(_, cost)| terms.too_late(cost, today)).map(late));
    let budget = Account::budget(scheme.id(), terms.year).id;
    let parts = vec![Part { source: budget, budget, closes_on: None, face: Yen::new(1), amount: city_yen, reserved, lapsed: false }];
    Ok(Assessment { year: terms.year, requested: requested(costs)?, payable: city_yen, lines, reasons, parts })
}

/// A cost that comes too late.
fn late((number, cost): (usize, &Cost)) -> Line {
    let Cost { expense, service, amount, .. } = cost.clone();
    Line { cost: Some(number), expense: Some(expense), service, amount_yen: Some(amount), reason: Some(Reason::OutsidePeriod), ..Line::default() }
}

/// Whether what is known of a child over a year makes it qualify in any month of it.
pub(super) fn qualifies(book: Rulebook<'_>, on: NaiveDate, history: &BTreeMap<NaiveDate, Facts>) -> bool {
    !qualifying_months(&book.effective(on), history).is_empty()
}

fn qualifying_months(scheme: &Scheme, history: &BTreeMap<NaiveDate, Facts>) -> BTreeSet<Month> {
    let version = |day: NaiveDate| scheme.version_on(day);
    let qualifies = |(day, facts): (&NaiveDate, &Facts)| version(*day).is_some_and(|version| version.who.decide(facts).eligible);
    let excluded = |(day, facts): (&NaiveDate, &Facts)| version(*day).is_some_and(|version| version.life.excluded_by(facts).is_some());
    let months = |holds: &dyn Fn((&NaiveDate, &Facts)) -> bool| -> BTreeSet<Month> {
        // What is known on a day holds until the next one.
        history.iter().filter(|entry| holds(*entry)).map(|(day, _)| Month::of(*day)).collect()
    };
    let excluded = months(&excluded);
    months(&qualifies).into_iter().filter(|month| !excluded.contains(month)).collect()
}

/// The facts that choose the terms: the latest under which the child qualified, not after `on`.
fn terms_facts(scheme: &Scheme, history: &BTreeMap<NaiveDate, Facts>, on: NaiveDate) -> Facts {
    let known = || history.iter().rev().filter(|(day, _)| **day <= on);
    let qualified = known().find(|(day, facts)| scheme.version_on(**day).is_some_and(|version| version.who.decide(facts).eligible));
    qualified.or_else(|| known().next()).map(|(_, facts)| facts.clone()).unwrap_or_default()
}

fn requested(costs: &[Cost]) -> Result<Yen, Overflow> {
    Yen::sum(costs.iter().map(|cost| cost.amount))
}

impl Cost {
    fn as_case(&self) -> case::Cost {
        let when = if self.from == self.to { When::On(self.from) } else { When::Span(self.from, self.to) };
        case::Cost { expense: Some(self.expense.clone()), service: self.service.clone(), amount_yen: self.amount, when }
    }
}

#[cfg(test)]
mod tests;
