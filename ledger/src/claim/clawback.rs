//! A family must give money back (返還): proposed by one person, approved by another. The merchant is untouched.

use super::Rejected;
use super::decide::staff;
use super::error::CLAWBACK_APPROVED;
use super::repo::life::Stored;
use super::repo::{life, steps};
use crate::Ledger;
use crate::actor::Command;
use crate::books::{Outcome, Refused};
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::events;
use crate::idempotency::{self, Claim as Claimed};
use crate::ids::{ClaimId, ClawbackId, Municipality};
use crate::money::Yen;

impl Ledger {
    /// Staff propose that a family gives some of a decided claim back, with the reason that it reads.
    ///
    /// # Errors
    /// [`Rejected::Amount`] for more than was granted and not asked back yet; [`Rejected::State`] before it is decided.
    pub async fn propose_clawback(
        &self,
        municipality: Municipality,
        command: &Command,
        claim: ClaimId,
        amount: Yen,
        reason: &str,
    ) -> Result<ClawbackId, Error<Rejected>> {
        staff(command, reason).map_err(Error::Rejected)?;
        let draw = Draw { command: &command.scope(municipality), purpose: "clawback", index: 0 };
        let id = ClawbackId::new(self.entropy.uuid(draw, self.clock.now()));
        let mut tx = self.pool.begin().await?;
        match idempotency::claim_in_tx(&mut tx, municipality, command, id.uuid(), self.clock.now()).await? {
            Claimed::Conflict => return Err(Error::Rejected(Rejected::Conflict)),
            Claimed::Replayed(id) => return Ok(ClawbackId::new(id)),
            Claimed::New => {}
        }
        let stored = life::lock_in_tx(&mut tx, municipality, claim).await?.ok_or(Error::Rejected(Rejected::Unknown(claim)))?;
        let most = left(&stored)?;
        if !amount.is_positive() || amount > most {
            return Err(Error::Rejected(Rejected::Amount { asked: amount, most }));
        }
        let act = self.act(command);
        steps::insert_clawback_in_tx(&mut tx, municipality, (id, claim), amount, &act).await?;
        let step = ("clawback_proposed", Some(amount), Some(reason), None);
        self.step_in_tx(&mut tx, municipality, (claim, stored.claim.family), step, &act).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// A second person approves a clawback: the family owes the amount to the scheme's budget of the claim's year.
    pub async fn approve_clawback(&self, municipality: Municipality, command: &Command, clawback: ClawbackId, reason: &str) -> Result<(), Error<Rejected>> {
        staff(command, reason).map_err(Error::Rejected)?;
        let mut tx = self.pool.begin().await?;
        let known = steps::list_clawbacks_in_tx(&mut tx, municipality, (None, Some(clawback))).await?.pop();
        let claim = known.ok_or(Error::Rejected(Rejected::UnknownClawback(clawback)))?.claim;
        let Some(stored) = self.begin_claim_in_tx(&mut tx, municipality, command, claim).await? else { return Ok(()) };
        // Read again under the claim's lock: two approvals at once wait for each other.
        let known = steps::list_clawbacks_in_tx(&mut tx, municipality, (None, Some(clawback))).await?.pop();
        let known = known.ok_or_else(|| Failure::inconsistent("clawbacks", format!("{clawback} is gone")))?;
        let act = self.act(command);
        if known.proposed_by == act.by {
            return Err(Error::Rejected(Rejected::SamePerson(act.by)));
        }
        if known.approved_on.is_some() {
            return Err(Error::Rejected(Rejected::State { state: CLAWBACK_APPROVED, asked: "approved" }));
        }
        let most = left(&stored)?;
        if known.amount > most {
            return Err(Error::Rejected(Rejected::Amount { asked: known.amount, most }));
        }
        let draft = events::claim::clawback(stored.claim.family, &stored.claim.scheme, stored.claim.year, known.amount, self.clock.today());
        // One key for one clawback, whoever approves it: it is posted once.
        let own = Command { key: format!("clawback/{clawback}"), ..command.clone() };
        let entry = match self.post_in_tx(&mut tx, municipality, &self.posting(municipality, own, draft)).await? {
            Outcome::Posted(entry) => entry,
            Outcome::Rejected(Refused::Closed) => return Err(Error::Rejected(Rejected::Closed)),
            Outcome::Replayed(_) | Outcome::Rejected(Refused::Conflict) => return Err(Error::Rejected(Rejected::Conflict)),
            Outcome::Rejected(other) => return Err(Failure::inconsistent("clawbacks", other.to_string()).into()),
        };
        steps::mark_clawback_in_tx(&mut tx, municipality, (clawback, known.claim), entry, &act).await?;
        let step = ("clawback_approved", Some(known.amount), Some(reason), Some(entry));
        self.step_in_tx(&mut tx, municipality, (known.claim, stored.claim.family), step, &act).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// What may still be asked back.
fn left(stored: &Stored) -> Result<Yen, Error<Rejected>> {
    let granted = stored.life.granted().ok_or(Error::Rejected(Rejected::State { state: stored.life.state.standing().word(), asked: "asked back" }))?;
    Ok(granted.minus(stored.claim.clawed_back)?)
}
