//! Why something about a statement is refused: what, where, what to do.

use chrono::NaiveDate;

use crate::ids::StatementId;
use crate::time::Month;

/// The answer is no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The key stands for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// The days of the statement are not over.
    #[error("statement month {month} runs through {last_on}: it can be drawn from the day after")]
    NotOver {
        /// The statement month.
        month: Month,
        /// Its last day.
        last_on: NaiveDate,
    },
    /// There is no such statement, or it belongs to another merchant.
    #[error("there is no statement {0}")]
    Unknown(StatementId),
    /// The statement's state does not allow it.
    #[error("statement {statement} is {state}: it cannot be {asked}")]
    State {
        /// Which.
        statement: StatementId,
        /// The state it is in.
        state: &'static str,
        /// What was asked.
        asked: &'static str,
    },
    /// Nobody approves their own work.
    #[error("{by} has worked on statement {statement} already: ask a second person")]
    SamePerson {
        /// Which.
        statement: StatementId,
        /// Who.
        by: String,
    },
    /// Only the merchant or staff for it may claim, only staff examine and approve.
    #[error("this actor may not do this")]
    NotAllowed,
}

impl Rejected {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::NotOver { .. } => "statement_not_over",
            Self::Unknown(_) => "unknown_statement",
            Self::State { .. } => "statement_state",
            Self::SamePerson { .. } => "same_person",
            Self::NotAllowed => "not_allowed",
        }
    }
}
