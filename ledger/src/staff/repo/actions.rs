//! SQL of the audit log: it only grows.

use super::lock_in_tx;
use crate::Tx;
use crate::error::Failure;
use crate::ids::Municipality;
use crate::staff::audit::{Door, NewEnd, NewRow, Row, Which};
use crate::staff::role::Role;

/// Writes one row under the next number; returns the number.
pub(crate) async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, row: &NewRow<'_>) -> Result<i64, Failure> {
    let NewRow { at, name, role, asked } = row;
    let door = match asked.door {
        Door::Api => "api",
        Door::CommandLine => "command-line",
    };
    lock_in_tx(tx, municipality).await?;
    let number = sqlx::query_scalar!(
        r#"
        INSERT INTO staff_actions (municipality, number, at, name, role, action, subject, reason, door, request_id, key)
        SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10
        FROM staff_actions WHERE municipality = $1
        RETURNING number
        "#,
        municipality.code(),
        at,
        name,
        role.map(Role::as_str),
        asked.action.code(),
        asked.subject,
        asked.reason,
        door,
        asked.request_id,
        asked.key
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(number)
}

/// Writes down how an action ended.
pub(crate) async fn insert_end_in_tx(tx: &mut Tx<'_>, municipality: Municipality, number: i64, end: &NewEnd<'_>) -> Result<(), Failure> {
    let NewEnd { at, outcome, code, made } = end;
    sqlx::query!(
        "INSERT INTO staff_action_ends (municipality, number, ended_at, outcome, code, made) VALUES ($1, $2, $3, $4, $5, $6)",
        municipality.code(),
        number,
        at,
        outcome,
        *code,
        *made
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Rows, newest first.
pub(crate) async fn list_in_tx(tx: &mut Tx<'_>, municipality: Municipality, which: &Which) -> Result<Vec<Row>, Failure> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        SELECT a.number, a.at, a.name, a.role, a.action, coalesce(e.made, a.subject) AS subject, a.reason, a.door, a.request_id, a.key,
               coalesce(e.outcome, 'begun') AS "outcome!", e.code AS "code?"
        FROM staff_actions a
        LEFT JOIN staff_action_ends e USING (municipality, number)
        WHERE a.municipality = $1
          AND ($2::text IS NULL OR a.name = $2) AND ($3::text IS NULL OR a.action = $3) AND ($4::bigint IS NULL OR a.number < $4)
        ORDER BY a.number DESC
        LIMIT $5
        "#,
        municipality.code(),
        which.name,
        which.action,
        which.before,
        which.limit
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows)
}
