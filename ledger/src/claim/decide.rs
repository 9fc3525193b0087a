//! Staff send claims back, examine them and decide on them; families take them back.

use super::repo::life::{self, Stored};
use super::repo::{evidence, money, steps};
use super::state::{Life, State};
use super::view::seal_reason;
use super::{Claim, Part, Rejected, TEXT_MAX};
use crate::actor::Act;
use crate::actor::{Actor, Command};
use crate::books::{Outcome, Refused};
use crate::error::{Error, Failure};
use crate::events;
use crate::idempotency::{self, Claim as Claimed};
use crate::ids::{AccountId, ClaimId, EntryId, FamilyId, Municipality};
use crate::money::Yen;
use crate::payment::split::returned;
use crate::{Ledger, Tx};

/// A step: its name, amount, reason, and what it posted.
pub(super) type Taken<'a> = (&'a str, Option<Yen>, Option<&'a str>, Option<EntryId>);

impl Ledger {
    /// Staff send a claim back for correction, with the reason that the family reads. Its money stays set aside.
    pub async fn return_claim(&self, municipality: Municipality, command: &Command, claim: ClaimId, reason: &str) -> Result<(), Error<Rejected>> {
        staff(command, reason).map_err(Error::Rejected)?;
        let mut tx = self.pool.begin().await?;
        let Some(Stored { claim: known, life: before }) = self.begin_claim_in_tx(&mut tx, municipality, command, claim).await? else { return Ok(()) };
        let act = self.act(command);
        let after = before.send_back(act.clone()).map_err(Error::Rejected)?;
        life::mark_in_tx(&mut tx, municipality, claim, &after, known.requested).await?;
        self.step_in_tx(&mut tx, municipality, (claim, known.family), ("returned", None, Some(reason), None), &act).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Staff have looked a claim through and propose what to grant. `filing` is the filing that they have seen.
    ///
    /// # Errors
    /// [`Rejected`]: files that the scheme asks for are missing, more than is set aside, filed again meanwhile.
    pub async fn examine_claim(
        &self,
        municipality: Municipality,
        command: &Command,
        (claim, filing): (ClaimId, i16),
        proposed: Yen,
        reason: &str,
    ) -> Result<(), Error<Rejected>> {
        staff(command, reason).map_err(Error::Rejected)?;
        let mut tx = self.pool.begin().await?;
        let Some(Stored { claim: known, life: before }) = self.begin_claim_in_tx(&mut tx, municipality, command, claim).await? else { return Ok(()) };
        let act = self.act(command);
        let after = before.examine(act.clone(), filing, proposed).map_err(Error::Rejected)?;
        self.refuse_missing_evidence_in_tx(&mut tx, municipality, &known, proposed).await?;
        life::mark_in_tx(&mut tx, municipality, claim, &after, known.requested).await?;
        self.step_in_tx(&mut tx, municipality, (claim, known.family), ("examined", Some(proposed), Some(reason), None), &act).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A second person decides on what was proposed, with the reason that the family reads: what is granted is owed to the family and leaves with the
    /// next bank file, the rest goes back where it came from, or to the budget where that has lapsed.
    ///
    /// # Errors
    /// [`Rejected`]: the same person, not examined, another amount than the proposed one, the day is closed.
    pub async fn decide_claim(&self, municipality: Municipality, command: &Command, claim: ClaimId, granted: Yen, reason: &str) -> Result<(), Error<Rejected>> {
        staff(command, reason).map_err(Error::Rejected)?;
        let mut tx = self.pool.begin().await?;
        let Some(Stored { claim: known, life: before }) = self.begin_claim_in_tx(&mut tx, municipality, command, claim).await? else { return Ok(()) };
        let act = self.act(command);
        let after = before.decide(act.clone(), granted).map_err(Error::Rejected)?;
        let entry = self.end_claim_in_tx(&mut tx, municipality, command, &known, granted).await?;
        life::mark_in_tx(&mut tx, municipality, claim, &after, known.requested).await?;
        self.step_in_tx(&mut tx, municipality, (claim, known.family), ("decided", Some(granted), Some(reason), Some(entry)), &act).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The family takes a claim back before it is decided: everything goes back where it came from.
    pub async fn withdraw_claim(&self, municipality: Municipality, command: &Command, claim: ClaimId) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let Some(Stored { claim: known, life: before }) = self.begin_claim_in_tx(&mut tx, municipality, command, claim).await? else { return Ok(()) };
        let act = self.act(command);
        let after = before.withdraw(act.clone()).map_err(Error::Rejected)?;
        let entry = self.end_claim_in_tx(&mut tx, municipality, command, &known, Yen::ZERO).await?;
        life::mark_in_tx(&mut tx, municipality, claim, &after, known.requested).await?;
        self.step_in_tx(&mut tx, municipality, (claim, known.family), ("withdrawn", None, None, Some(entry)), &act).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Begins a command about one claim: claims the key, locks it. `None` when it was done before. A family sees its own claims only.
    pub(super) async fn begin_claim_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: &Command,
        claim: ClaimId,
    ) -> Result<Option<Stored>, Error<Rejected>> {
        match idempotency::claim_in_tx(tx, municipality, command, claim.uuid(), self.clock.now()).await? {
            Claimed::Conflict => return Err(Error::Rejected(Rejected::Conflict)),
            Claimed::Replayed(_) => return Ok(None),
            Claimed::New => {}
        }
        let found = life::lock_in_tx(tx, municipality, claim).await?;
        let visible = |stored: &Stored| match &command.actor {
            Actor::Family(family) => *family == stored.claim.family,
            Actor::Staff(_) => true,
            Actor::Merchant(_) | Actor::Applicant | Actor::Job(_) => false,
        };
        found.filter(visible).map(Some).ok_or(Error::Rejected(Rejected::Unknown(claim)))
    }

    /// Posts the end of a claim.
    async fn end_claim_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        command: &Command,
        claim: &Claim,
        granted: Yen,
    ) -> Result<EntryId, Error<Rejected>> {
        let parts = money::list_parts_in_tx(tx, municipality, claim.id, self.clock.now()).await?;
        let back = given_back(&parts, claim.reserved.minus(granted)?);
        let draft = events::claim::decide(claim.id, claim.family, self.clock.today(), granted, &back);
        let own = Command { key: format!("{}/end", command.key), ..command.clone() };
        match self.post_in_tx(tx, municipality, &self.posting(municipality, own, draft)).await? {
            Outcome::Posted(entry) => Ok(entry),
            Outcome::Rejected(Refused::Closed) => Err(Error::Rejected(Rejected::Closed)),
            Outcome::Rejected(Refused::Conflict) => Err(Error::Rejected(Rejected::Conflict)),
            other => Err(Failure::inconsistent("claims", format!("{}: {other:?}", claim.id)).into()),
        }
    }

    async fn refuse_missing_evidence_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, claim: &Claim, proposed: Yen) -> Result<(), Error<Rejected>> {
        let shown = evidence::list_in_tx(tx, municipality, claim.id).await?;
        let missing = self.missing_evidence_in_tx(tx, municipality, claim, &shown).await?;
        if missing.is_empty() || !proposed.is_positive() { Ok(()) } else { Err(Error::Rejected(Rejected::Evidence(missing))) }
    }

