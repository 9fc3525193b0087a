//! Idempotency of commands that change more than the books: a key and its fingerprint are claimed in the database transaction of the work.
//!
//! Invariant: a key stands for one request for ever. A rejected command rolls its claim back, so the key is free again.

mod repo;

pub use repo::claim_in_tx;

use uuid::Uuid;

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
