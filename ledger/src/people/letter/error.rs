//! Why something about letters is refused. For staff.

use crate::ids::FamilyId;

/// The answer is no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The key stands for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// Only staff.
    #[error("only the city's staff may do this")]
    NotStaff,
    /// There is no such family.
    #[error("there is no family {0}")]
    Unknown(FamilyId),
    /// There is nobody to write to.
    #[error("nobody raises a child in family {0} today: there is nobody to write to")]
    NoGuardian(FamilyId),
    /// Nobody waits for a letter.
    #[error("no family waits for a letter; those of protected families are printed one by one")]
    Nobody,
    /// How many.
    #[error("print between 1 and {} letters at once", super::LETTERS_MAX)]
    Count,
    /// The address.
    #[error("write an address of 1 to {} characters, or none", super::ADDRESS_MAX)]
    Address,
}

impl Rejected {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::NotStaff => "not_staff",
            Self::Unknown(_) => "unknown_family",
            Self::NoGuardian(_) => "letter_no_guardian",
            Self::Nobody => "letter_nobody",
            Self::Count => "letter_count",
            Self::Address => "letter_address",
        }
    }
}
