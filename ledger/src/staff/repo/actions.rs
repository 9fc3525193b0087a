//! SQL of the audit log: it only grows.

use super::lock_in_tx;
use crate::Tx;
use crate::error::Failure;
use crate::ids::Municipality;
use crate::staff::audit::{Door, NewRow, Row, Which};
use crate::staff::role::Role;

/// Writes one row under the next number.
pub(crate) async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, row: &NewRow<'_>) -> Result<(), Failure> {
    let NewRow { at, name, role, asked, outcome, code } = row;
    let door = match asked.door {
        Door::Api => "api",
        Door::CommandLine => "command-line",
    };
    lock_in_tx(tx, municipality).await?;
    sqlx::query!(
        r#"
        INSERT INTO staff_actions (municipality, number, at, name, role, action, subject, reason, door, request_id, key, outcome, code)
        SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
        FROM staff_actions WHERE municipality = $1
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
        asked.key,
        outcome,
        *code
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
        SELECT number, at, name, role, action, subject, reason, door, request_id, key, outcome, code
        FROM staff_actions
        WHERE municipality = $1
          AND ($2::text IS NULL OR name = $2) AND ($3::text IS NULL OR action = $3) AND ($4::bigint IS NULL OR number < $4)
        ORDER BY number DESC
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
