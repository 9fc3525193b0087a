//! Refunds: taken from the merchant at once, by one transfer; put back where the money came from later, off the merchant's clock.

use serde::Serialize;

pub use super::error::RefundRejected;
use super::split::returned;
use super::{Receipt, repo as payments};
use crate::actor::{Actor, Command};
use crate::books::{self, Outcome, Refused};
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::events;
use crate::ids::{AccountId, MerchantId, Municipality, ReceiptId, RefundId};
use crate::money::Yen;
use crate::statement;
use crate::time::{Instant, tokyo_date};
use crate::{Ledger, Tx};

mod repo;

/// What a merchant asks.
#[derive(Debug, Clone, Serialize)]
pub struct AskRefund {
    /// The merchant, as its credential says.
    pub merchant: MerchantId,
    /// The receipt.
    pub receipt: ReceiptId,
    /// How much of it.
    pub amount: Yen,
    /// Why.
    pub reason: String,
}

/// A refund, as the merchant may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Its number.
    pub id: RefundId,
    /// The receipt.
    pub receipt: ReceiptId,
    /// How much.
    pub amount: Yen,
    /// When.
    pub refunded_at: Instant,
}

/// Which receipts whoever asks may refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundRight {
    /// Those of any day.
    AnyDay,
    /// Those of this day.
    SameDay,
}

/// A receipt under lock, and what has been refunded of it.
struct Refundable {
    hold: AccountId,
    receipt: Receipt,
    number: i16,
    refunded: Yen,
}

impl Ledger {
    /// Refunds some or all of a receipt: one transfer, whatever paid for it.
    pub async fn refund(&self, municipality: Municipality, key: &str, asked: &AskRefund) -> Result<Refund, Error<RefundRejected>> {
        self.refund_within(municipality, key, asked, RefundRight::AnyDay).await
    }

    /// The same for somebody who may refund receipts of some days only.
    pub async fn refund_within(&self, municipality: Municipality, key: &str, asked: &AskRefund, right: RefundRight) -> Result<Refund, Error<RefundRejected>> {
        let command = Command::new(Actor::Merchant(asked.merchant), key, asked);
        let mut tx = self.pool.begin().await?;
        let found = repo::lock_in_tx(&mut tx, municipality, asked.merchant, asked.receipt).await?;
        let found = found.ok_or(Error::Rejected(RefundRejected::Unknown))?;
        match books::repo::find_command_in_tx(&mut tx, municipality, &command).await? {
            Some(Outcome::Replayed(entry)) => return Ok(repo::get_by_entry_in_tx(&mut tx, municipality, entry).await?),
            Some(_) => return Err(Error::Rejected(RefundRejected::Conflict)),
            None => {}
        }
        if right == RefundRight::SameDay && tokyo_date(found.receipt.captured_at) != self.clock.today() {
            return Err(Error::Rejected(RefundRejected::NotToday));
        }
        let left = found.receipt.amount.minus(found.refunded)?;
        if asked.amount > left || !asked.amount.is_positive() {
            return Err(Error::Rejected(RefundRejected::TooMuch { left }));
        }
        let refund = self.refund_in_tx(&mut tx, municipality, command, &found, asked).await?;
        tx.commit().await?;
        Ok(refund)
    }