    /// What the scheme asks to be shown and none of `shown` shows.
    pub(super) async fn missing_evidence_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        claim: &Claim,
        shown: &[evidence::EvidenceRow],
    ) -> Result<Vec<String>, Failure> {
        let rules = crate::city::repo::get_in_tx(tx, municipality).await?.rules();
        let on = self.clock.today().clamp(claim.year.first_day(), claim.year.last_day());
        let route = self.schemes.get(&claim.scheme).and_then(|scheme| scheme.rules_on(on, rules)).and_then(|version| version.claim_route());
        let wanted = route.into_iter().flat_map(|route| &route.evidence);
        Ok(wanted.filter(|kind| shown.iter().all(|shown| shown.kind != **kind)).cloned().collect())
    }

    /// Writes a step down, its reason sealed under the family's key.
    pub(super) async fn step_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        (claim, family): (ClaimId, FamilyId),
        (step, amount, reason, entry): Taken<'_>,
        act: &Act,
    ) -> Result<(), Failure> {
        let number = steps::next_number_in_tx(tx, municipality, claim).await?;
        let sealed = match reason {
            Some(reason) => Some(seal_reason(&self.family_key_in_tx(tx, municipality, family).await?, (claim, number), act.at, reason)?),
            None => None,
        };
        let new = steps::NewStep { number, step, amount, reason: sealed.as_deref(), entry, act };
        steps::insert_in_tx(tx, municipality, claim, &new).await
    }
}

/// Where `rest` of what is set aside goes: what lapses last is given back first, in whole tickets where tickets are counted.
fn given_back(parts: &[Part], rest: Yen) -> Vec<(AccountId, Yen)> {
    let amounts: Vec<_> = parts.iter().map(|part| (part.amount, part.face)).collect();
    let back = returned(&amounts, rest);
    let moves = parts.iter().zip(back).flat_map(|(part, back)| [(part.home(), back.to_source), (part.budget, back.to_budget)]);
    moves.filter(|(_, amount)| amount.is_positive()).collect()
}

/// Staff, with a reason.
pub(super) fn staff(command: &Command, reason: &str) -> Result<(), Rejected> {
    if !matches!(command.actor, Actor::Staff(_)) {
        return Err(Rejected::NotStaff);
    }
    if reason.trim().is_empty() || reason.chars().count() > TEXT_MAX { Err(Rejected::Reason(TEXT_MAX)) } else { Ok(()) }
}

impl Life {
    /// Whether it has been decided, and on how much.
    pub(super) const fn granted(&self) -> Option<Yen> {
        match self.state {
            State::Decided { granted, .. } => Some(granted),
            _ => None,
        }
    }
}
