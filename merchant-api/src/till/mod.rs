//! What passes through the [Till](crate::doors::Till): the types carry invoice, amount, time and state, and nothing that depends on who pays. No scheme,
//! no child, no family, no balance, no split.

mod invoices;
mod receipts;
mod refused;
mod secrets;
mod statements;

pub use invoices::{Billed, Invoice, InvoiceState, NewInvoice, WhichInvoices};
pub use receipts::{NewCapture, NewRefund, Paid, Receipt, Refund, Since, WhichReceipts};
pub use refused::{Answer, Invalid, TillError, WrongField};
pub use secrets::{Credential, ScannedCode};
pub use statements::{Payout, PayoutState, Statement, StatementLine, WhichLines};
