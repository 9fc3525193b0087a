//! Why something about a merchant is refused: what, where, what to do.

use crate::bank::account::AccountError;
use crate::bank::directory::DirectoryError;
use crate::books::Refused;
use crate::ids::{MerchantId, PersonId, TerminalId};

/// The answer is no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The key stands for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// Only staff decide.
    #[error("only the city's staff may do this")]
    NotStaff,
    /// Nobody approves their own work.
    #[error("{0} took this in and may not approve it: ask a second person")]
    SamePerson(String),
    /// It came by itself, and nobody has looked it through.
    #[error("nobody has received this application: a preparer looks it through first, and another person approves it")]
    NotReceived,
    /// There is no such merchant.
    #[error("there is no merchant {0}")]
    UnknownMerchant(MerchantId),
    /// There is no such terminal, or it belongs to somebody else.
    #[error("there is no terminal {0} of this merchant that is in use")]
    UnknownTerminal(TerminalId),
    /// There is no such person, or they work somewhere else.
    #[error("there is no {0} who works at this merchant")]
    UnknownPerson(PersonId),
    /// The merchant's state does not allow it.
    #[error("the merchant is {state}: it cannot be {asked}")]
    State {
        /// The state it is in.
        state: &'static str,
        /// What was asked.
        asked: &'static str,
    },
    /// A text is empty or too long.
    #[error("{field}: write between 1 and {max} characters")]
    Text {
        /// The field.
        field: &'static str,
        /// The most characters.
        max: usize,
    },
    /// A category or expense is not a name, or is given twice.
    #[error("service {0:?}: write category and expense with small letters, digits, - and _, each pair once")]
    Service(String),
    /// Nothing waits for approval.
    #[error("nothing waits for approval here")]
    NothingToApprove,
    /// The account cannot be used.
    #[error("bank account: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Account(Vec<AccountError>),
    /// Bank or branch is unknown.
    #[error("bank account: {0}")]
    Directory(DirectoryError),
    /// A training city pays into training banks only.
    #[error("bank {0}: a training city pays into banks 9990 to 9998 only, so that no stranger is paid by mistake")]
    NotTraining(String),
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
            Self::NotReceived => "not_received",
            Self::UnknownMerchant(_) => "unknown_merchant",
            Self::UnknownTerminal(_) => "unknown_terminal",
            Self::UnknownPerson(_) => "unknown_person",
            Self::State { .. } => "merchant_state",
            Self::Text { .. } => "merchant_text",
            Self::Service(_) => "merchant_service",
            Self::NothingToApprove => "nothing_to_approve",
            Self::Account(_) => "account",
            Self::Directory(error) => error.code(),
            Self::NotTraining(_) => "account_not_training",
            Self::Books(_) => "books",
        }
    }
}
