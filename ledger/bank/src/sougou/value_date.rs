//! 取組日 MMDD has no year.

use chrono::{Datelike, NaiveDate};

use crate::calendar;
use crate::file_error::Problem;

/// The day that `mmdd` means in a file made on `created_on`: the first such day from then on, within a year; 0229 never becomes another day.
///
/// # Errors
/// [`Problem::NoSuchDay`] when no such day lies within a year, [`Problem::NotABusinessDay`] when banks do not work on it (a year later is never
/// meant), [`Problem::Horizon`] beyond the holiday table.
pub fn resolve_value_date(mmdd: &str, created_on: NaiveDate) -> Result<NaiveDate, Problem> {
    let no_such_day = || Problem::NoSuchDay(mmdd.to_owned());
    let part = |digits: Option<&str>| digits.and_then(|digits| digits.parse::<u32>().ok());
    let month = part(mmdd.get(..2)).filter(|_| mmdd.len() == 4 && mmdd.bytes().all(|byte| byte.is_ascii_digit())).ok_or_else(no_such_day)?;
    let day = part(mmdd.get(2..)).ok_or_else(no_such_day)?;
    let this_year = created_on.year();
    let days = [Some(this_year), this_year.checked_add(1)].into_iter().flatten().filter_map(|year| NaiveDate::from_ymd_opt(year, month, day));
    let found = days.into_iter().find(|day| *day >= created_on).ok_or_else(no_such_day)?;
    if calendar::is_business_day(found)? { Ok(found) } else { Err(Problem::NotABusinessDay(found)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn the_year_is_that_of_the_first_such_day() {
        assert_eq!(resolve_value_date("0529", day("2026-05-20")), Ok(day("2026-05-29")));
        assert_eq!(resolve_value_date("0529", day("2026-05-29")), Ok(day("2026-05-29")));
        assert_eq!(resolve_value_date("0105", day("2025-12-20")), Ok(day("2026-01-05")));
        assert_eq!(resolve_value_date("0228", day("2025-02-20")), Ok(day("2025-02-28")));
    }

    #[test]
    fn the_29th_of_february_never_becomes_another_day() {
        assert_eq!(resolve_value_date("0229", day("2024-02-20")), Ok(day("2024-02-29")));
        assert_eq!(resolve_value_date("0229", day("2026-02-20")), Err(Problem::NoSuchDay("0229".to_owned())));
        assert_eq!(resolve_value_date("0229", day("2023-03-01")), Ok(day("2024-02-29")));
    }

    #[test]
    fn a_closed_day_is_refused_and_not_moved_to_another_year() {
        assert_eq!(resolve_value_date("0531", day("2026-05-20")), Err(Problem::NotABusinessDay(day("2026-05-31"))));
        for text in ["1301", "0230", "529", "05 9", "+529"] {
            assert!(matches!(resolve_value_date(text, day("2026-05-20")), Err(Problem::NoSuchDay(_))), "{text}");
        }
    }
}
