//! The rules in force between two dates: the eight tables together, and the questions that the rest of the program asks of them.
//!
//! Invariant: an answer depends on the rules, the facts and the date that were given, and on nothing else.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::condition::Verdict;
use super::cost::CostRule;
use super::facts::Facts;
use super::formula::{self, Allowance, Item, Part, Purse};
use super::grant::{Cycle, Grant, GrantRule, Kind};
use super::life::Life;
use super::limit::Limit;
use super::period::{MONTHS_MAX, NO_END, Period, Qualifying};
use super::ratio::Ratio;
use super::reason::Reason;
use super::route::{Route, RouteKind};
use super::settle::Settle;
use super::share::{ShareRule, Stage, Terms};
use super::who::{Class, Decision, Who};
use foundation::money::{Overflow, Yen};
use foundation::time::Month;

/// The rules of a scheme from one day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// First day.
    pub from: NaiveDate,
    /// Last day; [`NO_END`] while it is open.
    pub to: NaiveDate,
    /// Whether it is for rehearsals only.
    pub training: bool,
    /// The classes of the scheme, in order.
    pub classes: Vec<Class>,
    /// Whom it is for.
    pub who: Who,
    /// What is granted.
    pub grant: GrantRule,
    /// Which costs count.
    pub cost: CostRule,
    /// What the city bears.
    pub share: ShareRule,
    /// What is at most borne.
    pub limits: Vec<Limit>,
    /// How it is used.
    pub routes: Vec<Route>,
    /// Who is paid and when.
    pub settle: Settle,
    /// How it begins, goes on and ends.
    pub life: Life,
}

/// Why a version cannot be paid at a provider's desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotRedeemable {
    /// It has no route `redeem`.
    #[error("the scheme is not redeemed at providers")]
    NoRoute,
    /// A provider share on some payments and not on others would tell the provider who is funded.
    #[error("the scheme is not blind: a provider share would tell the provider who is funded")]
    NotBlind,
    /// What is paid depends on all costs of a period, so that one payment alone has no amount.
    #[error("what is paid depends on the costs of a whole period")]
    WholePeriod,
    /// No money moves.
    #[error("no money moves in this scheme")]
    NoMoney,
}

/// What one payment takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payable {
    /// What leaves the balance.
    pub paid: Yen,
    /// The provider's part of it.
    pub provider: Yen,
    /// What the family pays itself.
    pub own: Yen,
}

impl Version {
    /// Whether it is in force on `day`.
    #[must_use]
    pub fn covers(&self, day: NaiveDate) -> bool {
        (self.from..=self.to).contains(&day)
    }

    /// The classes that `facts` belong to, in the scheme's order.
    #[must_use]
    pub fn classes_of(&self, facts: &Facts) -> Vec<String> {
        self.classes.iter().filter(|class| class.test.verdict(facts).is_yes()).map(|class| class.id.clone()).collect()
    }

    /// Whether `facts` qualify: who they are, and whether something else takes the place of this scheme in the month of the facts.
    #[must_use]
    pub fn decide(&self, facts: &Facts) -> Decision {
        let mut decision = self.who.decide(facts);
        if let Some(code) = self.life.excluded_by(facts) {
            decision.eligible = false;
            decision.reasons.push(Reason::ExcludedWith(code.to_owned()));
        }
        decision
    }

    /// The service period that holds `day`. What is granted once begins at `since`.
    #[must_use]
    pub fn period(&self, day: NaiveDate, since: Option<NaiveDate>) -> Period {
        self.grant.period(day, self.from, self.to, since)
    }

    /// What is granted for the service period that holds `day`; nothing where costs are only repaid.
    /// It does not ask whether `facts` qualify: that is [`Version::decide`].
    ///
    /// # Errors
    /// Why there is no grant: not yet, not this month, closed to new grants, no class fits.
    pub fn grant_for(&self, day: NaiveDate, facts: &Facts, months: Option<&BTreeSet<Month>>) -> Result<Option<Grant>, Reason> {
        if self.grant.kind == Kind::None {
            return Ok(None);
        }
        let qualifying = Qualifying { since: facts.qualifying_since(), months };
        if let Some(since) = qualifying.since.filter(|since| *since > day) {
            return Err(Reason::NotYet(since));
        }
        if !qualifying.counts(Month::of(day)) {
            return Err(Reason::MonthNotQualifying(Month::of(day)));
        }
        self.grant_in(self.period(day, qualifying.since), facts, months)
    }

    /// What is granted for one service period to someone who qualifies in at least one of its months; nothing where costs are only repaid.
    ///
    /// # Errors
    /// Why there is no grant: no month of the period counts, closed to new grants, no class fits.
    pub fn grant_in(&self, period: Period, facts: &Facts, months: Option<&BTreeSet<Month>>) -> Result<Option<Grant>, Reason> {
        if self.grant.kind == Kind::None {
            return Ok(None);
        }
        let qualifying = Qualifying { since: facts.qualifying_since(), months };
        if !period.months().take(MONTHS_MAX).any(|month| qualifying.counts(month)) {
            return Err(Reason::NoMonthQualifies);
        }
        let grant = self.grant.grant(period, &self.classes_of(facts), qualifying).ok_or_else(|| self.no_class(facts))?;
        let begins = grant.period.service_from.max(qualifying.since.unwrap_or(grant.period.service_from));
        match self.life.closed_to_new {
            Some(closed) if begins > closed => Err(Reason::ClosedToNew(closed)),
            _ => Ok(Some(grant)),
        }
    }

