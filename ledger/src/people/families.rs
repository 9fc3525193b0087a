//! What the faces and the payout ask about a family: its children, guardians, account, codes. Read only, but for a new activation code.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sqlx::PgConnection;

use super::activation_of;
use super::import::{CHILD, HOUSEHOLD};
use super::payer_number::PayerNumber;
use super::repo::known::{self, FactsRow};
use super::repo::read;
use super::sealed::{Keys, uuids};
use super::state::{Stated, in_force};
use crate::code::Code;
use crate::error::Failure;
use crate::ids::{ChildId, FamilyId, GuardianId, Municipality, VaultKeyId};
use crate::people::{ChildFacts, Person};
use crate::{Ledger, Tx};

/// A family, without personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Its id.
    pub id: FamilyId,
    /// What it writes on a transfer to load own money.
    pub payer_number: PayerNumber,
    /// 支援措置: merchant, area and address stay hidden from others, from letters and from lists.
    pub protected: bool,
}

/// A child of a family, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyChild {
    /// Its id.
    pub id: ChildId,
    /// Who raises it.
    pub guardian: GuardianId,
    /// Number, name, reading, address.
    pub person: Person,
    /// Birth date and facts.
    pub facts: ChildFacts,
}

/// A guardian of a family, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyGuardian {
    /// The id.
    pub id: GuardianId,
    /// Number, name, reading.
    pub person: Person,
}

impl Ledger {
    /// A family.
    pub async fn find_family(&self, municipality: Municipality, family: FamilyId) -> Result<Option<Family>, Failure> {
        let mut tx = self.pool.begin().await?;
        self.find_family_in_tx(&mut tx, municipality, family).await
    }

    /// [`Ledger::find_family`] within a database transaction.
    pub async fn find_family_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<Option<Family>, Failure> {
        read::find_family_in_tx(tx, municipality, family).await?.map(Family::try_from).transpose()
    }

    /// The families of a municipality in the order of their ids, from the one after `after`, at most `limit`. A protected family is in no list.
    pub async fn list_families(&self, municipality: Municipality, after: Option<FamilyId>, limit: i64) -> Result<Vec<Family>, Failure> {
        let mut tx = self.pool.begin().await?;
        read::list_families_in_tx(&mut tx, municipality, after, limit).await?.into_iter().map(Family::try_from).collect()
    }

    /// The family whose activation code has this digest ([`Code::digest`]).
    pub async fn find_family_by_activation(&self, municipality: Municipality, digest: &[u8; 32]) -> Result<Option<FamilyId>, Failure> {
        let mut tx = self.pool.begin().await?;
        read::find_by_activation_in_tx(&mut tx, municipality, digest).await
    }

