//! New rows of a chunk, one statement per table.

use chrono::NaiveDate;

use crate::Tx;
use crate::error::Failure;
use crate::ids::{ChildId, FamilyId, GuardianId, Municipality, VaultKeyId};
use crate::people::payer_number::PayerNumber;
use crate::time::Instant;

/// Which roster writes, and when.
#[derive(Clone, Copy)]
pub(in crate::people) struct Stamp {
    pub(in crate::people) municipality: Municipality,
    pub(in crate::people) roster_number: i32,
    pub(in crate::people) now: Instant,
}

/// A new family.
pub(in crate::people) struct NewFamily {
    pub(in crate::people) family: FamilyId,
    pub(in crate::people) household_index: [u8; 32],
    pub(in crate::people) household: Vec<u8>,
    pub(in crate::people) key: VaultKeyId,
    pub(in crate::people) activation_hash: [u8; 32],
    pub(in crate::people) protected: bool,
}

/// Stores new families, each with its payer number.
pub(in crate::people) async fn insert_families_in_tx(tx: &mut Tx<'_>, stamp: Stamp, families: &[NewFamily], numbers: &[PayerNumber]) -> Result<(), Failure> {
    let ids: Vec<_> = families.iter().map(|family| family.family.uuid()).collect();
    let indexes: Vec<_> = families.iter().map(|family| family.household_index.to_vec()).collect();
    let households: Vec<_> = families.iter().map(|family| family.household.clone()).collect();
    let keys: Vec<_> = families.iter().map(|family| family.key.uuid()).collect();
    let hashes: Vec<_> = families.iter().map(|family| family.activation_hash.to_vec()).collect();
    let numbers: Vec<_> = numbers.iter().map(|number| number.as_str().to_owned()).collect();
    let protected: Vec<_> = families.iter().map(|family| family.protected).collect();
    sqlx::query!(
        "
        INSERT INTO families (municipality, family_id, household_index, household, vault_key_id, activation_hash, activation_issue, payer_number,
                              protected, roster_number, created_at)
        SELECT $1, n.family_id, n.household_index, n.household, n.vault_key_id, n.activation_hash, 0, n.payer_number, n.protected, $2, $3
        FROM unnest($4::uuid[], $5::bytea[], $6::bytea[], $7::uuid[], $8::bytea[], $9::text[], $10::boolean[])
            AS n (family_id, household_index, household, vault_key_id, activation_hash, payer_number, protected)
        ",
        stamp.municipality.code(),
        stamp.roster_number,
        stamp.now,
        &ids,
        &indexes,
        &households,
        &keys,
        &hashes,
        &numbers,
        &protected
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Notes who is protected (支援措置) and who no longer is.
pub(in crate::people) async fn update_protected_in_tx(tx: &mut Tx<'_>, stamp: Stamp, changes: &[(FamilyId, bool)]) -> Result<(), Failure> {
    let families: Vec<_> = changes.iter().map(|(family, _)| family.uuid()).collect();
    let protected: Vec<_> = changes.iter().map(|(_, protected)| *protected).collect();
    let done = sqlx::query!(
        "
        UPDATE families f
        SET protected = n.protected
        FROM unnest($2::uuid[], $3::boolean[]) AS n (family_id, protected)
        WHERE f.municipality = $1 AND f.family_id = n.family_id
        ",
        stamp.municipality.code(),
        &families,
        &protected
    )
    .execute(&mut **tx)
    .await?;
    if usize::try_from(done.rows_affected()) != Ok(changes.len()) {
        return Err(Failure::inconsistent("families", format!("{} of {} families found", done.rows_affected(), changes.len())));
    }
    Ok(())
}

/// A new statement about a guardian.
pub(in crate::people) struct NewGuardian {
    pub(in crate::people) guardian: GuardianId,
    pub(in crate::people) family: FamilyId,
    pub(in crate::people) number_index: [u8; 32],
    pub(in crate::people) since: NaiveDate,
    pub(in crate::people) person: Vec<u8>,
}

/// Stores statements about guardians.
pub(in crate::people) async fn insert_guardians_in_tx(tx: &mut Tx<'_>, stamp: Stamp, guardians: &[NewGuardian]) -> Result<(), Failure> {
    let ids: Vec<_> = guardians.iter().map(|guardian| guardian.guardian.uuid()).collect();
    let families: Vec<_> = guardians.iter().map(|guardian| guardian.family.uuid()).collect();
    let indexes: Vec<_> = guardians.iter().map(|guardian| guardian.number_index.to_vec()).collect();
    let since: Vec<_> = guardians.iter().map(|guardian| guardian.since).collect();
    let people: Vec<_> = guardians.iter().map(|guardian| guardian.person.clone()).collect();
    sqlx::query!(
        "
        INSERT INTO guardians (municipality, guardian_id, roster_number, family_id, number_index, since_on, person)
        SELECT $1, n.guardian_id, $2, n.family_id, n.number_index, n.since_on, n.person
        FROM unnest($3::uuid[], $4::uuid[], $5::bytea[], $6::date[], $7::bytea[]) AS n (guardian_id, family_id, number_index, since_on, person)
        ",
        stamp.municipality.code(),
        stamp.roster_number,
        &ids,
        &families,
        &indexes,
        &since,
        &people
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Stores new children: id and index of the number.
pub(in crate::people) async fn insert_children_in_tx(tx: &mut Tx<'_>, stamp: Stamp, children: &[(ChildId, [u8; 32])]) -> Result<(), Failure> {
    let ids: Vec<_> = children.iter().map(|(child, _)| child.uuid()).collect();
    let indexes: Vec<_> = children.iter().map(|(_, index)| index.to_vec()).collect();
    sqlx::query!(
        "
        INSERT INTO children (municipality, child_id, number_index, roster_number)
        SELECT $1, n.child_id, n.number_index, $2
        FROM unnest($3::uuid[], $4::bytea[]) AS n (child_id, number_index)
        ",
        stamp.municipality.code(),
        stamp.roster_number,
        &ids,
        &indexes
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A new statement about a child.
pub(in crate::people) struct NewFacts {
    pub(in crate::people) child: ChildId,
    pub(in crate::people) since: NaiveDate,
    pub(in crate::people) family: FamilyId,
    pub(in crate::people) guardian: GuardianId,
    pub(in crate::people) person: Vec<u8>,
    pub(in crate::people) facts: Vec<u8>,
}

/// Stores statements about children.
pub(in crate::people) async fn insert_facts_in_tx(tx: &mut Tx<'_>, stamp: Stamp, facts: &[NewFacts]) -> Result<(), Failure> {
    let children: Vec<_> = facts.iter().map(|facts| facts.child.uuid()).collect();
    let since: Vec<_> = facts.iter().map(|facts| facts.since).collect();
    let families: Vec<_> = facts.iter().map(|facts| facts.family.uuid()).collect();
    let guardians: Vec<_> = facts.iter().map(|facts| facts.guardian.uuid()).collect();
    let people: Vec<_> = facts.iter().map(|facts| facts.person.clone()).collect();
    let sealed: Vec<_> = facts.iter().map(|facts| facts.facts.clone()).collect();
    sqlx::query!(
        "
        INSERT INTO child_facts (municipality, child_id, roster_number, since_on, family_id, guardian_id, person, facts)
        SELECT $1, n.child_id, $2, n.since_on, n.family_id, n.guardian_id, n.person, n.facts
        FROM unnest($3::uuid[], $4::date[], $5::uuid[], $6::uuid[], $7::bytea[], $8::bytea[])
            AS n (child_id, since_on, family_id, guardian_id, person, facts)
        ",
        stamp.municipality.code(),
        stamp.roster_number,
        &children,
        &since,
        &families,
        &guardians,
        &people,
        &sealed
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A new statement about where a family is paid.
pub(in crate::people) struct NewAccount {
    pub(in crate::people) family: FamilyId,
    pub(in crate::people) since: NaiveDate,
    pub(in crate::people) account: Vec<u8>,
}

/// Stores statements about where families are paid.
pub(in crate::people) async fn insert_accounts_in_tx(tx: &mut Tx<'_>, stamp: Stamp, accounts: &[NewAccount]) -> Result<(), Failure> {
    let families: Vec<_> = accounts.iter().map(|account| account.family.uuid()).collect();
    let since: Vec<_> = accounts.iter().map(|account| account.since).collect();
    let sealed: Vec<_> = accounts.iter().map(|account| account.account.clone()).collect();
    sqlx::query!(
        "
        INSERT INTO family_bank_accounts (municipality, family_id, roster_number, since_on, account)
        SELECT $1, n.family_id, $2, n.since_on, n.account
        FROM unnest($3::uuid[], $4::date[], $5::bytea[]) AS n (family_id, since_on, account)
        ",
        stamp.municipality.code(),
        stamp.roster_number,
        &families,
        &since,
        &sealed
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
