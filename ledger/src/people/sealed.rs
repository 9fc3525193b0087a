//! Which columns are sealed, where, and how they are opened. The one list of places.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::repo::known::{AccountRow, FactsRow, GuardianRow};
use crate::bank::account::BankAccount;
use crate::error::Failure;
use crate::ids::{ChildId, FamilyId, GuardianId, VaultKeyId};
use crate::people::sealed_account::SealedAccount;
use crate::people::{ChildFacts, Person};
use crate::vault::{DataKey, Place};

/// Which statement a sealed column belongs to: the roster, and the day from which it holds.
pub(super) type Edition = (i32, NaiveDate);

pub(super) const fn household(family: FamilyId) -> Place {
    Place::new("families", "household", family.uuid())
}

pub(super) const fn child_person(child: ChildId, (number, since): Edition) -> Place {
    Place::new("child_facts", "person", child.uuid()).edition(number, since)
}

pub(super) const fn child_facts(child: ChildId, (number, since): Edition) -> Place {
    Place::new("child_facts", "facts", child.uuid()).edition(number, since)
}

pub(super) const fn guardian_person(guardian: GuardianId, (number, since): Edition) -> Place {
    Place::new("guardians", "person", guardian.uuid()).edition(number, since)
}

pub(super) const fn account(family: FamilyId, (number, since): Edition) -> Place {
    Place::new("family_bank_accounts", "account", family.uuid()).edition(number, since)
}

pub(super) const fn delivery_address(family: FamilyId, (number, recorded): Edition) -> Place {
    Place::new("delivery_addresses", "address", family.uuid()).edition(number, recorded)
}

/// What a family registered itself belongs to no roster: its number says which.
pub(super) fn registered_account(family: FamilyId, number: i16) -> Place {
    Place::new("family_registered_accounts", "sealed", family.uuid()).edition(number.into(), NaiveDate::default())
}

pub(super) fn refusal_of_account(family: FamilyId, number: i16) -> Place {
    Place::new("family_registered_accounts", "reason", family.uuid()).edition(number.into(), NaiveDate::default())
}

/// Families' keys, unwrapped for one piece of work.
#[derive(Debug, Default)]
pub(super) struct Keys(pub(super) BTreeMap<VaultKeyId, DataKey>);

impl Keys {
    /// A key.
    ///
    /// # Errors
    /// [`Failure::Vault`] if it is not there: the family has been erased.
    pub(super) fn get(&self, id: VaultKeyId) -> Result<&DataKey, Failure> {
        self.0.get(&id).ok_or(Failure::Vault("the key has been destroyed"))
    }

    fn open<T: DeserializeOwned>(&self, key: VaultKeyId, place: Place, sealed: &[u8]) -> Result<T, Failure> {
        self.get(key)?.open_json(place, sealed)
    }

    pub(super) fn open_child(&self, row: &FactsRow) -> Result<Person, Failure> {
        self.open(row.key, child_person(row.child, (row.roster_number, row.since)), &row.person)
    }

    pub(super) fn open_facts(&self, row: &FactsRow) -> Result<ChildFacts, Failure> {
        self.open(row.key, child_facts(row.child, (row.roster_number, row.since)), &row.facts)
    }

    pub(super) fn open_guardian(&self, key: VaultKeyId, row: &GuardianRow) -> Result<Person, Failure> {
        self.open(key, guardian_person(row.guardian, (row.roster_number, row.since)), &row.person)
    }

    pub(super) fn open_account(&self, row: &AccountRow) -> Result<BankAccount, Failure> {
        let sealed: SealedAccount = self.open(row.key, account(row.family, (row.roster_number, row.since)), &row.account)?;
        sealed.try_into()
    }
}

/// The ids as the database takes them.
pub(super) fn uuids<T: Copy>(ids: &[T], uuid: impl Fn(T) -> Uuid) -> Vec<Uuid> {
    ids.iter().copied().map(uuid).collect()
}