    /// The families with these payer numbers. A number that is nobody's is missing from the answer.
    pub async fn families_by_payer_numbers_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        numbers: &BTreeSet<PayerNumber>,
    ) -> Result<BTreeMap<PayerNumber, FamilyId>, Failure> {
        let texts: Vec<_> = numbers.iter().map(ToString::to_string).collect();
        let known = read::list_by_payer_numbers_in_tx(tx, municipality, &texts).await?;
        Ok(numbers.iter().filter_map(|number| Some((number.clone(), *known.get(number.as_str())?))).collect())
    }

    /// The family of the household with this 世帯番号.
    pub async fn find_family_by_household(&self, municipality: Municipality, household: &str) -> Result<Option<FamilyId>, Failure> {
        let index = self.vault.index(municipality, HOUSEHOLD, household);
        let mut tx = self.pool.begin().await?;
        let rows = known::list_families_in_tx(&mut tx, municipality, &[index.to_vec()]).await?;
        Ok(rows.first().map(|row| row.family))
    }

    /// The child with this 宛名番号.
    pub async fn find_child_by_number(&self, municipality: Municipality, number: &str) -> Result<Option<ChildId>, Failure> {
        let index = self.vault.index(municipality, CHILD, number);
        let mut tx = self.pool.begin().await?;
        let rows = known::list_children_in_tx(&mut tx, municipality, &[index.to_vec()]).await?;
        Ok(rows.first().map(|(child, _)| *child))
    }

    /// The activation code in force, for the letter. It is drawn again, never stored.
    pub async fn activation_code(&self, municipality: Municipality, family: FamilyId) -> Result<Option<Code>, Failure> {
        let mut tx = self.pool.begin().await?;
        let issue = read::find_activation_issue_in_tx(&mut tx, municipality, family).await?;
        Ok(issue.map(|issue| activation_of(&*self.entropy, municipality, family, issue)))
    }

    /// Issues a new activation code; the old one is dead at once, and whoever was signed in is signed out. None if there is no such family.
    pub async fn renew_activation_code(&self, municipality: Municipality, family: FamilyId) -> Result<Option<Code>, Failure> {
        let mut tx = self.pool.begin().await?;
        let code = self.renew_access_in_tx(&mut tx, municipality, family).await?;
        tx.commit().await?;
        Ok(code)
    }

    /// The children that belong to a family on `day`, by id. A child that has moved to another household is not among them.
    pub async fn children_of_family(&self, municipality: Municipality, family: FamilyId, day: NaiveDate) -> Result<Vec<FamilyChild>, Failure> {
        let mut tx = self.pool.begin().await?;
        self.children_of_family_in_tx(&mut tx, municipality, family, day).await
    }

    /// [`Ledger::children_of_family`] within a database transaction.
    pub async fn children_of_family_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        family: FamilyId,
        day: NaiveDate,
    ) -> Result<Vec<FamilyChild>, Failure> {
        let rows = read::list_facts_of_family_in_tx(tx, municipality, family, day).await?;
        let ids: Vec<_> = rows.iter().map(|row| row.key).collect();
        let keys = Keys(self.list_vault_keys_in_tx(tx, municipality, &uuids(&ids, VaultKeyId::uuid)).await?);
        let child = |row: &FactsRow| Ok(FamilyChild { id: row.child, guardian: row.guardian, person: keys.open_child(row)?, facts: keys.open_facts(row)? });
        rows.iter().map(child).collect()
    }

    /// The ids of [`Ledger::children_of_family`]: who may spend for whom, without opening a name.
    pub async fn child_ids_of_family_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        family: FamilyId,
        day: NaiveDate,
    ) -> Result<BTreeSet<ChildId>, Failure> {
        let rows = read::list_facts_of_family_in_tx(tx, municipality, family, day).await?;
        Ok(rows.iter().map(|row| row.child).collect())
    }

    /// [`Ledger::child_ids_of_family_in_tx`] for many families at once: each child with the family that it belongs to.
    pub(crate) async fn child_ids_of_families(
        &self,
        connection: &mut PgConnection,
        municipality: Municipality,
        families: &[FamilyId],
        day: NaiveDate,
    ) -> Result<BTreeSet<(FamilyId, ChildId)>, Failure> {
        read::list_children_of_families(connection, municipality, &uuids(families, FamilyId::uuid), day).await
    }

    /// The guardians that raise children of a family on `day`, by id. Nobody else: a former guardian is not among them.
    pub async fn guardians_of_family(&self, municipality: Municipality, family: FamilyId, day: NaiveDate) -> Result<Vec<FamilyGuardian>, Failure> {
        let mut tx = self.pool.begin().await?;
        self.guardians_of_family_in_tx(&mut tx, municipality, family, day).await
    }

    /// [`Ledger::guardians_of_family`] within a database transaction.
    pub async fn guardians_of_family_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        family: FamilyId,
        day: NaiveDate,
    ) -> Result<Vec<FamilyGuardian>, Failure> {
        let facts = read::list_facts_of_family_in_tx(tx, municipality, family, day).await?;
        let Some(key) = facts.first().map(|row| row.key) else { return Ok(Vec::new()) };
        let keys = Keys(self.list_vault_keys_in_tx(tx, municipality, &[key.uuid()]).await?);
        let mut said: BTreeMap<GuardianId, Vec<Stated<known::GuardianRow>>> = BTreeMap::new();
        for row in known::list_guardians_in_tx(tx, municipality, &[family.uuid()]).await? {
            said.entry(row.guardian).or_default().push(Stated { since: row.since, roster_number: row.roster_number, what: row });
        }
        let raising = |guardian: &GuardianId| facts.iter().any(|row| row.guardian == *guardian);
        let guardians = said.iter().filter(|(guardian, _)| raising(guardian)).filter_map(|(id, said)| Some((*id, &in_force(said, day)?.what)));
        guardians.map(|(id, row)| Ok(FamilyGuardian { id, person: keys.open_guardian(key, row)? })).collect()
    }

    /// The family that a child belongs to on `day`.
    pub async fn family_of_child(&self, municipality: Municipality, child: ChildId, day: NaiveDate) -> Result<Option<FamilyId>, Failure> {
        let mut tx = self.pool.begin().await?;
        read::find_family_of_child_in_tx(&mut tx, municipality, child, day).await
    }
}

impl TryFrom<read::FamilySummary> for Family {
    type Error = Failure;

    fn try_from(row: read::FamilySummary) -> Result<Self, Failure> {
        let read::FamilySummary { family, payer_number, protected } = row;
        let payer_number = PayerNumber::parse(&payer_number).map_err(|_| Failure::inconsistent("families", format!("payer number of {family}")))?;
        Ok(Self { id: FamilyId::new(family), payer_number, protected })
    }
}
