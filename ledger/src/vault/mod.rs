//! The vault: personal data at rest. A key-encryption key outside the database wraps one key per owner (family, merchant, bank record),
//! and that key seals the owner's columns by AES-256-GCM.
//!
//! What it never does: keep a key or a plaintext in the database, write one to a log, or draw randomness of its own.
//! Invariant: sealed bytes open only in the table, column and row, and under the key, for which they were sealed.

mod key;
mod repo;
mod seal;

pub use key::{DataKey, KeyOwner};
pub use seal::Place;

use std::collections::{BTreeMap, BTreeSet};

use ring::{hkdf, hmac};
use uuid::Uuid;

use crate::entropy::Draw;
use crate::error::Failure;
use crate::ids::{Municipality, VaultKeyId};
use crate::{Ledger, Tx};
use seal::Sealer;

/// The key-encryption key and what is derived from it.
///
/// Each use has a subkey of its own (HKDF-SHA-256, RFC 5869): wrapping, synthetic nonces, and one for the blind indexes of each
/// municipality, so that two cities' indexes cannot be compared.
pub struct Vault {
    root: hkdf::Prk,
    wrapper: Sealer,
    kek_version: i16,
}

/// A key that has been made for an owner and not been stored yet.
#[derive(Debug)]
pub struct NewKey {
    /// Its row.
    pub id: VaultKeyId,
    /// Whose data it will seal.
    pub owner: KeyOwner,
    /// Its bytes, wrapped.
    pub wrapped: Vec<u8>,
}

impl Vault {
    /// A vault under the key-encryption key `kek`, known as `version` in the rows that it wraps.
    #[must_use]
    pub fn new(kek: &[u8; 32], version: i16) -> Self {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"hagukumi vault").extract(kek);
        let wrapper = Sealer::derive(&root, "wrap");
        Self { root, wrapper, kek_version: version }
    }

    /// Makes a key from 256 drawn bits. Store `NewKey` in the database transaction that stores what the key seals.
    pub fn make_key(&self, municipality: Municipality, id: VaultKeyId, owner: KeyOwner, bits: &[u8; 32]) -> Result<(NewKey, DataKey), Failure> {
        let wrapped = self.wrapper.seal(&key_aad(municipality, id, self.kek_version), bits)?;
        Ok((NewKey { id, owner, wrapped }, DataKey::new(id, bits)))
    }

    /// Unwraps a stored key.
    ///
    /// # Errors
    /// [`Failure::Vault`] if it was wrapped for another row, under another key-encryption key, or has been changed.
    pub fn unwrap_key(&self, municipality: Municipality, id: VaultKeyId, wrapped: &[u8], kek_version: i16) -> Result<DataKey, Failure> {
        if kek_version != self.kek_version {
            return Err(Failure::Vault("the key is wrapped by another key-encryption key"));
        }
        let bits = self.wrapper.open(&key_aad(municipality, id, kek_version), wrapped)?;
        let bits = <[u8; 32]>::try_from(bits.as_slice()).map_err(|_| Failure::Vault("a key has 32 bytes"))?;
        Ok(DataKey::new(id, &bits))
    }

    /// The blind index of `text`: equal texts of one municipality and purpose have equal indexes, and nobody without the key can
    /// test a guess (宛名番号 are few enough to try them all against a plain hash).
    #[must_use]
    pub fn index(&self, municipality: Municipality, purpose: &'static str, text: &str) -> [u8; 32] {
        self.indexer(municipality, purpose).index(text)
    }

    /// Makes many indexes of one purpose: the subkey is derived once.
    #[must_use]
    pub fn indexer(&self, municipality: Municipality, purpose: &'static str) -> Indexer {
        let info = format!("index/{municipality}/{purpose}");
        Indexer(hmac::Key::new(hmac::HMAC_SHA256, &seal::subkey(&self.root, &info)))
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("kek_version", &self.kek_version).finish_non_exhaustive()
    }
}

/// Blind indexes of one municipality and purpose.
pub struct Indexer(hmac::Key);

impl Indexer {
    /// The index of `text`.
    #[must_use]
    pub fn index(&self, text: &str) -> [u8; 32] {
        self.index_bytes(text.as_bytes())
    }

    /// The index of a whole file.
    #[must_use]
    pub fn index_bytes(&self, bytes: &[u8]) -> [u8; 32] {
        seal::tag(&self.0, &[bytes])
    }
}

/// A wrapped key belongs to one row of `vault_keys` and one version of the key-encryption key.
fn key_aad(municipality: Municipality, id: VaultKeyId, kek_version: i16) -> Vec<u8> {
    format!("vault_keys|wrapped|{municipality}|{}|{kek_version}", id.uuid()).into_bytes()
}

impl Ledger {
    /// Draws a key for `owner` in the command `scope`; several owners of one command are told apart by `index`.
    pub fn draw_vault_key(&self, municipality: Municipality, owner: KeyOwner, scope: &str, index: u64) -> Result<(NewKey, DataKey), Failure> {
        let now = self.clock.now();
        let id = VaultKeyId::new(self.entropy.uuid(Draw { command: scope, purpose: "vault key id", index }, now));
        let bits = self.entropy.bits(Draw { command: scope, purpose: "vault key", index });
        self.vault.make_key(municipality, id, owner, &bits)
    }

    /// Makes and stores a key for one owner, or finds the one it has.
    pub async fn vault_key_for_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, owner: KeyOwner, scope: &str) -> Result<DataKey, Failure> {
        if let Some(key) = self.find_vault_key_of_in_tx(tx, municipality, owner).await? {
            return Ok(key);
        }
        let (new, key) = self.draw_vault_key(municipality, owner, scope, 0)?;
        self.insert_vault_keys_in_tx(tx, municipality, &[new]).await?;
        Ok(key)
    }

    /// Stores keys that have been made.
    pub async fn insert_vault_keys_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, keys: &[NewKey]) -> Result<(), Failure> {
        repo::insert_in_tx(tx, municipality, keys, self.vault.kek_version).await
    }

    /// The key of an owner, if it has one.
    pub async fn find_vault_key_of_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, owner: KeyOwner) -> Result<Option<DataKey>, Failure> {
        let stored = repo::find_of_owner_in_tx(tx, municipality, owner).await?;
        stored.map(|key| self.vault.unwrap_key(municipality, key.id, &key.wrapped, key.kek_version)).transpose()
    }

    /// The keys of many owners. One that has none, or whose key has been destroyed, is missing from the answer.
    pub async fn list_vault_keys_of_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        owners: impl IntoIterator<Item = KeyOwner>,
    ) -> Result<BTreeMap<KeyOwner, DataKey>, Failure> {
        let owners: Vec<_> = owners.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        let stored = repo::list_of_owners_in_tx(tx, municipality, &owners).await?;
        let keys = stored.into_iter().filter_map(|(place, key)| Some((*owners.get(place)?, key)));
        keys.map(|(owner, key)| Ok((owner, self.vault.unwrap_key(municipality, key.id, &key.wrapped, key.kek_version)?))).collect()
    }

    /// Keys by their ids. One that has been destroyed is missing from the answer.
    pub async fn list_vault_keys_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, ids: &[Uuid]) -> Result<BTreeMap<VaultKeyId, DataKey>, Failure> {
        let stored = repo::list_in_tx(tx, municipality, ids).await?;
        stored.into_iter().map(|key| Ok((key.id, self.vault.unwrap_key(municipality, key.id, &key.wrapped, key.kek_version)?))).collect()
    }
}

#[cfg(test)]
mod tests;
