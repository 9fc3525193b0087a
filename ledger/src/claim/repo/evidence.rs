//! Files that families show, sealed.

use crate::Tx;
use crate::actor::Act;
use crate::error::Failure;
use crate::ids::{ClaimId, Municipality};

/// A file without its content.
pub(in crate::claim) struct EvidenceRow {
    pub(in crate::claim) number: i16,
    pub(in crate::claim) kind: String,
    pub(in crate::claim) media: String,
    pub(in crate::claim) size_bytes: i32,
    pub(in crate::claim) digest: Vec<u8>,
    /// Other claims that show the same content.
    pub(in crate::claim) also_in: Vec<ClaimId>,
}

/// A file that is added.
pub(in crate::claim) struct NewEvidence<'a> {
    pub(in crate::claim) number: i16,
    pub(in crate::claim) kind: &'a str,
    pub(in crate::claim) media: &'a str,
    pub(in crate::claim) size_bytes: i32,
    pub(in crate::claim) digest: &'a [u8],
    pub(in crate::claim) content: &'a [u8],
    pub(in crate::claim) added: &'a Act,
}

/// The files of a claim, by number.
pub(in crate::claim) async fn list_in_tx(tx: &mut Tx<'_>, municipality: Municipality, claim: ClaimId) -> Result<Vec<EvidenceRow>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT e.number, e.kind, e.media, e.size_bytes, e.digest,
               ARRAY(SELECT DISTINCT o.claim_id FROM claim_evidence o
                     WHERE o.municipality = $1 AND o.digest = e.digest AND o.claim_id <> e.claim_id
                     ORDER BY o.claim_id) AS "also_in!"
        FROM claim_evidence e
        WHERE e.municipality = $1 AND e.claim_id = $2
        ORDER BY e.number
        "#,
        municipality.code(),
        claim.uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    let evidence = rows.into_iter().map(|row| EvidenceRow {
        number: row.number,
        kind: row.kind,
        media: row.media,
        size_bytes: row.size_bytes,
        digest: row.digest,
        also_in: row.also_in.into_iter().map(ClaimId::new).collect(),
    });
    Ok(evidence.collect())
}

/// Inserts a file.
pub(in crate::claim) async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, claim: ClaimId, new: &NewEvidence<'_>) -> Result<(), Failure> {
    sqlx::query!(
        r#"
        INSERT INTO claim_evidence (municipality, claim_id, number, kind, media, size_bytes, digest, content, added_at, added_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        "#,
        municipality.code(),
        claim.uuid(),
        new.number,
        new.kind,
        new.media,
        new.size_bytes,
        new.digest,
        new.content,
        new.added.at,
        new.added.by
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The media type and the sealed content of a file, with the day in Tokyo on which it was added.
pub(in crate::claim) async fn find_content_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    claim: ClaimId,
    number: i16,
) -> Result<Option<(String, Vec<u8>, crate::time::Instant)>, Failure> {
    let row = sqlx::query!(
        "SELECT media, content, added_at FROM claim_evidence WHERE municipality = $1 AND claim_id = $2 AND number = $3",
        municipality.code(),
        claim.uuid(),
        number
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (row.media, row.content, row.added_at)))
}
