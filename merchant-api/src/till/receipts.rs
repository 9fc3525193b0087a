//! Payments taken, and refunds of them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::ScannedCode;

/// What a desk asks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewCapture {
    /// What was scanned or typed.
    pub code: ScannedCode,
    /// The price in yen. Where it is named, a code that holds another amount does not pay; where it is not, the code pays what it holds.
    pub amount_yen: Option<i64>,
}

/// A merchant's receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Its number.
    pub receipt: String,
    /// The merchant's own number of the bill, where there is one.
    pub invoice: Option<String>,
    /// The whole price in yen.
    pub amount_yen: i64,
    /// What was paid for, as the merchant billed it.
    pub expense: String,
    /// When.
    pub paid_at: DateTime<Utc>,
    /// What has been refunded of it, in yen.
    pub refunded_yen: i64,
    /// Four digits that the family's screen shows too: live proof, where a screenshot is none.
    pub match_code: String,
}

/// Which receipts: those of some days, page by page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhichReceipts {
    /// The first day.
    pub first: NaiveDate,
    /// The last, included.
    pub last: NaiveDate,
    /// The page begins behind this receipt.
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// From when on: an instant, or now where none is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Since(pub Option<DateTime<Utc>>);

/// What was paid lately.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    /// The receipts, the oldest first.
    pub receipts: Vec<Receipt>,
    /// What to ask with next.
    pub until: DateTime<Utc>,
}

/// What a merchant gives back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewRefund {
    /// Of which receipt.
    pub receipt: String,
    /// How much, in yen.
    pub amount_yen: i64,
    /// Why.
    pub reason: String,
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Its number.
    pub refund: String,
    /// The receipt.
    pub receipt: String,
    /// How much, in yen.
    pub amount_yen: i64,
    /// When.
    pub refunded_at: DateTime<Utc>,
}
