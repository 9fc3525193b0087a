//! The city's staff: who they are, in which roles, signed in by a one-time code; and the log of everything they do.
//!
//! What it never does: let anything be done outside the permission table ([`action`]), or without a row in the audit log ([`audit`]).
//! Invariant: a member is never deleted and a name never given to another, for the books call them by it.

pub mod action;
pub mod audit;
mod error;
mod members;
pub mod refusal;
pub(crate) mod repo;
pub mod reversal;
pub mod role;
pub mod session;

pub use action::Action;
pub use audit::{Asked, Denied, Door, Ended};
pub use error::Rejected;
pub use members::{Invitation, Invited};
pub use refusal::Refusal;
pub use role::{Role, Roles};

use serde::Serialize;

use crate::actor::Actor;
use crate::ids::Municipality;

/// A member of the city's staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// The city.
    #[serde(skip)]
    pub municipality: Municipality,
    /// What they type to sign in, and what the books call them.
    pub name: String,
    /// What colleagues read.
    pub display_name: String,
    /// What they may do.
    pub roles: Roles,
    /// Whether they may sign in.
    pub active: bool,
}

impl Member {
    /// How the books call them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Staff(self.name.clone())
    }
}
