//! Idempotency of commands that change more than the books: a key and its fingerprint are claimed in the database transaction of the work.
//!
//! Invariant: a key stands for one request for ever. A rejected command rolls its claim back, so the key is free again.

use uuid::Uuid;

mod repo;

use crate::Tx;
use crate::actor::Command;
use crate::error::Failure;
use crate::ids::Municipality;
use crate::time::Instant;

/// What claiming a key found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The key is new: do the work, and the subject given is its answer.
    New,
    /// Done before: this is what it made or changed.
    Replayed(Uuid),
    /// The key stands for another request.
    Conflict,
}

/// Claims the key of `command` for `subject`, what it makes or changes. Waits while the same key is being claimed elsewhere.
pub async fn claim_in_tx(tx: &mut Tx<'_>, municipality: Municipality, command: &Command, subject: Uuid, now: Instant) -> Result<Claim, Failure> {
    if repo::insert_in_tx(tx, municipality, command, subject, now).await? {
        return Ok(Claim::New);
    }
    let (fingerprint, subject, _) = repo::get_in_tx(tx, municipality, command).await?;
    Ok(if fingerprint == command.fingerprint { Claim::Replayed(subject) } else { Claim::Conflict })
}

/// When a command that was done was accepted: what its answer says of time is said again by a replay.
pub(crate) async fn accepted_at_in_tx(tx: &mut Tx<'_>, municipality: Municipality, command: &Command) -> Result<Instant, Failure> {
    let (_, _, accepted_at) = repo::get_in_tx(tx, municipality, command).await?;
    Ok(accepted_at)
}
