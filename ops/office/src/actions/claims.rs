//! Claims (償還払い): taken in on paper, seen without what families wrote or showed, opened with a reason, examined by one person and decided on by
//! another; and what families must give back (返還).
//!
//! What is written to a family is its own argument and sealed with the claim: the reason stands open in the audit log.

use citizen_api::routes::claims::form::{FilingForm, NewClaim};
use ledger::claim::Standing;
use ledger::ids::{ClaimId, ClawbackId};
use ledger::money::Yen;

use super::families::is_protected;
use crate::acting::Acting;
use crate::bodies::Done;
use crate::bodies::claims::{AssessmentBody, ClaimBody, ClaimDetailBody, ClawbackBody, EvidenceFile, EvidenceNumberBody, ProposedClawbackBody};
use crate::refused::Refused;

/// Lists claims in one state or in all, the oldest filing first: at most `limit`, behind `after`.
pub async fn list_claims(by: &Acting, state: Option<Standing>, after: Option<ClaimId>, limit: i64) -> Result<Vec<ClaimBody>, Refused> {
    let (ledger, city) = (by.ledger(), by.city());
    let after = match after {
        None => None,
        Some(id) => Some((ledger.find_claim(city, id).await?.ok_or(Refused::NotFound)?.filed_at, id)),
    };
    Ok(ledger.list_claims(city, state, after, limit).await?.into_iter().map(Into::into).collect())
}

/// A claim without what the family wrote.
pub async fn show_claim(by: &Acting, claim: ClaimId) -> Result<ClaimDetailBody, Refused> {
    let found = by.ledger().claim(by.city(), claim).await?.ok_or(Refused::NotFound)?;
    let protected = is_protected(by.ledger(), by.city(), found.claim.family).await?;
    Ok(ClaimDetailBody::closed(found, protected))
}

/// What was written in a claim.
pub async fn reveal_claim(by: &Acting, claim: ClaimId) -> Result<ClaimDetailBody, Refused> {
    let found = by.ledger().claim(by.city(), claim).await?.ok_or(Refused::NotFound)?;
    Ok(ClaimDetailBody::opened(found))
}

/// What the rules give for a claim now, line by line; nothing for one that has ended.
pub async fn assess_claim(by: &Acting, claim: ClaimId) -> Result<Option<AssessmentBody>, Refused> {
    Ok(by.ledger().reassess_claim(by.city(), claim).await?.map(Into::into))
}

/// Takes in a claim on paper: the child's family of today asks.
pub async fn file_claim(by: &Acting, form: NewClaim) -> Result<ClaimBody, Refused> {
    let (ledger, city) = (by.ledger(), by.city());
    let family = ledger.family_of_child(city, form.child(), ledger.clock.today()).await?.ok_or(Refused::NotFound)?;
    let asked = form.of(family);
    let command = by.command(&asked)?;
    let filed = ledger.file_claim(city, &command, &asked).await?;
    by.made(filed.id);
    Ok(filed.into())
}

/// Takes in a corrected claim on paper.
pub async fn file_claim_again(by: &Acting, claim: ClaimId, form: FilingForm) -> Result<ClaimBody, Refused> {
    let costs = form.costs();
    let command = by.command(&(claim, &costs))?;
    let filed = by.ledger().file_claim_again(by.city(), &command, claim, &costs).await?;
    by.made(filed.id);
    Ok(filed.into())
}

/// Takes in a scanned file of a claim: `kind` says what it shows, as the scheme names it.
pub async fn add_claim_evidence(by: &Acting, claim: ClaimId, kind: &str, file: &[u8]) -> Result<EvidenceNumberBody, Refused> {
    let command = by.command_with_file(&(claim, kind), file)?;
    let number = by.ledger().add_claim_evidence(by.city(), &command, claim, (kind, file)).await?;
    by.made(format_args!("{claim}/{number}"));
    Ok(EvidenceNumberBody { claim, number })
}

/// Opens a file of a claim.
pub async fn reveal_claim_evidence(by: &Acting, claim: ClaimId, number: i16) -> Result<EvidenceFile, Refused> {
    let file = by.ledger().claim_evidence(by.city(), (claim, number), None).await?.ok_or(Refused::NotFound)?;
    Ok(EvidenceFile { media: file.media, bytes: file.bytes })
}

/// Sends a claim back for correction. The family reads `message`.
pub async fn return_claim(by: &Acting, claim: ClaimId, message: &str) -> Result<Done, Refused> {
    let command = by.command(&(claim, message))?;
    by.ledger().return_claim(by.city(), &command, claim, message).await?;
    Ok(Done)
}

/// Examines a claim (審査) and proposes what to grant, for the filing that was seen. The second person reads `message`.
pub async fn examine_claim(by: &Acting, claim: ClaimId, filing: i16, proposed: Yen, message: &str) -> Result<Done, Refused> {
    let command = by.command(&(claim, filing, proposed, message))?;
    by.ledger().examine_claim(by.city(), &command, (claim, filing), proposed, message).await?;
    Ok(Done)
}

/// Decides on a claim as it was proposed, as a second person. The family reads `message`.
pub async fn decide_claim(by: &Acting, claim: ClaimId, granted: Yen, message: &str) -> Result<Done, Refused> {
    let command = by.command(&(claim, granted, message))?;
    by.ledger().decide_claim(by.city(), &command, claim, granted, message).await?;
    Ok(Done)
}

/// Takes a claim back for a family.
pub async fn withdraw_claim(by: &Acting, claim: ClaimId) -> Result<Done, Refused> {
    let command = by.command(&(claim, by.reason()))?;
    by.ledger().withdraw_claim(by.city(), &command, claim).await?;
    Ok(Done)
}

/// Lists what families must give back: what waits for a second person, or all; at most `limit`, behind `after`.
pub async fn list_clawbacks(by: &Acting, waiting: bool, after: Option<ClawbackId>, limit: i64) -> Result<Vec<ClawbackBody>, Refused> {
    Ok(by.ledger().list_clawbacks(by.city(), waiting, after, limit).await?.into_iter().map(Into::into).collect())
}

/// Proposes that a family gives back some of a claim. It reads `message`.
pub async fn propose_clawback(by: &Acting, claim: ClaimId, amount: Yen, message: &str) -> Result<ProposedClawbackBody, Refused> {
    let command = by.command(&(claim, amount, message))?;
    let clawback = by.ledger().propose_clawback(by.city(), &command, claim, amount, message).await?;
    by.made(clawback);
    Ok(ProposedClawbackBody { clawback })
}

/// Approves it, as a second person.
pub async fn approve_clawback(by: &Acting, clawback: ClawbackId, message: &str) -> Result<Done, Refused> {
    let command = by.command(&(clawback, message))?;
    by.ledger().approve_clawback(by.city(), &command, clawback, message).await?;
    Ok(Done)
}
