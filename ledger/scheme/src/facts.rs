//! What is known about a child (or a household, a member of staff, a facility) on one day.
//!
//! A fact that was not given is unknown, never false; only lists (`status`, `other_schemes`) are empty when not given.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

use foundation::time::FiscalYear;

/// The shape of a fact's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One word.
    Word,
    /// A whole number.
    Number,
    /// Yes or no.
    Flag,
    /// A list of codes.
    Codes,
    /// A school grade.
    Grade,
}

macro_rules! facts {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $japanese:literal, $shape:ident;)*) => {
        /// A fact that a scheme may test.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fact { $($(#[$doc])* $variant,)* }

        impl Fact {
            /// Every fact.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name in scheme files and cases.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Its name for people.
            #[must_use]
            pub const fn japanese(self) -> &'static str {
                match self { $(Self::$variant => $japanese,)* }
            }

            /// The shape of its value.
            #[must_use]
            pub const fn shape(self) -> Shape {
                match self { $(Self::$variant => Shape::$shape,)* }
            }
        }
    };
}

facts! {
    /// City of registration (住民登録).
    Resident = "resident", "住所", Word;
    /// Ward of registration.
    Ward = "ward", "居住区", Word;
    /// School grade in the fiscal year.
    Grade = "grade", "学年", Grade;
    /// Age in years, attained the day before the birthday.
    Age = "age", "年齢", Number;
    /// The age attained within the fiscal year.
    FiscalAge = "fiscal_age", "年度年齢", Number;
    /// Status codes of the household (public assistance, allowances, …).
    Status = "status", "世帯の状況", Codes;
    /// Birth order by the city's counting rule.
    NthChild = "nth_child", "出生順位", Number;
    /// A twin or higher multiple.
    Multiple = "multiple", "多胎", Flag;
    /// Cared for at home, in no nursery.
    CareAtHome = "care_at_home", "在宅での育児", Flag;
    /// The household's 市町村民税所得割額, in yen.
    Shotokuwari = "shotokuwari", "市町村民税所得割額", Number;
    /// City in which the school is.
    SchoolCity = "school_city", "学校の所在地", Word;
    /// Kind of school.
    SchoolKind = "school_kind", "学校の種類", Word;
    /// Whole months since a member of staff was hired.
    MonthsSinceHire = "months_since_hire", "採用からの月数", Number;
    /// Whole months since the birth.
    MonthsSinceBirth = "months_since_birth", "出生からの月数", Number;
    /// Kind of facility.
    FacilityKind = "facility_kind", "施設の種類", Word;
    /// A certificate that the facility holds.
    Certificate = "certificate", "認定", Word;
    /// Contracted hours.
    Hours = "hours", "時間数", Number;
    /// Other schemes held in the month.
    OtherSchemes = "other_schemes", "他の制度", Codes;
    /// Services that the child is registered with.
    RegisteredServices = "registered_services", "利用登録", Codes;
    /// An override by the city, with its reason (支援措置 and the like).
    Override = "override", "特例", Word;
}

impl Fact {
    /// The fact with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fact| fact.name() == name)
    }
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// One word.
    Word(String),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
    /// A list of codes.
    Codes(BTreeSet<String>),
    /// A school grade.
    Grade(Grade),
}

impl From<&str> for Value {
    fn from(word: &str) -> Self {
        Self::Word(word.to_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Grade> for Value {
    fn from(grade: Grade) -> Self {
        Self::Grade(grade)
    }
}

impl From<BTreeSet<String>> for Value {
    fn from(codes: BTreeSet<String>) -> Self {
        Self::Codes(codes)
    }
}

/// A grade of elementary (`E1`–`E6`), junior high (`J1`–`J3`) or high school (`H1`–`H3`), ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grade(i64);

/// A text that is not a grade.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a grade: E1 to E6, J1 to J3 or H1 to H3")]
pub struct NotAGrade(pub String);

impl Grade {
    const FIRST: i64 = 7;
    const LAST: i64 = 18;

    /// The grade of those who attain `fiscal_age` within the fiscal year (学校教育法 17条, 施行規則 59条), if it is a school age.
    #[must_use]
    pub fn of_fiscal_age(fiscal_age: i64) -> Option<Self> {
        (Self::FIRST..=Self::LAST).contains(&fiscal_age).then_some(Self(fiscal_age))
    }

    /// The age attained within the fiscal year by those who are in this grade and neither repeated nor skipped one.
    #[must_use]
    pub const fn fiscal_age(self) -> i64 {
        self.0
    }
}

impl FromStr for Grade {
    type Err = NotAGrade;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        (Self::FIRST..=Self::LAST).map(Self).find(|grade| grade.to_string() == text).ok_or_else(|| NotAGrade(text.to_owned()))
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (school, before) = match self.0 {
            ..=12 => ('E', 6),
            13..=15 => ('J', 12),
            _ => ('H', 15),
        };
        write!(f, "{school}{}", self.0.saturating_sub(before))
    }
}

/// What is known on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    known: BTreeMap<Fact, Value>,
    since: Option<NaiveDate>,
}

impl Facts {
    /// Nothing known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The ages and the grade of a child born on `birth_date`, on the day `on`.
    #[must_use]
    pub fn for_child(birth_date: NaiveDate, on: NaiveDate) -> Self {
        let fiscal_age = age(birth_date, FiscalYear::of(on).last_day());
        let facts = Self::new().with(Fact::Age, age(birth_date, on)).with(Fact::FiscalAge, fiscal_age);
        match Grade::of_fiscal_age(fiscal_age) {
            Some(grade) => facts.with(Fact::Grade, grade),
            None => facts,
        }
    }

