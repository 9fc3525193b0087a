//! What families and staff read of claims, and where its texts and files are sealed.

use chrono::NaiveDate;
use serde::Serialize;

use super::Standing;
use super::repo::life::{self, Filter, Stored};
use super::repo::{evidence, steps};
use super::{Claim, Cost};
use crate::error::Failure;
use crate::ids::{ChildId, ClaimId, ClawbackId, FamilyId, Municipality};
use crate::money::Yen;
use crate::time::{Instant, tokyo_date};
use crate::vault::{DataKey, KeyOwner, Place};
use crate::{Ledger, Tx};

/// A claim with everything that belongs to it, opened.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Detail {
    /// The claim.
    pub claim: Claim,
    /// The costs of the latest filing.
    pub costs: Vec<Cost>,
    /// What happened to it, in order.
    pub steps: Vec<Step>,
    /// The files.
    pub evidence: Vec<Evidence>,
    /// What the scheme asks to be shown and no file shows yet.
    pub missing_evidence: Vec<String>,
    /// What must be given back.
    pub clawbacks: Vec<Clawback>,
}

/// Something that was done to a claim.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// `filed`, `returned`, `examined`, `decided`, `withdrawn`, `clawback_proposed` or `clawback_approved`.
    pub step: String,
    /// What was set aside, proposed, granted or asked back.
    pub amount: Option<Yen>,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub at: Instant,
    /// Who; none in what the family reads.
    pub by: Option<String>,
}

/// A file, without its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// 1, 2, 3 …
    pub number: i16,
    /// What it shows, as the scheme names it.
    pub kind: String,
    /// `image/jpeg`, `image/png` or `application/pdf`.
    pub media: String,
    /// Its size.
    pub size_bytes: i32,
    /// Other claims that show the same file. For staff only.
    pub also_in: Vec<ClaimId>,
}

/// What a family must give back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clawback {
    /// Its id.
    pub id: ClawbackId,
    /// How much.
    pub amount: Yen,
    /// The day on which the second person approved it; none while it is proposed.
    pub approved_on: Option<NaiveDate>,
}

/// Which of a family's claims, newest first.
#[derive(Debug, Clone, Copy)]
pub struct OfFamily<'a> {
    /// For this child only.
    pub child: Option<ChildId>,
    /// In one of these states; in any where there is none.
    pub states: &'a [Standing],
    /// From the one behind this.
    pub after: Option<ClaimId>,
    /// At most so many.
    pub limit: i64,
}

/// A clawback in the staff's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaitingClawback {
    /// Its id.
    pub id: ClawbackId,
    /// The claim.
    pub claim: ClaimId,
    /// Who is to give it back.
    pub family: FamilyId,
    /// How much.
    pub amount: Yen,
    /// Who proposed it.
    pub proposed_by: String,
    /// The day on which the second person approved it; none while it waits.
    pub approved_on: Option<NaiveDate>,
}

impl Detail {
    /// What the family reads: not who acted, not what is only proposed, not other claims.
    #[must_use]
    pub fn for_family(mut self) -> Self {
        let shown = |step: &Step| !matches!(step.step.as_str(), "examined" | "clawback_proposed");
        self.steps.retain(shown);
        self.steps.iter_mut().for_each(|step| step.by = None);
        self.evidence.iter_mut().for_each(|file| file.also_in.clear());
        self.clawbacks.retain(|clawback| clawback.approved_on.is_some());
        self.claim = self.claim.for_family();
        self
    }
}

impl Claim {
    /// What the family reads of it: an examined claim looks as if it were still waiting.
    #[must_use]
    pub fn for_family(self) -> Self {
        let state = if self.state == Standing::Examined { Standing::Filed } else { self.state };
        Self { state, proposed: None, ..self }
    }
}

/// Where a cost's text is sealed.
fn paid_to_place((claim, filing, number): (ClaimId, i16, i16), on: NaiveDate) -> Place {
    Place::new("claim_costs", "paid_to", claim.uuid()).edition(i32::from(filing).saturating_mul(100).saturating_add(number.into()), on)
}

/// Where a step's reason is sealed.
fn reason_place((claim, number): (ClaimId, i16), at: Instant) -> Place {
    Place::new("claim_steps", "reason", claim.uuid()).edition(number.into(), tokyo_date(at))
}

/// Where a file is sealed.
pub(super) fn evidence_place(claim: ClaimId, number: i16, at: Instant) -> Place {
    Place::new("claim_evidence", "content", claim.uuid()).edition(number.into(), tokyo_date(at))
}

pub(super) fn seal_paid_to(key: &DataKey, of: (ClaimId, i16, i16), on: NaiveDate, text: &str) -> Result<Vec<u8>, Failure> {
    key.seal(paid_to_place(of, on), text.as_bytes())
}

pub(super) fn seal_reason(key: &DataKey, of: (ClaimId, i16), at: Instant, text: &str) -> Result<Vec<u8>, Failure> {
    key.seal(reason_place(of, at), text.as_bytes())
}

fn text(bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|_| Failure::Vault("the sealed text is not one"))
}

