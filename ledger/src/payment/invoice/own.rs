//! A merchant's own bills: listed, and taken back while nobody has paid.

use super::{CancelRejected, Invoice, InvoiceState, repo};
use crate::Ledger;
use crate::actor::{Actor, Command};
use crate::error::{Error, Failure};
use crate::idempotency::{self, Claim};
use crate::ids::{InvoiceId, MerchantId, Municipality};

/// Which bills of a merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invoices {
    /// In this state; in any where nothing is said.
    pub state: Option<InvoiceState>,
    /// Behind this one.
    pub after: Option<InvoiceId>,
    /// At most so many.
    pub limit: i64,
}

impl Ledger {
    /// A merchant's bills, newest first.
    pub async fn list_invoices(&self, municipality: Municipality, merchant: MerchantId, which: Invoices) -> Result<Vec<Invoice>, Failure> {
        let Invoices { state, after, limit } = which;
        let mut tx = self.pool.begin().await?;
        let found = repo::list_in_tx(&mut tx, municipality, merchant, (state, after, limit)).await?;
        Ok(found.into_iter().map(|found| self.with_code(found)).collect())
    }

    /// Takes a bill back: nobody can pay it any more. Taken back already: the same answer again.
    pub async fn cancel_invoice(
        &self,
        municipality: Municipality,
        key: &str,
        merchant: MerchantId,
        invoice: InvoiceId,
    ) -> Result<Invoice, Error<CancelRejected>> {
        let command = Command::new(Actor::Merchant(merchant), key, &invoice);
        let now = self.clock.now();
        let mut tx = self.pool.begin().await?;
        let found = repo::find_in_tx(&mut tx, municipality, repo::By::Id(invoice)).await?;
        let found = found.filter(|found| found.bill.merchant == merchant).ok_or(Error::Rejected(CancelRejected::Unknown))?;
        match idempotency::claim_in_tx(&mut tx, municipality, &command, invoice.uuid(), now).await? {
            Claim::Conflict => return Err(Error::Rejected(CancelRejected::Conflict)),
            Claim::Replayed(_) => return Ok(self.get_invoice_in_tx(&mut tx, municipality, invoice).await?),
            Claim::New => {}
        }
        if !found.cancelled && !repo::insert_cancelled_in_tx(&mut tx, municipality, invoice, now).await? {
            let ended = self.get_invoice_in_tx(&mut tx, municipality, invoice).await?;
            if ended.state() == InvoiceState::Paid {
                return Err(Error::Rejected(CancelRejected::Paid));
            }
        }
        let cancelled = self.get_invoice_in_tx(&mut tx, municipality, invoice).await?;
        tx.commit().await?;
        Ok(cancelled)
    }
}
