//! Divides the costs of a case by date: over versions, by day, and into the months that count.
//!
//! Invariant: the pieces of a cost never come to more than the cost.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::Scheme;
use super::case::{Child, Cost, When};
use super::grant::Kind;
use super::period::{MONTHS_MAX, Period, Qualifying};
use super::ratio::Ratio;
use super::version::Version;
use foundation::money::Overflow;
use foundation::time::{FiscalYear, Month};

/// What one child's claim or grant pays for: the days, and the months of them that count.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) scheme: &'a Scheme,
    pub(super) child: &'a Child,
    span: Days,
}

/// A part of a cost under one version.
pub(super) struct Piece<'a> {
    /// The place of the cost in the case.
    pub(super) index: usize,
    pub(super) cost: &'a Cost,
    /// The place of the version in the scheme.
    pub(super) version: usize,
    pub(super) amount: Ratio,
    /// The day by which limits count it.
    pub(super) day: NaiveDate,
}

impl<'a> Scope<'a> {
    /// A claim is for the fiscal year of `on` where costs are only repaid; otherwise a grant pays for its service period.
    pub(super) fn new(scheme: &'a Scheme, version: &Version, child: &'a Child, on: NaiveDate, period: Period) -> Self {
        let year = FiscalYear::of(on);
        let span = match version.grant.kind {
            Kind::None => Days { first: year.first_day(), last: year.last_day() },
            _ => Days { first: period.service_from, last: period.service_to },
        };
        Self { scheme, child, span }
    }

    fn counts(&self, month: Month) -> bool {
        Qualifying { since: self.child.facts.qualifying_since(), months: self.child.months.as_ref() }.counts(month)
    }

    fn counting_days(&self, days: Days) -> impl Iterator<Item = NaiveDate> {
        days.iter().filter(|day| self.counts(Month::of(*day)))
    }

    /// Whether `version` is in force on a day of the scope.
    pub(super) fn touches(&self, version: &Version) -> bool {
        self.span.and(version.from, version.to).count().is_some()
    }

    /// The months that count under these versions.
    pub(super) fn months<'v>(&self, versions: impl IntoIterator<Item = &'v Version>) -> BTreeSet<Month> {
        let of = |version: &Version| self.span.and(version.from, version.to).months();
        versions.into_iter().flat_map(of).filter(|month| self.counts(*month)).collect()
    }

    /// Divides a cost: by day over versions and months where `version` says so, otherwise whole to its first day that counts. Nothing where no day counts.
    /// A cost that comes with the case counts whole, whichever months do.
    pub(super) fn pieces<'c>(&self, version: &Version, on: NaiveDate, index: usize, cost: &'c Cost) -> Result<Vec<Piece<'c>>, Overflow> {
        let whole = Ratio::whole(cost.amount_yen);
        let piece = |version: usize, amount: Ratio, day: NaiveDate| Piece { index, cost, version, amount, day };
        let place = |day: NaiveDate| self.scheme.versions.iter().position(|version| version.covers(day));
        let days = match cost.when {
            When::WithCase => return Ok(place(on).map(|version| piece(version, whole, on)).into_iter().collect()),
            When::On(day) => Days { first: day, last: day },
            When::Span(first, last) => Days { first, last },
        };
        let counted = days.and(self.span.first, self.span.last);
        if !version.cost.by_day {
            let day = self.counting_days(counted).next();
            return Ok(day.and_then(|day| Some(piece(place(day)?, whole, day))).into_iter().collect());
        }
        let all = days.count().ok_or(Overflow)?;
        let mut pieces = Vec::new();
        for (place, other) in self.scheme.versions.iter().enumerate() {
            let counted = counted.and(other.from, other.to);
            let Some(first) = self.counting_days(counted).next() else { continue };
            let part = i64::try_from(self.counting_days(counted).count()).ok().and_then(|part| Ratio::new(part, all)).ok_or(Overflow)?;
            pieces.push(piece(place, whole.times(part)?, first));
        }
        Ok(pieces)
    }
}

/// The days from a first to a last one; none where the last lies before the first.
#[derive(Debug, Clone, Copy)]
struct Days {
    first: NaiveDate,
    last: NaiveDate,
}

impl Days {
    /// Those from `first` to `last` as well.
    fn and(self, first: NaiveDate, last: NaiveDate) -> Self {
        Self { first: self.first.max(first), last: self.last.min(last) }
    }

    /// How many, if any.
    fn count(self) -> Option<i64> {
        let before = i64::from(self.last.num_days_from_ce()).checked_sub(self.first.num_days_from_ce().into())?;
        before.checked_add(1).filter(|count| *count > 0)
    }

    fn iter(self) -> impl Iterator<Item = NaiveDate> {
        self.first.iter_days().take_while(move |day| *day <= self.last)
    }

    fn months(self) -> impl Iterator<Item = Month> {
        let months = std::iter::successors(Some(Month::of(self.first)), |month| Some(month.plus_months(1)).filter(|next| next > month));
        months.take_while(move |month| self.first <= self.last && month.first_day() <= self.last).take(MONTHS_MAX)
    }
}
