//! SQL of families that sign in.

use crate::Tx;
use crate::error::Failure;
use crate::ids::{FamilyId, Municipality};

/// The family whose activation code has this digest.
pub(super) async fn find_family_in_tx(tx: &mut Tx<'_>, municipality: Municipality, digest: &[u8; 32]) -> Result<Option<FamilyId>, Failure> {
    let family = sqlx::query_scalar!("SELECT family_id FROM families WHERE municipality = $1 AND activation_hash = $2", municipality.code(), &digest[..])
        .fetch_optional(&mut **tx)
        .await?;
    Ok(family.map(FamilyId::new))
}

/// Makes sign-ins of one family take turns.
pub(super) async fn lock_family_in_tx(tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<(), Failure> {
    // NO KEY: rows that refer to the family may be written meanwhile.
    sqlx::query!(
        "SELECT family_id FROM families WHERE municipality = $1 AND family_id = $2 ORDER BY family_id FOR NO KEY UPDATE",
        municipality.code(),
        family.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(())
}
