//! The key of one owner of personal data. Pure.

use ring::hkdf;
use uuid::Uuid;

use super::seal::{Place, Sealer};
use crate::error::Failure;
use crate::ids::{FamilyId, MerchantId, VaultKeyId};

/// Whose data a key seals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyOwner {
    /// A household.
    Family(FamilyId),
    /// A merchant.
    Merchant(MerchantId),
    /// A raw record from the bank: a file or a line, by its id.
    BankRecord(Uuid),
}

impl KeyOwner {
    /// As the database writes it.
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Family(_) => "family",
            Self::Merchant(_) => "merchant",
            Self::BankRecord(_) => "bank_record",
        }
    }

    pub(super) const fn uuid(self) -> Uuid {
        match self {
            Self::Family(id) => id.uuid(),
            Self::Merchant(id) => id.uuid(),
            Self::BankRecord(id) => id,
        }
    }
}

/// A key, unwrapped: it lives in memory only.
pub struct DataKey {
    id: VaultKeyId,
    sealer: Sealer,
}

impl DataKey {
    pub(super) fn new(id: VaultKeyId, bits: &[u8; 32]) -> Self {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"hagukumi data key").extract(bits);
        Self { id, sealer: Sealer::derive(&root, "data") }
    }

    /// Its row in `vault_keys`.
    #[must_use]
    pub const fn id(&self) -> VaultKeyId {
        self.id
    }

    /// Seals `plaintext` for `place`: 29 bytes longer, and the same bytes each time.
    pub fn seal(&self, place: Place, plaintext: &[u8]) -> Result<Vec<u8>, Failure> {
        self.sealer.seal(&self.aad(place), plaintext)
    }

    /// What was sealed for `place`.
    ///
    /// # Errors
    /// [`Failure::Vault`] if the bytes were sealed for another place or under another key, or have been changed.
    pub fn open(&self, place: Place, sealed: &[u8]) -> Result<Vec<u8>, Failure> {
        self.sealer.open(&self.aad(place), sealed)
    }

    /// Seals a value as JSON.
    pub fn seal_json(&self, place: Place, value: &impl serde::Serialize) -> Result<Vec<u8>, Failure> {
        let plaintext = serde_json::to_vec(value).map_err(|_| Failure::Vault("the value cannot be written as JSON"))?;
        self.seal(place, &plaintext)
    }

    /// What [`Self::seal_json`] sealed for `place`.
    pub fn open_json<T: serde::de::DeserializeOwned>(&self, place: Place, sealed: &[u8]) -> Result<T, Failure> {
        // The error of serde_json may quote the plaintext: it goes no further.
        serde_json::from_slice(&self.open(place, sealed)?).map_err(|_| Failure::Vault("the sealed value is not of this shape"))
    }

    /// Table, column, row and key.
    fn aad(&self, place: Place) -> Vec<u8> {
        format!("{place}|{}", self.id.uuid()).into_bytes()
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DataKey").field("id", &self.id).finish_non_exhaustive()
    }
}
