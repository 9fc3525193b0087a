//! Why something about the bank statement is refused: what, where, what to do.

use crate::bank::calendar::BeyondHorizon;
use crate::bank::file_error::FileError;
use crate::books::Refused;
use crate::ids::{BankLineId, RemittanceId};
use crate::money::Yen;

/// The answer is no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The key stands for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// Only staff may do this.
    #[error("only the city's staff may do this")]
    NotStaff,
    /// Nobody approves their own work.
    #[error("{0} proposed this return and may not confirm it: ask a second person")]
    SamePerson(String),
    /// The file cannot be read.
    #[error("bank statement: {0}")]
    File(FileError),
    /// The file is of another account, or of several.
    #[error("the file is of {0}: import the statement of the city's own account, alone")]
    OtherAccount(String),
    /// The file says no balances.
    #[error("the file gives no opening or closing balance: fetch it with balances, so that no line can be missing")]
    NoBalance,
    /// A line that is known stands behind one that is new.
    #[error("record {record} was imported before, but lines before it were not: fetch the statement again without gaps")]
    Overlap {
        /// The record in the file.
        record: usize,
    },
    /// A statement is missing in between.
    #[error("a balance of {expected} yen was expected before the first new line, the file says {found}: import the missing statement first")]
    Gap {
        /// The closing balance of the last import, or the books' balance before the first.
        expected: Yen,
        /// By the file.
        found: Yen,
    },
    /// There is no such line.
    #[error("there is no bank line {0}")]
    UnknownLine(BankLineId),
    /// The line's match does not allow it.
    #[error("bank line {line} is {state}: it cannot be {asked}")]
    State {
        /// The line.
        line: BankLineId,
        /// What it is.
        state: String,
        /// What was asked.
        asked: &'static str,
    },
    /// Nobody has proposed this.
    #[error("this return has not been proposed: propose it first")]
    NotProposed,
    /// The remittance or its line cannot be what the bank line says.
    #[error("remittance {remittance}: {why}")]
    Remittance {
        /// Which.
        remittance: RemittanceId,
        /// What does not fit.
        why: &'static str,
    },
    /// The city holds no families' own money.
    #[error("this city holds no own money of families: the credit must be sent back or explained otherwise")]
    NoOwnMoney,
    /// The day lies where no holidays are known.
    #[error(transparent)]
    Calendar(BeyondHorizon),
    /// The month cannot be closed yet.
    #[error("the month cannot be closed: {}", .0.join("; "))]
    NotReady(Vec<String>),
    /// The books say no.
    #[error(transparent)]
    Books(Refused),
}

impl Rejected {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::NotStaff => "not_staff",
            Self::SamePerson(_) => "same_person",
            Self::File(error) => error.code(),
            Self::OtherAccount(_) => "other_account",
            Self::NoBalance => "no_balance",
            Self::Overlap { .. } => "statement_overlap",
            Self::Gap { .. } => "statement_gap",
            Self::UnknownLine(_) => "unknown_line",
            Self::State { .. } => "line_state",
            Self::NotProposed => "not_proposed",
            Self::Remittance { .. } => "remittance_does_not_fit",
            Self::NoOwnMoney => "no_own_money",
            Self::Calendar(_) => "holidays_unknown",
            Self::NotReady(_) => "month_not_ready",
            Self::Books(_) => "books",
        }
    }
}
