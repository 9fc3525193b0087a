//! Rejections and failures are different types: a rejection is an answer, a failure is an accident.

use crate::money::Overflow;

/// Too many requests wait already: nothing happened, try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many requests at once: try again")]
pub struct Busy;

/// Something that should not happen: logged once at the edge with its whole chain; the caller learns a request id only.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The database did not answer as it should.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
    /// Stored rows contradict each other or the code.
    #[error("{table}: {what}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// What does not fit.
        what: String,
    },
    /// Sealed data could not be opened or made.
    #[error("the vault failed: {0}")]
    Vault(&'static str),
    /// Too many look-ups wait: nothing was tried.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// An amount left its range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

impl Failure {
    /// Rows of `table` that contradict themselves.
    #[must_use]
    pub fn inconsistent(table: &'static str, what: impl Into<String>) -> Self {
        Self::Inconsistent { table, what: what.into() }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

/// How a use case ends other than well: the answer is no, or something broke.
#[derive(Debug, thiserror::Error)]
pub enum Error<R: std::error::Error + 'static> {
    /// The answer is no, and this is why.
    #[error(transparent)]
    Rejected(R),
    /// Something broke.
    #[error(transparent)]
    Failed(Failure),
}

impl<R: std::error::Error, F: Into<Failure>> From<F> for Error<R> {
    fn from(failure: F) -> Self {
        Self::Failed(failure.into())
    }
}

impl<R: std::error::Error> Error<R> {
    /// The same end, told as another kind of rejection.
    pub fn map<S: std::error::Error>(self, rejected: impl FnOnce(R) -> S) -> Error<S> {
        match self {
            Self::Rejected(known) => Error::Rejected(rejected(known)),
            Self::Failed(failure) => Error::Failed(failure),
        }
    }
}
