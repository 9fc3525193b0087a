//! Reversing an entry by hand: only what stands alone in the books. Whatever has a state beside it is undone by its own operation.

use super::{Refusal, repo};
use crate::Ledger;
use crate::actor::Command;
use crate::books::{Outcome, Refused};
use crate::error::{Error, Failure};
use crate::ids::{EntryId, Municipality};

/// Events that nothing but the books knows of.
const STAND_ALONE: [&str; 3] = ["appropriate", "fund", "year_end"];

/// Why an entry is not reversed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReverseRejected {
    /// There is no such entry.
    #[error("there is no entry {0}")]
    Unknown(EntryId),
    /// It has a state of its own beside the books.
    #[error("this entry belongs to a payment, grant, payout or bank line: undo it there (refund, revoke, return), not by hand")]
    NotAlone,
    /// The bank statement has been matched to it.
    #[error("a bank line is matched to this entry: it has happened and cannot be reversed")]
    Matched,
    /// The books say no.
    #[error(transparent)]
    Books(Refused),
}

impl ReverseRejected {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown_entry",
            Self::NotAlone => "entry_not_alone",
            Self::Matched => "entry_matched",
            Self::Books(Refused::Conflict) => "conflict",
            Self::Books(Refused::Reversed) => "entry_reversed",
            Self::Books(Refused::Closed) => "closed",
            Self::Books(_) => "books",
        }
    }
}

impl Ledger {
    /// Reverses an entry that stands alone, in the open month. It can be reversed once.
    ///
    /// # Errors
    /// [`ReverseRejected`]: unknown, not alone, matched to a bank line, reversed before, or spent meanwhile.
    pub async fn reverse_by_hand(&self, municipality: Municipality, command: Command, entry: EntryId, reason: &str) -> Result<EntryId, Error<ReverseRejected>> {
        let mut tx = self.pool.begin().await?;
        let (event, matched) = repo::entries::find_entry_in_tx(&mut tx, municipality, entry).await?.ok_or(Error::Rejected(ReverseRejected::Unknown(entry)))?;
        drop(tx);
        if !STAND_ALONE.contains(&event.as_str()) {
            return Err(Error::Rejected(ReverseRejected::NotAlone));
        }
        if matched {
            return Err(Error::Rejected(ReverseRejected::Matched));
        }
        match self.reverse(municipality, command, entry, reason).await? {
            Outcome::Posted(entry) | Outcome::Replayed(entry) => Ok(entry),
            Outcome::Rejected(refused) => Err(Error::Rejected(ReverseRejected::Books(refused))),
        }
    }
}

/// Anything that the books refuse, as every other refusal is named.
impl Refusal for Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Closed => "closed",
            _ => "books",
        }
    }
}

/// A use case that cannot say no.
impl Refusal for std::convert::Infallible {
    fn code(&self) -> &'static str {
        "infallible"
    }
}

/// So that a read ends like a command: done or failed.
pub fn certain<T>(result: Result<T, Failure>) -> Result<T, Error<std::convert::Infallible>> {
    result.map_err(Error::Failed)
}
