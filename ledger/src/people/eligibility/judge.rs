//! Whether one child qualifies on a day, and since when without a break. Pure.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use crate::people::ChildFacts;
use crate::people::state::{Stated, in_force};
use crate::scheme::who::Unit;
use crate::scheme::{Fact, Facts, Rules, Scheme};
use crate::time::{FiscalYear, Month, next_day};

/// The reason that is kept for those who qualify.
pub(super) const QUALIFIES: &str = "qualifies";

/// The status code of those who have left the city (転出).
const MOVED_OUT: &str = "tenshutsu";

/// What `resident` is for those who do not live in the city.
const ELSEWHERE: &str = "elsewhere";

/// What is known of one child, over time.
pub(super) struct Subject<'a> {
    pub(super) said: &'a [Stated<ChildFacts>],
    /// The city's name in scheme files: `osaka`.
    pub(super) city: &'a str,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    /// The child has qualified without a break since this day; none where it does not qualify.
    pub(super) since: Option<NaiveDate>,
    /// Stable codes: [`QUALIFIES`], or what is missing.
    pub(super) reasons: Vec<String>,
    /// The first day of the rules that decided.
    pub(super) version_from: Option<NaiveDate>,
}

/// The rules that judge.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) scheme: &'a Scheme,
    pub(super) rules: Rules,
}

impl Subject<'_> {
    /// What is known on `day`, as schemes ask for it; none before the first roster that names the child.
    pub(super) fn facts_on(&self, day: NaiveDate) -> Option<Facts> {
        let said = &in_force(self.said, day)?.what;
        let here = said.resident_since.is_none_or(|since| since <= day) && !said.statuses.contains(MOVED_OUT);
        let mut facts = Facts::for_child(said.birth_on, day)
            .with(Fact::MonthsSinceBirth, months_between(said.birth_on, day))
            .with(Fact::Resident, if here { self.city } else { ELSEWHERE })
            .with_status(said.statuses.iter().map(String::as_str));
        if let Some(order) = said.birth_order {
            facts = facts.with(Fact::NthChild, i64::from(order));
        }
        if let Some(multiple) = said.multiple {
            facts = facts.with(Fact::Multiple, multiple);
        }
        if let Some(care_at_home) = said.care_at_home {
            facts = facts.with(Fact::CareAtHome, care_at_home);
        }
        if let Some(yen) = said.shotokuwari_yen {
            facts = facts.with(Fact::Shotokuwari, yen);
        }
        if let Some(city) = &said.school_city {
            facts = facts.with(Fact::SchoolCity, city.as_str());
        }
        Some(facts)
    }

    /// The days in (`first`, `last`] on which a month begins, something was stated, or the child moved in.
    pub(super) fn changes(&self, first: NaiveDate, last: NaiveDate) -> BTreeSet<NaiveDate> {
        let months = std::iter::successors(Some(Month::of(first)), |month| Some(month.plus_months(1)).filter(|next| next > month && next.first_day() <= last));
        let said = self.said.iter().flat_map(|said| [Some(said.since), said.what.resident_since]).flatten();
        let mut days: BTreeSet<_> = months.map(Month::first_day).chain(said).collect();
        days.retain(|day| (next_day(first)..=last).contains(day));
        days
    }

    /// The days in (`first`, `last`] on which an answer may change, for reasons of the child: a new statement, moving in, a year or month of
    /// age, a school year.
    fn turns(&self, first: NaiveDate, last: NaiveDate) -> BTreeSet<NaiveDate> {
        let mut turns: BTreeSet<_> = self.said.iter().flat_map(|said| [Some(said.since), said.what.resident_since]).flatten().collect();
        let births: BTreeSet<_> = self.said.iter().map(|said| said.what.birth_on).collect();
        let months = std::iter::successors(Some(Month::of(first)), |month| Some(month.plus_months(1)).filter(|next| next.first_day() <= next_day(last)));
        for month in months {
            turns.insert(month.fiscal_year().first_day());
            for anniversary in births.iter().map(|birth| month.day(birth.day())) {
                // A year of age is attained the day before the birthday.
                turns.extend([Some(anniversary), anniversary.pred_opt()].into_iter().flatten());
            }
        }
        turns.retain(|day| (next_day(first)..=last).contains(day));
        turns
    }
}

impl Judge<'_> {
    /// Whether the child qualifies on `on`, and since when, looking back to `first`.
    pub(super) fn judge(&self, subject: &Subject<'_>, first: NaiveDate, on: NaiveDate) -> Option<Verdict> {
        let verdict = self.on(subject, on)?;
        if verdict.since.is_none() {
            return Some(verdict);
        }
        let mut turns = subject.turns(first, on);
        turns.extend(self.scheme.versions.iter().chain(&self.scheme.training).flat_map(|version| [version.from, next_day(version.to)]));
        turns.insert(first);
        let mut since = on;
        let mut broken = false;
        for turn in turns.into_iter().rev().filter(|turn| (first..=on).contains(turn)) {
            broken = broken || self.on(subject, turn).is_none_or(|verdict| verdict.since.is_none());
            if broken {
                break;
            }
            since = turn;
        }
        Some(Verdict { since: Some(since), ..verdict })
    }

    /// The answer for one day alone; none where nothing is known of the child.
    fn on(&self, subject: &Subject<'_>, day: NaiveDate) -> Option<Verdict> {
        let facts = subject.facts_on(day)?;
        let refused = |version_from, reasons| Verdict { since: None, reasons, version_from };
        let Some(version) = self.scheme.rules_on(day, self.rules) else { return Some(refused(None, vec!["no_version".to_owned()])) };
        let version_from = Some(version.from);
        if version.who.unit != Unit::Child {
            return Some(refused(version_from, vec!["not_for_children".to_owned()]));
        }
        let decision = version.decide(&facts);
        Some(if decision.eligible {
            Verdict { since: Some(day), reasons: vec![QUALIFIES.to_owned()], version_from }
        } else {
            // Two reasons may have one code (two statuses that are missing): it is kept once.
            let codes: BTreeSet<_> = decision.reasons.iter().map(scheme::Reason::code).collect();
            refused(version_from, codes.into_iter().collect())
        })
    }
}

/// The first day to look back to: qualifying is counted within the fiscal year.
pub(super) fn first_day(period_from: NaiveDate) -> NaiveDate {
    FiscalYear::of(period_from).first_day()
}

/// Whole months from `birth` to `day`; a month is attained on the day with the number of the birth, or on the month's last.
fn months_between(birth: NaiveDate, day: NaiveDate) -> i64 {
    let months = |day: NaiveDate| i64::from(day.year()).saturating_mul(12).saturating_add(day.month().into());
    let reached = day >= Month::of(day).day(birth.day());
    months(day).saturating_sub(months(birth)).saturating_sub(i64::from(!reached))
}

#[cfg(test)]
mod tests;
