//! Business time: Tokyo's dates, months and fiscal years, and the clock as a parameter.
//!
//! Nothing else in the workspace asks the machine for the time, and no statement uses SQL `now()`: a whole month can be rehearsed.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;
use std::sync::PoisonError;

use chrono::{DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

/// An instant, in UTC.
pub type Instant = DateTime<Utc>;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present instant, cut to the microsecond that PostgreSQL keeps.
    fn now(&self) -> Instant;

    /// The present day in Tokyo.
    fn today(&self) -> NaiveDate {
        tokyo_date(self.now())
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
        let now = Utc::now();
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }
}

/// A clock that stands still until it is set: for rehearsals and tests.
#[derive(Debug)]
pub struct SetClock(Mutex<Instant>);

impl SetClock {
    /// A clock that shows `now`.
    #[must_use]
    pub fn at(now: Instant) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves the clock to `now`, forwards or backwards.
    pub fn set(&self, now: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

impl Clock for SetClock {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tokyo's offset: nine hours, without summer time since 1951.
const TOKYO: FixedOffset = match FixedOffset::east_opt(9 * 60 * 60) {
    Some(offset) => offset,
    None => unreachable!(),
};

/// The day in Tokyo at `instant`.
#[must_use]
pub fn tokyo_date(instant: Instant) -> NaiveDate {
    instant.with_timezone(&TOKYO).date_naive()
}

/// `day` at `time` in Tokyo.
#[must_use]
pub fn tokyo_instant(day: NaiveDate, time: NaiveTime) -> Instant {
    day.and_time(time).and_local_timezone(TOKYO).single().map_or(DateTime::UNIX_EPOCH, |local| local.to_utc())
}

/// The first instant of `day` in Tokyo.
#[must_use]
pub fn tokyo_midnight(day: NaiveDate) -> Instant {
    tokyo_instant(day, NaiveTime::MIN)
}

/// The day after `day`.
#[must_use]
pub fn next_day(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX)
}

/// The fiscal year of a day or month: April to March, named after the year it begins in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FiscalYear(i16);

impl FiscalYear {
    /// The fiscal year that begins in April of `year`.
    #[must_use]
    pub const fn new(year: i16) -> Self {
        Self(year)
    }

    /// The fiscal year that holds `day` (地方自治法 208条).
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        let year = if day.month() >= 4 { day.year() } else { day.year().saturating_sub(1) };
        Self(i16::try_from(year).unwrap_or(i16::MAX))
    }

    /// The year in which it begins.
    #[must_use]
    pub const fn year(self) -> i16 {
        self.0
    }

    /// Its first day, 1 April.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.0.into(), 4, 1).unwrap_or(NaiveDate::MAX)
    }

    /// Its last day, 31 March.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(i32::from(self.0).saturating_add(1), 3, 31).unwrap_or(NaiveDate::MAX)
    }
}

impl fmt::Display for FiscalYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A calendar month, the period of the books. On the wire `2026-05`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first: NaiveDate,
}

/// A text that is not a month.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a month: write it as YYYY-MM")]
pub struct NotAMonth(pub String);

impl Month {
    /// The month `month` (1 to 12) of `year`, if there is one.
    #[must_use]
    pub fn new(year: i32, month: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, 1).map(|first| Self { first })
    }

    /// The month that holds `day`.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        Self { first: day.with_day(1).unwrap_or(day) }
    }

    /// The first day.
    #[must_use]
    pub const fn first_day(self) -> NaiveDate {
        self.first
    }

    /// The last day.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        self.plus_months(1).first.pred_opt().unwrap_or(self.first)
    }

    /// The day with the number `day`, or the last one where the month is shorter.
    #[must_use]
    pub fn day(self, day: u32) -> NaiveDate {
        self.first.with_day(day).unwrap_or_else(|| self.last_day())
    }

    /// The month `months` later, or earlier where negative.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        let distance = Months::new(months.unsigned_abs());
        let first = if months >= 0 { self.first.checked_add_months(distance) } else { self.first.checked_sub_months(distance) };
        Self { first: first.unwrap_or(self.first) }
    }

    /// The calendar year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.first.year()
    }

    /// The number of the month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        self.first.month()
    }

    /// The month as one number, `202605`: the key of a period in the books.
    #[must_use]
    pub fn number(self) -> i32 {
        let month = i32::try_from(self.month()).unwrap_or(0);
        self.year().saturating_mul(100).saturating_add(month)
    }

    /// Its fiscal year.
    #[must_use]
    pub fn fiscal_year(self) -> FiscalYear {
        FiscalYear::of(self.first)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotAMonth(text.to_owned());
        let (year, month) = text.split_once('-').filter(|(year, month)| year.len() == 4 && month.len() == 2).ok_or_else(wrong)?;
        let year = year.parse().map_err(|_| wrong())?;
        let month = month.parse().map_err(|_| wrong())?;
        Self::new(year, month).ok_or_else(wrong)
    }
}

impl Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn midnight_in_tokyo_is_fifteen_hours_utc_of_the_day_before() {
        let midnight = tokyo_midnight(day("2026-04-01"));
        assert_eq!(midnight.to_rfc3339(), "2026-03-31T15:00:00+00:00");
        assert_eq!(tokyo_date(midnight), day("2026-04-01"));
        assert_eq!(tokyo_date(midnight - TimeDelta::microseconds(1)), day("2026-03-31"));
    }

    #[test]
    fn the_fiscal_year_turns_on_the_first_of_april() {
        assert_eq!(FiscalYear::of(day("2026-03-31")).year(), 2025);
        assert_eq!(FiscalYear::of(day("2026-04-01")).year(), 2026);
        assert_eq!(FiscalYear::new(2025).last_day(), day("2026-03-31"));
    }

    #[test]
    fn months_read_back_as_they_are_written() {
        let month: Month = "2024-02".parse().unwrap();
        assert_eq!((month.to_string().as_str(), month.number()), ("2024-02", 202_402));
        assert_eq!((month.day(31), month.plus_months(-2).to_string()), (day("2024-02-29"), "2023-12".to_owned()));
        assert!("2024-2".parse::<Month>().is_err() && "2024-13".parse::<Month>().is_err());
    }
}
