//! The business days of Japanese banks (standards §6.9): not Saturday, Sunday, public holidays, nor 31 December to 3 January.
//!
//! Holidays are data with a first and a last day: the equinoxes are announced only in February of the year before. Whoever asks beyond is refused,
//! never answered with a guess.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate, Weekday};
use thiserror::Error;

/// The data file, made by `ops/tools/make-holiday-table`.
const DATA: &str = include_str!("../../data/holidays.csv");

static HOLIDAYS: LazyLock<Holidays> = LazyLock::new(|| Holidays::parse(DATA));

struct Holidays {
    from: NaiveDate,
    through: NaiveDate,
    names: BTreeMap<NaiveDate, &'static str>,
}

/// A day for which no holidays are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("holidays are known from {from} through {through}, not for {day}: refresh ledger/data/holidays.csv")]
pub struct BeyondHorizon {
    /// The day asked about.
    pub day: NaiveDate,
    /// The first day of the table.
    pub from: NaiveDate,
    /// The last day of the table.
    pub through: NaiveDate,
}

impl BeyondHorizon {
    /// The sentence in Japanese.
    #[must_use]
    pub fn japanese(&self) -> Cow<'static, str> {
        format!("{} の祝日は登録されていません（登録は {} から {} まで）。祝日の一覧を更新してください。", self.day, self.from, self.through).into()
    }

    /// The sentence in easy Japanese.
    #[must_use]
    pub fn easy(&self) -> Cow<'static, str> {
        format!("{} の休みの日がわかりません。わかるのは {} から {} までです。", self.day, self.from, self.through).into()
    }
}

/// Where a day that is no business day goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Roll {
    /// To the business day before: usual for benefits (「土日祝はその前日」).
    Previous,
    /// To the business day after.
    Next,
}

impl Holidays {
    /// Reads the table. A table without its bounds knows no day at all, so that damage refuses rather than guesses.
    fn parse(data: &'static str) -> Self {
        let bound = |name: &str| data.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        let names = data
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once(','))
            .filter_map(|(day, name)| Some((day.parse().ok()?, name)));
        Self { from: bound("# from:").unwrap_or(NaiveDate::MAX), through: bound("# through:").unwrap_or(NaiveDate::MIN), names: names.collect() }
    }
}

/// The name of the public holiday on `day`, if it is one.
pub fn holiday(day: NaiveDate) -> Result<Option<&'static str>, BeyondHorizon> {
    let Holidays { from, through, names } = &*HOLIDAYS;
    if day < *from || day > *through { Err(BeyondHorizon { day, from: *from, through: *through }) } else { Ok(names.get(&day).copied()) }
}

/// Whether banks work on `day`.
pub fn is_business_day(day: NaiveDate) -> Result<bool, BeyondHorizon> {
    let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let new_year = matches!((day.month(), day.day()), (12, 31) | (1, 1..=3));
    Ok(holiday(day)?.is_none() && !weekend && !new_year)
}

/// `day` itself when banks work on it, else the business day that `roll` says.
pub fn roll(day: NaiveDate, roll: Roll) -> Result<NaiveDate, BeyondHorizon> {
    let mut day = day;
    while !is_business_day(day)? {
        day = step(day, roll);
    }
    Ok(day)
}

/// The `count`-th business day after `day`, or before it with [`Roll::Previous`]. With 0, `day` rolled that way.
pub fn plus_business_days(day: NaiveDate, count: u32, way: Roll) -> Result<NaiveDate, BeyondHorizon> {
    (0..count).try_fold(roll(day, way)?, |day, _| roll(step(day, way), way))
}

/// How many business days lie between two days: the business days after the earlier one up to the later one, whichever comes first.
/// Friday and the Monday after are one apart, Saturday and Sunday none.
pub fn business_days_apart(one: NaiveDate, other: NaiveDate) -> Result<u32, BeyondHorizon> {
    let (mut day, last) = (one.min(other), one.max(other));
    is_business_day(day)?;
    is_business_day(last)?;
    let mut count = 0_u32;
    while day < last {
        day = step(day, Roll::Next);
        count = count.saturating_add(u32::from(is_business_day(day)?));
    }
    Ok(count)
}

fn step(day: NaiveDate, way: Roll) -> NaiveDate {
    match way {
        Roll::Previous => day.pred_opt().unwrap_or(NaiveDate::MIN),
        Roll::Next => day.succ_opt().unwrap_or(NaiveDate::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_row_of_the_table_is_read() {
        let rows = DATA.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!((HOLIDAYS.names.len(), rows), (319, 319));
        assert_eq!((HOLIDAYS.from, HOLIDAYS.through), (day("2010-01-01"), day("2027-12-31")));
    }

    #[test]
    fn weekends_holidays_and_the_new_year_are_closed() {
        for closed in
            ["2026-05-02", "2026-05-03", "2026-05-06", "2026-09-22", "2019-05-02", "2025-12-31", "2026-01-02", "2025-01-03", "2027-03-22", "2026-05-31"]
        {
            assert_eq!(is_business_day(day(closed)), Ok(false), "{closed}");
        }
        for open in ["2026-05-29", "2026-12-30", "2027-01-04", "2026-05-07"] {
            assert_eq!(is_business_day(day(open)), Ok(true), "{open}");
        }
        assert_eq!(holiday(day("2026-09-22")), Ok(Some("休日")));
    }

    #[test]
    fn the_last_payable_day_of_may_2026_is_friday_the_29th() {
        assert_eq!(roll(day("2026-05-31"), Roll::Previous), Ok(day("2026-05-29")));
        assert_eq!(roll(day("2026-05-31"), Roll::Next), Ok(day("2026-06-01")));
        assert_eq!(roll(day("2026-05-29"), Roll::Previous), Ok(day("2026-05-29")));
    }

    #[test]
    fn distances_count_business_days_only() {
        assert_eq!(business_days_apart(day("2026-05-01"), day("2026-05-07")), Ok(1), "over Golden Week");
        assert_eq!(business_days_apart(day("2026-05-07"), day("2026-05-01")), Ok(1));
        assert_eq!(business_days_apart(day("2026-05-29"), day("2026-06-03")), Ok(3));
        assert_eq!(business_days_apart(day("2026-05-30"), day("2026-05-31")), Ok(0));
        assert_eq!(plus_business_days(day("2026-05-01"), 1, Roll::Next), Ok(day("2026-05-07")));
        assert_eq!(plus_business_days(day("2026-05-07"), 1, Roll::Previous), Ok(day("2026-05-01")));
    }

    #[test]
    fn beyond_the_horizon_nobody_guesses() {
        assert!(is_business_day(day("2028-01-04")).is_err());
        assert!(is_business_day(day("2009-12-30")).is_err());
        assert_eq!(roll(day("2027-12-31"), Roll::Next).map_err(|error| error.day), Err(day("2028-01-01")));
    }
}