    /// The terms of the share for `facts`.
    ///
    /// # Errors
    /// Where the terms differ by class and none fits: the fact that is not known, or [`Reason::NoClass`].
    pub fn terms(&self, facts: &Facts) -> Result<&Terms, Reason> {
        self.share.0.pick(&self.classes_of(facts)).ok_or_else(|| self.no_class(facts))
    }

    /// Why no class fits.
    fn no_class(&self, facts: &Facts) -> Reason {
        let unknown = self.classes.iter().find_map(|class| match class.test.verdict(facts) {
            Verdict::Unknown(reasons) => reasons.into_iter().next(),
            Verdict::Yes | Verdict::No(_) => None,
        });
        unknown.unwrap_or(Reason::NoClass)
    }

    /// The limits that a use of `service` counts against, each with the most for `facts`.
    #[must_use]
    pub fn limits_for(&self, facts: &Facts, service: Option<&str>) -> Vec<(&Limit, Allowance)> {
        let classes = self.classes_of(facts);
        let allowance = |limit: &Limit| Allowance {
            per: limit.per,
            yen: limit.max_yen.as_ref().and_then(|most| most.pick(&classes)).copied(),
            count: limit.max_count.as_ref().and_then(|most| most.pick(&classes)).copied(),
        };
        self.limits.iter().filter(|limit| limit.covers(service)).map(|limit| (limit, allowance(limit))).collect()
    }

    /// Whether it may be paid at a provider's desk.
    ///
    /// # Errors
    /// Why not.
    pub fn redeemable(&self) -> Result<(), NotRedeemable> {
        if !self.routes.iter().any(|route| route.kind == RouteKind::Redeem) {
            return Err(NotRedeemable::NoRoute);
        }
        if matches!(self.grant.kind, Kind::None | Kind::Pass) {
            return Err(NotRedeemable::NoMoney);
        }
        if self.share.0.values().any(|terms| terms.provider_rate.is_positive()) {
            return Err(NotRedeemable::NotBlind);
        }
        if self.share.0.values().any(|terms| terms.deduct_per_month.is_some()) {
            return Err(NotRedeemable::WholePeriod);
        }
        Ok(())
    }

    /// Whether families may claim money back.
    #[must_use]
    pub fn claim_route(&self) -> Option<&Route> {
        self.routes.iter().find(|route| route.kind == RouteKind::Claim)
    }

    /// Whether a facility, and not the family, pays what the city does not: its first route is `facility`, and nobody else is paid by it.
    #[must_use]
    pub fn facility_pays_rest(&self) -> bool {
        self.routes.first().is_some_and(|route| route.kind == RouteKind::Facility && route.payee.is_none())
    }

    /// What one payment of `price` takes from `purse`, within `limits` (what is left of [`Version::limits_for`], in the same order).
    ///
    /// # Errors
    /// [`Unpayable`]: no class fits, or the amounts are too large.
    pub fn payable(&self, price: Yen, facts: &Facts, limits: &[Allowance], mut purse: Purse) -> Result<Payable, Unpayable> {
        let terms = self.terms(facts).map_err(Unpayable::Refused)?;
        let classes = self.classes_of(facts);
        let counted = formula::capped(Ratio::whole(price), pick(terms.cost_cap.as_ref(), &classes)?)?;
        let deduct = match terms.deduct_per_month {
            Some(deduct) => deduct,
            None => pick(terms.deduct.as_ref(), &classes)?.unwrap_or(Yen::ZERO),
        };
        let item = Item {
            counted,
            deduct,
            flat: pick(terms.flat.as_ref(), &classes)?,
            rate: terms.rate,
            unit: terms.unit,
            scope: (Stage::Final, 0),
            provider_rate: terms.provider_rate,
            limits: (0..limits.len()).collect(),
        };
        let parts = formula::pay(&[item], Yen::ZERO, &mut limits.to_vec(), &mut purse)?;
        let Part { paid, provider, .. } = parts.first().copied().ok_or(Overflow)?;
        Ok(Payable { paid, provider, own: price.minus(paid)? })
    }

    /// The most that the city can pay for one use, where the cost is capped: what a grant of visits commits in yen for each.
    pub fn most_per_use(&self, facts: &Facts) -> Result<Option<Yen>, Unpayable> {
        let terms = self.terms(facts).map_err(Unpayable::Refused)?;
        let most = pick(terms.cost_cap.as_ref(), &self.classes_of(facts))?.or(pick(terms.flat.as_ref(), &self.classes_of(facts))?);
        most.map(|most| self.payable(most, facts, &[], Purse::Unbounded).map(|payable| payable.paid)).transpose()
    }

    /// Whether something is granted for each month or year, to those who qualify, without an event.
    #[must_use]
    pub fn is_granted_by_calendar(&self) -> bool {
        self.grant.kind != Kind::None && self.grant.cycle != Cycle::Once
    }

    /// Whether it has no end yet.
    #[must_use]
    pub fn is_open_ended(&self) -> bool {
        self.to >= NO_END
    }
}

/// The value of a table for `classes`, where the table has one.
pub(super) fn pick(table: Option<&super::who::ByClass<Yen>>, classes: &[String]) -> Result<Option<Yen>, Unpayable> {
    match table {
        None => Ok(None),
        Some(table) => table.pick(classes).copied().map(Some).ok_or(Unpayable::Refused(Reason::NoClass)),
    }
}

/// Why a payment has no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unpayable {
    /// A rule refuses it.
    #[error("{0}")]
    Refused(Reason),
    /// The amounts are too large.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}
