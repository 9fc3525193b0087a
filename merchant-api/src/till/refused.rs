//! Why the answer is no, or none.

use serde::{Deserialize, Serialize};

/// Why a request about the merchant's own data cannot be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Invalid {
    /// The amount is none.
    #[error("the amount is at least 1 yen")]
    Amount,
    /// The merchant is not registered for this expense or service.
    #[error("the merchant is not registered for this kind of expense or service")]
    NotOffered,
    /// The merchant's own number is in use.
    #[error("this reference is in use")]
    Reference,
    /// A bill would be due before it is made, or in more than a year.
    #[error("a bill is due from today on, within a year")]
    Due,
    /// The bill is paid.
    #[error("the bill is paid: refund the receipt")]
    Paid,
    /// More than what is left of the receipt.
    #[error("{left_yen} yen are left of the receipt")]
    RefundTooMuch {
        /// What is left.
        left_yen: i64,
    },
    /// The day is closed.
    #[error("the books are closed for this day")]
    DayClosed,
    /// The statement is not in a state that allows it.
    #[error("the statement's state does not allow this")]
    StatementState,
    /// Nobody removes themselves.
    #[error("nobody removes themselves")]
    Oneself,
}

/// What is wrong with one field of an application or an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongField {
    /// The field, as requests name it.
    pub field: String,
    /// What is wrong, for programs.
    pub code: String,
    /// For people.
    pub japanese: String,
    /// For people who learn Japanese.
    pub easy: String,
    /// For people.
    pub english: String,
}

/// Why the Till says no, or nothing.
#[derive(Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum TillError {
    /// The code does not pay. One refusal for every reason: unknown, used, expired, foreign, malformed.
    #[error("the code cannot be used")]
    Refused,
    /// The credential opens nothing.
    #[error("the credential opens nothing")]
    Unauthorized,
    /// The credential is a desk's, and this is for managers.
    #[error("this is for managers")]
    Forbidden,
    /// The merchant has no such thing.
    #[error("there is no such thing here")]
    NotFound,
    /// The request cannot be carried out, and this is why: about the merchant's own data only.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Fields that cannot be used.
    #[error("some fields are not right")]
    Fields(Vec<WrongField>),
    /// The code does not sign in: mistyped, unknown, used, old.
    #[error("the code does not sign in")]
    SignIn,
    /// Too many attempts from one place.
    #[error("too many attempts from one place: try again in {seconds} seconds")]
    TooMany {
        /// When it is worth trying again.
        seconds: u32,
    },
    /// The idempotency key was used for another request. Never an answer to a capture: there it would tell that a code exists.
    #[error("the idempotency key was used for another request")]
    Conflict,
    /// Too many desks ask at once: nothing was tried. It depends on how many, and on nobody's code.
    #[error("too many ask at once: try again")]
    Busy,
    /// Something broke. What became of the request is found out by asking again with the same key.
    #[error("the outcome is not known: ask again with the same key")]
    #[serde(skip)]
    Unknown(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// An answer of the Till.
pub type Answer<T> = Result<T, TillError>;
