//! What is asked about one family.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sqlx::PgConnection;
use uuid::Uuid;

use super::known::FactsRow;
use crate::Tx;
use crate::error::Failure;
use crate::ids::{ChildId, FamilyId, GuardianId, Municipality, VaultKeyId};

/// A family without anything sealed.
pub(in crate::people) struct FamilySummary {
    pub(in crate::people) family: Uuid,
    pub(in crate::people) payer_number: String,
    pub(in crate::people) protected: bool,
}

/// A family.
pub(in crate::people) async fn find_family_in_tx(tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<Option<FamilySummary>, Failure> {
    Ok(sqlx::query_as!(
        FamilySummary,
        "SELECT family_id AS family, payer_number, protected FROM families WHERE municipality = $1 AND family_id = $2",
        municipality.code(),
        family.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Families by id, after one of them; none that is protected.
pub(in crate::people) async fn list_families_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    after: Option<FamilyId>,
    limit: i64,
) -> Result<Vec<FamilySummary>, Failure> {
    Ok(sqlx::query_as!(
        FamilySummary,
        "
        SELECT family_id AS family, payer_number, protected
        FROM families
        WHERE municipality = $1 AND NOT protected AND ($2::uuid IS NULL OR family_id > $2)
        ORDER BY family_id
        LIMIT $3
        ",
        municipality.code(),
        after.map(FamilyId::uuid),
        limit
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// The family with this digest of an activation code.
pub(in crate::people) async fn find_by_activation_in_tx(tx: &mut Tx<'_>, municipality: Municipality, digest: &[u8; 32]) -> Result<Option<FamilyId>, Failure> {
    let family = sqlx::query_scalar!("SELECT family_id FROM families WHERE municipality = $1 AND activation_hash = $2", municipality.code(), digest)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(family.map(FamilyId::new))
}

/// The families with these payer numbers, by number.
pub(in crate::people) async fn list_by_payer_numbers_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    numbers: &[String],
) -> Result<BTreeMap<String, FamilyId>, Failure> {
    let rows = sqlx::query!("SELECT payer_number, family_id FROM families WHERE municipality = $1 AND payer_number = ANY ($2)", municipality.code(), numbers)
        .fetch_all(&mut **tx)
        .await?;
    Ok(rows.into_iter().map(|row| (row.payer_number, FamilyId::new(row.family_id))).collect())
}

/// How often the activation code was issued again.
pub(in crate::people) async fn find_activation_issue_in_tx(tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<Option<i16>, Failure> {
    let issue = sqlx::query_scalar!("SELECT activation_issue FROM families WHERE municipality = $1 AND family_id = $2", municipality.code(), family.uuid())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(issue)
}

/// The same, and nobody else issues one until `tx` ends.
pub(in crate::people) async fn lock_activation_issue_in_tx(tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<Option<i16>, Failure> {
    let issue = sqlx::query_scalar!(
        "SELECT activation_issue FROM families WHERE municipality = $1 AND family_id = $2 ORDER BY family_id FOR UPDATE",
        municipality.code(),
        family.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(issue)
}

/// Puts another activation code in force.
pub(in crate::people) async fn update_activation_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    family: FamilyId,
    (issue, digest): (i16, &[u8; 32]),
) -> Result<(), Failure> {
    let done = sqlx::query!(
        "UPDATE families SET activation_issue = $3, activation_hash = $4 WHERE municipality = $1 AND family_id = $2",
        municipality.code(),
        family.uuid(),
        issue,
        digest
    )
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() != 1 {
        return Err(Failure::inconsistent("families", format!("{family} is gone")));
    }
    Ok(())
}

/// The statements in force on `day` about the children that belong to the family on that day.
pub(in crate::people) async fn list_facts_of_family_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    family: FamilyId,
    day: NaiveDate,
) -> Result<Vec<FactsRow>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT f.child_id, f.roster_number, f.since_on, f.guardian_id, f.person, f.facts, m.vault_key_id
        FROM (
            SELECT DISTINCT ON (c.child_id) c.*
            FROM child_facts c
            WHERE c.municipality = $1 AND c.since_on <= $3
              AND c.child_id IN (SELECT o.child_id FROM child_facts o WHERE o.municipality = $1 AND o.family_id = $2)
            ORDER BY c.child_id, c.since_on DESC, c.roster_number DESC
        ) f
        JOIN families m ON m.municipality = f.municipality AND m.family_id = f.family_id
        WHERE f.family_id = $2
        ORDER BY f.child_id
        "#,
        municipality.code(),
        family.uuid(),
        day
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| FactsRow {
            child: ChildId::new(row.child_id),
            roster_number: row.roster_number,
            since: row.since_on,
            family,
            key: VaultKeyId::new(row.vault_key_id),
            guardian: GuardianId::new(row.guardian_id),
            person: row.person,
            facts: row.facts,
        })
        .collect())
}

/// The children that belong to these families on `day`, each with its family.
pub(in crate::people) async fn list_children_of_families(
    connection: &mut PgConnection,
    municipality: Municipality,
    families: &[Uuid],
    day: NaiveDate,
) -> Result<BTreeSet<(FamilyId, ChildId)>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT f.family_id AS "family_id!", f.child_id AS "child_id!"
        FROM (SELECT DISTINCT o.child_id FROM child_facts o WHERE o.municipality = $1 AND o.family_id = ANY ($2)) c
        JOIN LATERAL (
            SELECT s.child_id, s.family_id
            FROM child_facts s
            WHERE s.municipality = $1 AND s.child_id = c.child_id AND s.since_on <= $3
            ORDER BY s.since_on DESC, s.roster_number DESC
            LIMIT 1
        ) f ON true
        "#,
        municipality.code(),
        families,
        day
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (FamilyId::new(row.family_id), ChildId::new(row.child_id))).collect())
}

/// The family that a child belongs to on `day`.
pub(in crate::people) async fn find_family_of_child_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    child: ChildId,
    day: NaiveDate,
) -> Result<Option<FamilyId>, Failure> {
    let family = sqlx::query_scalar!(
        "
        SELECT family_id
        FROM child_facts
        WHERE municipality = $1 AND child_id = $2 AND since_on <= $3
        ORDER BY since_on DESC, roster_number DESC
        LIMIT 1
        ",
        municipality.code(),
        child.uuid(),
        day
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(family.map(FamilyId::new))
}
