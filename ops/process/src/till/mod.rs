//! The ledger, fitted to the merchants' Till and Registrar.
//!
//! A credential is looked up in the city that it names; what it opens is its merchant's and nothing else. Every reason why a code does not
//! pay becomes the one refusal. What breaks is logged here, once, and answered as unknown: asking again with the same key finds it out.

mod fit;
mod map;
mod people;
mod principal;
mod registrar;

use chrono::TimeDelta;
use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::code::Code;
use ledger::ids::InvoiceId;
use ledger::money::Yen;
use ledger::payment::Capture;
use ledger::payment::invoice::{Bill, Invoices};
use ledger::payment::receipts::Receipts;
use ledger::payment::refund::AskRefund;
use ledger::statement::Statement as LedgerStatement;
use ledger::time::Month;
use merchant_api::till::{
    Answer, Billed, Credential, Invoice, NewCapture, NewInvoice, NewRefund, Paid, Payout, Receipt, Refund, Since, Statement, StatementLine, TillError,
    WhichInvoices, WhichLines, WhichReceipts,
};

use fit::Till;
use principal::Principal;

/// Longer than any posting takes: what was being paid while somebody asked is found when they ask again.
const LOOK_BACK: TimeDelta = TimeDelta::seconds(60);
/// More than any merchant is paid in that time.
const PAID_MAX: i64 = 1_000;

/// The doors of all cities of this ledger.
pub struct LedgerTill {
    ledger: Ledger,
}

impl LedgerTill {
    /// The doors over `ledger`.
    #[must_use]
    pub const fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    async fn find_statement(&self, principal: &Principal, month: &str) -> Answer<LedgerStatement> {
        let month: Month = month.parse().map_err(|_| TillError::NotFound)?;
        let found = self.ledger.find_statement(principal.municipality, principal.merchant, month).await.map_err(map::failed)?;
        found.ok_or(TillError::NotFound)
    }

    /// A statement with its pay day and the payments that it is in.
    async fn show(&self, principal: &Principal, statement: &LedgerStatement) -> Answer<Statement> {
        let payouts = self.ledger.list_payouts(principal.municipality, principal.merchant).await.map_err(map::failed)?;
        let planned = self.ledger.planned_pay_day(principal.municipality, statement.month).await.map_err(map::failed)?;
        Ok(map::statement(statement, &payouts, planned))
    }
}

fn bill(principal: &Principal, invoice: &NewInvoice) -> Bill {
    let NewInvoice { reference, amount_yen, expense, service, due_on } = invoice.clone();
    Bill { merchant: principal.merchant, reference, expense, service, amount: Yen::new(amount_yen), due_on }
}

impl Till for LedgerTill {
    async fn capture(&self, credential: &Credential, key: &str, capture: &NewCapture) -> Answer<Receipt> {
        let principal = Principal::find(&self.ledger, credential).await?;
        let code = Code::parse(capture.code.text()).map_err(|_| TillError::Refused)?;
        let amount = match capture.amount_yen {
            Some(amount_yen) => Yen::new(amount_yen),
            None => self.ledger.amount_of_code(principal.municipality, principal.merchant, &code).await.map_err(map::failed)?.ok_or(TillError::Refused)?,
        };
        let asked = Capture { merchant: principal.merchant, terminal: principal.terminal(), amount };
        let receipt = self.ledger.capture(principal.municipality, key, &code, &asked).await.map_err(map::capture)?;
        Ok(map::receipt(receipt, None, Yen::ZERO))
    }

    async fn refund(&self, credential: &Credential, key: &str, refund: &NewRefund) -> Answer<Refund> {
        let principal = Principal::find(&self.ledger, credential).await?;
        let receipt = refund.receipt.parse().map_err(|_| TillError::NotFound)?;
        let asked = AskRefund { merchant: principal.merchant, receipt, amount: Yen::new(refund.amount_yen), reason: refund.reason.clone() };
        let refund = self.ledger.refund_within(principal.municipality, key, &asked, principal.refund_right()).await.map_err(map::refund_refused)?;
        Ok(map::refund(&refund))
    }

    async fn create_invoice(&self, credential: &Credential, key: &str, invoice: &NewInvoice) -> Answer<Invoice> {
        let principal = Principal::find(&self.ledger, credential).await?;
        let made = self.ledger.bill(principal.municipality, key, &bill(&principal, invoice)).await.map_err(map::bill_refused)?;
        Ok(map::invoice(made))
    }

    async fn create_invoices(&self, credential: &Credential, key: &str, invoices: &[NewInvoice]) -> Answer<Vec<Billed>> {
        let principal = Principal::find(&self.ledger, credential).await?;
        let bills: Vec<_> = invoices.iter().map(|invoice| bill(&principal, invoice)).collect();
        let billed = self.ledger.bill_batch(principal.municipality, key, principal.merchant, &bills).await.map_err(map::batch_refused)?;
        billed.into_iter().map(map::billed).collect()
    }

