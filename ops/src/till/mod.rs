//! The ledger, fitted to the merchants' Till.
//!
//! A credential is looked up in the city that it names; what it opens is its merchant's and nothing else. Every reason why a code does not
//! pay becomes the one refusal. What breaks is logged here, once, and answered as unknown: asking again with the same key finds it out.

mod map;

use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::code::Code;
use ledger::ids::{InvoiceId, MerchantId, Municipality, ReceiptId};
use ledger::merchant::Terminal;
use ledger::money::Yen;
use ledger::payment::Capture;
use ledger::payment::invoice::Bill;
use ledger::payment::receipts::Receipts;
use ledger::payment::refund::AskRefund;
use ledger::statement::Statement as LedgerStatement;
use ledger::time::Month;
use ledger::token::CityToken;
use merchant_api::till::{Answer, Credential, Invoice, NewInvoice, Receipt, Refund, ScannedCode, Statement, Till, TillError, WhichReceipts};

/// The Till of all cities of this ledger.
#[derive(Clone)]
pub struct LedgerTill {
    ledger: Ledger,
}

/// A desk that was let in.
struct Desk {
    municipality: Municipality,
    terminal: Terminal,
}

impl Desk {
    const fn merchant(&self) -> MerchantId {
        self.terminal.merchant
    }
}

impl LedgerTill {
    /// The Till over `ledger`.
    #[must_use]
    pub const fn new(ledger: Ledger) -> Self {
        Self { ledger }
    }

    async fn desk(&self, credential: &Credential) -> Answer<Desk> {
        let token = CityToken::parse(credential.token()).ok_or(TillError::Unauthorized)?;
        let municipality = token.municipality();
        let found = self.ledger.find_terminal(municipality, &token.sha256()).await.map_err(map::failed)?;
        found.map(|terminal| Desk { municipality, terminal }).ok_or(TillError::Unauthorized)
    }

    async fn get_statement(&self, desk: &Desk, month: &str) -> Answer<LedgerStatement> {
        let month: Month = month.parse().map_err(|_| TillError::NotFound)?;
        let found = self.ledger.get_statement_of_merchant(desk.municipality, desk.merchant(), month).await.map_err(map::failed)?;
        found.map(|(statement, _)| statement).ok_or(TillError::NotFound)
    }
}

impl Till for LedgerTill {
    async fn capture(&self, credential: &Credential, key: &str, code: &ScannedCode, amount_yen: i64) -> Answer<Receipt> {
        let desk = self.desk(credential).await?;
        let code = Code::parse(code.text()).map_err(|_| TillError::Refused)?;
        let asked = Capture { merchant: desk.merchant(), terminal: Some(desk.terminal.id), amount: Yen::new(amount_yen) };
        let receipt = self.ledger.capture(desk.municipality, key, &code, &asked).await.map_err(map::capture)?;
        Ok(map::receipt(receipt, None, Yen::ZERO))
    }

    async fn refund(&self, credential: &Credential, key: &str, receipt: &str, amount_yen: i64, reason: &str) -> Answer<Refund> {
        let desk = self.desk(credential).await?;
        let receipt: ReceiptId = receipt.parse().map_err(|_| TillError::NotFound)?;
        let asked = AskRefund { merchant: desk.merchant(), receipt, amount: Yen::new(amount_yen), reason: reason.to_owned() };
        let refund = self.ledger.refund(desk.municipality, key, &asked).await.map_err(map::refund_refused)?;
        Ok(map::refund(&refund))
    }

    async fn create_invoice(&self, credential: &Credential, key: &str, invoice: &NewInvoice) -> Answer<Invoice> {
        let desk = self.desk(credential).await?;
        let NewInvoice { reference, amount_yen, expense, service } = invoice.clone();
        let bill = Bill { merchant: desk.merchant(), reference, expense, service, amount: Yen::new(amount_yen) };
        let made = self.ledger.bill(desk.municipality, key, &bill).await.map_err(map::bill_refused)?;
        Ok(map::invoice(made))
    }

    async fn invoice(&self, credential: &Credential, invoice: &str) -> Answer<Invoice> {
        let desk = self.desk(credential).await?;
        let id: InvoiceId = invoice.parse().map_err(|_| TillError::NotFound)?;
        let found = self.ledger.invoice(desk.municipality, desk.merchant(), id).await.map_err(map::failed)?;
        found.map(map::invoice).ok_or(TillError::NotFound)
    }

    async fn receipts(&self, credential: &Credential, which: &WhichReceipts) -> Answer<Vec<Receipt>> {
        let desk = self.desk(credential).await?;
        let after = which.after.as_deref().map(str::parse).transpose().map_err(|_| TillError::NotFound)?;
        let which = Receipts::OfDays { first: which.first, last: which.last, after, limit: which.limit };
        let listed = self.ledger.list_receipts(desk.municipality, desk.merchant(), which).await.map_err(map::failed)?;
        Ok(listed.into_iter().map(map::listed).collect())
    }

    async fn receipt(&self, credential: &Credential, receipt: &str) -> Answer<Receipt> {
        let desk = self.desk(credential).await?;
        let id = receipt.parse().map_err(|_| TillError::NotFound)?;
        let mut listed = self.ledger.list_receipts(desk.municipality, desk.merchant(), Receipts::One(id)).await.map_err(map::failed)?;
        listed.pop().map(map::listed).ok_or(TillError::NotFound)
    }

    async fn statement(&self, credential: &Credential, month: &str) -> Answer<Statement> {
        let desk = self.desk(credential).await?;
        Ok(map::statement(&self.get_statement(&desk, month).await?))
    }

    async fn claim_payment(&self, credential: &Credential, key: &str, month: &str) -> Answer<Statement> {
        let desk = self.desk(credential).await?;
        let statement = self.get_statement(&desk, month).await?;
        let command = Command::new(Actor::Merchant(desk.merchant()), key, &statement.id);
        self.ledger.claim_statement(desk.municipality, &command, statement.id).await.map_err(map::claim_refused)?;
        Ok(map::statement(&self.get_statement(&desk, month).await?))
    }
}
