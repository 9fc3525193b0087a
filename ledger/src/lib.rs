//! The books and the rules: a library, no HTTP, no HTML.
//!
//! One façade, [`Ledger`], with one method per command: it opens the database transaction, claims the idempotency key, locks in
//! order, decides by a pure function, writes, commits.

use std::sync::Arc;

pub use bank;
pub use foundation::{actor, code, digest, entropy, ids, money, numbers, time, token};
pub use scheme;

use sqlx::PgPool;

pub mod batch;
pub mod books;
pub mod city;
pub mod claim;
pub mod close;
pub mod cover;
pub mod entitlement;
pub mod error;
pub mod events;
pub mod history;
pub mod idempotency;
pub mod intake;
pub mod job;
pub mod merchant;
pub mod own_money;
pub mod paper;
pub mod payment;
pub mod people;
pub mod reconciliation;
pub mod remittance;
pub mod report;
pub mod seal;
pub mod session;
pub mod staff;
pub mod statement;
pub mod vault;

use actor::{Act, Command};
use entropy::Entropy;
use scheme::Catalog;
use time::Clock;
use vault::Vault;

/// A database transaction.
pub type Tx<'a> = sqlx::Transaction<'a, sqlx::Postgres>;

/// The schema, forward only.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// Requests of each kind that arrive together.
#[derive(Default)]
pub struct Together {
    posts: batch::Batches<books::Posts>,
    holds: batch::Batches<payment::Holds>,
    captures: batch::Batches<payment::Captures>,
    sessions: batch::Batches<people::sign_in::Sessions>,
    terminals: batch::Batches<merchant::Terminals>,
    payments: batch::Batches<payment::history::Payments>,
}

impl Together {
    /// With other limits than a service has.
    #[must_use]
    pub fn new(limits: batch::Limits) -> Self {
        Self { posts: batch::Batches::new(limits), holds: batch::Batches::new(limits), captures: batch::Batches::new(limits), ..Self::default() }
    }
}

/// The façade: every use case is a method of it.
#[derive(Clone)]
pub struct Ledger {
    /// Connections as the program's role, which owns no table.
    pub pool: PgPool,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub entropy: Arc<dyn Entropy>,
    /// Personal data at rest.
    pub vault: Arc<Vault>,
    /// The rules of the schemes.
    pub schemes: Arc<Catalog>,
    /// What is gathered to be done together.
    pub together: Arc<Together>,
}

impl Ledger {
    /// Who does this, and when: now.
    pub(crate) fn act(&self, command: &Command) -> Act {
        Act { at: self.clock.now(), by: command.actor.to_string() }
    }
}
