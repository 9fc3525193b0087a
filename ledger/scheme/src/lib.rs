//! Schemes as data: eight tables (who, grant, cost, share, limit, route, settle, life) and one formula, versioned by date.
//!
//! A city's scheme is one TOML file; a new one needs no Rust. This module reads it, checks it and answers questions about it.
//! It never touches a database, a clock or the network: the same file, facts and date give the same answer.
//!
//! Invariant: no city's rule stands in Rust. What a city pays comes out of its file.

use chrono::{Days, NaiveDate};

mod apportion;
mod bill;
pub mod case;
pub mod catalog;
pub mod condition;
pub mod cost;
pub mod example;
pub mod facts;
pub mod file;
#[cfg(test)]
mod file_tests;
pub mod formula;
#[cfg(test)]
mod formula_tests;
pub mod grant;
pub mod life;
pub mod limit;
pub mod period;
#[cfg(test)]
mod programme_tests;
pub mod quote;
#[cfg(test)]
mod quote_tests;
pub mod ratio;
pub mod reader;
pub mod reason;
pub mod route;
pub mod settle;
pub mod share;
pub mod version;
#[cfg(test)]
mod version_tests;
pub mod who;

pub use case::Case;
pub use catalog::Catalog;
pub use example::Example;
pub use facts::{Fact, Facts, Grade};
pub use formula::{Allowance, Purse};
pub use grant::{Grant, Kind};
pub use period::{NO_END, Period};
pub use quote::{Quote, quote};
pub use reader::Problem;
pub use reason::Reason;
pub use version::{NotRedeemable, Payable, Unpayable, Version};
pub use who::Decision;

use foundation::time::Month;

/// A scheme with all its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheme {
    /// What it is called.
    pub title: Title,
    /// The real versions, in order, none overlapping.
    pub versions: Vec<Version>,
    /// The versions for rehearsals, in order, none overlapping.
    pub training: Vec<Version>,
    /// Worked figures that stand in the file, and come out of it.
    pub examples: Vec<Example>,
}

/// What a scheme is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// Its id, such as `osaka-juku`.
    pub id: String,
    /// Its name in Japanese.
    pub name: Option<String>,
    /// Its name in English.
    pub name_english: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// When its budget is committed.
    pub commit: Commitment,
}

/// When a scheme's budget is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commitment {
    /// With the grant: no more is granted than was appropriated.
    Grant,
    /// With the redemption: the city grants to everybody and budgets the expected take-up.
    Redemption,
}

/// Which versions count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rules {
    /// What the city decided.
    Real,
    /// For rehearsals: a training version where there is one on the day, otherwise the real one.
    Rehearsal,
}

impl Scheme {
    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.title.id
    }

    /// The real version in force on `day`.
    #[must_use]
    pub fn version_on(&self, day: NaiveDate) -> Option<&Version> {
        self.rules_on(day, Rules::Real)
    }

    /// The version in force on `day`.
    #[must_use]
    pub fn rules_on(&self, day: NaiveDate, rules: Rules) -> Option<&Version> {
        let training = self.training.iter().filter(|_| rules == Rules::Rehearsal);
        training.chain(&self.versions).find(|version| version.covers(day))
    }

    /// The service periods whose money opens between `first` and `last` (both included), each with its rules: what a monthly grant job asks.
    /// Grants that are made once open with an event and not with the calendar: they are not among them.
    #[must_use]
    pub fn periods_opening(&self, first: NaiveDate, last: NaiveDate, rules: Rules) -> Vec<(&Version, Period)> {
        let far = Days::new(800);
        let start = Month::of(first.checked_sub_days(far).unwrap_or(first));
        let end = Month::of(last.checked_add_days(far).unwrap_or(last));
        let months = std::iter::successors(Some(start), |month| Some(month.plus_months(1)).filter(|next| next > month && *next <= end));
        let days = months.flat_map(|month| [month.first_day(), month.last_day()]);
        let mut found: Vec<(&Version, Period)> = Vec::new();
        for day in days {
            let Some(version) = self.rules_on(day, rules).filter(|version| version.is_granted_by_calendar()) else { continue };
            let period = version.period(day, None);
            if (first..=last).contains(&period.opens_on) && found.iter().all(|(_, other)| *other != period) {
                found.push((version, period));
            }
        }
        found
    }
}
