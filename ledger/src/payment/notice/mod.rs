//! What a family's phone is told, also where others see it: on a lock screen, at a desk. One fixed text for each kind of event, whoever pays and however
//! much; the same events for every family. Read off what has happened: nothing is written for it on the merchant's clock.

mod repo;

use uuid::Uuid;

use crate::Ledger;
use crate::error::Failure;
use crate::ids::{FamilyId, Municipality};
use crate::time::Instant;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// A payment was taken.
    Paid,
    /// Some or all of it was given back.
    Refunded,
    /// A bill that was to settle by itself did not.
    NotSettled,
}

/// One thing that a family is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// Its number.
    pub id: Uuid,
    /// What happened.
    pub kind: NoticeKind,
    /// When.
    pub at: Instant,
}

/// Behind which notice a page begins.
pub type After = (Instant, Uuid);

impl NoticeKind {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "paid" => Some(Self::Paid),
            "refunded" => Some(Self::Refunded),
            "not_settled" => Some(Self::NotSettled),
            _ => None,
        }
    }
}

impl Ledger {
    /// A family's notices, newest first: those behind `after`, at most `limit`.
    pub async fn list_notices(&self, municipality: Municipality, family: FamilyId, after: Option<After>, limit: i64) -> Result<Vec<Notice>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_in_tx(&mut tx, municipality, family, after, limit).await
    }
}
