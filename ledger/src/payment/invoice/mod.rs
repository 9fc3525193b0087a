//! Bills of merchants: a family scans one, or opens it at home, and pays it at once. Nothing on a bill says who pays.
//!
//! Invariant: a bill ends once, paid or cancelled; the database holds that too.

use chrono::NaiveDate;
use serde::Serialize;

use super::capture::CaptureRequest;
use super::hold::HoldRequest;
use super::{Capture, CaptureRejected, HoldPayment, HoldRejected, NotCapturable, Receipt, repo as payments};
use crate::actor::{Actor, Command};
use crate::code::{Code, CodeKind};
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::idempotency::{self, Claim};
use crate::ids::{AccountId, ChildId, FamilyId, InvoiceId, MerchantId, Municipality, ReceiptId};
use crate::money::Yen;
use crate::{Ledger, Tx};

mod batch;
pub mod due;
mod error;
mod own;
mod repo;

pub use batch::Billed;
pub use error::{BatchRejected, BillRejected, CancelRejected, PayRejected};
pub use own::Invoices;

/// A bill is due within so many days: beyond that it is a typing error.
const DUE_DAYS_MAX: i64 = 366;

/// What a merchant bills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bill {
    /// The merchant, as its credential says.
    pub merchant: MerchantId,
    /// The merchant's own number.
    pub reference: String,
    /// What is paid for.
    pub expense: String,
    /// The service, where services have registrations of their own.
    pub service: Option<String>,
    /// The price.
    pub amount: Yen,
    /// The day on which it is due, where it says one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
}

/// A bill.
#[derive(Debug, Clone)]
pub struct Invoice {
    /// Its number.
    pub id: InvoiceId,
    /// What is billed.
    pub bill: Bill,
    /// What a family scans.
    pub code: Code,
    /// Its receipt, once it is paid.
    pub receipt: Option<ReceiptId>,
    /// Whether the merchant took it back.
    pub cancelled: bool,
}

/// Where a bill stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoiceState {
    /// Somebody may pay it.
    Open,
    /// Somebody has.
    Paid,
    /// The merchant took it back.
    Cancelled,
}

impl InvoiceState {
    /// As the database and people write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Invoice {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> InvoiceState {
        match (self.receipt, self.cancelled) {
            (Some(_), _) => InvoiceState::Paid,
            (None, true) => InvoiceState::Cancelled,
            (None, false) => InvoiceState::Open,
        }
    }
}

/// A family's wish to pay a bill.
#[derive(Debug, Clone)]
pub struct PayInvoice {
    /// Who pays.
    pub family: FamilyId,
    /// Whose entitlements may pay.
    pub children: Vec<ChildId>,
    /// Whether own money pays the rest.
    pub own_money: bool,
}

impl Ledger {
    /// Makes a bill. The same command again: the same bill.
    pub async fn bill(&self, municipality: Municipality, key: &str, bill: &Bill) -> Result<Invoice, Error<BillRejected>> {
        bill.check(self.clock.today()).map_err(Error::Rejected)?;
        let command = Command::new(Actor::Merchant(bill.merchant), key, bill);
        let now = self.clock.now();
        let id = InvoiceId::new(self.entropy.uuid(Draw { command: &command.scope(municipality), purpose: "invoice", index: 0 }, now));
        let invoice = self.new_invoice(id, bill.clone());
        let mut tx = self.pool.begin().await?;
        match idempotency::claim_in_tx(&mut tx, municipality, &command, id.uuid(), now).await? {
            Claim::Conflict => return Err(Error::Rejected(BillRejected::Conflict)),
            Claim::Replayed(known) => return self.get_invoice_in_tx(&mut tx, municipality, InvoiceId::new(known)).await.map_err(Error::Failed),
            Claim::New => {}
        }
        if !payments::offers_in_tx(&mut tx, municipality, bill.merchant, &bill.expense, bill.service.as_deref()).await? {
            return Err(Error::Rejected(BillRejected::NotOffered));
        }
        if repo::insert_in_tx(&mut tx, municipality, std::slice::from_ref(&invoice), now).await?.is_empty() {
            return Err(Error::Rejected(BillRejected::Reference));
        }
        tx.commit().await?;
        Ok(invoice)
    }

