//! From the costs of a case to the items of the formula: refuses what does not count, and puts together what shares one deduction.
//!
//! Invariant: every cost of the case is an item, part of one, or refused with a reason.

use super::Scheme;
use super::apportion::{Piece, Scope};
use super::case::{Case, Child, Cost};
use super::formula::{self, Allowance, Item, Part, Purse};
use super::period::Period;
use super::quote::{Line, stopped};
use super::ratio::Ratio;
use super::reason::Reason;
use super::share::{Pool, Stage, Terms};
use super::version::{Unpayable, Version, pick};
use foundation::money::{Overflow, Yen};

/// A bill as the formula takes it.
pub(super) struct Bill {
    items: Vec<Item>,
    drafts: Vec<Line>,
    terms: Vec<Terms>,
    limits: Vec<Allowance>,
    /// Costs that do not count, and why.
    pub(super) refused: Vec<(Line, Reason)>,
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

/// Draws up the bill of `case` for one child and one service period.
pub(super) fn draw_up(scheme: &Scheme, version: &Version, case: &Case, child: &Child, period: Period) -> Result<Bill, Overflow> {
    let scope = Scope::new(scheme, version, child, case.on, period);
    let bill = Bill { items: Vec::new(), drafts: Vec::new(), terms: Vec::new(), limits: Vec::new(), refused: Vec::new() };
    let mut drawing = Drawing { scope, bill, windows: Vec::new(), groups: Vec::new() };
    for (index, cost) in case.costs.iter().enumerate() {
        let pieces = scope.pieces(version, case.on, index, cost)?;
        if pieces.is_empty() {
            let reason = refusal(version, child, cost).unwrap_or(Reason::OutsidePeriod);
            drawing.bill.refuse(line(index, cost), reason);
        }
        for piece in pieces {
            drawing.add(piece)?;
        }
    }
    for (leader, pieces) in std::mem::take(&mut drawing.groups) {
        drawing.add_group(leader, &pieces)?;
    }
    Ok(drawing.bill)
}

/// Why `version` does not pay for a cost, if it does not. A case that names no service asks about one of those that count.
fn refusal(version: &Version, child: &Child, cost: &Cost) -> Option<Reason> {
    let (expense, service) = (cost.expense.as_deref(), cost.service.as_deref());
    match version.cost.accepts(expense, service).and_then(|()| version.cost.admits(&child.facts, service)) {
        Ok(()) | Err(Reason::ServiceRequired) => None,
        Err(reason) => Some(reason),
    }
}

struct Drawing<'a, 'c> {
    scope: Scope<'a>,
    bill: Bill,
    /// The window of each allowance of the bill.
    windows: Vec<String>,
    /// Pieces that share a deduction, by the first version that does.
    groups: Vec<(usize, Vec<Piece<'c>>)>,
}

impl<'c> Drawing<'_, 'c> {
    fn version(&self, index: usize) -> Result<&Version, Overflow> {
        self.scope.scheme.versions.get(index).ok_or(Overflow)
    }

    /// Adds a piece of a cost: as an item, or to the group that shares its deduction.
    fn add(&mut self, piece: Piece<'c>) -> Result<(), Overflow> {
        let version = self.version(piece.version)?;
        let draft = Line { version: Some(version.from), ..line(piece.index, piece.cost) };
        if let Some(reason) = refusal(version, self.scope.child, piece.cost) {
            self.bill.refuse(draft, reason);
            return Ok(());
        }
        match self.item(&piece) {
            Err(Unpayable::Overflow(overflow)) => return Err(overflow),
            Err(Unpayable::Refused(reason)) => self.bill.refuse(draft, reason),
            Ok((_, terms)) if terms.deduct_per_month.is_some() => {
                let leader = self.pooled(piece.version, &terms).into_iter().min().unwrap_or(piece.version);
                match self.groups.iter_mut().find(|(other, _)| *other == leader) {
                    Some((_, pieces)) => pieces.push(piece),
                    None => self.groups.push((leader, vec![piece])),
                }
            }
            Ok((mut item, terms)) => {
                item.limits = self.limits(&piece)?;
                let draft = Line { counted_yen: item.counted.floor()?, deduct_yen: item.deduct, ..draft };
                self.push(item, draft, terms);
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
        let terms = version.terms(&self.scope.child.facts).map_err(Unpayable::Refused)?.clone();
        let classes = version.classes_of(&self.scope.child.facts);
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
        let alike = |other: &Version| other.terms(&self.scope.child.facts).is_ok_and(|other| other.pools_with(terms));
        let all = self.scope.scheme.versions.iter().enumerate();
        let alike: Vec<_> = all.filter(|(_, other)| self.scope.touches(other) && alike(other)).collect();
        let pools = |version: &Version| version.terms(&self.scope.child.facts).is_ok_and(|terms| terms.pool == Some(Pool::Year));
        if alike.iter().any(|(_, version)| pools(version)) { alike.into_iter().map(|(index, _)| index).collect() } else { vec![index] }
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
        let pooled = self.pooled(leader, &terms);
        let months = self.scope.months(pooled.into_iter().filter_map(|index| self.scope.scheme.versions.get(index)));
        let per_month = terms.deduct_per_month.unwrap_or(Yen::ZERO);
        item.deduct = per_month.times(i64::try_from(months.len()).map_err(|_| Overflow)?)?;
        item.counted = counted;
        item.limits = self.limits(last)?;
        let only = pieces.iter().all(|piece| piece.index == last.index).then_some(last.index.saturating_add(1));
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
            .limits_for(&self.scope.child.facts, piece.cost.service.as_deref())
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
    /// Keeps why a cost is not paid: once, however many pieces it has.
    fn refuse(&mut self, line: Line, reason: Reason) {
        if !self.refused.iter().any(|(known, other)| known.cost == line.cost && *other == reason) {
            self.refused.push((Line { reason: Some(reason.clone()), ..line }, reason));
        }
    }

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
            let reason = stopped(part);
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
