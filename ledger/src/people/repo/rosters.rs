//! Roster files: each is imported once, one after another.

use chrono::NaiveDate;

use crate::Tx;
use crate::error::Failure;
use crate::ids::{Municipality, RosterId};
use crate::time::Instant;

/// The second key of the advisory lock under which a municipality's rosters are written. Each kind of
/// work has a number of its own; the months of the books are numbers above 100,000.
const LOCK: i32 = 101;

/// Waits until no other roster of this municipality is being written; free again when `tx` ends.
pub(in crate::people) async fn lock_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<(), Failure> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1, $2)", municipality.code(), LOCK).fetch_one(&mut **tx).await?;
    Ok(())
}

/// A file whose import has begun.
pub(in crate::people) struct Begun {
    pub(in crate::people) number: i32,
    pub(in crate::people) id: RosterId,
    pub(in crate::people) received_on: NaiveDate,
    pub(in crate::people) completed: bool,
}

/// The file with this digest, if it has come before.
pub(in crate::people) async fn find_in_tx(tx: &mut Tx<'_>, municipality: Municipality, digest: &[u8; 32]) -> Result<Option<Begun>, Failure> {
    let row = sqlx::query!(
        r#"
        SELECT roster_number, roster_id, received_on, completed_at IS NOT NULL AS "completed!"
        FROM rosters
        WHERE municipality = $1 AND digest = $2
        "#,
        municipality.code(),
        digest
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Begun { number: row.roster_number, id: RosterId::new(row.roster_id), received_on: row.received_on, completed: row.completed }))
}

/// What is known of a file when its import begins.
pub(in crate::people) struct NewRoster<'a> {
    pub(in crate::people) id: RosterId,
    pub(in crate::people) digest: &'a [u8; 32],
    pub(in crate::people) lines: i32,
    pub(in crate::people) refused: i32,
    pub(in crate::people) received_on: NaiveDate,
    pub(in crate::people) imported_by: String,
    pub(in crate::people) started_at: Instant,
}

/// Gives the file the next number. The caller holds [`lock_in_tx`].
pub(in crate::people) async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, roster: &NewRoster<'_>) -> Result<i32, Failure> {
    let number = sqlx::query_scalar!(
        r#"
        INSERT INTO rosters (municipality, roster_number, roster_id, digest, lines, refused, received_on, imported_by, started_at)
        SELECT $1, coalesce(max(roster_number), 0) + 1, $2, $3, $4, $5, $6, $7, $8
        FROM rosters
        WHERE municipality = $1
        RETURNING roster_number
        "#,
        municipality.code(),
        roster.id.uuid(),
        roster.digest,
        roster.lines,
        roster.refused,
        roster.received_on,
        roster.imported_by,
        roster.started_at
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(number)
}

/// Notes that every line has been applied.
pub(in crate::people) async fn mark_completed_in_tx(tx: &mut Tx<'_>, municipality: Municipality, number: i32, now: Instant) -> Result<(), Failure> {
    let done = sqlx::query!(
        "UPDATE rosters SET completed_at = $3 WHERE municipality = $1 AND roster_number = $2 AND completed_at IS NULL",
        municipality.code(),
        number,
        now
    )
    .execute(&mut **tx)
    .await?;
    match done.rows_affected() {
        // The same file imported twice at one time: the other call has noted it.
        0 | 1 => Ok(()),
        rows => Err(Failure::inconsistent("rosters", format!("{rows} rows have the number {number}"))),
    }
}
