//! All SQL of idempotency keys.

use uuid::Uuid;

use super::Claim;
use crate::Tx;
use crate::actor::Command;
use crate::error::Failure;
use crate::ids::Municipality;
use crate::time::Instant;

/// Claims the key of `command` for `subject`, what it makes or changes. Waits while the same key is being claimed elsewhere.
pub async fn claim_in_tx(tx: &mut Tx<'_>, municipality: Municipality, command: &Command, subject: Uuid, now: Instant) -> Result<Claim, Failure> {
    let actor = command.actor.to_string();
    let claimed = sqlx::query!(
        r#"
        INSERT INTO office_commands (municipality, actor, key, fingerprint, subject_id, accepted_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT DO NOTHING
        "#,
        municipality.code(),
        actor,
        command.key,
        &command.fingerprint[..],
        subject,
        now
    )
    .execute(&mut **tx)
    .await?;
    if claimed.rows_affected() == 1 {
        return Ok(Claim::New);
    }
    let known = sqlx::query!(
        "SELECT fingerprint, subject_id FROM office_commands WHERE municipality = $1 AND actor = $2 AND key = $3",
        municipality.code(),
        actor,
        command.key
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(if known.fingerprint == command.fingerprint { Claim::Replayed(known.subject_id) } else { Claim::Conflict })
}
