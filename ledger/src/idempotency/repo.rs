//! All SQL of the commands that change more than the books.

use uuid::Uuid;

use crate::Tx;
use crate::actor::Command;
use crate::error::Failure;
use crate::ids::Municipality;
use crate::time::Instant;

/// Writes a command down; returns whether its key was free.
pub(super) async fn insert_in_tx(tx: &mut Tx<'_>, municipality: Municipality, command: &Command, subject: Uuid, now: Instant) -> Result<bool, Failure> {
    let claimed = sqlx::query!(
        r#"
        INSERT INTO office_commands (municipality, actor, key, fingerprint, subject_id, accepted_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT DO NOTHING
        "#,
        municipality.code(),
        command.actor.to_string(),
        command.key,
        &command.fingerprint[..],
        subject,
        now
    )
    .execute(&mut **tx)
    .await?;
    Ok(claimed.rows_affected() == 1)
}

/// The fingerprint and the subject of a command that was written down, and when it was accepted.
pub(super) async fn get_in_tx(tx: &mut Tx<'_>, municipality: Municipality, command: &Command) -> Result<(Vec<u8>, Uuid, Instant), Failure> {
    let known = sqlx::query!(
        "SELECT fingerprint, subject_id, accepted_at FROM office_commands WHERE municipality = $1 AND actor = $2 AND key = $3",
        municipality.code(),
        command.actor.to_string(),
        command.key
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok((known.fingerprint, known.subject_id, known.accepted_at))
}
