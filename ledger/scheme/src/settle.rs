//! Table 7, settle: who is paid, when usage is closed and when it is paid out.
//!
//! On the city's shared rail the closing and pay days are the municipality's; these are what the scheme's own rules say.

use chrono::NaiveDate;

use super::period::Offset;
use super::reader::{Node, Read};
use foundation::time::Month;

/// Who is paid and when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settle {
    /// Who is paid.
    pub payee: Option<String>,
    /// When a month of service is closed.
    pub close: Option<Offset>,
    /// When it is paid.
    pub pay: Option<Offset>,
    /// Where a pay day that is no business day moves.
    pub roll: Roll,
    /// Whether the payee gets a statement.
    pub statement: Option<bool>,
}

/// Where a pay day that is no business day moves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Roll {
    /// It stays.
    #[default]
    None,
    /// To the next business day.
    Next,
    /// To the business day before.
    Previous,
}

impl Settle {
    /// The day on which the usage of `service` is closed.
    #[must_use]
    pub fn closes_on(&self, service: Month) -> Option<NaiveDate> {
        self.close.map(|close| close.from(service))
    }

    /// The day on which the usage of `service` is paid, before it moves to a business day.
    #[must_use]
    pub fn pays_on(&self, service: Month) -> Option<NaiveDate> {
        self.pay.map(|pay| pay.from(service))
    }
}

impl Read for Settle {
    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let payee = table.optional("payee");
        let close = table.optional::<Offset>("close");
        let pay = table.optional::<Offset>("pay");
        let roll = table.node("roll").map_or(Some(Roll::None), |node| node.one_of(&[("none", Roll::None), ("next", Roll::Next), ("previous", Roll::Previous)]));
        let statement = table.optional("statement");
        if close.zip(pay).is_some_and(|(close, pay)| (close.months, close.day) > (pay.months, pay.day)) {
            table.problem_at("pay", "a month is not paid before it is closed");
        }
        table.finish()?;
        Some(Self { payee, close, pay, roll: roll?, statement })
    }
}
