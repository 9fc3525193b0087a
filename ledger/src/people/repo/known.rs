//! What is stored about the households and children that a chunk of lines names.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::Tx;
use crate::error::Failure;
use crate::ids::{ChildId, FamilyId, GuardianId, Municipality, VaultKeyId};
use crate::time::Instant;

/// A family.
pub(in crate::people) struct FamilyRow {
    pub(in crate::people) family: FamilyId,
    pub(in crate::people) household_index: Vec<u8>,
    pub(in crate::people) key: VaultKeyId,
    pub(in crate::people) protected: bool,
}

/// The families of these households.
pub(in crate::people) async fn list_families_in_tx(tx: &mut Tx<'_>, municipality: Municipality, households: &[Vec<u8>]) -> Result<Vec<FamilyRow>, Failure> {
    let rows = sqlx::query!(
        "SELECT family_id, household_index, vault_key_id, protected FROM families WHERE municipality = $1 AND household_index = ANY($2)",
        municipality.code(),
        households
    )
    .fetch_all(&mut **tx)
    .await?;
    let family =
        |row: (Uuid, Vec<u8>, Uuid, bool)| FamilyRow { family: FamilyId::new(row.0), household_index: row.1, key: VaultKeyId::new(row.2), protected: row.3 };
    Ok(rows.into_iter().map(|row| family((row.family_id, row.household_index, row.vault_key_id, row.protected))).collect())
}

/// The children with these numbers: id and index.
pub(in crate::people) async fn list_children_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    numbers: &[Vec<u8>],
) -> Result<Vec<(ChildId, Vec<u8>)>, Failure> {
    let rows = sqlx::query!("SELECT child_id, number_index FROM children WHERE municipality = $1 AND number_index = ANY($2)", municipality.code(), numbers)
        .fetch_all(&mut **tx)
        .await?;
    Ok(rows.into_iter().map(|row| (ChildId::new(row.child_id), row.number_index)).collect())
}

/// What a roster has said about a child.
pub(in crate::people) struct FactsRow {
    pub(in crate::people) child: ChildId,
    pub(in crate::people) roster_number: i32,
    pub(in crate::people) since: NaiveDate,
    pub(in crate::people) family: FamilyId,
    pub(in crate::people) key: VaultKeyId,
    pub(in crate::people) guardian: GuardianId,
    pub(in crate::people) person: Vec<u8>,
    pub(in crate::people) facts: Vec<u8>,
}

/// All that rosters have said about these children.
pub(in crate::people) async fn list_facts_in_tx(tx: &mut Tx<'_>, municipality: Municipality, children: &[Uuid]) -> Result<Vec<FactsRow>, Failure> {
    let rows = sqlx::query!(
        "
        SELECT f.child_id, f.roster_number, f.since_on, f.family_id, m.vault_key_id, f.guardian_id, f.person, f.facts
        FROM child_facts f
        JOIN families m ON m.municipality = f.municipality AND m.family_id = f.family_id
        WHERE f.municipality = $1 AND f.child_id = ANY($2)
        ORDER BY f.child_id, f.since_on, f.roster_number
        ",
        municipality.code(),
        children
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| FactsRow {
            child: ChildId::new(row.child_id),
            roster_number: row.roster_number,
            since: row.since_on,
            family: FamilyId::new(row.family_id),
            key: VaultKeyId::new(row.vault_key_id),
            guardian: GuardianId::new(row.guardian_id),
            person: row.person,
            facts: row.facts,
        })
        .collect())
}

/// What a roster has said about a guardian.
pub(in crate::people) struct GuardianRow {
    pub(in crate::people) guardian: GuardianId,
    pub(in crate::people) family: FamilyId,
    pub(in crate::people) number_index: Vec<u8>,
    pub(in crate::people) roster_number: i32,
    pub(in crate::people) since: NaiveDate,
    pub(in crate::people) person: Vec<u8>,
}

/// All that rosters have said about the guardians of these families.
pub(in crate::people) async fn list_guardians_in_tx(tx: &mut Tx<'_>, municipality: Municipality, families: &[Uuid]) -> Result<Vec<GuardianRow>, Failure> {
    let rows = sqlx::query!(
        "
        SELECT guardian_id, family_id, number_index, roster_number, since_on, person
        FROM guardians
        WHERE municipality = $1 AND family_id = ANY($2)
        ORDER BY guardian_id, since_on, roster_number
        ",
        municipality.code(),
        families
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| GuardianRow {
            guardian: GuardianId::new(row.guardian_id),
            family: FamilyId::new(row.family_id),
            number_index: row.number_index,
            roster_number: row.roster_number,
            since: row.since_on,
            person: row.person,
        })
        .collect())
}

/// Where a roster has said a family is paid.
pub(in crate::people) struct AccountRow {
    pub(in crate::people) family: FamilyId,
    pub(in crate::people) key: VaultKeyId,
    pub(in crate::people) roster_number: i32,
    pub(in crate::people) since: NaiveDate,
    /// When the roster was imported.
    pub(in crate::people) said_at: Instant,
    pub(in crate::people) account: Vec<u8>,
}

/// All that rosters have said about where these families are paid.
pub(in crate::people) async fn list_accounts_in_tx(tx: &mut Tx<'_>, municipality: Municipality, families: &[Uuid]) -> Result<Vec<AccountRow>, Failure> {
    let rows = sqlx::query!(
        "
        SELECT a.family_id, m.vault_key_id, a.roster_number, a.since_on, r.started_at, a.account
        FROM family_bank_accounts a
        JOIN families m ON m.municipality = a.municipality AND m.family_id = a.family_id
        JOIN rosters r ON r.municipality = a.municipality AND r.roster_number = a.roster_number
        WHERE a.municipality = $1 AND a.family_id = ANY($2)
        ORDER BY a.family_id, a.since_on, a.roster_number
        ",
        municipality.code(),
        families
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| AccountRow {
            family: FamilyId::new(row.family_id),
            key: VaultKeyId::new(row.vault_key_id),
            roster_number: row.roster_number,
            since: row.since_on,
            said_at: row.started_at,
            account: row.account,
        })
        .collect())
}

/// Which of these payer numbers are taken.
pub(in crate::people) async fn list_payer_numbers_in_tx(tx: &mut Tx<'_>, municipality: Municipality, numbers: &[String]) -> Result<Vec<String>, Failure> {
    Ok(sqlx::query_scalar!("SELECT payer_number FROM families WHERE municipality = $1 AND payer_number = ANY($2)", municipality.code(), numbers)
        .fetch_all(&mut **tx)
        .await?)
}
