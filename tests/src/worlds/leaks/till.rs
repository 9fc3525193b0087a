//! Leaks around the Till.

use std::sync::Arc;

use merchant_api::doors::Doors;
use merchant_api::till::{
    Answer, Credential, Invalid, Invoice, InvoiceState, NewCapture, NewRefund, Paid, Payout, Receipt, Refund, Since, Statement, StatementLine, TillError,
    WhichLines, WhichReceipts,
};

use super::doors::Through;
use super::{At, Funding, Leak, Planted};

/// What a Till tells that it should not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TillLeak {
    /// A code that schemes pay for is refused as "not known yet".
    UnknownWhereRefused,
    /// A used key is told as such where a scheme pays.
    ConflictWhereRefused,
    /// The receipt shows what the scheme pays.
    AmountOfTheScheme,
    /// The receipt names another expense.
    ExpenseOfTheScheme,
    /// The receipt has the time of something else.
    TimeOfTheScheme,
    /// The receipt has a reference that nobody gave.
    ReferenceOfTheScheme,
    /// Receipts are ordered by who pays.
    ReceiptsBySource,
    /// A page of receipts holds so many sources, not receipts.
    PagesOfSources,
    /// A receipt that a scheme paid is unknown.
    ReceiptUnknown,
    /// A refund shows only when it has gone back where it came from.
    RefundedLate,
    /// No more can be refunded than what the family paid.
    RefundOfOwnMoneyOnly,
    /// A refund shows what goes back to the family.
    RefundOfOwnMoney,
    /// What is left of a receipt is counted without the scheme's part.
    LeftOfOwnMoney,
    /// A bill that a scheme paid shows as open.
    BillPaidLate,
    /// A statement counts sources.
    StatementOfSources,
    /// A statement leaves the schemes' part out.
    StatementOfOwnMoney,
    /// A month in which schemes paid is paid a day later.
    PaidLater,
    /// A payment by the bank shows what families paid.
    PayoutOfOwnMoney,
    /// Lines of a statement come by who pays.
    LinesBySource,
    /// A month in which schemes paid cannot be claimed yet.
    ClaimLater,
}

/// All of them.
pub(super) const LEAKS: &[Leak] = &[
    leak("a code that schemes pay for is not refused but unknown", TillLeak::UnknownWhereRefused),
    leak("a used key is told where a scheme pays", TillLeak::ConflictWhereRefused),
    leak("a receipt shows the scheme's part", TillLeak::AmountOfTheScheme),
    leak("a receipt names the scheme's kind of expense", TillLeak::ExpenseOfTheScheme),
    leak("a receipt's time is a millisecond later where a scheme pays", TillLeak::TimeOfTheScheme),
    leak("a receipt has a reference that nobody gave", TillLeak::ReferenceOfTheScheme),
    leak("receipts are ordered by who pays", TillLeak::ReceiptsBySource),
    leak("a page counts sources instead of receipts", TillLeak::PagesOfSources),
    leak("a receipt that a scheme paid is unknown", TillLeak::ReceiptUnknown),
    leak("a refund shows once its money is back with the scheme", TillLeak::RefundedLate),
    leak("only own money can be refunded", TillLeak::RefundOfOwnMoneyOnly),
    leak("a refund shows the family's part", TillLeak::RefundOfOwnMoney),
    leak("what can still be refunded is the family's part", TillLeak::LeftOfOwnMoney),
    leak("a bill that a scheme paid shows as open", TillLeak::BillPaidLate),
    leak("a statement counts sources instead of receipts", TillLeak::StatementOfSources),
    leak("a statement leaves out what schemes pay", TillLeak::StatementOfOwnMoney),
    leak("a month in which schemes paid is to be paid a day later", TillLeak::PaidLater),
    leak("a payment by the bank shows the families' part", TillLeak::PayoutOfOwnMoney),
    leak("lines of a statement come in the order of who pays", TillLeak::LinesBySource),
    leak("a month in which schemes paid cannot be claimed yet", TillLeak::ClaimLater),
];

const fn leak(name: &'static str, leak: TillLeak) -> Leak {
    Leak { name, at: At::Till(leak) }
}

/// Doors with what is planted into them; with nothing planted they are the doors behind. At the Registrar nothing is planted: it knows nobody who pays.
pub struct Leaky {
    /// The doors around which it stands.
    pub behind: Arc<dyn Doors>,
    /// What it tells.
    pub planted: Arc<Planted>,
}

impl Leaky {
    /// What is planted, where a scheme pays for what is asked about.
    fn planted(&self) -> Option<(TillLeak, Funding)> {
        let about = self.planted.known().about.clone();
        self.planted.at_till().filter(|_| about.is_funded()).map(|leak| (leak, about))
    }

    /// A receipt as a leak shows it.
    fn shown(&self, mut receipt: Receipt) -> Receipt {
        let funding = self.planted.known().receipt(&receipt.receipt);
        // A receipt that nobody knows yet is the one that is being made.
        let funding = if funding == Funding::default() { self.planted.known().about.clone() } else { funding };
        let Some(leak) = self.planted.at_till().filter(|_| funding.is_funded()) else { return receipt };
        match leak {
            TillLeak::AmountOfTheScheme => receipt.amount_yen = funding.scheme_yen,
            TillLeak::ExpenseOfTheScheme => "coupon".clone_into(&mut receipt.expense),
            TillLeak::TimeOfTheScheme => receipt.paid_at += chrono::TimeDelta::milliseconds(1),
            TillLeak::ReferenceOfTheScheme => receipt.invoice = Some("-".to_owned()),
            TillLeak::RefundedLate => receipt.refunded_yen = 0,
            _ => {}
        }
        receipt
    }
}