impl Ledger {
    /// Claims of a family, newest first.
    pub async fn claims_of_family(&self, municipality: Municipality, family: FamilyId, which: &OfFamily<'_>) -> Result<Vec<Claim>, Failure> {
        let mut tx = self.pool.begin().await?;
        Ok(life::list_of_family_in_tx(&mut tx, municipality, family, which).await?.into_iter().map(|stored| stored.claim).collect())
    }

    /// The staff's queue: claims in one state or in any, oldest filing first, from the one after `after`, at most `limit`.
    pub async fn list_claims(
        &self,
        municipality: Municipality,
        state: Option<Standing>,
        after: Option<(Instant, ClaimId)>,
        limit: i64,
    ) -> Result<Vec<Claim>, Failure> {
        let mut tx = self.pool.begin().await?;
        let filter = Filter { id: None, state, after, limit };
        Ok(life::list_in_tx(&mut tx, municipality, &filter).await?.into_iter().map(|stored| stored.claim).collect())
    }

    /// A claim, without anything sealed.
    pub async fn find_claim(&self, municipality: Municipality, claim: ClaimId) -> Result<Option<Claim>, Failure> {
        let mut tx = self.pool.begin().await?;
        self.find_claim_in_tx(&mut tx, municipality, claim).await
    }

    /// A claim with everything that belongs to it, opened, as staff read it. For a family: its own only, then [`Detail::for_family`].
    pub async fn claim(&self, municipality: Municipality, claim: ClaimId) -> Result<Option<Detail>, Failure> {
        let mut tx = self.pool.begin().await?;
        let Some(known) = self.find_claim_in_tx(&mut tx, municipality, claim).await? else { return Ok(None) };
        let key = self.family_key_in_tx(&mut tx, municipality, known.family).await?;
        let mut costs = Vec::new();
        for row in life::list_costs_in_tx(&mut tx, municipality, (claim, known.filing)).await? {
            let place = paid_to_place((claim, known.filing, row.number), row.days.0);
            let paid_to = row.paid_to.map(|sealed| text(key.open(place, &sealed)?)).transpose()?;
            let (from, to) = row.days;
            costs.push(Cost { expense: row.expense, service: row.service, amount: row.amount, from, to, merchant: row.merchant, paid_to });
        }
        let mut taken = Vec::new();
        for row in steps::list_in_tx(&mut tx, municipality, claim).await? {
            let reason = row.reason.map(|sealed| text(key.open(reason_place((claim, row.number), row.at), &sealed)?)).transpose()?;
            taken.push(Step { step: row.step, amount: row.amount, reason, at: row.at, by: Some(row.by) });
        }
        let files = evidence::list_in_tx(&mut tx, municipality, claim).await?;
        let missing_evidence = self.missing_evidence_in_tx(&mut tx, municipality, &known, &files).await?;
        let evidence =
            |row: evidence::EvidenceRow| Evidence { number: row.number, kind: row.kind, media: row.media, size_bytes: row.size_bytes, also_in: row.also_in };
        let clawbacks = steps::list_clawbacks_in_tx(&mut tx, municipality, (Some(claim), None)).await?;
        let clawback = |row: steps::ClawbackRow| Clawback { id: row.id, amount: row.amount, approved_on: row.approved_on };
        Ok(Some(Detail {
            claim: known,
            costs,
            steps: taken,
            evidence: files.into_iter().map(evidence).collect(),
            missing_evidence,
            clawbacks: clawbacks.into_iter().map(clawback).collect(),
        }))
    }

    /// What families must give back: what waits for a second person, or everything, in the order of its proposal from the one behind `after`.
    pub async fn list_clawbacks(
        &self,
        municipality: Municipality,
        waiting: bool,
        after: Option<ClawbackId>,
        limit: i64,
    ) -> Result<Vec<WaitingClawback>, Failure> {
        let mut tx = self.pool.begin().await?;
        steps::list_page_in_tx(&mut tx, municipality, waiting, (after, limit)).await
    }

    pub(super) async fn find_claim_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, claim: ClaimId) -> Result<Option<Claim>, Failure> {
        Ok(self.find_stored_claim_in_tx(tx, municipality, claim).await?.map(|stored| stored.claim))
    }

    /// A claim with its life, not locked.
    pub(super) async fn find_stored_claim_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, claim: ClaimId) -> Result<Option<Stored>, Failure> {
        let filter = Filter { id: Some(claim), state: None, after: None, limit: 1 };
        Ok(life::list_in_tx(tx, municipality, &filter).await?.pop())
    }

    pub(super) async fn stored_claim_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, claim: ClaimId) -> Result<Stored, Failure> {
        let stored = life::lock_in_tx(tx, municipality, claim).await?;
        stored.ok_or_else(|| Failure::inconsistent("claims", format!("{claim} is gone")))
    }

    /// The key of the family, under which everything of its claims is sealed.
    pub(super) async fn family_key_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<DataKey, Failure> {
        let key = self.find_vault_key_of_in_tx(tx, municipality, KeyOwner::Family(family)).await?;
        key.ok_or(Failure::Vault("the family's key has been destroyed"))
    }
}
