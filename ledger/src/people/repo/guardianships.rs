//! Who is known to raise which child in which household.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::Tx;
use crate::error::Failure;
use crate::ids::{ChildId, FamilyId, GuardianId, Municipality};
use crate::time::Instant;

/// Somebody who raises a child no more, or not in this household.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) child: ChildId,
    pub(crate) family: FamilyId,
    pub(crate) guardian: GuardianId,
    pub(crate) at: Instant,
}

/// Ends what no longer holds on `day` of these children; returns the households in which it did.
pub(in crate::people) async fn mark_ended_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    children: &[Uuid],
    (day, now): (NaiveDate, Instant),
) -> Result<Vec<Uuid>, Failure> {
    let families = sqlx::query_scalar!(
        "
        UPDATE guardianships g
        SET ended_at = $4
        WHERE g.municipality = $1 AND g.child_id = ANY($2) AND g.ended_at IS NULL
          AND NOT EXISTS (
              SELECT
              FROM (
                  SELECT DISTINCT ON (f.child_id) f.child_id, f.family_id, f.guardian_id
                  FROM child_facts f
                  WHERE f.municipality = $1 AND f.child_id = ANY($2) AND f.since_on <= $3
                  ORDER BY f.child_id, f.since_on DESC, f.roster_number DESC
              ) c
              WHERE c.child_id = g.child_id AND c.family_id = g.family_id AND c.guardian_id = g.guardian_id
          )
        RETURNING g.family_id
        ",
        municipality.code(),
        children,
        day,
        now
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(families)
}

/// Writes down who raises these children on `day`; whoever does again, does again.
pub(in crate::people) async fn insert_current_in_tx(tx: &mut Tx<'_>, municipality: Municipality, children: &[Uuid], day: NaiveDate) -> Result<(), Failure> {
    sqlx::query!(
        "
        INSERT INTO guardianships AS known (municipality, child_id, family_id, guardian_id)
        SELECT DISTINCT ON (f.child_id) $1, f.child_id, f.family_id, f.guardian_id
        FROM child_facts f
        WHERE f.municipality = $1 AND f.child_id = ANY($2) AND f.since_on <= $3
        ORDER BY f.child_id, f.since_on DESC, f.roster_number DESC
        ON CONFLICT (municipality, child_id, family_id, guardian_id) DO UPDATE SET ended_at = NULL, cleared_at = NULL WHERE known.ended_at IS NOT NULL
        ",
        municipality.code(),
        children,
        day
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Those of these households that a guardian has left whom another one follows or stays behind, by id.
pub(in crate::people) async fn list_left_in_tx(tx: &mut Tx<'_>, municipality: Municipality, families: &[Uuid], now: Instant) -> Result<Vec<FamilyId>, Failure> {
    let left = sqlx::query_scalar!(
        "
        SELECT DISTINCT g.family_id
        FROM guardianships g
        WHERE g.municipality = $1 AND g.family_id = ANY($2) AND g.ended_at = $3
          AND EXISTS (SELECT FROM guardianships o WHERE o.municipality = $1 AND o.family_id = g.family_id AND o.ended_at IS NULL)
          AND NOT EXISTS (
              SELECT FROM guardianships o
              WHERE o.municipality = $1 AND o.family_id = g.family_id AND o.guardian_id = g.guardian_id AND o.ended_at IS NULL)
        ORDER BY g.family_id
        ",
        municipality.code(),
        families,
        now
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(left.into_iter().map(FamilyId::new).collect())
}

/// What is still to be given back, the earliest first.
pub(crate) async fn list_to_clear_in_tx(tx: &mut Tx<'_>, municipality: Municipality, limit: i64) -> Result<Vec<Ended>, Failure> {
    let rows = sqlx::query!(
        r#"
        SELECT child_id, family_id, guardian_id, ended_at AS "ended_at!"
        FROM guardianships
        WHERE municipality = $1 AND ended_at IS NOT NULL AND cleared_at IS NULL
        ORDER BY ended_at, child_id, family_id, guardian_id
        LIMIT $2
        "#,
        municipality.code(),
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    let ended = rows.into_iter().map(|row| Ended {
        child: ChildId::new(row.child_id),
        family: FamilyId::new(row.family_id),
        guardian: GuardianId::new(row.guardian_id),
        at: row.ended_at,
    });
    Ok(ended.collect())
}

/// Whether the child belongs to the household no more, and whether the guardian has left it to another one.
pub(crate) async fn find_what_ended_in_tx(tx: &mut Tx<'_>, municipality: Municipality, ended: &Ended) -> Result<(bool, bool), Failure> {
    let row = sqlx::query!(
        r#"
        SELECT NOT EXISTS (
                   SELECT FROM guardianships WHERE municipality = $1 AND family_id = $2 AND child_id = $3 AND ended_at IS NULL
               ) AS "child!",
               EXISTS (SELECT FROM guardianships WHERE municipality = $1 AND family_id = $2 AND ended_at IS NULL)
               AND NOT EXISTS (
                   SELECT FROM guardianships WHERE municipality = $1 AND family_id = $2 AND guardian_id = $4 AND ended_at IS NULL
               ) AS "guardian!"
        "#,
        municipality.code(),
        ended.family.uuid(),
        ended.child.uuid(),
        ended.guardian.uuid()
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((row.child, row.guardian))
}

/// Notes that everything has been given back.
pub(crate) async fn mark_cleared_in_tx(tx: &mut Tx<'_>, municipality: Municipality, ended: &Ended, now: Instant) -> Result<(), Failure> {
    sqlx::query!(
        "
        UPDATE guardianships
        SET cleared_at = $6
        WHERE municipality = $1 AND child_id = $2 AND family_id = $3 AND guardian_id = $4 AND ended_at = $5 AND cleared_at IS NULL
        ",
        municipality.code(),
        ended.child.uuid(),
        ended.family.uuid(),
        ended.guardian.uuid(),
        ended.at,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The children that have ever belonged to a household.
pub(in crate::people) async fn list_children_ever_in_tx(tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<Vec<Uuid>, Failure> {
    Ok(sqlx::query_scalar!("SELECT DISTINCT child_id FROM child_facts WHERE municipality = $1 AND family_id = $2", municipality.code(), family.uuid())
        .fetch_all(&mut **tx)
        .await?)
}

/// The children of whom something holds from `day` on, after one of them.
pub(in crate::people) async fn list_children_since_in_tx(
    tx: &mut Tx<'_>,
    municipality: Municipality,
    day: NaiveDate,
    (after, limit): (Option<Uuid>, i64),
) -> Result<Vec<Uuid>, Failure> {
    Ok(sqlx::query_scalar!(
        "
        SELECT DISTINCT child_id
        FROM child_facts
        WHERE municipality = $1 AND since_on = $2 AND ($3::uuid IS NULL OR child_id > $3)
        ORDER BY child_id
        LIMIT $4
        ",
        municipality.code(),
        day,
        after,
        limit
    )
    .fetch_all(&mut **tx)
    .await?)
}
