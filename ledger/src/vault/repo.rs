//! All SQL of the vault: wrapped keys only.

use uuid::Uuid;

use super::{KeyOwner, NewKey};
use crate::Tx;
use crate::error::Failure;
use crate::ids::{Municipality, VaultKeyId};

/// A key as it is stored.
pub(super) struct StoredKey {
    pub(super) id: VaultKeyId,
    pub(super) wrapped: Vec<u8>,
    pub(super) kek_version: i16,
}

/// Stores new keys.
pub(super) async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, keys: &[NewKey], kek_version: i16) -> Result<(), Failure> {
    let ids: Vec<_> = keys.iter().map(|key| key.id.uuid()).collect();
    let kinds: Vec<_> = keys.iter().map(|key| key.owner.kind().to_owned()).collect();
    let owners: Vec<_> = keys.iter().map(|key| key.owner.uuid()).collect();
    let wrapped: Vec<_> = keys.iter().map(|key| key.wrapped.clone()).collect();
    sqlx::query!(
        "
        INSERT INTO vault_keys (municipality, vault_key_id, owner_kind, owner_id, wrapped, kek_version)
        SELECT $1, k.vault_key_id, k.owner_kind, k.owner_id, k.wrapped, $6
        FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::bytea[]) AS k (vault_key_id, owner_kind, owner_id, wrapped)
        ",
        municipality.code(),
        &ids,
        &kinds,
        &owners,
        &wrapped,
        kek_version
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The key of an owner.
pub(super) async fn find_of_owner_in_tx(tx: &mut Tx<'_>, municipality: Municipality, owner: KeyOwner) -> Result<Option<StoredKey>, Failure> {
    let row = sqlx::query!(
        "SELECT vault_key_id, wrapped, kek_version FROM vault_keys WHERE municipality = $1 AND owner_kind = $2 AND owner_id = $3",
        municipality.code(),
        owner.kind(),
        owner.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| StoredKey { id: VaultKeyId::new(row.vault_key_id), wrapped: row.wrapped, kek_version: row.kek_version }))
}

/// The keys of these owners, each with the place of its owner.
pub(super) async fn list_of_owners_in_tx(tx: &mut Tx<'_>, municipality: Municipality, owners: &[KeyOwner]) -> Result<Vec<(usize, StoredKey)>, Failure> {
    let kinds: Vec<_> = owners.iter().map(|owner| owner.kind().to_owned()).collect();
    let ids: Vec<_> = owners.iter().map(|owner| owner.uuid()).collect();
    let rows = sqlx::query!(
        r#"
        SELECT o.place - 1 AS "place!", k.vault_key_id, k.wrapped, k.kek_version
        FROM unnest($2::text[], $3::uuid[]) WITH ORDINALITY AS o (kind, id, place)
        JOIN vault_keys k ON k.municipality = $1 AND k.owner_kind = o.kind AND k.owner_id = o.id
        "#,
        municipality.code(),
        &kinds,
        &ids
    )
    .fetch_all(&mut **tx)
    .await?;
    let key = |id, wrapped, kek_version| StoredKey { id: VaultKeyId::new(id), wrapped, kek_version };
    Ok(rows.into_iter().map(|row| (usize::try_from(row.place).unwrap_or(usize::MAX), key(row.vault_key_id, row.wrapped, row.kek_version))).collect())
}

/// Keys by id.
pub(super) async fn list_in_tx(tx: &mut Tx<'_>, municipality: Municipality, ids: &[Uuid]) -> Result<Vec<StoredKey>, Failure> {
    let rows =
        sqlx::query!("SELECT vault_key_id, wrapped, kek_version FROM vault_keys WHERE municipality = $1 AND vault_key_id = ANY($2)", municipality.code(), ids)
            .fetch_all(&mut **tx)
            .await?;
    Ok(rows.into_iter().map(|row| StoredKey { id: VaultKeyId::new(row.vault_key_id), wrapped: row.wrapped, kek_version: row.kek_version }).collect())
}
