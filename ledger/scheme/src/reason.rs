//! Why a child, a month or a cost is not paid for: stable codes, and a sentence for people in three languages.
//!
//! A reason never carries a name, an amount of income or anything else that is not in the scheme or was not asked.

use std::fmt;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use super::facts::Fact;
use super::limit::Per;
use foundation::time::Month;

/// One reason. [`Reason::code`] is stable; `Display` is the code and the English sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// A fact is known and is not what the scheme asks for.
    NotMet(Fact, String),
    /// A fact is known and is one that the scheme excludes.
    Barred(Fact, String),
    /// A fact that decides is not known.
    Unknown(Fact),
    /// No version of the scheme is in force on the day.
    NoVersion(NaiveDate),
    /// The child qualifies later only.
    NotYet(NaiveDate),
    /// The month is not one in which the child qualifies.
    MonthNotQualifying(Month),
    /// None of the months asked for counts.
    NoMonthQualifies,
    /// Another scheme or status takes this one's place.
    ExcludedWith(String),
    /// No new grants after this day.
    ClosedToNew(NaiveDate),
    /// No class of the scheme fits, so that no amount can be chosen.
    NoClass,
    /// This kind of expense is not payable.
    ExpenseNotCovered(String),
    /// The scheme needs to know the service.
    ServiceRequired,
    /// This service is not payable.
    ServiceNotCovered(String),
    /// The child is not registered with this service.
    ServiceNotRegistered(String),
    /// The cost does not fall into what is being paid.
    OutsidePeriod,
    /// A limit of the scheme is used up.
    LimitReached(Per),
    /// Nothing is left of the grant.
    BalanceUsed,
}

impl Reason {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::NotMet(fact, _) => format!("{}_not_met", fact.name()),
            Self::Barred(fact, _) => format!("{}_barred", fact.name()),
            Self::Unknown(fact) => format!("{}_unknown", fact.name()),
            Self::NoVersion(_) => "no_version".to_owned(),
            Self::NotYet(_) => "not_yet".to_owned(),
            Self::MonthNotQualifying(_) => "month_not_qualifying".to_owned(),
            Self::NoMonthQualifies => "no_month_qualifies".to_owned(),
            Self::ExcludedWith(_) => "excluded_with".to_owned(),
            Self::ClosedToNew(_) => "closed_to_new".to_owned(),
            Self::NoClass => "no_class".to_owned(),
            Self::ExpenseNotCovered(_) => "expense_not_covered".to_owned(),
            Self::ServiceRequired => "service_required".to_owned(),
            Self::ServiceNotCovered(_) => "service_not_covered".to_owned(),
            Self::ServiceNotRegistered(_) => "service_not_registered".to_owned(),
            Self::OutsidePeriod => "outside_period".to_owned(),
            Self::LimitReached(per) => format!("limit_{}", per.name()),
            Self::BalanceUsed => "balance_used".to_owned(),
        }
    }

    /// The sentence in English.
    #[must_use]
    pub fn english(&self) -> String {
        match self {
            Self::NotMet(fact, wanted) => format!("the scheme asks for {} {wanted}", fact.name()),
            Self::Barred(fact, wanted) => format!("the scheme excludes {} {wanted}", fact.name()),
            Self::Unknown(fact) => format!("{} is not known, and it decides", fact.name()),
            Self::NoVersion(on) => format!("no rules are in force on {on}"),
            Self::NotYet(since) => format!("qualifies only since {since}"),
            Self::MonthNotQualifying(month) => format!("does not qualify in {month}"),
            Self::NoMonthQualifies => "no month of the period qualifies".to_owned(),
            Self::ExcludedWith(status) => format!("{status} takes the place of this scheme"),
            Self::ClosedToNew(day) => format!("closed to new grants after {day}"),
            Self::NoClass => "none of the scheme's classes fits, so no amount can be chosen".to_owned(),
            Self::ExpenseNotCovered(expense) => format!("{expense} is not payable"),
            Self::ServiceRequired => "the scheme pays for named services only, and no service is named".to_owned(),
            Self::ServiceNotCovered(service) => format!("the service {service} is not payable"),
            Self::ServiceNotRegistered(service) => format!("not registered as a user of the service {service}"),
            Self::OutsidePeriod => "the cost does not fall into the period that is paid".to_owned(),
            Self::LimitReached(per) => format!("the limit per {} is reached", per.name()),
            Self::BalanceUsed => "nothing is left of the grant".to_owned(),
        }
    }

    /// The sentence in easy Japanese.
    #[must_use]
    pub fn easy(&self) -> String {
        match self {
            Self::NotMet(fact, wanted) => format!("{}が「{wanted}」ではありません", fact.japanese()),
            Self::Barred(fact, wanted) => format!("{}が「{wanted}」の人は使えません", fact.japanese()),
            Self::Unknown(fact) => format!("{}がわかりません", fact.japanese()),
            Self::NoVersion(on) => format!("{on} には、この制度はありません"),
            Self::NotYet(since) => format!("使えるのは {since} からです"),
            Self::MonthNotQualifying(month) => format!("{month} は使えない月です"),
            Self::NoMonthQualifies => "使える月がありません".to_owned(),
            Self::ExcludedWith(status) => format!("ほかの制度（{status}）を使っています"),
            Self::ClosedToNew(day) => format!("新しい申し込みは {day} で終わりました"),
            Self::NoClass => "金額を決めることができません".to_owned(),
            Self::ExpenseNotCovered(expense) => format!("このお金（{expense}）には使えません"),
            Self::ServiceRequired => "サービスを選んでください".to_owned(),
            Self::ServiceNotCovered(service) => format!("このサービス（{service}）には使えません"),
            Self::ServiceNotRegistered(service) => format!("サービス（{service}）に登録していません"),
            Self::OutsidePeriod => "使えない日のお金です".to_owned(),
            Self::LimitReached(per) => format!("決まりの金額（{}）まで、もう使いました", per.japanese()),
            Self::BalanceUsed => "もう残っていません".to_owned(),
        }
    }

    /// The sentence in Japanese.
    #[must_use]
    pub fn japanese(&self) -> String {
        match self {
            Self::NotMet(fact, wanted) => format!("{}の要件（{wanted}）を満たしていません", fact.japanese()),
            Self::Barred(fact, wanted) => format!("{}が対象外（{wanted}）です", fact.japanese()),
            Self::Unknown(fact) => format!("{}が確認できません", fact.japanese()),
            Self::NoVersion(on) => format!("{on}に有効な制度がありません"),
            Self::NotYet(since) => format!("対象となるのは{since}からです"),
            Self::MonthNotQualifying(month) => format!("{month}は対象月ではありません"),
            Self::NoMonthQualifies => "対象となる月がありません".to_owned(),
            Self::ExcludedWith(status) => format!("他の制度（{status}）の対象のため、対象外です"),
            Self::ClosedToNew(day) => format!("新規の受付は{day}で終了しました"),
            Self::NoClass => "区分が決まらないため、金額を計算できません".to_owned(),
            Self::ExpenseNotCovered(expense) => format!("対象外の費用（{expense}）です"),
            Self::ServiceRequired => "利用するサービスを選んでください".to_owned(),
            Self::ServiceNotCovered(service) => format!("対象外のサービス（{service}）です"),
            Self::ServiceNotRegistered(service) => format!("サービス（{service}）の利用登録がありません"),
            Self::OutsidePeriod => "対象期間外の費用です".to_owned(),
            Self::LimitReached(per) => format!("上限（{}）に達しています", per.japanese()),
            Self::BalanceUsed => "残りがありません".to_owned(),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.english())
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
