//! Files that a family shows: looked at by content, limited in size and number, sealed under the family's key.
//!
//! A picture is stored as it came (its metadata included, sealed like the rest); writing pictures anew is the next step.

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

/// What a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Media {
    /// A photograph.
    Jpeg,
    /// A picture of a screen.
    Png,
    /// A document.
    Pdf,
}

/// A file as staff open it.
#[derive(Clone, PartialEq, Eq)]
pub struct EvidenceFile {
    /// What it is.
    pub media: Media,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Media {
    /// As the database and HTTP write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Pdf => "application/pdf",
        }
    }

    /// From the database's text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Jpeg, Self::Png, Self::Pdf].into_iter().find(|media| media.as_str() == text)
    }

    /// By the first bytes (ITU-T T.81, RFC 2083 §3.1, ISO 32000-1 §7.5.2) and the last ones that each format must have; never by a name.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let ends = |mark: &[u8]| bytes.get(bytes.len().saturating_sub(1_024)..).is_some_and(|tail| tail.windows(mark.len()).any(|window| window == mark));
        match bytes {
            [0xff, 0xd8, 0xff, ..] if ends(&[0xff, 0xd9]) => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] if ends(b"IEND") => Some(Self::Png),
            [b'%', b'P', b'D', b'F', b'-', ..] if ends(b"%%EOF") => Some(Self::Pdf),
            _ => None,
        }
    }
}

impl Ledger {
    /// The family, or staff who scan its papers, add a file that shows `kind` (as the scheme names it). The same file again: the same number again.
    ///
    /// # Errors
    /// [`Rejected`]: not a picture or PDF, too large, too many, the claim is being decided.
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
        let digest = self.vault.indexer(municipality, "evidence").index_bytes(bytes);
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
        let content = key.seal(view::evidence_place(claim, number, act.at), bytes)?;
        let size_bytes = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        assert_eq!(Media::of(b"\xff\xd8\xff\xe0 a photograph \xff\xd9"), Some(Media::Jpeg));
        assert_eq!(Media::of(b"\x89PNG\r\n\x1a\n pixels IEND\xae\x42\x60\x82"), Some(Media::Png));
        assert_eq!(Media::of(b"%PDF-1.7\n...\n%%EOF\n"), Some(Media::Pdf));
        for other in [&b""[..], b"GIF89a", b"<svg>", b"%PDF-1.7 cut short", b"\xff\xd8\xff cut short", b"MZ\x90\x00", b"PK\x03\x04"] {
            assert_eq!(Media::of(other), None, "{other:?}");
        }
    }
}
