//! What a merchant sees of its receipts. Read only, and the same whoever paid.

mod repo;

use chrono::NaiveDate;

use super::Receipt;
use crate::Ledger;
use crate::error::Failure;
use crate::ids::{MerchantId, Municipality, ReceiptId};
use crate::money::Yen;
use crate::time::Instant;

/// A receipt on a merchant's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedReceipt {
    /// The receipt.
    pub receipt: Receipt,
    /// The merchant's own number of the bill, where there is one.
    pub reference: Option<String>,
    /// What has been refunded of it.
    pub refunded: Yen,
}

/// Which receipts of a merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipts {
    /// This one.
    One(ReceiptId),
    /// Those of some days, first and last inclusive: from the one behind `after`, at most `limit`.
    OfDays {
        /// The first day.
        first: NaiveDate,
        /// The last.
        last: NaiveDate,
        /// Where the page begins.
        after: Option<ReceiptId>,
        /// How many.
        limit: i64,
    },
    /// Those since an instant: at most `limit`, the oldest first.
    Since {
        /// From when on, included.
        from: Instant,
        /// How many.
        limit: i64,
    },
}

impl Ledger {
    /// Receipts of a merchant in its own order: by time, then by number. Behind a receipt that it does not have there is nothing.
    pub async fn list_receipts(&self, municipality: Municipality, merchant: MerchantId, which: Receipts) -> Result<Vec<ListedReceipt>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_in_tx(&mut tx, municipality, merchant, which).await
    }
}
