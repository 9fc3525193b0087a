//! What holds on a day, of all that rosters have said. Pure.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::roster::{Column, Headings};
use crate::people::ChildFacts;

/// Something that a roster has said, and from when on it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated<T> {
    /// It holds from this day.
    pub since: NaiveDate,
    /// The roster that said it: of two that hold from one day, the later one wins.
    pub roster_number: i32,
    /// What was said.
    pub what: T,
}

/// Of all that was said, what is in force on `day`: the latest that has begun, of these the latest said.
#[must_use]
pub fn in_force<T>(history: &[Stated<T>], day: NaiveDate) -> Option<&Stated<T>> {
    history.iter().filter(|stated| stated.since <= day).max_by_key(|stated| (stated.since, stated.roster_number))
}

/// The facts of a line, and for the columns that its file does not have what was known before.
#[must_use]
pub fn completed(line: &ChildFacts, known: &ChildFacts, headings: &Headings) -> ChildFacts {
    fn pick<T: Clone>(has: bool, line: &T, known: &T) -> T {
        if has { line.clone() } else { known.clone() }
    }
    ChildFacts {
        birth_on: line.birth_on,
        resident_since: pick(headings.has(Column::ResidentSince), &line.resident_since, &known.resident_since),
        statuses: pick::<BTreeSet<String>>(headings.has(Column::Statuses), &line.statuses, &known.statuses),
        birth_order: pick(headings.has(Column::BirthOrder), &line.birth_order, &known.birth_order),
        multiple: pick(headings.has(Column::Multiple), &line.multiple, &known.multiple),
        care_at_home: pick(headings.has(Column::CareAtHome), &line.care_at_home, &known.care_at_home),
        shotokuwari_yen: pick(headings.has(Column::Shotokuwari), &line.shotokuwari_yen, &known.shotokuwari_yen),
        school_city: pick(headings.has(Column::SchoolCity), &line.school_city, &known.school_city),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(since: &str, roster_number: i32) -> Stated<i32> {
        Stated { since: since.parse().unwrap(), roster_number, what: roster_number }
    }

    #[test]
    fn the_latest_that_has_begun_is_in_force_whatever_came_in_first() {
        let history = [stated("2026-05-01", 1), stated("2026-04-01", 2), stated("2026-07-01", 3)];
        let on = |day: &str| in_force(&history, day.parse().unwrap()).map(|stated| stated.what);
        let days = ["2026-03-31", "2026-04-01", "2026-04-30", "2026-05-01", "2026-06-30", "2026-07-01"];
        assert_eq!(days.map(on), [None, Some(2), Some(2), Some(1), Some(1), Some(3)]);
    }

    #[test]
    fn of_two_from_one_day_the_later_roster_wins() {
        let history = [stated("2026-04-01", 2), stated("2026-04-01", 1)];
        assert_eq!(in_force(&history, "2026-04-01".parse().unwrap()).unwrap().what, 2);
    }

    #[test]
    fn a_file_changes_only_what_it_has_columns_for() {
        let birth_on: NaiveDate = "2015-05-10".parse().unwrap();
        let known = ChildFacts {
            birth_on,
            resident_since: Some(birth_on),
            statuses: ["jidofuyo".to_owned()].into(),
            birth_order: Some(1),
            multiple: Some(true),
            care_at_home: Some(true),
            shotokuwari_yen: Some(5),
            school_city: Some("kobe".to_owned()),
        };
        let line = ChildFacts {
            birth_on,
            resident_since: None,
            statuses: BTreeSet::new(),
            birth_order: None,
            multiple: None,
            care_at_home: None,
            shotokuwari_yen: None,
            school_city: None,
        };
        let headings = |more: &str| {
            let required = "宛名番号,世帯番号,児童氏名,児童カナ,生年月日,住所,保護者宛名番号,保護者氏名,保護者カナ";
            Headings::read(format!("{required}{more}").split(',')).unwrap()
        };
        assert!(completed(&line, &known, &headings("")) == known);
        let with_statuses = completed(&line, &known, &headings(",状態"));
        assert!(with_statuses == ChildFacts { statuses: BTreeSet::new(), ..known });
    }
}
