//! The one formula: from what a cost comes to, to what the city pays of it. Exact until the one cut; whole yen after it.
//!
//! ```text
//! b = apportion(cost); b = min(b, cost_cap); x = max(0, b − deduct)
//! p = floor_to(unit, x × rate); p = min(p, every limit left, balance); with a face value: p = floor_to(face, p)
//! provider_part = floor(p × provider_rate); city = p − provider_part; family (or facility) pays price − p
//! ```
//!
//! Invariants: nothing is paid beyond a cost, a limit or the balance; several items that are cut together come to what the cut of their sum is.

use std::collections::BTreeMap;

use super::limit::Per;
use super::ratio::Ratio;
use super::share::Stage;
use foundation::money::{Overflow, Yen};

/// One amount that the formula is applied to: a cost under one version, or the costs of several that share one deduction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What counts: apportioned and capped.
    pub counted: Ratio,
    /// What does not count of it.
    pub deduct: Yen,
    /// A flat amount instead of a share.
    pub flat: Option<Yen>,
    /// The city's part.
    pub rate: Ratio,
    /// The rounding unit.
    pub unit: Yen,
    /// Items of one scope (and unit) are cut together.
    pub scope: (Stage, usize),
    /// The provider's part of what is paid.
    pub provider_rate: Ratio,
    /// Which of the limits it counts against.
    pub limits: Vec<usize>,
}

/// What is left of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// The window of the limit.
    pub per: Per,
    /// Yen left.
    pub yen: Option<Yen>,
    /// Uses left.
    pub count: Option<i64>,
}

/// What may be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purse {
    /// No balance bounds it: costs are repaid.
    Unbounded,
    /// Yen; in whole multiples of `face` where tickets are counted.
    Yen {
        /// The balance.
        left: Yen,
        /// The value of one ticket.
        face: Option<Yen>,
    },
    /// Uses, one for each item.
    Count {
        /// The uses left.
        left: i64,
    },
    /// No money moves.
    Empty,
}

/// What is paid of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// What leaves the balance: the city's and the provider's part.
    pub paid: Yen,
    /// The provider's part of it.
    pub provider: Yen,
    /// What kept it from being more.
    pub stopped: Option<Stop>,
}

/// What kept a part from being more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// A limit.
    Limit(Per),
    /// The balance.
    Balance,
}

/// `min(b, cost_cap)`.
pub fn capped(cost: Ratio, cost_cap: Option<Yen>) -> Result<Ratio, Overflow> {
    cost_cap.map_or(Ok(cost), |cap| cost.least(Ratio::whole(cap)))
}

impl Item {
    /// `max(0, b − deduct) × rate`, before any cut.
    fn exact(&self) -> Result<Ratio, Overflow> {
        match self.flat {
            Some(flat) => self.counted.least(Ratio::whole(flat)),
            None => self.counted.minus(Ratio::whole(self.deduct))?.at_least_zero().times(self.rate),
        }
    }
}

/// Cuts amounts one by one so that together they are the cut of their sum.
#[derive(Debug, Clone, Copy)]
struct Cut {
    unit: Yen,
    exact: Ratio,
    given: Yen,
}

impl Cut {
    const fn to(unit: Yen) -> Self {
        Self { unit, exact: Ratio::ZERO, given: Yen::ZERO }
    }

    fn next(&mut self, amount: Ratio) -> Result<Yen, Overflow> {
        self.exact = self.exact.plus(amount)?;
        let whole = self.exact.floor()?.floor_to(self.unit);
        let part = whole.minus(self.given)?;
        self.given = whole;
        Ok(part)
    }
}

/// Applies the formula to the items of one bill or claim, in order, for one purse. `already` is what others have paid of it.
///
/// Limits and purse are reduced by what is paid.
pub fn pay(items: &[Item], already: Yen, limits: &mut [Allowance], purse: &mut Purse) -> Result<Vec<Part>, Overflow> {
    let mut cuts: BTreeMap<((Stage, usize), Yen), Cut> = BTreeMap::new();
    let mut already = already;
    let mut parts = Vec::new();
    for item in items {
        let cut = cuts.entry((item.scope, item.unit)).or_insert(Cut::to(item.unit)).next(item.exact()?)?;
        let open = cut.minus(already.min(cut))?;
        already = already.minus(cut.minus(open)?)?;
        parts.push(bounded(open, &item.limits, limits, purse)?);
    }
    if let Purse::Yen { left, face: Some(face) } = purse {
        let odd = Yen::sum(parts.iter().map(|part| part.paid))?;
        let odd = odd.minus(odd.floor_to(*face))?;
        *left = left.plus(odd)?;
        give_back(&mut parts, odd)?;
    }
    let mut cut = Cut::to(Yen::new(1));
    for (part, item) in parts.iter_mut().zip(items) {
        part.provider = cut.next(Ratio::whole(part.paid).times(item.provider_rate)?)?;
    }
    Ok(parts)
}

/// `min(amount, every limit left, balance)`; takes it from all of them.
fn bounded(amount: Yen, of: &[usize], limits: &mut [Allowance], purse: &mut Purse) -> Result<Part, Overflow> {
    let mut part = Part { paid: amount, provider: Yen::ZERO, stopped: None };
    let lower = |part: &mut Part, most: Yen, stop: Stop| {
        if most < part.paid {
            part.paid = most;
            part.stopped = Some(stop);
        }
    };
    for limit in of.iter().filter_map(|index| limits.get(*index)) {
        let most = if limit.count.is_some_and(|left| left < 1) { Yen::ZERO } else { limit.yen.unwrap_or(Yen::MAX) };
        lower(&mut part, most, Stop::Limit(limit.per));
    }
    match purse {
        Purse::Unbounded => {}
        Purse::Yen { left, .. } => lower(&mut part, *left, Stop::Balance),
        Purse::Count { left } if *left >= 1 => {}
        Purse::Count { .. } | Purse::Empty => lower(&mut part, Yen::ZERO, Stop::Balance),
    }
    if !part.paid.is_positive() {
        return Ok(part);
    }
    for index in of {
        if let Some(limit) = limits.get_mut(*index) {
            limit.yen = limit.yen.map(|left| left.minus(part.paid)).transpose()?;
            limit.count = limit.count.map(|left| left.saturating_sub(1));
        }
    }
    match purse {
        Purse::Yen { left, .. } => *left = left.minus(part.paid)?,
        Purse::Count { left } => *left = left.saturating_sub(1),
        Purse::Unbounded | Purse::Empty => {}
    }
    Ok(part)
}

/// Takes `odd` back from the last parts: what does not fill a ticket.
fn give_back(parts: &mut [Part], odd: Yen) -> Result<(), Overflow> {
    let mut odd = odd;
    for part in parts.iter_mut().rev() {
        let back = odd.min(part.paid);
        part.paid = part.paid.minus(back)?;
        odd = odd.minus(back)?;
    }
    Ok(())
}
