//! Who asks, and the command that was asked: the scope of an idempotency key.

use std::fmt;

use serde::Serialize;

use crate::digest::sha256;
use crate::ids::{FamilyId, MerchantId, Municipality};
use crate::time::Instant;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// A family, by its sign-in.
    Family(FamilyId),
    /// A merchant, by a terminal or a sign-in.
    Merchant(MerchantId),
    /// Somebody who applies to be a merchant and is nobody yet.
    Applicant,
    /// A member of the city's staff, by name.
    Staff(String),
    /// The program itself: a monthly job.
    Job(&'static str),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Family(id) => write!(f, "family:{id}"),
            Self::Merchant(id) => write!(f, "merchant:{id}"),
            Self::Applicant => f.write_str("applicant"),
            Self::Staff(name) => write!(f, "staff:{name}"),
            Self::Job(name) => write!(f, "job:{name}"),
        }
    }
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// When.
    pub at: Instant,
    /// Who, as [`Actor`] writes it.
    pub by: String,
}

/// One command: who asks, the idempotency key, and a fingerprint of the request.
///
/// The same key with the same fingerprint is the same command, whenever it comes; with another fingerprint it is a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Who asks.
    pub actor: Actor,
    /// The idempotency key, unique for this actor for ever.
    pub key: String,
    /// SHA-256 of the request.
    pub fingerprint: [u8; 32],
}

impl Command {
    /// A command with the fingerprint of `request`.
    #[must_use]
    pub fn new(actor: Actor, key: impl Into<String>, request: &impl Serialize) -> Self {
        // A request is a plain struct of ids, days and amounts: it always serialises.
        let request = serde_json::to_vec(request).unwrap_or_default();
        Self { actor, key: key.into(), fingerprint: sha256(&request) }
    }

    /// A command that brings a file: the fingerprint is of `request` and of every byte.
    #[must_use]
    pub fn with_file(actor: Actor, key: impl Into<String>, request: &impl Serialize, file: &[u8]) -> Self {
        Self::new(actor, key, &(request, sha256(file)))
    }

    /// What entropy is drawn for: city, actor and key. Two cities never draw the same bits.
    #[must_use]
    pub fn scope(&self, municipality: Municipality) -> String {
        format!("{municipality}/{}/{}", self.actor, self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_command_in_two_cities_draws_from_two_scopes() {
        let command = Command::new(Actor::Staff("受付".to_owned()), "class/1", &1);
        let scopes = [271_004, 401_307].map(|code| command.scope(Municipality::new(code)));
        assert_ne!(scopes[0], scopes[1]);
    }
}
