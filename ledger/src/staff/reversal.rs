//! Reversing an entry by hand: only what stands alone in the books. Whatever has a state beside it is undone by its own operation.

use std::borrow::Cow;

use super::repo;
use crate::Ledger;
use crate::actor::Command;
use crate::books::{Outcome, Refused};
use crate::error::{Error, Failure};
use crate::ids::{EntryId, Municipality};
use crate::refusal::{Kind, Refusal};

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

impl Refusal for ReverseRejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown_entry",
            Self::NotAlone => "entry_not_alone",
            Self::Matched => "entry_matched",
            Self::Books(Refused::Reversed) => "entry_reversed",
            Self::Books(refused) => refused.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Unknown(_) => Kind::NotFound,
            Self::NotAlone | Self::Matched => Kind::NotNow,
            Self::Books(refused) => refused.kind(),
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Unknown(entry) => format!("仕訳 {entry} はありません。").into(),
            Self::NotAlone => "この仕訳は支払い・交付・振込などに結び付いています。それぞれの操作で取り消してください。".into(),
            Self::Matched => "入出金明細と照合済みの仕訳です。取り消せません。".into(),
            Self::Books(refused) => refused.japanese(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Unknown(entry) => format!("お金の記録「{entry}」はありません。番号を確かめてください。").into(),
            Self::NotAlone => "この記録だけを取り消すことはできません。支払いなどのところで取り消してください。".into(),
            Self::Matched => "この記録は、銀行の記録と同じです。取り消すことはできません。".into(),
            Self::Books(refused) => refused.easy(),
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

/// So that a read ends like a command: done or failed.
pub fn certain<T>(result: Result<T, Failure>) -> Result<T, Error<std::convert::Infallible>> {
    result.map_err(Error::Failed)
}
