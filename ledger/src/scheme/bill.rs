//! From the costs of a case to the items of the formula: refuses what does not count, divides spans by day over versions and months,
//! and puts together what shares one deduction.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::Scheme;
use super::case::{Case, Child, Cost, When};
use super::formula::{self, Allowance, Item, Part, Purse};
use super::grant::{Kind, Period, Qualifying};
use super::quote::{Line, stopped};
use super::ratio::Ratio;
use super::reason::Reason;
use super::share::{Pool, Stage, Terms};
use super::version::{Unpayable, Version, pick};
use crate::money::{Overflow, Yen};
use crate::time::{FiscalYear, Month};

/// A bill as the formula takes it.
pub(super) struct Bill {
    items: Vec<Item>,
    drafts: Vec<Line>,
    terms: Vec<Terms>,
    limits: Vec<Allowance>,
    /// Costs that do not count, and why.
    pub(super) refused: Vec<(Line, Reason)>,
}

/// A part of a cost under one version.
struct Piece<'a> {
    cost: usize,
    version: usize,
    amount: Ratio,
    day: NaiveDate,
    service: Option<&'a str>,
}

/// The line of a cost of which nothing is paid yet.
pub(super) fn line(index: usize, cost: &Cost) -> Line {
    Line {
        cost: Some(index.saturating_add(1)),
        expense: cost.expense.clone(),
        service: cost.service.clone(),
        amount_yen: Some(cost.amount_yen),
        ..Line::default()
    }
}

/// The days that a claim or a grant pays for: the fiscal year where costs are only repaid, otherwise the service period.
fn span(version: &Version, on: NaiveDate, period: Period) -> (NaiveDate, NaiveDate) {
    match version.grant.kind {
        Kind::None => (FiscalYear::of(on).first_day(), FiscalYear::of(on).last_day()),
        _ => (period.service_from, period.service_to),
    }
}

fn qualifying(child: &Child) -> Qualifying<'_> {
    Qualifying { since: child.facts.qualifying_since(), months: child.months.as_ref() }
}

/// The months of the fiscal year of `on` that count for a claim: those of any version in it.
pub(super) fn counting_months(scheme: &Scheme, version: &Version, on: NaiveDate, child: &Child) -> BTreeSet<Month> {
    let span = span(version, on, version.period(on, None));
    scheme.versions.iter().flat_map(|version| months_of(version, span)).filter(|month| qualifying(child).counts(*month)).collect()
}

/// The months of `version` within `span`.
fn months_of(version: &Version, (first, last): (NaiveDate, NaiveDate)) -> Vec<Month> {
    let (first, last) = (first.max(version.from), last.min(version.to));
    if first > last {
        return Vec::new();
    }
    let months = std::iter::successors(Some(Month::of(first)), |month| Some(month.plus_months(1)).filter(|next| next > month));
    months.take_while(|month| month.first_day() <= last).take(1_200).collect()
}

/// Draws up the bill of `case` for one child and one service period.
pub(super) fn draw_up(scheme: &Scheme, version: &Version, case: &Case, child: &Child, period: Period) -> Result<Bill, Overflow> {
    let span = span(version, case.on, period);
    let mut drawing = Drawing {
        scheme,
        child,
        span,
        bill: Bill { items: Vec::new(), drafts: Vec::new(), terms: Vec::new(), limits: Vec::new(), refused: Vec::new() },
        windows: Vec::new(),
    };
    let mut groups: Vec<(usize, Vec<Piece<'_>>)> = Vec::new();
    for (index, cost) in case.costs.iter().enumerate() {
        let refusal =
            version.cost.accepts(cost.expense.as_deref(), cost.service.as_deref()).and_then(|()| version.cost.admits(&child.facts, cost.service.as_deref()));
        let pieces = match refusal {
            Err(reason) => Err(reason),
            Ok(()) => Ok(drawing.pieces(version, case.on, index, cost)?),
        };
        let pieces = pieces.and_then(|pieces| if pieces.is_empty() { Err(Reason::OutsidePeriod) } else { Ok(pieces) });
        match pieces {
            Err(reason) => drawing.bill.refused.push((Line { reason: Some(reason.to_string()), ..line(index, cost) }, reason)),
            Ok(pieces) => drawing.add(pieces, case, &mut groups)?,
        }
    }
    for (leader, pieces) in groups {
        drawing.add_group(leader, &pieces)?;
    }
    Ok(drawing.bill)
}

struct Drawing<'a> {
    scheme: &'a Scheme,
    child: &'a Child,
    span: (NaiveDate, NaiveDate),
    bill: Bill,
    /// The window of each allowance of the bill.
    windows: Vec<String>,
}

