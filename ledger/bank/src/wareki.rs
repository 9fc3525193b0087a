//! Years of Japanese eras: dates YYMMDD without an era letter in statements (standards §2.4).

use std::borrow::Cow;

use chrono::{Datelike, Days, NaiveDate};
use thiserror::Error;

/// An era: the year before its first, its first and last day.
struct Era {
    year_zero: i32,
    first: (i32, u32, u32),
    last: (i32, u32, u32),
}

/// Latest first.
const ERAS: [Era; 3] = [
    Era { year_zero: 2018, first: (2019, 5, 1), last: (9999, 12, 31) }, // 令和
    Era { year_zero: 1988, first: (1989, 1, 8), last: (2019, 4, 30) },  // 平成
    Era { year_zero: 1925, first: (1926, 12, 25), last: (1989, 1, 7) }, // 昭和
];

/// Days that a date in a file may lie after the day of its import.
const DAYS_AHEAD_MAX: u64 = 7;

/// A date without era that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WarekiError {
    /// Not six digits.
    #[error("{0:?} is not a date: six digits YYMMDD are expected")]
    NotDigits(String),
    /// No era has this day up to a week after the import.
    #[error("{text:?} is no day of 令和, 平成 or 昭和 up to a week after {imported_on}")]
    NoSuchDay {
        /// The text.
        text: String,
        /// The day of import.
        imported_on: NaiveDate,
    },
}

impl WarekiError {
    pub(crate) fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::NotDigits(text) => format!("「{text}」は日付ではありません。年月日を数字 6 桁で書きます。").into(),
            Self::NoSuchDay { text, imported_on } => format!("「{text}」に当たる日は、{imported_on} の 1 週間後までの令和・平成・昭和にありません。").into(),
        }
    }

    pub(crate) fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::NotDigits(text) => format!("「{text}」は日ではありません。数字 6 つで書いてください。").into(),
            Self::NoSuchDay { text, imported_on } => format!("「{text}」という日はありません。{imported_on} の 1 週間あとまでの日を書いてください。").into(),
        }
    }
}

/// Finds the day that `yymmdd` means: of all eras that have such a day no later than a week after `imported_on`, the latest.
pub fn resolve(yymmdd: &str, imported_on: NaiveDate) -> Result<NaiveDate, WarekiError> {
    let not_digits = || WarekiError::NotDigits(yymmdd.to_owned());
    if yymmdd.len() != 6 || !yymmdd.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(not_digits());
    }
    let part = |range: std::ops::Range<usize>| yymmdd.get(range).and_then(|digits| digits.parse::<u32>().ok()).ok_or_else(not_digits);
    let (year, month, day) = (part(0..2)?, part(2..4)?, part(4..6)?);
    let latest = imported_on.checked_add_days(Days::new(DAYS_AHEAD_MAX)).unwrap_or(NaiveDate::MAX);
    let in_era = |era: &Era| {
        let year = i32::try_from(year).ok().filter(|year| *year > 0)?.checked_add(era.year_zero)?;
        let date = NaiveDate::from_ymd_opt(year, month, day)?;
        (era.first <= ymd(date) && ymd(date) <= era.last && date <= latest).then_some(date)
    };
    ERAS.iter().find_map(in_era).ok_or_else(|| WarekiError::NoSuchDay { text: yymmdd.to_owned(), imported_on })
}

/// Writes a day as YYMMDD of its era. Days before 昭和 have none.
#[must_use]
pub fn yymmdd(date: NaiveDate) -> Option<String> {
    let era = ERAS.iter().find(|era| era.first <= ymd(date))?;
    let year = date.year().checked_sub(era.year_zero)?;
    Some(format!("{year:02}{:02}{:02}", date.month(), date.day()))
}

fn ymd(date: NaiveDate) -> (i32, u32, u32) {
    (date.year(), date.month(), date.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_era_is_the_latest_that_has_the_day() {
        for (text, wanted) in [("310430", "2019-04-30"), ("010501", "2019-05-01"), ("080529", "2026-05-29"), ("640107", "1989-01-07"), ("010108", "1989-01-08")]
        {
            assert_eq!(resolve(text, day("2026-06-01")), Ok(day(wanted)), "{text}");
        }
    }

    #[test]
    fn days_may_lie_a_week_ahead_and_no_further() {
        assert_eq!(resolve("080608", day("2026-06-01")), Ok(day("2026-06-08")));
        assert_eq!(resolve("080609", day("2026-06-01")), Ok(day("1996-06-09")), "平成8 is the latest left");
        assert!(matches!(resolve("650101", day("2026-06-01")), Err(WarekiError::NoSuchDay { .. })));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in ["", "08052", "0805291", "08 529", "０８０５"] {
            assert!(matches!(resolve(text, day("2026-06-01")), Err(WarekiError::NotDigits(_))), "{text}");
        }
        for text in ["000101", "081301", "080230", "640108"] {
            assert!(matches!(resolve(text, day("2026-06-01")), Err(WarekiError::NoSuchDay { .. })), "{text}");
        }
    }

    #[test]
    fn dates_read_back_as_they_are_written() {
        let mut date = day("1990-01-01");
        while date < day("2030-01-01") {
            let text = yymmdd(date).unwrap();
            assert_eq!(resolve(&text, date), Ok(date), "{text}");
            date = foundation::time::next_day(date);
        }
    }
}
