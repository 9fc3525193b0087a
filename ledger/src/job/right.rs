//! The right to run one slot of a job: taken under a lock, given back with a row or, when the server dies, without.

use super::schedule::{self, Job};
use super::work::Stopped;
use super::{Ended, Work, repo};
use crate::error::Failure;
use crate::ids::Municipality;
use crate::time::Instant;
use crate::{Ledger, Tx};

/// The right to run one slot. Dropped, the slot is due again.
pub struct Right {
    municipality: Municipality,
    job: Job,
    slot: Instant,
    tx: Tx<'static>,
}

impl Right {
    /// The slot.
    #[must_use]
    pub const fn slot(&self) -> Instant {
        self.slot
    }
}

impl Ledger {
    /// Takes the right to run the first slot of a job that is due; none if nothing is due, or another server has it.
    pub async fn begin_job(&self, municipality: Municipality, job: Job) -> Result<Option<Right>, Failure> {
        let now = self.clock.now();
        let mut tx = self.pool.begin().await?;
        if !repo::try_lock_in_tx(&mut tx, municipality, job).await? {
            return Ok(None);
        }
        let past = repo::find_past_in_tx(&mut tx, municipality, job).await?;
        Ok(schedule::due(job.cadence(), past, now).map(|slot| Right { municipality, job, slot, tx }))
    }

    /// Writes down how a slot ended, and gives the right back.
    pub async fn end_job(&self, right: Right, done: Result<Work, Stopped>, server: &str) -> Result<Ended, Failure> {
        let Right { municipality, job, slot, mut tx } = right;
        let now = self.clock.now();
        let ended = match done {
            Ok(Work { items, amount, detail }) => {
                let ended = Ended { job, slot, items, amount, detail, failed_because: None };
                repo::mark_done_in_tx(&mut tx, municipality, &ended, (now, server)).await?;
                ended
            }
            Err(stopped) => {
                let ended = Ended { job, slot, items: 0, amount: crate::money::Yen::ZERO, detail: String::new(), failed_because: Some(stopped.to_string()) };
                let failures = repo::count_failures_in_tx(&mut tx, municipality, (job, slot)).await?.saturating_add(1);
                repo::mark_failed_in_tx(&mut tx, municipality, &ended, (failures, now + schedule::wait_after(failures)), (now, server)).await?;
                ended
            }
        };
        tx.commit().await?;
        Ok(ended)
    }
}
