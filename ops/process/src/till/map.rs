//! From the ledger's types to the Till's. What depends on who pays has no place to go here.

use chrono::NaiveDate;
use ledger::error::{Error, Failure};
use ledger::ids::ReceiptId;
use ledger::money::Yen;
use ledger::payment::history::match_code;
use ledger::payment::invoice::{
    BatchRejected, BillRejected, Billed as LedgerBilled, CancelRejected, Invoice as LedgerInvoice, InvoiceState as LedgerInvoiceState,
};
use ledger::payment::receipts::ListedReceipt;
use ledger::payment::refund::{Refund as LedgerRefund, RefundRejected};
use ledger::payment::{CaptureRejected, Receipt as LedgerReceipt};
use ledger::refusal::{Kind, Refusal};
use ledger::remittance::payouts::{Payout as LedgerPayout, PayoutState as LedgerPayoutState};
use ledger::statement::{ReceiptLine, Rejected as StatementRejected, Statement as LedgerStatement};
use merchant_api::till::{Answer, Billed, Invalid, Invoice, InvoiceState, Payout, PayoutState, Receipt, Refund, Statement, StatementLine, TillError};
use web::problem::log_failure;

/// Something broke: logged once, with its chain.
pub(super) fn failed(failure: Failure) -> TillError {
    if let Failure::Busy(_) = failure {
        return TillError::Busy;
    }
    log_failure(&failure);
    TillError::Unknown(Box::new(failure))
}

pub(super) fn refused<R: Refusal>(error: Error<R>, of: impl FnOnce(R) -> TillError) -> TillError {
    match error {
        Error::Rejected(rejected) => of(rejected),
        Error::Failed(failure) => failed(failure),
    }
}

/// A refusal that the Till has no answer of its own for. What else the ledger says no to is not for this merchant to do.
pub(super) fn by_kind(rejected: &impl Refusal) -> TillError {
    match rejected.kind() {
        Kind::NotFound => TillError::NotFound,
        Kind::Conflict => TillError::Conflict,
        Kind::Closed => Invalid::DayClosed.into(),
        Kind::Busy => TillError::Busy,
        Kind::TooMany { seconds } => TillError::TooMany { seconds },
        Kind::NotNow | Kind::SecondPerson | Kind::Forbidden | Kind::Unacceptable => TillError::Forbidden,
    }
}

/// One refusal, whatever the reason; also where the key stands for another capture, for otherwise a used key would tell whether a code exists.
pub(super) fn capture(error: Error<CaptureRejected>) -> TillError {
    refused(error, |rejected| match rejected {
        CaptureRejected::Busy => TillError::Busy,
        CaptureRejected::NotCapturable(_) | CaptureRejected::Conflict => TillError::Refused,
    })
}

pub(super) fn refund_refused(error: Error<RefundRejected>) -> TillError {
    refused(error, |rejected| match rejected {
        RefundRejected::TooMuch { left } => Invalid::RefundTooMuch { left_yen: left.get() }.into(),
        RefundRejected::Unknown | RefundRejected::Conflict | RefundRejected::Closed | RefundRejected::NotToday => by_kind(&rejected),
    })
}

/// Why one bill cannot be; none where the key is in use.
const fn no_bill(rejected: BillRejected) -> Option<Invalid> {
    match rejected {
        BillRejected::Price => Some(Invalid::Amount),
        BillRejected::NotOffered => Some(Invalid::NotOffered),
        BillRejected::Reference => Some(Invalid::Reference),
        BillRejected::Due => Some(Invalid::Due),
        BillRejected::Conflict => None,
    }
}

pub(super) fn bill_refused(error: Error<BillRejected>) -> TillError {
    refused(error, |rejected| no_bill(rejected).map_or(TillError::Conflict, TillError::Invalid))
}

pub(super) fn batch_refused(error: Error<BatchRejected>) -> TillError {
    refused(error, |rejected| by_kind(&rejected))
}

pub(super) fn billed(billed: LedgerBilled) -> Answer<Billed> {
    match billed {
        LedgerBilled::Made(made) => Ok(Billed::Made(invoice(made))),
        LedgerBilled::Known(known) => Ok(Billed::Known(invoice(known))),
        LedgerBilled::Refused(rejected) => no_bill(rejected).map(Billed::Refused).ok_or(TillError::Conflict),
    }
}

pub(super) fn cancel_refused(error: Error<CancelRejected>) -> TillError {
    refused(error, |rejected| match rejected {
        CancelRejected::Paid => Invalid::Paid.into(),
        CancelRejected::Unknown | CancelRejected::Conflict => by_kind(&rejected),
    })
}

pub(super) fn claim_refused(error: Error<StatementRejected>) -> TillError {
    refused(error, |rejected| match rejected {
        StatementRejected::Conflict | StatementRejected::Unknown(_) => by_kind(&rejected),
        StatementRejected::NotOver { .. } | StatementRejected::State { .. } | StatementRejected::SamePerson { .. } | StatementRejected::NotAllowed => {
            Invalid::StatementState.into()
        }
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
    let state = match invoice.state() {
        LedgerInvoiceState::Open => InvoiceState::Open,
        LedgerInvoiceState::Paid => InvoiceState::Paid,
        LedgerInvoiceState::Cancelled => InvoiceState::Cancelled,
    };
    Invoice {
        invoice: invoice.id.to_string(),
        reference: invoice.bill.reference,
        amount_yen: invoice.bill.amount.get(),
        expense: invoice.bill.expense,
        due_on: invoice.bill.due_on,
        code: invoice.code.grouped(),
        state,
        receipt: invoice.receipt.map(|receipt| receipt.to_string()),
    }
}

pub(super) const fn invoice_state(state: InvoiceState) -> LedgerInvoiceState {
    match state {
        InvoiceState::Open => LedgerInvoiceState::Open,
        InvoiceState::Paid => LedgerInvoiceState::Paid,
        InvoiceState::Cancelled => LedgerInvoiceState::Cancelled,
    }
}

/// A statement is paid on the day of a payment that is on its way or made; until there is one, on the day that is planned.
pub(super) fn statement(statement: &LedgerStatement, payouts: &[LedgerPayout], planned: Option<NaiveDate>) -> Statement {
    let own: Vec<_> = payouts.iter().filter(|payout| payout.months.contains(&statement.month)).collect();
    let live = own.iter().find(|payout| payout.state != LedgerPayoutState::Returned);
    Statement {
        month: statement.month.to_string(),
        from: statement.first_on,
        to: statement.last_on,
        receipts: statement.receipts.into(),
        gross_yen: statement.gross.get(),
        refunded_yen: statement.refunded.get(),
        net_yen: statement.net.get(),
        state: statement.state.as_str().to_owned(),
        pay_on: live.map(|payout| payout.pay_on).or(planned),
        payouts: own.into_iter().map(payout).collect(),
    }
}

pub(super) fn payout(payout: &LedgerPayout) -> Payout {
    let state = match payout.state {
        LedgerPayoutState::Sent => PayoutState::Sent,
        LedgerPayoutState::Paid => PayoutState::Paid,
        LedgerPayoutState::Returned => PayoutState::Returned,
    };
    let months = payout.months.iter().map(ToString::to_string).collect();
    Payout { pay_on: payout.pay_on, amount_yen: payout.amount.get(), state, months }
}

pub(super) fn line(line: i64, of: ReceiptLine) -> StatementLine {
    let ReceiptLine { receipt, at, reference, expense, amount_yen } = of;
    StatementLine { line, receipt: ReceiptId::new(receipt).to_string(), invoice: reference, expense, at, amount_yen }
}
