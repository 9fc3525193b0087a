//! Why something about a remittance is refused: what, where, what to do.

use crate::bank::calendar::BeyondHorizon;
use crate::bank::file_error::FileError;
use crate::books::Refused;
use crate::ids::{MerchantId, RemittanceId};

/// The answer is no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The key stands for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// Only staff move money.
    #[error("only the city's staff may do this")]
    NotStaff,
    /// Nobody approves their own work.
    #[error("{0} prepared this remittance and may not approve it: ask a second person")]
    SamePerson(String),
    /// One file at a time is on its way.
    #[error("remittance {0} is not sent yet: send or cancel it first")]
    Open(RemittanceId),
    /// Nobody can be paid; who is due and stopped is listed.
    #[error("nothing can be paid: {} payees are due and stopped", .0.len())]
    NothingToPay(Vec<super::Stop>),
    /// There is no such remittance.
    #[error("there is no remittance {0}")]
    Unknown(RemittanceId),
    /// The remittance's state does not allow it.
    #[error("the remittance is {state}: it cannot be {asked}")]
    State {
        /// The state it is in.
        state: &'static str,
        /// What was asked.
        asked: &'static str,
    },
    /// A merchant was suspended after the remittance was prepared.
    #[error("merchant {0} was suspended after this remittance was prepared: cancel it and prepare again")]
    Stopped(MerchantId),
    /// The file that is to be sent is not the one that was built and approved.
    #[error("the file is not the one that was built: its SHA-256 differs, build it again from this remittance")]
    OtherFile,
    /// The file has no such line that may come back.
    #[error("the file has no line {0} that was sent and has not come back")]
    NoSuchLine(i32),
    /// It waits for a second person already, or has come back.
    #[error("line {0} has been told already: a second person confirms or rejects it")]
    ToldBefore(i32),
    /// Nobody has said that the line comes back.
    #[error("nobody has entered that line {0} comes back before the debit: enter what the bank said first")]
    NotTold(i32),
    /// Nobody confirms what they entered.
    #[error("{0} entered this return and may not confirm or reject it: ask a second person")]
    SamePersonTold(String),
    /// The pay day lies where no holidays are known.
    #[error(transparent)]
    Calendar(BeyondHorizon),
    /// The file as a whole cannot be written: the city's own account or name.
    #[error("bank file: {0}")]
    File(FileError),
    /// The city's own data cannot be used.
    #[error(transparent)]
    City(crate::city::Rejected),
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
            Self::SamePerson(_) | Self::SamePersonTold(_) => "same_person",
            Self::Open(_) => "remittance_open",
            Self::NothingToPay(_) => "nothing_to_pay",
            Self::Unknown(_) => "unknown_remittance",
            Self::State { .. } => "remittance_state",
            Self::Stopped(_) => "merchant_stopped",
            Self::OtherFile => "other_file",
            Self::NoSuchLine(_) => "unknown_line",
            Self::ToldBefore(_) => "told_before",
            Self::NotTold(_) => "not_proposed",
            Self::Calendar(_) => "holidays_unknown",
            Self::File(error) => error.code(),
            Self::City(error) => error.code(),
            Self::Books(_) => "books",
        }
    }
}
