//! The days of a rehearsal, from the city's calendar and the scheme's rules alone. Pure.

use chrono::{Days, NaiveDate};
use ledger::bank::calendar::{BeyondHorizon, Roll, plus_business_days, roll};
use ledger::scheme::{Kind, Version};
use ledger::statement::state::days as statement_days;
use ledger::time::{FiscalYear, Month, next_day};

use super::rules::filing_days;
use super::setting::Setting;

/// The days of a rehearsal, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// The city is founded and the roster is imported.
    pub founded_on: NaiveDate,
    /// The classes are taken in.
    pub classes_on: NaiveDate,
    /// The month's money opens.
    pub granted_on: NaiveDate,
    /// The first day on which it is spent or claimed in the statement month.
    pub first: NaiveDate,
    /// The last.
    pub last: NaiveDate,
    /// The days on which claims may be filed; none where nothing is claimed back.
    pub filing: Option<(NaiveDate, NaiveDate)>,
    /// The last day of the statement month.
    pub closing: NaiveDate,
    /// The bank file is handed to the bank.
    pub sent_on: NaiveDate,
    /// The bank pays.
    pub paid_on: NaiveDate,
    /// The day after the month's money closes, where that lies between the close and the end of the rehearsal.
    pub lapses_on: Option<NaiveDate>,
    /// The year whose budget pays.
    pub year: FiscalYear,
}

impl Calendar {
    /// The days on which `setting`'s `month` is rehearsed under `version`.
    ///
    /// # Errors
    /// The holidays of that year are not known.
    pub fn new(setting: &Setting, month: Month, version: &Version) -> Result<Self, BeyondHorizon> {
        let (first, closing) = statement_days(month, setting.closing_day);
        let paid_on = pay_day(setting, month)?;
        let filing = filing_days(version, (first, closing));
        let claims_alone = version.grant.kind == Kind::None;
        let period = version.period(month.first_day(), None);
        let (opens_on, closes_on) = if claims_alone { filing.unwrap_or((first, closing)) } else { (period.opens_on, period.closes_on) };
        // Data goes to the bank five business days before.
        let sent_on = plus_business_days(paid_on, 5, Roll::Previous)?;
        let late = next_day(closes_on);
        Ok(Self {
            founded_on: opens_on.min(month.first_day()).checked_sub_days(Days::new(14)).unwrap_or(opens_on),
            classes_on: first.max(opens_on).checked_sub_days(Days::new(7)).unwrap_or(first),
            granted_on: opens_on,
            first: first.max(opens_on),
            last: closing.min(closes_on),
            filing,
            closing,
            sent_on,
            paid_on,
            lapses_on: Some(late).filter(|late| !claims_alone && *late > closing && *late <= month.plus_months(3).first_day()),
            year: if claims_alone { month.fiscal_year() } else { FiscalYear::of(period.service_from) },
        })
    }
}

/// The day on which the month's payouts leave.
///
/// # Errors
/// The holidays of that year are not known.
pub fn pay_day(setting: &Setting, month: Month) -> Result<NaiveDate, BeyondHorizon> {
    roll(month.plus_months(2).day(u32::from(setting.pay_day)), Roll::Next)
}
