//! Bills.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Invalid;

/// What a merchant bills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewInvoice {
    /// The merchant's own number.
    pub reference: String,
    /// The price in yen.
    pub amount_yen: i64,
    /// What is billed.
    pub expense: String,
    /// The service, where services have registrations of their own.
    pub service: Option<String>,
    /// The day on which it is due, where it says one.
    pub due_on: Option<NaiveDate>,
}

/// A bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// Its number.
    pub invoice: String,
    /// The merchant's own number.
    pub reference: String,
    /// The price in yen.
    pub amount_yen: i64,
    /// What is billed: tuition, materials …
    pub expense: String,
    /// The day on which it is due.
    pub due_on: Option<NaiveDate>,
    /// The code that a family scans, 28 characters.
    pub code: String,
    /// Where it stands.
    pub state: InvoiceState,
    /// Its receipt, once it is paid.
    pub receipt: Option<String>,
}

/// Where a bill stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceState {
    /// Somebody may pay it.
    Open,
    /// Somebody has.
    Paid,
    /// It was taken back.
    Cancelled,
}

impl InvoiceState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Open, Self::Paid, Self::Cancelled];

    /// As people write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Which bills: of one state or all, page by page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhichInvoices {
    /// In this state.
    pub state: Option<InvoiceState>,
    /// The page begins behind this bill.
    pub after: Option<String>,
    /// At most so many.
    pub limit: i64,
}

/// What became of one line of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Billed {
    /// A bill was made.
    Made(Invoice),
    /// The same bill was there.
    Known(Invoice),
    /// The line cannot be a bill.
    Refused(Invalid),
}
