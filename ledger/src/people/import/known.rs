//! What is known about the people of one chunk of lines, opened.

use std::collections::BTreeMap;

use crate::bank::account::BankAccount;
use crate::error::Failure;
use crate::ids::{ChildId, FamilyId, GuardianId, Municipality, VaultKeyId};
use crate::people::Person;
use crate::people::repo::known::{self as repo, FactsRow};
use crate::people::roster::Row;
use crate::people::sealed::{Keys, uuids};
use crate::people::state::Stated;
use crate::vault::Indexer;
use crate::{Ledger, Tx};

/// A blind index.
pub(super) type Index = [u8; 32];

/// Makes the blind indexes of one municipality.
pub(super) struct Indexers {
    pub(super) household: Indexer,
    pub(super) child: Indexer,
    pub(super) guardian: Indexer,
}

impl Indexers {
    pub(super) fn new(ledger: &Ledger, municipality: Municipality) -> Self {
        let of = |purpose| ledger.vault.indexer(municipality, purpose);
        Self { household: of(super::HOUSEHOLD), child: of(super::CHILD), guardian: of(super::GUARDIAN) }
    }
}

/// A family that exists, or comes into being with this chunk.
pub(super) struct Household {
    pub(super) family: FamilyId,
    pub(super) key: VaultKeyId,
    pub(super) protected: bool,
    pub(super) guardians: Vec<Guardian>,
    pub(super) accounts: Vec<Stated<BankAccount>>,
}

/// What has been said about one guardian.
pub(super) struct Guardian {
    pub(super) id: GuardianId,
    pub(super) index: Index,
    pub(super) said: Vec<Stated<Person>>,
}

/// What has been said about one child. It is opened where it is compared.
pub(super) struct Child {
    pub(super) id: ChildId,
    pub(super) said: Vec<Stated<FactsRow>>,
}

/// The people of a chunk.
pub(super) struct Known {
    pub(super) households: BTreeMap<Index, Household>,
    pub(super) children: BTreeMap<Index, Child>,
    pub(super) keys: Keys,
}

impl Known {
    /// Reads all that is stored about the people of `rows`.
    pub(super) async fn load(ledger: &Ledger, tx: &mut Tx<'_>, municipality: Municipality, indexers: &Indexers, rows: &[Row]) -> Result<Self, Failure> {
        let households: Vec<_> = rows.iter().map(|row| indexers.household.index(&row.household).to_vec()).collect();
        let numbers: Vec<_> = rows.iter().map(|row| indexers.child.index(&row.child.number).to_vec()).collect();
        let families = repo::list_families_in_tx(tx, municipality, &households).await?;
        let children = repo::list_children_in_tx(tx, municipality, &numbers).await?;
        let child_ids: Vec<_> = children.iter().map(|(child, _)| child.uuid()).collect();
        let facts = repo::list_facts_in_tx(tx, municipality, &child_ids).await?;
        let family_ids: Vec<_> = families.iter().map(|family| family.family.uuid()).collect();
        let guardians = repo::list_guardians_in_tx(tx, municipality, &family_ids).await?;
        let accounts = repo::list_accounts_in_tx(tx, municipality, &family_ids).await?;
        // A child may come from another family, which has a key of its own.
        let key_ids: Vec<_> = families.iter().map(|family| family.key).chain(facts.iter().map(|row| row.key)).collect();
        let keys = Keys(ledger.list_vault_keys_in_tx(tx, municipality, &uuids(&key_ids, VaultKeyId::uuid)).await?);

        let mut by_family: BTreeMap<FamilyId, Household> = BTreeMap::new();
        let mut found: Vec<(Index, FamilyId)> = Vec::new();
        for row in families {
            found.push((index(row.household_index)?, row.family));
            let household = Household { family: row.family, key: row.key, protected: row.protected, guardians: Vec::new(), accounts: Vec::new() };
            by_family.insert(row.family, household);
        }
        for row in guardians {
            let Some(household) = by_family.get_mut(&row.family) else { continue };
            let said = Stated { since: row.since, roster_number: row.roster_number, what: keys.open_guardian(household.key, &row)? };
            match household.guardians.iter_mut().find(|guardian| guardian.id == row.guardian) {
                Some(guardian) => guardian.said.push(said),
                None => household.guardians.push(Guardian { id: row.guardian, index: index(row.number_index)?, said: vec![said] }),
            }
        }
        for row in accounts {
            let said = Stated { since: row.since, roster_number: row.roster_number, what: keys.open_account(&row)? };
            by_family.entry(row.family).and_modify(|household| household.accounts.push(said));
        }
        let households = found.into_iter().filter_map(|(index, family)| Some((index, by_family.remove(&family)?))).collect();
        Ok(Self { households, children: children_of(children, facts)?, keys })
    }
}

fn children_of(children: Vec<(ChildId, Vec<u8>)>, facts: Vec<FactsRow>) -> Result<BTreeMap<Index, Child>, Failure> {
    let mut said: BTreeMap<ChildId, Vec<Stated<FactsRow>>> = BTreeMap::new();
    for row in facts {
        said.entry(row.child).or_default().push(Stated { since: row.since, roster_number: row.roster_number, what: row });
    }
    children.into_iter().map(|(id, number)| Ok((index(number)?, Child { id, said: said.remove(&id).unwrap_or_default() }))).collect()
}

fn index(bytes: Vec<u8>) -> Result<Index, Failure> {
    Index::try_from(bytes).map_err(|_| Failure::inconsistent("families", "a blind index has 32 bytes"))
}
