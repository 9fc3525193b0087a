//! The Till: the narrow door between merchants and the books.
//!
//! The merchants' face knows nothing else of the city. The types here carry invoice, amount, time and state, and nothing that depends
//! on who pays: no scheme, no child, no family, no balance, no split. `ops` fits the ledger to it; in one process it is a call. Who may stand at it
//! is the [`crate::registrar`]'s to say.
//!
//! Invariant: whatever funds a payment, every answer is the same.

mod invoices;
mod receipts;
mod refused;
mod secrets;
mod statements;

use std::future::Future;

use chrono::{DateTime, Utc};

pub use invoices::{Billed, Invoice, InvoiceState, NewInvoice, WhichInvoices};
pub use receipts::{NewCapture, NewRefund, Paid, Receipt, Refund, WhichReceipts};
pub use refused::{Answer, Invalid, TillError, WrongField};
pub use secrets::{Credential, ScannedCode};
pub use statements::{Payout, PayoutState, Statement, StatementLine, WhichLines};

/// The door. Each command carries an idempotency key: the same key with the same request is answered the same again.
///
/// A credential opens it for a desk (a terminal, or somebody who works at one) or for a manager; what is for managers alone says so.
pub trait Till: Clone + Send + Sync + 'static {
    /// Pays the desk what a code has set aside, if it is for this merchant, and for this amount where one is named.
    fn capture(&self, credential: &Credential, key: &str, capture: &NewCapture) -> impl Future<Output = Answer<Receipt>> + Send;

    /// Refunds some or all of a receipt. A desk refunds receipts of the day, a manager those of any day.
    fn refund(&self, credential: &Credential, key: &str, refund: &NewRefund) -> impl Future<Output = Answer<Refund>> + Send;

    /// Bills an amount.
    fn create_invoice(&self, credential: &Credential, key: &str, invoice: &NewInvoice) -> impl Future<Output = Answer<Invoice>> + Send;

    /// Bills many at once; answers a line for each, in their order. What is wrong with one line does not stop the others.
    fn create_invoices(&self, credential: &Credential, key: &str, invoices: &[NewInvoice]) -> impl Future<Output = Answer<Vec<Billed>>> + Send;

    /// Takes an own bill back that nobody has paid.
    fn cancel_invoice(&self, credential: &Credential, key: &str, invoice: &str) -> impl Future<Output = Answer<Invoice>> + Send;

    /// Shows an own bill.
    fn invoice(&self, credential: &Credential, invoice: &str) -> impl Future<Output = Answer<Invoice>> + Send;

    /// Own bills, newest first.
    fn invoices(&self, credential: &Credential, which: &WhichInvoices) -> impl Future<Output = Answer<Vec<Invoice>>> + Send;

    /// The receipts of some days, in the merchant's own order: by time, then by number.
    fn receipts(&self, credential: &Credential, which: &WhichReceipts) -> impl Future<Output = Answer<Vec<Receipt>>> + Send;

    /// One own receipt.
    fn receipt(&self, credential: &Credential, receipt: &str) -> impl Future<Output = Answer<Receipt>> + Send;

    /// What has been paid since `since`, or from now on where nothing is said. An answer looks back a little beyond `since`, so that a payment that was
    /// being made meanwhile is not missed: whoever asks again and again leaves out what was told before.
    fn paid(&self, credential: &Credential, since: Option<DateTime<Utc>>) -> impl Future<Output = Answer<Paid>> + Send;

    /// The statements so far, newest first. For managers.
    fn statements(&self, credential: &Credential) -> impl Future<Output = Answer<Vec<Statement>>> + Send;

    /// The statement of a month (`2026-05`), once it is drawn. For managers.
    fn statement(&self, credential: &Credential, month: &str) -> impl Future<Output = Answer<Statement>> + Send;

    /// The receipts and refunds of a statement, by time, page by page. For managers.
    fn statement_lines(&self, credential: &Credential, which: &WhichLines) -> impl Future<Output = Answer<Vec<StatementLine>>> + Send;

    /// Claims payment of a statement, with one click. For managers.
    fn claim_payment(&self, credential: &Credential, key: &str, month: &str) -> impl Future<Output = Answer<Statement>> + Send;

    /// The payments by the bank so far, newest first. For managers.
    fn payouts(&self, credential: &Credential) -> impl Future<Output = Answer<Vec<Payout>>> + Send;
}
