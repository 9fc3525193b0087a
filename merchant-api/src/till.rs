//! The Till: the narrow door between merchants and the books.
//!
//! The merchants' face knows nothing else of the city. The types here carry invoice, amount, time and state, and nothing that depends
//! on who pays: no scheme, no child, no family, no balance, no split. `ops` fits the ledger to it; in one process it is a call.
//!
//! Invariant: whatever funds a payment, every answer is the same.

use std::fmt;
use std::future::Future;

use chrono::{DateTime, NaiveDate, Utc};

/// What a terminal shows to be let in. Verified behind the Till.
#[derive(Clone)]
pub struct Credential(String);

impl Credential {
    /// As the terminal sent it.
    #[must_use]
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The token, for whoever verifies it.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(…)")
    }
}

/// What was scanned or typed at the desk. Not parsed here: a malformed code gets the same refusal as an unknown one.
#[derive(Clone)]
pub struct ScannedCode(String);

impl ScannedCode {
    /// As it was scanned or typed.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for whoever parses it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ScannedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScannedCode(…)")
    }
}

/// A merchant's receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// A bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// Its number.
    pub invoice: String,
    /// The merchant's own number.
    pub reference: String,
    /// The price in yen.
    pub amount_yen: i64,
    /// What is billed: tuition, materials …
    pub expense: String,
    /// The code that a family scans, 28 characters.
    pub code: String,
    /// Its receipt, once it is paid.
    pub receipt: Option<String>,
}

/// What a merchant bills.
#[derive(Debug, Clone)]
pub struct NewInvoice {
    /// The merchant's own number.
    pub reference: String,
    /// The price in yen.
    pub amount_yen: i64,
    /// What is billed.
    pub expense: String,
    /// The service, where services have registrations of their own.
    pub service: Option<String>,
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// A merchant's month.
#[derive(Debug, Clone, PartialEq, Eq)]
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
}

/// Why a request about the merchant's own data cannot be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The amount is none.
    #[error("金額は 1 円以上で入力してください。")]
    Amount,
    /// The merchant is not registered for this expense or service.
    #[error("この費目・サービスは登録されていません。")]
    NotOffered,
    /// The merchant's own number is in use.
    #[error("この請求番号は使われています。")]
    Reference,
    /// More than what is left of the receipt.
    #[error("返金できるのは残り {left_yen} 円までです。")]
    RefundTooMuch {
        /// What is left.
        left_yen: i64,
    },
    /// The day is closed.
    #[error("この日の帳簿は締め切られています。")]
    DayClosed,
    /// The statement is not in a state that allows it.
    #[error("この明細書は、いまこの操作ができる状態ではありません。")]
    StatementState,
}

/// Why the Till says no, or nothing.
#[derive(Debug, thiserror::Error)]
pub enum TillError {
    /// The code does not pay. One refusal for every reason: unknown, used, expired, foreign, malformed.
    #[error("この支払いコードは使えません。ご家庭に、新しいコードを作っていただいてください。")]
    Refused,
    /// The credential opens nothing.
    #[error("この端末は登録されていません。")]
    Unauthorized,
    /// The merchant has no such receipt, bill or month.
    #[error("見つかりません。")]
    NotFound,
    /// The request cannot be carried out, and this is why: about the merchant's own data only.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The idempotency key was used for another request. Never an answer to a capture: there it would tell that a code exists.
    #[error("この操作番号は別の操作に使われています。")]
    Conflict,
    /// Something broke. What became of the request is found out by asking again with the same key.
    #[error("いま確認できません。同じ操作をもう一度お試しください。")]
    Unknown(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// An answer of the Till.
pub type Answer<T> = Result<T, TillError>;

/// The door. Each command carries an idempotency key: the same key with the same request is answered the same again.
pub trait Till: Clone + Send + Sync + 'static {
    /// Pays the desk what a code has set aside, if it is for this merchant and amount.
    fn capture(&self, credential: &Credential, key: &str, code: &ScannedCode, amount_yen: i64) -> impl Future<Output = Answer<Receipt>> + Send;

    /// Refunds some or all of a receipt.
    fn refund(&self, credential: &Credential, key: &str, receipt: &str, amount_yen: i64, reason: &str) -> impl Future<Output = Answer<Refund>> + Send;

    /// Bills an amount.
    fn create_invoice(&self, credential: &Credential, key: &str, invoice: &NewInvoice) -> impl Future<Output = Answer<Invoice>> + Send;

    /// Shows an own bill.
    fn invoice(&self, credential: &Credential, invoice: &str) -> impl Future<Output = Answer<Invoice>> + Send;

    /// The receipts of some days, in the merchant's own order: by time, then by number.
    fn receipts(&self, credential: &Credential, which: &WhichReceipts) -> impl Future<Output = Answer<Vec<Receipt>>> + Send;

    /// One own receipt.
    fn receipt(&self, credential: &Credential, receipt: &str) -> impl Future<Output = Answer<Receipt>> + Send;

    /// The statement of a month (`2026-05`), once it is drawn.
    fn statement(&self, credential: &Credential, month: &str) -> impl Future<Output = Answer<Statement>> + Send;

    /// Claims payment of a statement, with one click.
    fn claim_payment(&self, credential: &Credential, key: &str, month: &str) -> impl Future<Output = Answer<Statement>> + Send;
}