impl Through for Leaky {
    fn behind(&self) -> &dyn Doors {
        &*self.behind
    }

    async fn capture(&self, credential: &Credential, key: &str, capture: &NewCapture) -> Answer<Receipt> {
        let answer = self.behind.capture(credential, key, capture).await;
        match (answer, self.planted()) {
            (Err(TillError::Refused), Some((TillLeak::UnknownWhereRefused, _))) => Err(TillError::Unknown("a leak".into())),
            (Err(TillError::Refused), Some((TillLeak::ConflictWhereRefused, _))) => Err(TillError::Conflict),
            (answer, _) => answer.map(|receipt| self.shown(receipt)),
        }
    }

    async fn refund(&self, credential: &Credential, key: &str, refund: &NewRefund) -> Answer<Refund> {
        let planted = self.planted();
        if let Some((TillLeak::RefundOfOwnMoneyOnly, about)) = &planted
            && refund.amount_yen > about.own_yen
        {
            return Err(Invalid::RefundTooMuch { left_yen: about.own_yen }.into());
        }
        let mut answer = self.behind.refund(credential, key, refund).await;
        match (&mut answer, planted) {
            (Ok(refund), Some((TillLeak::RefundOfOwnMoney, about))) => refund.amount_yen = refund.amount_yen.min(about.own_yen),
            (Err(TillError::Invalid(Invalid::RefundTooMuch { left_yen })), Some((TillLeak::LeftOfOwnMoney, about))) => *left_yen = about.own_yen,
            _ => {}
        }
        answer
    }

    async fn invoice(&self, credential: &Credential, invoice: &str) -> Answer<Invoice> {
        let mut shown = self.behind.invoice(credential, invoice).await?;
        if let Some((TillLeak::BillPaidLate, _)) = self.planted() {
            (shown.receipt, shown.state) = (None, InvoiceState::Open);
        }
        Ok(shown)
    }

    async fn receipts(&self, credential: &Credential, which: &WhichReceipts) -> Answer<Vec<Receipt>> {
        let mut receipts = self.behind.receipts(credential, which).await?;
        let funding = |receipt: &Receipt| self.planted.known().receipt(&receipt.receipt);
        match self.planted() {
            Some((TillLeak::ReceiptsBySource, _)) => receipts.sort_by_key(|receipt| funding(receipt).scheme_yen),
            Some((TillLeak::PagesOfSources, _)) => {
                let sources: usize = receipts.iter().map(|receipt| funding(receipt).parts).sum();
                receipts.truncate(receipts.len().saturating_sub(sources - receipts.len()));
            }
            _ => {}
        }
        Ok(receipts.into_iter().map(|receipt| self.shown(receipt)).collect())
    }

    async fn receipt(&self, credential: &Credential, receipt: &str) -> Answer<Receipt> {
        let receipt = self.behind.receipt(credential, receipt).await?;
        if let Some((TillLeak::ReceiptUnknown, _)) = self.planted() {
            return Err(TillError::NotFound);
        }
        Ok(self.shown(receipt))
    }

    async fn paid(&self, credential: &Credential, since: &Since) -> Answer<Paid> {
        let mut paid = self.behind.paid(credential, since).await?;
        paid.receipts = paid.receipts.into_iter().map(|receipt| self.shown(receipt)).collect();
        Ok(paid)
    }

    async fn statement(&self, credential: &Credential, month: &str) -> Answer<Statement> {
        let mut statement = self.behind.statement(credential, month).await?;
        match self.planted() {
            Some((TillLeak::StatementOfSources, about)) => statement.receipts = i64::try_from(about.parts).unwrap_or(0),
            Some((TillLeak::StatementOfOwnMoney, about)) => statement.net_yen -= about.scheme_yen,
            Some((TillLeak::PaidLater, _)) => statement.pay_on = statement.pay_on.and_then(|day| day.succ_opt()),
            _ => {}
        }
        Ok(statement)
    }

    async fn statement_lines(&self, credential: &Credential, which: &WhichLines) -> Answer<Vec<StatementLine>> {
        let mut lines = self.behind.statement_lines(credential, which).await?;
        if let Some((TillLeak::LinesBySource, _)) = self.planted() {
            lines.sort_by_key(|line| self.planted.known().receipt(&line.receipt).scheme_yen);
        }
        Ok(lines)
    }

    async fn payouts(&self, credential: &Credential) -> Answer<Vec<Payout>> {
        let mut payouts = self.behind.payouts(credential).await?;
        if let Some((TillLeak::PayoutOfOwnMoney, about)) = self.planted() {
            for payout in &mut payouts {
                payout.amount_yen -= about.scheme_yen;
            }
        }
        Ok(payouts)
    }

    async fn claim_payment(&self, credential: &Credential, key: &str, month: &str) -> Answer<Statement> {
        let statement = self.behind.claim_payment(credential, key, month).await?;
        match self.planted() {
            Some((TillLeak::ClaimLater, _)) => Err(Invalid::StatementState.into()),
            _ => Ok(statement),
        }
    }
}
