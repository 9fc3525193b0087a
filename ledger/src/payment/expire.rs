//! Holds whose time is over give their money back, some hundred in one database transaction.

use super::release::{Ended, Ending};
use super::{Release, repo};
use crate::Ledger;
use crate::actor::{Actor, Command};
use crate::error::Failure;
use crate::ids::Municipality;

/// Holds that end in one database transaction.
const CHUNK: i64 = 500;

impl Ledger {
    /// Gives back every hold whose time is over; returns the number given back. Idempotent.
    pub async fn expire_holds(&self, municipality: Municipality) -> Result<usize, Failure> {
        let mut released: usize = 0;
        loop {
            let mut tx = self.pool.begin().await?;
            let expired = repo::list_expired_in_tx(&mut tx, municipality, self.clock.now(), CHUNK).await?;
            if expired.is_empty() {
                return Ok(released);
            }
            let command = |hold| Command::new(Actor::Job("expire"), format!("expire/{hold}"), &hold);
            let endings: Vec<_> = expired.into_iter().map(|(hold, entry)| Ending { command: command(hold), hold, entry }).collect();
            let ended = self.release_in_tx(&mut tx, municipality, &endings, Release::Expired).await?;
            tx.commit().await?;
            released = released.saturating_add(ended.iter().filter(|ended| matches!(ended, Ended::Now)).count());
        }
    }
}
