//! Who qualifies on a day, and since when: facts that change, birthdays, school years, moves, versions.

use super::*;
use crate::scheme::Catalog;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn born(birth: &str) -> ChildFacts {
    ChildFacts {
        birth_on: day(birth),
        resident_since: None,
        statuses: BTreeSet::new(),
        birth_order: None,
        multiple: None,
        care_at_home: None,
        shotokuwari_yen: None,
        school_city: None,
    }
}

fn with_status(birth: &str, status: &str) -> ChildFacts {
    ChildFacts { statuses: [status.to_owned()].into(), ..born(birth) }
}

fn stated(since: &str, roster_number: i32, what: ChildFacts) -> Stated<ChildFacts> {
    Stated { since: day(since), roster_number, what }
}

/// What a scheme that ships says on `on` of someone of whom `said` is known, within the fiscal year of `on`.
fn judged(scheme: &str, city: &str, said: &[Stated<ChildFacts>], on: &str) -> (Option<NaiveDate>, String) {
    let catalog = Catalog::shipped().unwrap();
    let judge = Judge { scheme: catalog.get(scheme).unwrap(), rules: Rules::Real };
    let verdict = judge.judge(&Subject { said, city }, first_day(day(on)), day(on));
    verdict.map_or_else(|| refused("nothing known"), |verdict| (verdict.since, verdict.reasons.join(" ")))
}

fn qualifies(since: &str) -> (Option<NaiveDate>, String) {
    (Some(day(since)), QUALIFIES.to_owned())
}

fn refused(reasons: &str) -> (Option<NaiveDate>, String) {
    (None, reasons.to_owned())
}

#[test]
fn a_child_of_the_right_grade_qualifies_since_the_fiscal_year_began() {
    let said = [stated("2024-04-01", 1, born("2015-05-10"))];
    assert_eq!(judged("osaka-juku", "osaka", &said, "2026-09-01"), qualifies("2026-04-01"));
    assert_eq!(judged("osaka-juku", "osaka", &said, "2025-09-01"), refused("grade_not_met"));
    assert_eq!(judged("osaka-juku", "kobe", &said, "2026-09-01"), refused("resident_not_met"));
}

#[test]
fn qualifying_begins_with_the_statement_that_brought_it_and_a_gap_begins_it_anew() {
    let plain = || born("2014-05-10");
    let aided = || with_status("2014-05-10", "jidofuyo");
    let said = [stated("2026-04-01", 1, plain()), stated("2026-06-15", 2, aided())];
    assert_eq!(judged("fukuoka-naraigoto", "fukuoka", &said, "2026-06-14"), refused("status_not_met"));
    assert_eq!(judged("fukuoka-naraigoto", "fukuoka", &said, "2026-09-01"), qualifies("2026-06-15"));
    let gap = [stated("2026-04-01", 1, aided()), stated("2026-06-01", 2, plain()), stated("2026-08-01", 3, aided())];
    assert_eq!(judged("fukuoka-naraigoto", "fukuoka", &gap, "2026-05-31"), qualifies("2026-04-01"));
    assert_eq!(judged("fukuoka-naraigoto", "fukuoka", &gap, "2026-09-01"), qualifies("2026-08-01"));
}

#[test]
fn a_statement_that_changes_nothing_for_the_scheme_is_no_new_beginning() {
    let said = [stated("2026-04-01", 1, with_status("2014-05-10", "jidofuyo")), stated("2026-06-01", 2, with_status("2014-05-10", "seikatsuhogo"))];
    assert_eq!(judged("fukuoka-naraigoto", "fukuoka", &said, "2026-09-01"), qualifies("2026-04-01"));
}

#[test]
fn nothing_is_said_of_a_child_before_its_first_statement() {
    let said = [stated("2026-06-01", 1, born("2014-05-10"))];
    assert_eq!(judged("osaka-juku", "osaka", &said, "2026-05-31"), refused("nothing known"));
    assert_eq!(judged("osaka-juku", "osaka", &said, "2026-07-01"), qualifies("2026-06-01"));
}

#[test]
fn moving_in_begins_and_moving_out_ends_it() {
    let came = ChildFacts { resident_since: Some(day("2026-05-20")), ..born("2014-05-10") };
    let said = [stated("2026-04-01", 1, came), stated("2026-08-01", 2, with_status("2014-05-10", "tenshutsu"))];
    assert_eq!(judged("osaka-juku", "osaka", &said, "2026-05-19"), refused("resident_not_met"));
    assert_eq!(judged("osaka-juku", "osaka", &said, "2026-07-31"), qualifies("2026-05-20"));
    assert_eq!(judged("osaka-juku", "osaka", &said, "2026-08-01"), refused("resident_not_met"));
}

#[test]
fn an_age_limit_ends_the_day_before_the_birthday() {
    let at_home = ChildFacts { multiple: Some(true), care_at_home: Some(true), shotokuwari_yen: Some(300_999), ..born("2019-06-10") };
    let said = [stated("2021-04-01", 1, at_home.clone())];
    assert_eq!(judged("kumamoto-tashi", "kumamoto", &said, "2022-06-08"), qualifies("2022-04-01"));
    assert_eq!(judged("kumamoto-tashi", "kumamoto", &said, "2022-06-09"), refused("age_not_met"));
    let unknown = [stated("2021-04-01", 1, ChildFacts { shotokuwari_yen: None, ..at_home })];
    assert_eq!(judged("kumamoto-tashi", "kumamoto", &unknown, "2022-06-08"), refused("shotokuwari_unknown"));
}

#[test]
fn before_the_first_version_nobody_qualifies() {
    let said = [stated("2000-04-01", 1, born("1998-05-10"))];
    assert_eq!(judged("osaka-juku", "osaka", &said, "2010-09-01"), refused("no_version"));
}

#[test]
fn months_of_age_are_whole_months() {
    let months = |on: &str| months_between(day("2026-01-31"), day(on));
    assert_eq!(["2026-01-31", "2026-02-27", "2026-02-28", "2026-03-30", "2026-03-31", "2027-01-31"].map(months), [0, 0, 1, 1, 2, 12]);
}