    async fn cancel_invoice(&self, credential: &Credential, key: &str, invoice: &str) -> Answer<Invoice> {
        let principal = Principal::find(&self.ledger, credential).await?;
        let id: InvoiceId = invoice.parse().map_err(|_| TillError::NotFound)?;
        let cancelled = self.ledger.cancel_invoice(principal.municipality, key, principal.merchant, id).await.map_err(map::cancel_refused)?;
        Ok(map::invoice(cancelled))
    }

    async fn invoice(&self, credential: &Credential, invoice: &str) -> Answer<Invoice> {
        let principal = Principal::find(&self.ledger, credential).await?;
        let id: InvoiceId = invoice.parse().map_err(|_| TillError::NotFound)?;
        let found = self.ledger.invoice(principal.municipality, principal.merchant, id).await.map_err(map::failed)?;
        found.map(map::invoice).ok_or(TillError::NotFound)
    }

    async fn invoices(&self, credential: &Credential, which: &WhichInvoices) -> Answer<Vec<Invoice>> {
        let principal = Principal::find(&self.ledger, credential).await?;
        let after = which.after.as_deref().map(str::parse).transpose().map_err(|_| TillError::NotFound)?;
        let which = Invoices { state: which.state.map(map::invoice_state), after, limit: which.limit };
        let listed = self.ledger.list_invoices(principal.municipality, principal.merchant, which).await.map_err(map::failed)?;
        Ok(listed.into_iter().map(map::invoice).collect())
    }

    async fn receipts(&self, credential: &Credential, which: &WhichReceipts) -> Answer<Vec<Receipt>> {
        let principal = Principal::find(&self.ledger, credential).await?;
        let after = which.after.as_deref().map(str::parse).transpose().map_err(|_| TillError::NotFound)?;
        let which = Receipts::OfDays { first: which.first, last: which.last, after, limit: which.limit };
        let listed = self.ledger.list_receipts(principal.municipality, principal.merchant, which).await.map_err(map::failed)?;
        Ok(listed.into_iter().map(map::listed).collect())
    }

    async fn receipt(&self, credential: &Credential, receipt: &str) -> Answer<Receipt> {
        let principal = Principal::find(&self.ledger, credential).await?;
        let id = receipt.parse().map_err(|_| TillError::NotFound)?;
        let mut listed = self.ledger.list_receipts(principal.municipality, principal.merchant, Receipts::One(id)).await.map_err(map::failed)?;
        listed.pop().map(map::listed).ok_or(TillError::NotFound)
    }

    async fn paid(&self, credential: &Credential, Since(since): &Since) -> Answer<Paid> {
        let principal = Principal::find(&self.ledger, credential).await?;
        let until = self.ledger.clock.now();
        let which = Receipts::Since { from: since.map_or(until, |since| since - LOOK_BACK), limit: PAID_MAX };
        let listed = self.ledger.list_receipts(principal.municipality, principal.merchant, which).await.map_err(map::failed)?;
        Ok(Paid { receipts: listed.into_iter().map(map::listed).collect(), until })
    }

    async fn statements(&self, credential: &Credential) -> Answer<Vec<Statement>> {
        let principal = Principal::manager(&self.ledger, credential).await?;
        let statements = self.ledger.list_statements(principal.municipality, Some(principal.merchant), None).await.map_err(map::failed)?;
        let payouts = self.ledger.list_payouts(principal.municipality, principal.merchant).await.map_err(map::failed)?;
        let mut shown = Vec::new();
        for statement in statements.iter().rev() {
            let planned = self.ledger.planned_pay_day(principal.municipality, statement.month).await.map_err(map::failed)?;
            shown.push(map::statement(statement, &payouts, planned));
        }
        Ok(shown)
    }

    async fn statement(&self, credential: &Credential, month: &str) -> Answer<Statement> {
        let principal = Principal::manager(&self.ledger, credential).await?;
        let statement = self.find_statement(&principal, month).await?;
        self.show(&principal, &statement).await
    }

    async fn statement_lines(&self, credential: &Credential, which: &WhichLines) -> Answer<Vec<StatementLine>> {
        let principal = Principal::manager(&self.ledger, credential).await?;
        let statement = self.find_statement(&principal, &which.month).await?;
        let after = which.after.unwrap_or(0);
        let lines = self.ledger.list_statement_lines(principal.municipality, &statement, (after, which.limit)).await.map_err(map::failed)?;
        Ok((after.saturating_add(1)..).zip(lines).map(|(line, receipt)| map::line(line, receipt)).collect())
    }

    async fn claim_payment(&self, credential: &Credential, key: &str, month: &str) -> Answer<Statement> {
        let principal = Principal::manager(&self.ledger, credential).await?;
        let statement = self.find_statement(&principal, month).await?;
        let command = Command::new(Actor::Merchant(principal.merchant), key, &statement.id);
        self.ledger.claim_statement(principal.municipality, &command, statement.id).await.map_err(map::claim_refused)?;
        let claimed = self.find_statement(&principal, month).await?;
        self.show(&principal, &claimed).await
    }

    async fn payouts(&self, credential: &Credential) -> Answer<Vec<Payout>> {
        let principal = Principal::manager(&self.ledger, credential).await?;
        let payouts = self.ledger.list_payouts(principal.municipality, principal.merchant).await.map_err(map::failed)?;
        Ok(payouts.iter().map(map::payout).collect())
    }
}