    async fn get_invoice_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, invoice: InvoiceId) -> Result<Invoice, Failure> {
        let found = repo::find_in_tx(tx, municipality, repo::By::Id(invoice)).await?;
        found.map(|found| self.with_code(found)).ok_or_else(|| Failure::inconsistent("invoices", format!("{invoice} is gone")))
    }

    /// A merchant's own bill.
    pub async fn invoice(&self, municipality: Municipality, merchant: MerchantId, invoice: InvoiceId) -> Result<Option<Invoice>, Failure> {
        let mut tx = self.pool.begin().await?;
        let found = repo::find_in_tx(&mut tx, municipality, repo::By::Id(invoice)).await?;
        Ok(found.filter(|found| found.bill.merchant == merchant).map(|found| self.with_code(found)))
    }

    /// The bill of a scanned code: what a family looks at before it pays.
    pub async fn invoice_of_code(&self, municipality: Municipality, code: &Code) -> Result<Option<Invoice>, Failure> {
        let mut tx = self.pool.begin().await?;
        let found = repo::find_in_tx(&mut tx, municipality, repo::By::Code(&code.digest())).await?;
        Ok(found.map(|found| self.with_code(found)))
    }

    /// Pays a bill from home: set aside and captured in one database transaction. A bill is paid once, whoever pays.
    pub async fn pay_invoice(&self, municipality: Municipality, key: &str, invoice: InvoiceId, asked: &PayInvoice) -> Result<Receipt, Error<PayRejected>> {
        let mut tx = self.pool.begin().await?;
        let found = repo::find_in_tx(&mut tx, municipality, repo::By::Id(invoice)).await?.ok_or(Error::Rejected(PayRejected::Unknown))?;
        if found.cancelled {
            return Err(Error::Rejected(PayRejected::Cancelled));
        }
        let bill = found.bill;
        let hold = HoldPayment {
            family: asked.family,
            children: asked.children.clone(),
            merchant: bill.merchant,
            invoice: Some(invoice),
            expense: bill.expense.clone(),
            service: bill.service.clone(),
            price: bill.amount,
            month: None,
            own_money: asked.own_money,
        };
        let payment = self.hold_in_tx(&mut tx, municipality, &HoldRequest::by_phone(key, &hold)).await.map_err(pay_rejected)?;
        let receipt = self.capture_invoice_in_tx(&mut tx, municipality, invoice, &bill, payment.id).await?;
        tx.commit().await?;
        Ok(receipt)
    }

    /// The bill's number is the idempotency key: it is captured once.
    async fn capture_invoice_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        invoice: InvoiceId,
        bill: &Bill,
        hold: AccountId,
    ) -> Result<Receipt, Error<PayRejected>> {
        let request = CaptureRequest {
            command: Command::new(Actor::Merchant(bill.merchant), format!("invoice/{invoice}"), &hold),
            digest: self.code_of(hold).digest(),
            capture: Capture { merchant: bill.merchant, terminal: None, amount: bill.amount },
        };
        self.capture_in_tx(tx, municipality, &request).await.map_err(|error| match error {
            Error::Rejected(CaptureRejected::Conflict | CaptureRejected::NotCapturable(NotCapturable::Spent)) => Error::Rejected(PayRejected::Paid),
            Error::Rejected(other) => Error::Failed(Failure::inconsistent("invoices", other.to_string())),
            Error::Failed(failure) => Error::Failed(failure),
        })
    }

    fn invoice_code(&self, invoice: InvoiceId) -> Code {
        Code::new(CodeKind::Invoice, self.entropy.code_bits(Draw { command: &invoice.to_string(), purpose: "invoice code", index: 0 }))
    }

    fn with_code(&self, found: repo::Found) -> Invoice {
        let repo::Found { id, bill, receipt, cancelled } = found;
        Invoice { id, bill, code: self.invoice_code(id), receipt, cancelled }
    }

    fn new_invoice(&self, id: InvoiceId, bill: Bill) -> Invoice {
        Invoice { id, bill, code: self.invoice_code(id), receipt: None, cancelled: false }
    }
}

impl Bill {
    /// Whether it can be a bill, made on `today`.
    fn check(&self, today: NaiveDate) -> Result<(), BillRejected> {
        if !self.amount.is_positive() {
            return Err(BillRejected::Price);
        }
        let days = self.due_on.map_or(0, |due_on| (due_on - today).num_days());
        if (0..=DUE_DAYS_MAX).contains(&days) { Ok(()) } else { Err(BillRejected::Due) }
    }
}

/// Whether what is asked pays no bill, or one that is open, to its merchant, for its expense and its price.
pub(super) async fn is_open_for_in_tx(tx: &mut Tx<'_>, municipality: Municipality, asked: &HoldPayment) -> Result<bool, Failure> {
    let Some(invoice) = asked.invoice else { return Ok(true) };
    let found = repo::find_in_tx(tx, municipality, repo::By::Id(invoice)).await?;
    let of = |bill: &Bill| (bill.merchant, bill.amount) == (asked.merchant, asked.price) && bill.expense == asked.expense && bill.service == asked.service;
    Ok(found.is_some_and(|found| found.receipt.is_none() && !found.cancelled && of(&found.bill)))
}

fn pay_rejected(error: Error<HoldRejected>) -> Error<PayRejected> {
    match error {
        // What is asked was read from the bill: it can only have been paid.
        Error::Rejected(HoldRejected::Invoice) => Error::Rejected(PayRejected::Paid),
        Error::Rejected(rejected) => Error::Rejected(rejected.into()),
        Error::Failed(failure) => Error::Failed(failure),
    }
}
