//! The statement of a family's own money: what came in, what went out, and what was left each time. Read only.

use chrono::NaiveDate;

use super::repo;
use crate::Ledger;
use crate::error::Failure;
use crate::ids::{AccountId, EntryId, FamilyId, Municipality};
use crate::money::Yen;
use crate::time::Instant;

/// Why own money moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// It came in.
    Loaded,
    /// It was set aside for a payment.
    Paid,
    /// What was set aside came back.
    GivenBack,
    /// A class refunded.
    Refunded,
    /// The family had it paid back.
    PaidBack,
}

impl Moved {
    /// As people and programs write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Loaded => "loaded",
            Self::Paid => "paid",
            Self::GivenBack => "given_back",
            Self::Refunded => "refunded",
            Self::PaidBack => "paid_back",
        }
    }

    /// From the database's text.
    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Loaded, Self::Paid, Self::GivenBack, Self::Refunded, Self::PaidBack].into_iter().find(|moved| moved.as_str() == text)
    }
}

/// One line of the statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// The entry behind it.
    pub entry: EntryId,
    /// When.
    pub at: Instant,
    /// The day in Tokyo to which it belongs.
    pub on: NaiveDate,
    /// Why.
    pub moved: Moved,
    /// How much: less than nothing when it went out.
    pub amount: Yen,
    /// What was left afterwards.
    pub balance: Yen,
    /// The payment, where there is one.
    pub payment: Option<AccountId>,
}

impl Ledger {
    /// The statement of a family's own money, newest first, from the line behind the entry `after`, at most `limit`.
    pub async fn own_money_movements(
        &self,
        municipality: Municipality,
        family: FamilyId,
        after: Option<EntryId>,
        limit: i64,
    ) -> Result<Vec<Movement>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_in_tx(&mut tx, municipality, family, (after, limit)).await
    }
}
