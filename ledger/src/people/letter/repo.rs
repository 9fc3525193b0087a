//! All SQL of letters.

use chrono::NaiveDate;

use crate::Tx;
use crate::actor::Act;
use crate::error::Failure;
use crate::ids::{FamilyId, LettersId, Municipality};
use crate::time::Instant;

use super::Waiting;

/// The second key of the advisory lock under which letters are printed; 101 is the rosters', 102 that of decisions.
const LOCK: i32 = 103;

/// Who prints prints alone, in one city.
pub(super) async fn lock_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<(), Failure> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1, $2)", municipality.code(), LOCK).fetch_one(&mut **tx).await?;
    Ok(())
}

/// To whom a letter goes, and with which code.
pub(super) struct Addressee {
    pub(super) family: FamilyId,
    pub(super) issue: i16,
    pub(super) protected: bool,
}

/// A family.
pub(super) async fn find_in_tx(tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<Option<Addressee>, Failure> {
    let row = sqlx::query!("SELECT activation_issue, protected FROM families WHERE municipality = $1 AND family_id = $2", municipality.code(), family.uuid())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(|row| Addressee { family, issue: row.activation_issue, protected: row.protected }))
}

/// Families that raise children on `day`, are not protected, and have had no letter with the code in force; by id.
pub(super) async fn list_waiting_in_tx(tx: &mut Tx<'_>, municipality: Municipality, day: NaiveDate, most: i64) -> Result<Vec<Addressee>, Failure> {
    let rows = sqlx::query!(
        "
        SELECT f.family_id, f.activation_issue
        FROM families f
        WHERE f.municipality = $1 AND NOT f.protected
          AND EXISTS (
              SELECT
              FROM child_facts c
              WHERE c.municipality = $1 AND c.family_id = f.family_id AND c.since_on <= $2
                AND NOT EXISTS (
                    SELECT
                    FROM child_facts n
                    WHERE n.municipality = $1 AND n.child_id = c.child_id AND n.since_on <= $2
                      AND (n.since_on, n.roster_number) > (c.since_on, c.roster_number)))
          AND NOT EXISTS (
              SELECT FROM letters l WHERE l.municipality = $1 AND l.family_id = f.family_id AND l.activation_issue = f.activation_issue)
        ORDER BY f.family_id
        LIMIT $3
        ",
        municipality.code(),
        day,
        most
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| Addressee { family: FamilyId::new(row.family_id), issue: row.activation_issue, protected: false }).collect())
}

/// How many families wait on `day`.
pub(super) async fn count_waiting_in_tx(tx: &mut Tx<'_>, municipality: Municipality, day: NaiveDate) -> Result<Waiting, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT count(*) FILTER (WHERE NOT f.protected) AS "together!", count(*) FILTER (WHERE f.protected) AS "alone!"
        FROM families f
        WHERE f.municipality = $1
          AND EXISTS (
              SELECT
              FROM child_facts c
              WHERE c.municipality = $1 AND c.family_id = f.family_id AND c.since_on <= $2
                AND NOT EXISTS (
                    SELECT
                    FROM child_facts n
                    WHERE n.municipality = $1 AND n.child_id = c.child_id AND n.since_on <= $2
                      AND (n.since_on, n.roster_number) > (c.since_on, c.roster_number)))
          AND NOT EXISTS (
              SELECT FROM letters l WHERE l.municipality = $1 AND l.family_id = f.family_id AND l.activation_issue = f.activation_issue)
        "#,
        municipality.code(),
        day
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(Waiting { together: row.together, alone: row.alone })
}

/// Writes down which letters were printed.
pub(super) async fn insert_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    id: LettersId,
    letters: &[(FamilyId, i16, &'static str)],
    printed: &Act,
) -> Result<(), Failure> {
    let families: Vec<_> = letters.iter().map(|(family, ..)| family.uuid()).collect();
    let issues: Vec<_> = letters.iter().map(|(_, issue, _)| *issue).collect();
    let ways: Vec<_> = letters.iter().map(|(.., way)| (*way).to_owned()).collect();
    sqlx::query!(
        "
        INSERT INTO letters (municipality, letters_id, family_id, activation_issue, way, printed_at, printed_by)
        SELECT $1, $2, n.family_id, n.issue, n.way, $3, $4
        FROM unnest($5::uuid[], $6::smallint[], $7::text[]) AS n (family_id, issue, way)
        ",
        municipality.code(),
        id.uuid(),
        printed.at,
        printed.by,
        &families,
        &issues,
        &ways
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// To whom what was printed at once went, with the code that stood in it; by id.
pub(super) async fn list_printed_in_tx(tx: &mut Tx<'_>, municipality: Municipality, id: LettersId) -> Result<Vec<Addressee>, Failure> {
    let rows = sqlx::query!(
        "
        SELECT l.family_id, l.activation_issue, f.protected
        FROM letters l
        JOIN families f USING (municipality, family_id)
        WHERE l.municipality = $1 AND l.letters_id = $2
        ORDER BY l.family_id
        ",
        municipality.code(),
        id.uuid()
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| Addressee { family: FamilyId::new(row.family_id), issue: row.activation_issue, protected: row.protected }).collect())
}

/// Where a family's letters go: number, since when, and the sealed address or none.
pub(super) async fn find_delivery_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    family: FamilyId,
) -> Result<Option<(i16, Instant, Option<Vec<u8>>)>, Failure> {
    let row = sqlx::query!(
        "SELECT number, recorded_at, address FROM delivery_addresses WHERE municipality = $1 AND family_id = $2 ORDER BY number DESC LIMIT 1",
        municipality.code(),
        family.uuid()
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| (row.number, row.recorded_at, row.address)))
}

/// Writes down where a family's letters go.
pub(super) async fn insert_delivery_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    (family, number): (FamilyId, i16),
    address: Option<&[u8]>,
    recorded: &Act,
) -> Result<(), Failure> {
    sqlx::query!(
        "INSERT INTO delivery_addresses (municipality, family_id, number, address, recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6)",
        municipality.code(),
        family.uuid(),
        number,
        address,
        recorded.at,
        recorded.by
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