    async fn refund_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: Command,
        found: &Refundable,
        asked: &AskRefund,
    ) -> Result<Refund, Error<RefundRejected>> {
        let now = self.clock.now();
        let id = RefundId::new(self.entropy.uuid(Draw { command: &command.scope(municipality), purpose: "refund", index: 0 }, now));
        let captured_on = tokyo_date(found.receipt.captured_at);
        let from_receivable = statement::repo::is_approved_for_in_tx(tx, municipality, asked.merchant, captured_on).await?;
        let draft = events::refund::refund(asked.merchant, asked.amount, from_receivable, tokyo_date(now)).because(&asked.reason);
        let refund = Refund { id, receipt: asked.receipt, amount: asked.amount, refunded_at: now };
        match self.post_in_tx(tx, municipality, &self.posting(municipality, command, draft)).await? {
            Outcome::Posted(entry) => repo::insert_in_tx(tx, municipality, found, &refund, (entry, from_receivable, &asked.reason)).await?,
            Outcome::Replayed(entry) => return Err(Failure::inconsistent("refunds", format!("{entry} came between")).into()),
            Outcome::Rejected(Refused::Conflict) => return Err(Error::Rejected(RefundRejected::Conflict)),
            Outcome::Rejected(Refused::Closed) => return Err(Error::Rejected(RefundRejected::Closed)),
            Outcome::Rejected(other) => return Err(Failure::inconsistent("refunds", other.to_string()).into()),
        }
        Ok(refund)
    }

    /// Puts every pending refund back where the money came from, each on its own; returns how many. Idempotent.
    pub async fn settle_refunds(&self, municipality: Municipality) -> Result<usize, Failure> {
        let mut tx = self.pool.begin().await?;
        let pending = repo::list_pending_in_tx(&mut tx, municipality).await?;
        tx.commit().await?;
        for refund in &pending {
            // A database transaction each: it locks its own rows in order, and no second refund's behind them.
            let mut tx = self.pool.begin().await?;
            self.settle_refund_in_tx(&mut tx, municipality, refund).await?;
            tx.commit().await?;
        }
        Ok(pending.len())
    }

    /// The payment that remains is split as before; what that changes goes back, and what has lapsed goes to its budget, never to cash.
    async fn settle_refund_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, refund: &repo::Pending) -> Result<(), Failure> {
        let now = self.clock.now();
        let hold = payments::find_hold_in_tx(tx, municipality, payments::By::Id(refund.hold)).await?;
        let hold = hold.ok_or_else(|| Failure::inconsistent("refunds", format!("{} has no hold", refund.id)))?;
        let parts: Vec<_> = payments::list_parts_in_tx(tx, municipality, &hold).await?.into_iter().filter(|part| part.is_money).collect();
        let outcome = match self.put_back_in_tx(tx, municipality, refund, due(&parts, refund, now, Odd::CompletesATicket)?).await? {
            Outcome::Rejected(Refused::Short) => self.put_back_in_tx(tx, municipality, refund, due(&parts, refund, now, Odd::StaysInTheBudget)?).await?,
            outcome => outcome,
        };
        match outcome {
            Outcome::Posted(entry) => repo::insert_settlement_in_tx(tx, municipality, refund.id, entry, now).await,
            Outcome::Replayed(_) => Ok(()),
            Outcome::Rejected(other) => Err(Failure::inconsistent("refund_settlements", other.to_string())),
        }
    }

    async fn put_back_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, refund: &repo::Pending, back: Back) -> Result<Outcome, Failure> {
        let command = Command::new(Actor::Job("settle refunds"), format!("settle/{}", refund.id), &refund.id);
        let draft = events::refund::settle(self.clock.today(), &back.yen, &back.visits);
        self.post_in_tx(tx, municipality, &self.posting(municipality, command, draft)).await
    }
}

/// What becomes of the odd yen of a ticket that an earlier refund has sent to the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Odd {
    /// The budget gives them back when they complete a ticket.
    CompletesATicket,
    /// The budget has spent them: what would complete the ticket goes to the budget as well.
    StaysInTheBudget,
}

/// What a refund puts back.
#[derive(Debug, Default)]
struct Back {
    /// How much goes to which account, to be taken from it where negative; the sum is the refund.
    yen: Vec<(AccountId, Yen)>,
    /// The accounts that get a visit back.
    visits: Vec<AccountId>,
}

/// What goes back where. A visit comes back with the last yen that its source paid.
fn due(parts: &[payments::PartOfHold], refund: &repo::Pending, now: Instant, odd: Odd) -> Result<Back, Failure> {
    let amounts: Vec<_> = parts.iter().map(|part| (part.transfer.amount, part.face)).collect();
    let mut back = Back::default();
    for (part, (before, after)) in parts.iter().zip(returned(&amounts, refund.before).iter().zip(&returned(&amounts, refund.after))) {
        let source = part.lapsed_to(now).unwrap_or(part.transfer.debit);
        let budget = part.lapses.map_or(part.transfer.debit, |(budget, _)| budget);
        let (mut to_source, mut to_budget) = (after.to_source.minus(before.to_source)?, after.to_budget.minus(before.to_budget)?);
        if odd == Odd::StaysInTheBudget && to_budget < Yen::ZERO {
            let whole = to_source.plus(to_budget)?;
            to_source = whole.floor_to(part.face);
            to_budget = whole.minus(to_source)?;
        }
        back.yen.extend([(source, to_source), (budget, to_budget)].into_iter().filter(|&(_, amount)| amount != Yen::ZERO));
        let whole = after.to_source.plus(after.to_budget)? == part.transfer.amount && before.to_source.plus(before.to_budget)? < part.transfer.amount;
        back.visits.extend(part.visits.filter(|_| whole && part.lapsed_to(now).is_none()));
    }
    Ok(back)
}
