//! How an action of staff ends other than well: one type for every door.

use std::fmt;

use ledger::error::{Error, Failure};
use ledger::staff::{Denied, Ended, Refusal};
use web::{Fault, Language};

/// The answer is no, or something broke.
#[derive(Debug)]
pub enum Refused {
    /// They may not, or do not say why: nothing was begun.
    Denied(Denied),
    /// There is no such thing in this city.
    NotFound,
    /// A command without an idempotency key.
    NoKey,
    /// A field that only the use case can judge.
    Field(&'static str, Fault),
    /// The ledger says no.
    No(No),
    /// Something broke.
    Failed(Failure),
}

/// A refusal of the ledger's.
#[derive(Debug, Clone)]
pub struct No {
    /// A stable code for programs.
    pub code: &'static str,
    /// The clerk's sentence, where the refusal has one of its own.
    pub japanese: Option<String>,
    /// What it says.
    pub english: String,
}

impl<R: Refusal + 'static> From<Error<R>> for Refused {
    fn from(error: Error<R>) -> Self {
        match error {
            Error::Rejected(refusal) => Self::No(No { code: refusal.code(), japanese: refusal.japanese(), english: refusal.to_string() }),
            Error::Failed(failure) => Self::Failed(failure),
        }
    }
}

impl From<Denied> for Refused {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Refused {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Denied(denied) => denied.code(),
            Self::NotFound => "not_found",
            Self::NoKey => "idempotency_key",
            Self::Field(_, fault) => fault.code(),
            Self::No(no) => no.code,
            Self::Failed(_) => "failed",
        }
    }

    /// How it stands in the audit log.
    #[must_use]
    pub fn ended(&self) -> Ended {
        match self {
            Self::Failed(_) => Ended::Failed,
            refused => Ended::Refused(refused.code().to_owned()),
        }
    }
}

/// In English, for people at the server.
impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied(denied) => denied.fmt(f),
            Self::NotFound => f.write_str("there is no such thing in this city"),
            Self::NoKey => f.write_str("a command needs an idempotency key"),
            Self::Field(name, fault) => write!(f, "{name}: {}", fault.detail().of(Language::English)),
            Self::No(no) => f.write_str(&no.english),
            Self::Failed(failure) => failure.fmt(f),
        }
    }
}
