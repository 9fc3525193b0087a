//! Bills that settle by themselves on the day on which they are due, where a family wants that: then paying late or early says nothing.
//!
//! Each is tried once, in the morning of its day, whoever pays: trying again later would tell when money came. What could not be paid is the family's to
//! see, and to pay by hand.

mod repo;

use chrono::NaiveDate;

pub use super::error::ConsentRejected;
use super::{PayInvoice, PayRejected};
use crate::Ledger;
use crate::error::{Error, Failure};
use crate::ids::{FamilyId, InvoiceId, Municipality};
use crate::money::Yen;
use crate::payment::HoldRejected;
use crate::time::Instant;

/// Bills in one look of the job.
const CHUNK: i64 = 500;

/// A family's wish that a bill settles by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The bill.
    pub invoice: InvoiceId,
    /// What the merchant calls it.
    pub reference: String,
    /// Who is paid.
    pub merchant_name: String,
    /// The price.
    pub amount: Yen,
    /// The day.
    pub due_on: NaiveDate,
    /// Where it stands.
    pub state: ConsentState,
}

/// Where such a wish stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentState {
    /// It waits for its day.
    Waiting,
    /// The bill was paid by it.
    Settled {
        /// When.
        at: Instant,
    },
    /// The day came, and it could not be paid.
    Refused(Why),
}

/// Why a bill did not settle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Everything together did not reach the price.
    Short,
    /// Somebody had paid it, or the merchant had taken it back.
    Ended,
    /// The merchant takes no such payment now, or the day is closed.
    NotPayable,
}

impl Why {
    /// As the database writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Ended => "ended",
            Self::NotPayable => "not_payable",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Short, Self::Ended, Self::NotPayable].into_iter().find(|why| why.as_str() == text)
    }
}

impl From<PayRejected> for Why {
    fn from(rejected: PayRejected) -> Self {
        match rejected {
            PayRejected::Unknown | PayRejected::Paid | PayRejected::Cancelled => Self::Ended,
            PayRejected::Hold(HoldRejected::Short(_)) => Self::Short,
            PayRejected::Hold(_) => Self::NotPayable,
        }
    }
}

impl Ledger {
    /// A family wants a bill to settle by itself on its day. Again: as it says now.
    ///
    /// # Errors
    /// [`ConsentRejected`]: no such bill, ended, without a day, or the day is here.
    pub async fn consent(&self, municipality: Municipality, invoice: InvoiceId, asked: &PayInvoice) -> Result<Consent, Error<ConsentRejected>> {
        let mut tx = self.pool.begin().await?;
        let found = super::repo::find_in_tx(&mut tx, municipality, super::repo::By::Id(invoice)).await?;
        let found = found.ok_or(Error::Rejected(ConsentRejected::Unknown))?;
        if found.receipt.is_some() || found.cancelled {
            return Err(Error::Rejected(ConsentRejected::Ended));
        }
        let due_on = found.bill.due_on.ok_or(Error::Rejected(ConsentRejected::NoDay))?;
        if due_on <= self.clock.today() || !repo::write_in_tx(&mut tx, municipality, invoice, asked, self.clock.now()).await? {
            return Err(Error::Rejected(ConsentRejected::Late));
        }
        let written = repo::list_in_tx(&mut tx, municipality, asked.family, Some(invoice)).await?.pop();
        let written = written.ok_or_else(|| Failure::inconsistent("invoice_consents", format!("{invoice} is gone")))?;
        tx.commit().await?;
        Ok(written)
    }

    /// The family thinks better of it. Thought better of already: the same answer again.
    ///
    /// # Errors
    /// [`ConsentRejected::Unknown`] when it never wanted that; [`ConsentRejected::Late`] when the day has come.
    pub async fn withdraw_consent(&self, municipality: Municipality, invoice: InvoiceId, family: FamilyId) -> Result<(), Error<ConsentRejected>> {
        let mut tx = self.pool.begin().await?;
        match repo::mark_withdrawn_in_tx(&mut tx, municipality, (invoice, family), self.clock.now()).await? {
            None => Err(Error::Rejected(ConsentRejected::Unknown)),
            Some(false) => Err(Error::Rejected(ConsentRejected::Late)),
            Some(true) => Ok(tx.commit().await?),
        }
    }

    /// The bills that a family lets settle by themselves, by their day.
    pub async fn consents_of_family(&self, municipality: Municipality, family: FamilyId) -> Result<Vec<Consent>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_in_tx(&mut tx, municipality, family, None).await
    }

    /// Settles every bill whose day has come, each on its own; returns how many were paid, and what they came to. Safe to repeat: what was paid and not
    /// noted is paid under the same key again.
    pub async fn settle_due_invoices(&self, municipality: Municipality) -> Result<(usize, Yen), Failure> {
        let (mut settled, mut amount) = (0_usize, Yen::ZERO);
        loop {
            let mut tx = self.pool.begin().await?;
            let due = repo::list_due_in_tx(&mut tx, municipality, self.clock.today(), CHUNK).await?;
            tx.commit().await?;
            if due.is_empty() {
                return Ok((settled, amount));
            }
            for (invoice, asked) in due {
                let why = match self.pay_invoice(municipality, &format!("due/{invoice}"), invoice, &asked).await {
                    Ok(receipt) => {
                        (settled, amount) = (settled.saturating_add(1), amount.plus(receipt.amount)?);
                        None
                    }
                    Err(Error::Rejected(rejected)) => Some(Why::from(rejected)),
                    Err(Error::Failed(failure)) => return Err(failure),
                };
                let mut tx = self.pool.begin().await?;
                repo::mark_tried_in_tx(&mut tx, municipality, (invoice, asked.family), (self.clock.now(), why)).await?;
                tx.commit().await?;
            }
        }
    }
}
