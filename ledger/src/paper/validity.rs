//! Through which day paper is valid: one of a few days that the whole city shares, whoever pays. Pure.
//!
//! They are the days on which what the city's schemes have opened for such a purchase closes: so paper never outlives what pays for it, and its day
//! says nothing about who does. Where no scheme pays for it, it is the end of the fiscal year.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use crate::city::City;
use crate::payment::sources::Use;
use crate::scheme::{Catalog, NO_END, Rules};
use crate::time::FiscalYear;

/// How far back a period may have opened that is still open.
const OPENED_DAYS_MAX: u64 = 800;
/// Unless somebody asks for another day, a booklet is valid for at least a week.
const DAYS_MIN: u64 = 7;

/// Which schemes a city has.
#[derive(Debug, Clone, Copy)]
pub(super) struct CityRules<'a> {
    /// What schemes call the city.
    pub(super) slug: &'a str,
    /// Whether training versions count.
    pub(super) rules: Rules,
}

impl<'a> From<&'a City> for CityRules<'a> {
    fn from(city: &'a City) -> Self {
        Self { slug: &city.slug, rules: city.rules() }
    }
}

/// The days for a use in `city`, on `today`. Not empty.
pub(super) fn days(catalog: &Catalog, city: CityRules<'_>, of: &Use<'_>, today: NaiveDate) -> BTreeSet<NaiveDate> {
    let first = today.checked_sub_days(Days::new(OPENED_DAYS_MAX)).unwrap_or(today);
    let schemes = catalog.iter().filter(|scheme| scheme.title.city.as_deref().is_none_or(|of| of == city.slug));
    let opened = schemes.flat_map(|scheme| scheme.periods_opening(first, today, city.rules));
    let open = opened.filter(|(version, period)| period.closes_on >= today && period.closes_on < NO_END && of.is_paid_by(version));
    let mut days: BTreeSet<_> = open.map(|(_, period)| period.closes_on).collect();
    if days.is_empty() {
        days.insert(FiscalYear::of(today).last_day());
    }
    days
}

/// The day that was asked for, if it is one of them; the first that is not too near, if none was.
pub(super) fn chosen(days: &BTreeSet<NaiveDate>, asked: Option<NaiveDate>, today: NaiveDate) -> Option<NaiveDate> {
    if let Some(day) = asked {
        return days.get(&day).copied();
    }
    let near = today.checked_add_days(Days::new(DAYS_MIN)).unwrap_or(today);
    days.range(near..).next().or_else(|| days.last()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Yen;
    use crate::paper::BookletKind;

    fn kind(expense: &str, services: &[&str]) -> BookletKind {
        BookletKind { kind: "x".to_owned(), face: Yen::new(500), expense: expense.to_owned(), services: services.iter().map(|&word| word.to_owned()).collect() }
    }

    fn on(slug: &str, kind: &BookletKind, today: &str) -> Vec<String> {
        let city = CityRules { slug, rules: Rules::Rehearsal };
        let days = days(&Catalog::shipped().unwrap(), city, &kind.use_of_tickets(), today.parse().unwrap());
        days.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_days_of_a_city_are_those_on_which_its_open_periods_close() {
        let (tuition, care) = (kind("tuition", &[]), kind("care_fee", &["temporary_care", "sick_child"]));
        assert_eq!(on("osaka", &tuition, "2026-05-20"), ["2026-06-15", "2026-07-15"]);
        assert_eq!(on("osaka", &tuition, "2026-06-15"), ["2026-06-15", "2026-07-15"]);
        assert_eq!(on("osaka", &tuition, "2026-06-16"), ["2026-07-15", "2026-09-15"]);
        assert_eq!(on("kumamoto", &care, "2026-05-20"), ["2027-03-31"]);
    }

    #[test]
    fn where_no_scheme_pays_for_all_of_it_the_year_ends_it() {
        for other in [kind("care_fee", &["temporary_care", "hotel"]), kind("care_fee", &[]), kind("lunch", &[])] {
            let services = other.services.clone();
            assert_eq!(on(if other.expense == "lunch" { "osaka" } else { "kumamoto" }, &other, "2026-05-20"), ["2027-03-31"], "{services:?}");
        }
        assert_eq!(on("elsewhere", &kind("tuition", &[]), "2027-03-31"), ["2027-03-31"]);
    }

    #[test]
    fn unless_somebody_asks_the_first_day_that_is_a_week_away_is_taken() {
        let days: BTreeSet<NaiveDate> = ["2026-06-15", "2026-07-15"].iter().map(|day| day.parse().unwrap()).collect();
        let chosen = |asked: Option<&str>, today: &str| chosen(&days, asked.map(|day| day.parse().unwrap()), today.parse().unwrap()).map(|day| day.to_string());
        assert_eq!(chosen(None, "2026-06-08").as_deref(), Some("2026-06-15"));
        assert_eq!(chosen(None, "2026-06-09").as_deref(), Some("2026-07-15"));
        assert_eq!(chosen(None, "2026-07-14").as_deref(), Some("2026-07-15"));
        assert_eq!(chosen(Some("2026-06-15"), "2026-06-15").as_deref(), Some("2026-06-15"));
        assert_eq!(chosen(Some("2026-06-30"), "2026-06-15"), None);
    }
}
