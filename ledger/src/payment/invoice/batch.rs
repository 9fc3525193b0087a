//! Many bills at once: a month's, as a file or a list. A line that cannot be a bill is refused with its reason and the rest goes on; all of it in one
//! database transaction. The same lines again make nothing twice.

use std::collections::{BTreeMap, BTreeSet};

use super::repo::{self, Found};
use super::{BatchRejected, Bill, BillRejected, Invoice};
use crate::actor::{Actor, Command};
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::idempotency::{self, Claim};
use crate::ids::{InvoiceId, MerchantId, Municipality};
use crate::payment::repo as payments;
use crate::refusal::Refusal as _;
use crate::{Ledger, Tx};

/// What became of one line.
#[derive(Debug, Clone)]
pub enum Billed {
    /// A bill was made.
    Made(Invoice),
    /// The same bill was there.
    Known(Invoice),
    /// The line cannot be a bill.
    Refused(BillRejected),
}

impl Billed {
    fn outcome(&self) -> &'static str {
        match self {
            Self::Made(_) => "made",
            Self::Known(_) => "known",
            Self::Refused(rejected) => rejected.code(),
        }
    }
}

/// What becomes of a line whose number is in use, by this invoice: it was made now, it is the same bill, or it is another.
fn met(bill: &Bill, drawn: InvoiceId, found: &Found) -> Result<bool, BillRejected> {
    if found.id == drawn {
        return Ok(true);
    }
    if found.bill == *bill && !found.cancelled { Ok(false) } else { Err(BillRejected::Reference) }
}

impl Ledger {
    /// Bills many at once, all of one merchant. Answers a line for each, in their order.
    ///
    /// # Errors
    /// [`BatchRejected`] only; what is wrong with a line is in its own answer.
    pub async fn bill_batch(&self, municipality: Municipality, key: &str, merchant: MerchantId, bills: &[Bill]) -> Result<Vec<Billed>, Error<BatchRejected>> {
        let command = Command::new(Actor::Merchant(merchant), key, &bills);
        let now = self.clock.now();
        let scope = command.scope(municipality);
        let batch = self.entropy.uuid(Draw { command: &scope, purpose: "invoice batch", index: 0 }, now);
        let mut tx = self.pool.begin().await?;
        match idempotency::claim_in_tx(&mut tx, municipality, &command, batch, now).await? {
            Claim::Conflict => return Err(Error::Rejected(BatchRejected::Conflict)),
            Claim::Replayed(batch) => return Ok(self.billed_before_in_tx(&mut tx, municipality, batch, (merchant, bills)).await?),
            Claim::New => {}
        }
        let drawn = |index| InvoiceId::new(self.entropy.uuid(Draw { command: &scope, purpose: "invoice", index }, now));
        let lines: Vec<_> = (0..).zip(bills).map(|(index, bill)| (drawn(index), bill)).collect();
        let billed = self.bill_lines_in_tx(&mut tx, municipality, merchant, &lines).await?;
        let outcomes: Vec<_> = billed.iter().map(|line| line.outcome().to_owned()).collect();
        repo::insert_batch_in_tx(&mut tx, municipality, (batch, merchant), &outcomes, now).await?;
        tx.commit().await?;
        Ok(billed)
    }

    async fn bill_lines_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        merchant: MerchantId,
        lines: &[(InvoiceId, &Bill)],
    ) -> Result<Vec<Billed>, Failure> {
        let today = self.clock.today();
        let offered = offered_in_tx(tx, municipality, merchant, lines).await?;
        let judge = |bill: &Bill| {
            bill.check(today)?;
            let offers = offered.contains(&(bill.expense.as_str(), bill.service.as_deref()));
            if offers && bill.merchant == merchant { Ok(()) } else { Err(BillRejected::NotOffered) }
        };
        // Of lines with the same number the first makes the bill. Sorted, so that two batches wait for each other and never deadlock.
        let first: BTreeMap<_, _> = lines.iter().rev().filter(|(_, bill)| judge(bill).is_ok()).map(|(id, bill)| (&bill.reference, (*id, *bill))).collect();
        let new: Vec<_> = first.values().map(|(id, bill)| self.new_invoice(*id, (*bill).clone())).collect();
        repo::insert_in_tx(tx, municipality, &new, self.clock.now()).await?;
        let references: Vec<_> = first.keys().map(|reference| (*reference).clone()).collect();
        let found = repo::list_by_reference_in_tx(tx, municipality, merchant, &references).await?;
        let became = |(id, bill): &(InvoiceId, &Bill)| {
            if let Err(rejected) = judge(bill) {
                return Ok(Billed::Refused(rejected));
            }
            let found = found.get(&bill.reference).ok_or_else(|| Failure::inconsistent("invoices", format!("{id} is gone")))?;
            Ok(match met(bill, *id, found) {
                Ok(true) => Billed::Made(self.with_code(found.clone())),
                Ok(false) => Billed::Known(self.with_code(found.clone())),
                Err(rejected) => Billed::Refused(rejected),
            })
        };
        lines.iter().map(became).collect()
    }

    /// The answer of a batch that was done: its outcomes are kept, its bills are looked up.
    async fn billed_before_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        batch: uuid::Uuid,
        (merchant, bills): (MerchantId, &[Bill]),
    ) -> Result<Vec<Billed>, Failure> {
        let outcomes = repo::get_batch_in_tx(tx, municipality, batch).await?;
        let references: Vec<_> = bills.iter().map(|bill| bill.reference.clone()).collect();
        let found = repo::list_by_reference_in_tx(tx, municipality, merchant, &references).await?;
        let again = |(bill, outcome): (&Bill, &String)| {
            if let Some(rejected) = BillRejected::parse(outcome) {
                return Some(Billed::Refused(rejected));
            }
            let invoice = self.with_code(found.get(&bill.reference)?.clone());
            Some(if outcome == "made" { Billed::Made(invoice) } else { Billed::Known(invoice) })
        };
        let billed: Option<Vec<_>> = bills.iter().zip(&outcomes).map(again).collect();
        billed.filter(|billed| billed.len() == bills.len()).ok_or_else(|| Failure::inconsistent("invoice_batches", format!("{batch} has other lines")))
    }
}

/// What the merchant is registered for, of what these lines bill.
async fn offered_in_tx<'a>(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    merchant: MerchantId,
    lines: &[(InvoiceId, &'a Bill)],
) -> Result<BTreeSet<(&'a str, Option<&'a str>)>, Failure> {
    let asked: BTreeSet<_> = lines.iter().map(|(_, bill)| (bill.expense.as_str(), bill.service.as_deref())).collect();
    let mut offered = BTreeSet::new();
    for (expense, service) in asked {
        if payments::offers_in_tx(tx, municipality, merchant, expense, service).await? {
            offered.insert((expense, service));
        }
    }
    Ok(offered)
}
