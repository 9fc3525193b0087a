//! Files that a family shows: looked at by content, limited in size and number, written anew, sealed under the family's key.
//!
//! Invariant: no picture is stored but as this program wrote it: what a camera notes beside the pixels (where, when, with which phone) never gets in.
//! PDFs are looked through and stored as they came, their own metadata included, sealed like the rest.

pub use ::evidence::{Media, Unusable};

use tokio::sync::Semaphore;

use super::repo::evidence as repo;
use super::repo::life::Stored;
use super::{Rejected, view};
use crate::Ledger;
use crate::actor::Command;
use crate::error::{Error, Failure};
use crate::ids::{ClaimId, FamilyId, Municipality};

/// The most bytes of one file; the database holds the same limit.
pub const EVIDENCE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// The most files of one claim.
const FILES_MAX: usize = 10;
/// How many files are written anew at once: each may take some hundred megabytes for a moment.
static REWRITES: Semaphore = Semaphore::const_new(2);

/// A file as staff open it.
#[derive(Clone, PartialEq, Eq)]
pub struct EvidenceFile {
    /// What it is.
    pub media: Media,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Ledger {
    /// The family, or staff who scan its papers, add a file that shows `kind` (as the scheme names it). The same file again: the same number again.
    ///
    /// # Errors
    /// [`Rejected`]: not a picture or PDF, one that cannot be used, too large, too many, the claim is being decided.
    pub async fn add_claim_evidence(
        &self,
        municipality: Municipality,
        command: &Command,
        claim: ClaimId,
        (kind, bytes): (&str, &[u8]),
    ) -> Result<i16, Error<Rejected>> {
        if bytes.is_empty() || bytes.len() > EVIDENCE_BYTES_MAX {
            return Err(Error::Rejected(Rejected::Size));
        }
        let media = Media::of(bytes).ok_or(Error::Rejected(Rejected::Media))?;
        if kind.is_empty() || kind.len() > 40 || !kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
            return Err(Error::Rejected(Rejected::Media));
        }
        // Of what was sent, not of what is kept: a later version of the program may write the same picture differently.
        let digest = self.vault.indexer(municipality, "evidence").index_bytes(bytes);
        let kept = kept(media, bytes.to_vec()).await?;
        let mut tx = self.pool.begin().await?;
        let begun = self.begin_claim_in_tx(&mut tx, municipality, command, claim).await?;
        let shown = repo::list_in_tx(&mut tx, municipality, claim).await?;
        if let Some(known) = shown.iter().find(|known| known.digest == digest) {
            return Ok(known.number);
        }
        let Some(Stored { claim: known, life }) = begun else { return Err(Failure::inconsistent("claim_evidence", "a file is gone").into()) };
        life.open_to_family("given files").map_err(Error::Rejected)?;
        if shown.len() >= FILES_MAX {
            return Err(Error::Rejected(Rejected::TooMany));
        }
        let number = i16::try_from(shown.len().saturating_add(1)).map_err(|_| Failure::inconsistent("claim_evidence", "too many"))?;
        let key = self.family_key_in_tx(&mut tx, municipality, known.family).await?;
        let act = self.act(command);
        let content = key.seal(view::evidence_place(claim, number, act.at), &kept)?;
        let size_bytes = i32::try_from(kept.len()).unwrap_or(i32::MAX);
        let new = repo::NewEvidence { number, kind, media: media.as_str(), size_bytes, digest: &digest, content: &content, added: &act };
        repo::insert_in_tx(&mut tx, municipality, claim, &new).await?;
        tx.commit().await?;
        Ok(number)
    }

    /// A file of a claim, opened: for the family that owns it, or for staff where none is given. Opening it is for the caller's audit.
    pub async fn claim_evidence(
        &self,
        municipality: Municipality,
        (claim, number): (ClaimId, i16),
        family: Option<FamilyId>,
    ) -> Result<Option<EvidenceFile>, Failure> {
        let mut tx = self.pool.begin().await?;
        let Some(known) = self.find_claim_in_tx(&mut tx, municipality, claim).await? else { return Ok(None) };
        if family.is_some_and(|family| family != known.family) {
            return Ok(None);
        }
        let Some((media, sealed, added_at)) = repo::find_content_in_tx(&mut tx, municipality, claim, number).await? else { return Ok(None) };
        let key = self.family_key_in_tx(&mut tx, municipality, known.family).await?;
        let bytes = key.open(view::evidence_place(claim, number, added_at), &sealed)?;
        let media = Media::parse(&media).ok_or_else(|| Failure::inconsistent("claim_evidence", media))?;
        Ok(Some(EvidenceFile { media, bytes }))
    }
}

/// What is kept of a file, made on a thread where nobody waits for an answer; at most as large as a file may be.
async fn kept(media: Media, bytes: Vec<u8>) -> Result<Vec<u8>, Error<Rejected>> {
    let _turn = REWRITES.acquire().await.map_err(|_| Failure::inconsistent("claim_evidence", "files are no longer written anew"))?;
    let made = tokio::task::spawn_blocking(move || media.kept(bytes)).await;
    let kept = made.map_err(|_| Failure::inconsistent("claim_evidence", "a file broke what writes it anew"))?;
    let kept = kept.map_err(|why| Error::Rejected(Rejected::File(why)))?;
    if kept.len() > EVIDENCE_BYTES_MAX { Err(Error::Rejected(Rejected::Size)) } else { Ok(kept) }
}