    /// The same with `fact` known to be `value`.
    #[must_use]
    pub fn with(mut self, fact: Fact, value: impl Into<Value>) -> Self {
        self.known.insert(fact, value.into());
        self
    }

    /// The same with these status codes.
    #[must_use]
    pub fn with_status<'a>(self, codes: impl IntoIterator<Item = &'a str>) -> Self {
        self.with(Fact::Status, codes.into_iter().map(str::to_owned).collect::<BTreeSet<_>>())
    }

    /// The same, qualifying only since `day`.
    #[must_use]
    pub const fn since(mut self, day: NaiveDate) -> Self {
        self.since = Some(day);
        self
    }

    /// The first day of qualifying, where it is known.
    #[must_use]
    pub const fn qualifying_since(&self) -> Option<NaiveDate> {
        self.since
    }

    /// What is known of `fact`.
    #[must_use]
    pub fn get(&self, fact: Fact) -> Option<&Value> {
        self.known.get(&fact)
    }

    /// Whether the list `fact` holds `code`.
    #[must_use]
    pub fn has(&self, fact: Fact, code: &str) -> bool {
        matches!(self.get(fact), Some(Value::Codes(codes)) if codes.contains(code))
    }

    /// These facts, and where they say nothing the `others`.
    #[must_use]
    pub fn or(mut self, others: &Self) -> Self {
        for (fact, value) in &others.known {
            self.known.entry(*fact).or_insert_with(|| value.clone());
        }
        self.since = self.since.or(others.since);
        self
    }
}

/// Age in years on the day `on`: a year is attained the day before the birthday (年齢計算ニ関スル法律), so that those born on 1 April
/// belong to the earlier school year. Not born yet counts as below zero.
#[must_use]
pub fn age(birth_date: NaiveDate, on: NaiveDate) -> i64 {
    let tomorrow = on.succ_opt().unwrap_or(on);
    let years = i64::from(tomorrow.year()).saturating_sub(birth_date.year().into());
    let before_birthday = (tomorrow.month(), tomorrow.day()) < (birth_date.month(), birth_date.day());
    years.saturating_sub(before_birthday.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_year_of_age_is_attained_the_day_before_the_birthday() {
        let born = day("2015-05-10");
        assert_eq!([age(born, day("2025-05-08")), age(born, day("2025-05-09")), age(born, day("2025-05-10"))], [9, 10, 10]);
        assert_eq!(age(born, day("2015-05-09")), 0);
    }

    #[test]
    fn those_born_on_29_february_turn_older_on_the_28th() {
        let born = day("2012-02-29");
        assert_eq!([age(born, day("2023-02-27")), age(born, day("2023-02-28")), age(born, day("2024-02-28"))], [10, 11, 12]);
    }

    #[test]
    fn born_on_1_april_belongs_to_the_earlier_school_year() {
        let on = day("2025-10-01");
        let grade = |born| Facts::for_child(day(born), on).get(Fact::Grade).cloned();
        assert_eq!(grade("2010-04-01"), Some(Value::Grade("H1".parse().unwrap())));
        assert_eq!(grade("2010-04-02"), Some(Value::Grade("J3".parse().unwrap())));
        assert_eq!(Facts::for_child(day("2010-04-01"), on).get(Fact::FiscalAge), Some(&Value::Number(16)));
    }

    #[test]
    fn grades_read_back_and_are_ordered_across_schools() {
        let grades: Vec<_> = (7..=18).filter_map(Grade::of_fiscal_age).collect();
        assert!(grades.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(grades.iter().all(|grade| grade.to_string().parse() == Ok(*grade)));
        assert!(["E0", "E7", "J4", "H4", "", "j1"].iter().all(|text| text.parse::<Grade>().is_err()));
    }

    #[test]
    fn children_under_school_age_have_no_grade() {
        assert_eq!(Facts::for_child(day("2023-06-01"), day("2025-05-01")).get(Fact::Grade), None);
    }
}
