//! The merchant's months, and the payments for them: when, how much, and what is behind each.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// A merchant's month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The month, `2026-05`.
    pub month: String,
    /// Its first day.
    pub from: NaiveDate,
    /// Its last.
    pub to: NaiveDate,
    /// How many receipts.
    pub receipts: i64,
    /// What they add up to.
    pub gross_yen: i64,
    /// What was refunded of them and others.
    pub refunded_yen: i64,
    /// What is due.
    pub net_yen: i64,
    /// `drawn`, `claimed`, `examined`, `approved`.
    pub state: String,
    /// When it is or was to be paid; none where that is not known yet.
    pub pay_on: Option<NaiveDate>,
    /// The payments that it is in, newest first: more than one when the bank gave one back.
    pub payouts: Vec<Payout>,
}

/// A receipt or a refund on a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLine {
    /// 1, 2, 3 …
    pub line: i64,
    /// The receipt.
    pub receipt: String,
    /// The merchant's own number of the bill, where there is one.
    pub invoice: Option<String>,
    /// What was paid for.
    pub expense: String,
    /// When it was paid or refunded.
    pub at: DateTime<Utc>,
    /// Below zero for a refund.
    pub amount_yen: i64,
}

/// Which lines of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhichLines {
    /// Its month, `2026-05`.
    pub month: String,
    /// The page begins behind this line.
    pub after: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

/// One payment by the bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    /// The pay day.
    pub pay_on: NaiveDate,
    /// How much.
    pub amount_yen: i64,
    /// Where it stands.
    pub state: PayoutState,
    /// The months that it pays; what is less than their sum was owed from before.
    pub months: Vec<String>,
}

/// Where a payment by the bank stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutState {
    /// The bank has it.
    Sent,
    /// The bank says that it is paid.
    Paid,
    /// The bank gave it back: the account has to be looked at.
    Returned,
}

impl PayoutState {
    /// As people write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Paid => "paid",
            Self::Returned => "returned",
        }
    }
}
