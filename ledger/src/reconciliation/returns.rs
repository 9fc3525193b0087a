//! Returns (組戻・不能) and what people decide about lines: proposed by one person, confirmed by another; every component is open again.

use serde::Serialize;

use super::matching::{Proposal, RETURN_FEE_MAX};
use super::run::Certain;
use super::{Rejected, Stored, repo};
use crate::actor::{Actor, Command};
use crate::bank::meisai::Flow;
use crate::books;
use crate::error::Error;
use crate::events::bank::{self, Credit};
use crate::events::payout::{self, Returned};
use crate::idempotency::{self, Claim};
use crate::ids::{BankLineId, Municipality, RemittanceId};
use crate::money::Yen;
use crate::remittance;
use crate::{Ledger, Tx, city};

/// What a debit that nobody knew turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Debit {
    /// The bank's fee.
    Fee,
    /// The total of a file, debited outside the days in which it is matched by itself.
    Payout(RemittanceId),
}

impl Ledger {
    /// Begins a command about one line: claims the key, waits for other runs, reads the line. `None` when it was done before.
    async fn begin_line_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: &Command,
        line: BankLineId,
    ) -> Result<Option<Stored>, Error<Rejected>> {
        if !matches!(command.actor, Actor::Staff(_)) {
            return Err(Error::Rejected(Rejected::NotStaff));
        }
        match idempotency::claim_in_tx(tx, municipality, command, line.uuid(), self.clock.now()).await? {
            Claim::Conflict => return Err(Error::Rejected(Rejected::Conflict)),
            Claim::Replayed(_) => return Ok(None),
            Claim::New => {}
        }
        books::repo::lock_runs_in_tx(tx, municipality).await?;
        self.get_line_in_tx(tx, municipality, line).await.map(Some)
    }

    /// Proposes that a credit, unmatched or in suspense, is line `paid` of a file come back. A second person confirms it.
    ///
    /// # Errors
    /// [`Rejected`]: a debit; matched; the line is not of that amount, has come back already, or was never sent.
    pub async fn propose_return(
        &self,
        municipality: Municipality,
        command: &Command,
        line: BankLineId,
        paid: (RemittanceId, i32),
        reason: &str,
    ) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let Some(stored) = self.begin_line_in_tx(&mut tx, municipality, command, line).await? else { return Ok(()) };
        returnable(&stored).map_err(Error::Rejected)?;
        self.paid_amount_in_tx(&mut tx, municipality, &stored, paid).await?;
        let proposal = Proposal { remittance: paid.0, number: paid.1, score: 100, reason: reason.to_owned() };
        let new = repo::NewProposal { line, step: stored.next_step(), proposal };
        repo::insert_proposals_in_tx(&mut tx, municipality, &[new], &self.act(command)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A second person confirms a proposed return: every payable that the line was made of is open again, and the account is not paid to before it
    /// is approved anew. What the bank kept is its fee.
    ///
    /// # Errors
    /// [`Rejected`]: not proposed since it was last matched; proposed by the same person; matched or come back meanwhile.
    pub async fn confirm_return(
        &self,
        municipality: Municipality,
        command: &Command,
        line: BankLineId,
        paid: (RemittanceId, i32),
    ) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let Some(stored) = self.begin_line_in_tx(&mut tx, municipality, command, line).await? else { return Ok(()) };
        returnable(&stored).map_err(Error::Rejected)?;
        let proposal = repo::find_proposal_in_tx(&mut tx, municipality, (line, stored.next_step()), paid).await?;
        let (proposed_by, reason) = proposal.ok_or(Error::Rejected(Rejected::NotProposed))?;
        let act = self.act(command);
        if proposed_by == act.by {
            return Err(Error::Rejected(Rejected::SamePerson(proposed_by)));
        }
        let amount = self.paid_amount_in_tx(&mut tx, municipality, &stored, paid).await?;
        let money = if stored.matched.is_some() { Returned::InSuspense } else { Returned::AtBank };
        let on = self.open_days_in_tx(&mut tx, municipality).await?.day(stored.booked_on);
        let parts = remittance::repo::list_parts_in_tx(&mut tx, municipality, paid.0, Some(paid.1)).await?;
        let own = |what: &str| Command { key: format!("{}/{what}", command.key), ..command.clone() };
        let draft = payout::return_payout(&parts, money, on).because(reason.clone());
        let entry = self.post_for_in_tx(&mut tx, municipality, &own("return"), draft).await?;
        let kept = amount.minus(stored.amount)?;
        if kept.is_positive() {
            self.post_for_in_tx(&mut tx, municipality, &own("fee"), payout::return_fee(kept, money, on)).await?;
        }
        remittance::repo::mark_returned_in_tx(&mut tx, municipality, paid, &reason, self.clock.now()).await?;
        remittance::repo::mark_not_live_in_tx(&mut tx, municipality, paid.0, Some(paid.1)).await?;
        let step = stored.next_step();
        let proposed_by = Some(proposed_by.as_str());
        let new = repo::NewMatch { line, step, kind: "return", remittance: Some((paid.0, Some(paid.1))), payee: None, entry, proposed_by };
        repo::insert_matches_in_tx(&mut tx, municipality, &[new], &act).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The amount of a paid line that `stored` may be the return of.
    async fn paid_amount_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, stored: &Stored, paid: (RemittanceId, i32)) -> Result<Yen, Error<Rejected>> {
        let (file, number) = paid;
        let refused = |why| Error::Rejected(Rejected::Remittance { remittance: file, why });
        remittance::repo::lock_in_tx(tx, municipality, file).await?.ok_or_else(|| refused("there is none"))?;
        let found = remittance::repo::find_paid_amount_in_tx(tx, municipality, file, number).await?;
        let amount = found.ok_or_else(|| refused("it has no such line that was sent and has not come back"))?;
        let kept = amount.minus(stored.amount)?;
        if kept < Yen::ZERO || kept > RETURN_FEE_MAX { Err(refused("the line's amount is another, and no fee explains it")) } else { Ok(amount) }
    }

    /// None of the proposed returns is right: the credit goes into suspense, to be explained.
    pub async fn reject_returns(&self, municipality: Municipality, command: &Command, line: BankLineId) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let Some(stored) = self.begin_line_in_tx(&mut tx, municipality, command, line).await? else { return Ok(()) };
        if stored.matched.is_some() || !stored.proposed {
            return Err(Error::Rejected(stored.wrong("rejected as a return")));
        }
        let on = self.open_days_in_tx(&mut tx, municipality).await?.day(stored.booked_on);
        let draft = bank::unknown_credit(stored.amount, on);
        let certain = Certain { line: &stored, command: command.clone(), kind: "suspense", payee: None, draft };
        self.post_matches_in_tx(&mut tx, municipality, &self.act(command), &[certain]).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Says what a credit in suspense was.
    pub async fn explain_credit(&self, municipality: Municipality, command: &Command, line: BankLineId, what: Credit) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let Some(stored) = self.begin_line_in_tx(&mut tx, municipality, command, line).await? else { return Ok(()) };
        if stored.matched.as_deref() != Some("suspense") {
            return Err(Error::Rejected(stored.wrong("explained")));
        }
        if matches!(what, Credit::TopUp(_)) && city::repo::get_in_tx(&mut tx, municipality).await?.own_money_custodian.is_none() {
            return Err(Error::Rejected(Rejected::NoOwnMoney));
        }
        let kind = match what {
            Credit::TopUp(_) => "top_up",
            Credit::MerchantRepays(_) => "merchant_repays",
            Credit::FamilyRepays(_) => "family_repays",
            Credit::Fund => "fund",
        };
        let on = self.open_days_in_tx(&mut tx, municipality).await?.day(self.clock.today());
        let draft = bank::explain_credit(what, stored.amount, on);
        let certain = Certain { line: &stored, command: command.clone(), kind, payee: what.owner(), draft };
        self.post_matches_in_tx(&mut tx, municipality, &self.act(command), &[certain]).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Says what a debit was that nobody knew.
    pub async fn explain_debit(&self, municipality: Municipality, command: &Command, line: BankLineId, what: Debit) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let Some(stored) = self.begin_line_in_tx(&mut tx, municipality, command, line).await? else { return Ok(()) };
        if stored.matched.is_some() || stored.flow != Flow::Debit {
            return Err(Error::Rejected(stored.wrong("explained as a debit")));
        }
        match what {
            Debit::Payout(file) => self.confirm_payout_in_tx(&mut tx, municipality, command, &stored, file).await?,
            Debit::Fee => {
                let on = self.open_days_in_tx(&mut tx, municipality).await?.day(stored.booked_on);
                let certain = Certain { line: &stored, command: command.clone(), kind: "fee", payee: None, draft: bank::bank_fee(stored.amount, on) };
                self.post_matches_in_tx(&mut tx, municipality, &self.act(command), &[certain]).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }
}

/// A return is a credit that is unmatched or in suspense.
fn returnable(stored: &Stored) -> Result<(), Rejected> {
    let open = stored.matched.is_none() || stored.matched.as_deref() == Some("suspense");
    if stored.flow == Flow::Credit && open { Ok(()) } else { Err(stored.wrong("a return")) }
}