impl Drawing<'_> {
    /// Divides a cost over versions and months.
    fn pieces<'c>(&self, version: &Version, on: NaiveDate, cost_index: usize, cost: &'c Cost) -> Result<Vec<Piece<'c>>, Overflow> {
        let service = cost.service.as_deref();
        let piece = |version: usize, amount: Ratio, day: NaiveDate| Piece { cost: cost_index, version, amount, day, service };
        let whole = Ratio::whole(cost.amount_yen);
        let position = |day: NaiveDate| self.scheme.versions.iter().position(|version| version.covers(day));
        let (first, last) = match cost.when {
            When::WithCase => {
                let home = self.scheme.versions.iter().position(|other| other == version);
                return Ok(home.map(|index| piece(index, whole, on)).into_iter().collect());
            }
            When::On(day) => (day, day),
            When::Span(first, last) => (first, last),
        };
        let days = DaysOf { first, last };
        if !version.cost.by_day {
            let day = days.within(self.span).find(|day| qualifying(self.child).counts(Month::of(*day)));
            return Ok(day.and_then(|day| Some(piece(position(day)?, whole, day))).into_iter().collect());
        }
        let mut pieces = Vec::new();
        for (index, other) in self.scheme.versions.iter().enumerate() {
            let within = (self.span.0.max(other.from), self.span.1.min(other.to));
            let mut counting = days.within(within).filter(|day| qualifying(self.child).counts(Month::of(*day))).peekable();
            let Some(day) = counting.peek().copied() else { continue };
            let part = i64::try_from(counting.count()).ok().zip(days.count()).and_then(|(part, all)| Ratio::new(part, all)).ok_or(Overflow)?;
            pieces.push(piece(index, whole.times(part)?, day));
        }
        Ok(pieces)
    }

    fn version(&self, index: usize) -> Result<&Version, Overflow> {
        self.scheme.versions.get(index).ok_or(Overflow)
    }

    /// Adds the pieces of one cost: each as an item, or to the group that shares its deduction.
    fn add<'c>(&mut self, pieces: Vec<Piece<'c>>, case: &'c Case, groups: &mut Vec<(usize, Vec<Piece<'c>>)>) -> Result<(), Overflow> {
        for piece in pieces {
            let Some(cost) = case.costs.get(piece.cost) else { continue };
            let draft = Line { version: Some(self.version(piece.version)?.from), ..line(piece.cost, cost) };
            match self.item(&piece) {
                Err(Unpayable::Overflow(overflow)) => return Err(overflow),
                Err(Unpayable::Refused(reason)) => self.bill.refused.push((Line { reason: Some(reason.to_string()), ..draft }, reason)),
                Ok((_, terms)) if terms.deduct_per_month.is_some() => {
                    let leader = self.leader(piece.version, &terms);
                    match groups.iter_mut().find(|(other, _)| *other == leader) {
                        Some((_, pieces)) => pieces.push(piece),
                        None => groups.push((leader, vec![piece])),
                    }
                }
                Ok((mut item, terms)) => {
                    item.limits = self.limits(&piece)?;
                    let draft = Line { counted_yen: item.counted.floor()?, deduct_yen: item.deduct, ..draft };
                    self.push(item, draft, terms);
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, item: Item, draft: Line, terms: Terms) {
        self.bill.items.push(item);
        self.bill.drafts.push(draft);
        self.bill.terms.push(terms);
    }

    /// The formula's view of one piece, without limits.
    fn item(&self, piece: &Piece<'_>) -> Result<(Item, Terms), Unpayable> {
        let version = self.version(piece.version)?;
        let terms = version.terms(&self.child.facts).map_err(Unpayable::Refused)?.clone();
        let classes = version.classes_of(&self.child.facts);
        let scope = match terms.stage {
            Stage::Final => (Stage::Final, 0),
            Stage::Version => (Stage::Version, piece.version),
            Stage::Cost => (Stage::Cost, self.bill.items.len()),
        };
        let item = Item {
            counted: formula::capped(piece.amount, pick(terms.cost_cap.as_ref(), &classes)?)?,
            deduct: pick(terms.deduct.as_ref(), &classes)?.unwrap_or(Yen::ZERO),
            flat: pick(terms.flat.as_ref(), &classes)?,
            rate: terms.rate,
            unit: terms.unit,
            scope,
            provider_rate: terms.provider_rate,
            limits: Vec::new(),
        };
        Ok((item, terms))
    }

    /// The versions of the span that share a deduction with version `index`.
    fn pooled(&self, index: usize, terms: &Terms) -> Vec<usize> {
        let alike = |other: &Version| other.terms(&self.child.facts).is_ok_and(|other| other.pools_with(terms));
        let all = self.scheme.versions.iter().enumerate();
        let alike: Vec<_> = all.filter(|(_, other)| !months_of(other, self.span).is_empty() && alike(other)).collect();
        let pools = |version: &Version| version.terms(&self.child.facts).is_ok_and(|terms| terms.pool == Some(Pool::Year));
        if alike.iter().any(|(_, version)| pools(version)) { alike.into_iter().map(|(index, _)| index).collect() } else { vec![index] }
    }

    fn leader(&self, index: usize, terms: &Terms) -> usize {
        self.pooled(index, terms).into_iter().min().unwrap_or(index)
    }

    /// Adds the pieces that share one deduction as one item.
    fn add_group(&mut self, leader: usize, pieces: &[Piece<'_>]) -> Result<(), Overflow> {
        let Some(last) = pieces.last() else { return Ok(()) };
        let Ok((mut item, terms)) = self.item(last) else { return Ok(()) };
        let mut counted = Ratio::ZERO;
        for piece in pieces {
            match self.item(piece) {
                Ok((part, _)) => counted = counted.plus(part.counted)?,
                Err(Unpayable::Overflow(overflow)) => return Err(overflow),
                Err(Unpayable::Refused(_)) => {}
            }
        }
        let months: BTreeSet<_> = self
            .pooled(leader, &terms)
            .into_iter()
            .filter_map(|index| self.scheme.versions.get(index))
            .flat_map(|version| months_of(version, self.span))
            .filter(|month| qualifying(self.child).counts(*month))
            .collect();
        let per_month = terms.deduct_per_month.unwrap_or(Yen::ZERO);
        item.deduct = per_month.times(i64::try_from(months.len()).map_err(|_| Overflow)?)?;
        item.counted = counted;
        item.limits = self.limits(last)?;
        let only = pieces.iter().all(|piece| piece.cost == last.cost).then_some(last.cost.saturating_add(1));
        let draft = Line {
            cost: only,
            version: Some(self.version(leader)?.from),
            counted_yen: counted.floor()?,
            months: Some(months.len()),
            deduct_yen: item.deduct,
            ..Line::default()
        };
        self.push(item, draft, terms);
        Ok(())
    }

    /// The limits that a piece counts against, as places in the bill's allowances.
    fn limits(&mut self, piece: &Piece<'_>) -> Result<Vec<usize>, Overflow> {
        let found: Vec<_> = self
            .version(piece.version)?
            .limits_for(&self.child.facts, piece.service)
            .into_iter()
            .map(|(limit, allowance)| (limit.window_key(piece.day), allowance))
            .collect();
        let mut places = Vec::new();
        for (number, (window, allowance)) in found.into_iter().enumerate() {
            // Each use has its own window; a limit is told from another of the same window by its number.
            let window = window.map_or_else(|| format!("use:{}:{number}", self.windows.len()), |window| format!("{}:{number}:{window}", piece.version));
            let place = self.windows.iter().position(|known| *known == window).unwrap_or(self.windows.len());
            if place == self.windows.len() {
                self.windows.push(window);
                self.bill.limits.push(allowance);
            }
            places.push(place);
        }
        Ok(places)
    }
}

impl Bill {
    /// Applies the formula for one purse. `already` is what others have paid.
    pub(super) fn pay(&self, already: Yen, purse: &mut Purse) -> Result<Vec<Part>, Overflow> {
        formula::pay(&self.items, already, &mut self.limits.clone(), purse)
    }

    /// The lines of the bill: what was paid, then what was refused.
    pub(super) fn lines(&self, parts: &[Part]) -> Result<Vec<Line>, Overflow> {
        let mut lines = Vec::new();
        for ((draft, terms), part) in self.drafts.iter().zip(&self.terms).zip(parts) {
            let city_yen = part.paid.minus(part.provider)?;
            let funders = terms.split_funders(city_yen)?;
            let reason = stopped(part).map(|reason| reason.to_string());
            lines.push(Line { city_yen, facility_yen: part.provider, funders, reason, ..draft.clone() });
        }
        lines.extend(self.refused_lines());
        lines.sort_by_key(|line| (line.cost.is_none(), line.cost));
        Ok(lines)
    }

    /// The lines of what was refused.
    pub(super) fn refused_lines(&self) -> Vec<Line> {
        self.refused.iter().map(|(line, _)| line.clone()).collect()
    }
}

/// The days from a first to a last one.
#[derive(Clone, Copy)]
struct DaysOf {
    first: NaiveDate,
    last: NaiveDate,
}

impl DaysOf {
    /// How many.
    fn count(self) -> Option<i64> {
        i64::from(self.last.num_days_from_ce()).checked_sub(self.first.num_days_from_ce().into())?.checked_add(1)
    }

    /// Those that lie within `bounds` as well.
    fn within(self, bounds: (NaiveDate, NaiveDate)) -> impl Iterator<Item = NaiveDate> {
        let (first, last) = (self.first.max(bounds.0), self.last.min(bounds.1));
        first.iter_days().take_while(move |day| *day <= last)
    }
}
