//! From the ledger's types to the Till's. What depends on who pays has no place to go here.

use ledger::error::{Error, Failure};
use ledger::money::Yen;
use ledger::payment::history::match_code;
use ledger::payment::invoice::{BillRejected, Invoice as LedgerInvoice};
use ledger::payment::receipts::ListedReceipt;
use ledger::payment::refund::{Refund as LedgerRefund, RefundRejected};
use ledger::payment::{CaptureRejected, Receipt as LedgerReceipt};
use ledger::statement::{Rejected as StatementRejected, Statement as LedgerStatement};
use merchant_api::till::{Invalid, Invoice, Receipt, Refund, Statement, TillError};
use web::problem::log_failure;

/// Something broke: logged once, with its chain.
pub(super) fn failed(failure: Failure) -> TillError {
    log_failure(&failure);
    TillError::Unknown(Box::new(failure))
}

fn refused<R: std::error::Error>(error: Error<R>, of: impl FnOnce(R) -> TillError) -> TillError {
    match error {
        Error::Rejected(rejected) => of(rejected),
        Error::Failed(failure) => failed(failure),
    }
}

/// One refusal, whatever the reason; also where the key stands for another capture, for otherwise a used key would tell whether a code exists.
pub(super) fn capture(error: Error<CaptureRejected>) -> TillError {
    refused(error, |_| TillError::Refused)
}

pub(super) fn refund_refused(error: Error<RefundRejected>) -> TillError {
    refused(error, |rejected| match rejected {
        RefundRejected::Unknown => TillError::NotFound,
        RefundRejected::TooMuch { left } => Invalid::RefundTooMuch { left_yen: left.get() }.into(),
        RefundRejected::Conflict => TillError::Conflict,
        RefundRejected::Closed => Invalid::DayClosed.into(),
    })
}

pub(super) fn bill_refused(error: Error<BillRejected>) -> TillError {
    refused(error, |rejected| match rejected {
        BillRejected::Price => Invalid::Amount.into(),
        BillRejected::NotOffered => Invalid::NotOffered.into(),
        BillRejected::Reference => Invalid::Reference.into(),
        BillRejected::Conflict => TillError::Conflict,
    })
}

pub(super) fn claim_refused(error: Error<StatementRejected>) -> TillError {
    refused(error, |rejected| match rejected {
        StatementRejected::Conflict => TillError::Conflict,
        StatementRejected::Unknown(_) => TillError::NotFound,
        _ => Invalid::StatementState.into(),
    })
}

pub(super) fn receipt(receipt: LedgerReceipt, reference: Option<String>, refunded: Yen) -> Receipt {
    Receipt {
        receipt: receipt.id.to_string(),
        invoice: reference,
        amount_yen: receipt.amount.get(),
        expense: receipt.expense,
        paid_at: receipt.captured_at,
        refunded_yen: refunded.get(),
        match_code: match_code(receipt.id),
    }
}

pub(super) fn listed(listed: ListedReceipt) -> Receipt {
    receipt(listed.receipt, listed.reference, listed.refunded)
}

pub(super) fn refund(refund: &LedgerRefund) -> Refund {
    Refund { refund: refund.id.to_string(), receipt: refund.receipt.to_string(), amount_yen: refund.amount.get(), refunded_at: refund.refunded_at }
}

pub(super) fn invoice(invoice: LedgerInvoice) -> Invoice {
    Invoice {
        invoice: invoice.id.to_string(),
        reference: invoice.bill.reference,
        amount_yen: invoice.bill.amount.get(),
        expense: invoice.bill.expense,
        code: invoice.code.grouped(),
        receipt: invoice.receipt.map(|receipt| receipt.to_string()),
    }
}

pub(super) fn statement(statement: &LedgerStatement) -> Statement {
    Statement {
        month: statement.month.to_string(),
        from: statement.first_on,
        to: statement.last_on,
        receipts: statement.receipts.into(),
        gross_yen: statement.gross.get(),
        refunded_yen: statement.refunded.get(),
        net_yen: statement.net.get(),
        state: statement.state.clone(),
    }
}
