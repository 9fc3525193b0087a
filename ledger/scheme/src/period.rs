//! Service periods: which days one grant pays for, and from when to when it may be spent.
//!
//! Invariant: a period never opens after it closes.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::reader::{Node, Read};
use foundation::time::Month;

/// A day so many months away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offset {
    /// Months later; earlier where negative.
    pub months: i32,
    /// Day of that month; the last one where the month is shorter.
    pub day: u32,
}

impl Offset {
    /// The day it means, counted from `month`.
    #[must_use]
    pub fn from(self, month: Month) -> NaiveDate {
        month.plus_months(self.months).day(self.day)
    }
}

/// A service period: what one grant pays for, and when it may be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// First day of service.
    pub service_from: NaiveDate,
    /// Last day of service.
    pub service_to: NaiveDate,
    /// First day on which it may be spent.
    pub opens_on: NaiveDate,
    /// Last day on which it may be spent. A grant without an end closes on [`NO_END`].
    pub closes_on: NaiveDate,
}

/// The closing day of what never closes.
pub const NO_END: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

impl Period {
    /// Whether `day` is a day of service.
    #[must_use]
    pub fn serves(&self, day: NaiveDate) -> bool {
        (self.service_from..=self.service_to).contains(&day)
    }

    /// Whether it may be spent on `day`.
    #[must_use]
    pub fn is_open(&self, day: NaiveDate) -> bool {
        (self.opens_on..=self.closes_on).contains(&day)
    }

    /// Its months of service.
    pub fn months(&self) -> impl Iterator<Item = Month> + use<> {
        let last = Month::of(self.service_to);
        std::iter::successors(Some(Month::of(self.service_from)), |month| Some(month.plus_months(1)).filter(|next| next > month))
            .take_while(move |month| *month <= last)
    }
}

/// Which months count for a child: those named, from the day of qualifying on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Qualifying<'a> {
    /// First day of qualifying; always, where none.
    pub since: Option<NaiveDate>,
    /// The months that count; every month, where none.
    pub months: Option<&'a BTreeSet<Month>>,
}

impl Qualifying<'_> {
    /// Whether `month` counts. The month in which qualifying begins counts whole.
    #[must_use]
    pub fn counts(&self, month: Month) -> bool {
        self.since.is_none_or(|since| month >= Month::of(since)) && self.months.is_none_or(|months| months.contains(&month))
    }
}

/// As many months as any period is looked through: what is granted once may have no end.
pub(super) const MONTHS_MAX: usize = 1_200;

impl Read for Offset {
    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let months = table.optional::<i64>("months").unwrap_or(0);
        let day = table.required::<i64>("day");
        table.finish()?;
        let day = day?;
        if !(1..=31).contains(&day) {
            table.problem_at("day", "a day of the month is 1 to 31");
        }
        if !(-24..=24).contains(&months) {
            table.problem_at("months", "at most 24 months before or after");
        }
        table.finish()?;
        Some(Self { months: i32::try_from(months).ok()?, day: u32::try_from(day).ok()? })
    }
}
