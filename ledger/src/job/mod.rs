//! Jobs: what the program does by itself, once for each city and slot, however many servers there are and whenever they were down.
//!
//! The right to run a slot is an advisory lock of the city and job, and the absence of the slot from `job_runs`: the lock is held while the work is
//! done, and the row is written before it is let go. A server that dies in the middle leaves no row, so the slot is due again; each job's work takes up
//! what there is and never does a thing twice. Whoever wakes the program decides nothing.

mod repo;
mod right;
pub mod schedule;
mod schemes;
mod work;

use chrono::NaiveDate;
use serde::Serialize;

pub use right::Right;
pub use schedule::Job;
pub use schemes::{CityScheme, SchemeRejected};

use crate::Ledger;
use crate::error::Failure;
use crate::ids::Municipality;
use crate::money::Yen;
use crate::time::Instant;

/// The most slots of one job that one call catches up: more than a year of days.
const SLOTS_MAX: usize = 500;

/// What a job has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Work {
    /// How many: entitlements, holds, refunds, rows.
    pub items: i64,
    /// The money behind them, where there is some.
    pub amount: Yen,
    /// What people should read: codes and figures, nothing personal.
    pub detail: String,
}

/// How one slot ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// The job.
    pub job: Job,
    /// The slot.
    pub slot: Instant,
    /// How many: entitlements, holds, refunds, rows.
    pub items: i64,
    /// The money behind them.
    pub amount: Yen,
    /// What people should read.
    pub detail: String,
    /// Why it did not end well; it is tried again later.
    pub failed_because: Option<String>,
}

/// What a job did on one day, as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DayOfJob {
    /// The job.
    pub job: Job,
    /// The day in Tokyo.
    pub business_on: NaiveDate,
    /// The last slot that is done.
    pub done_through: Option<Instant>,
    /// How often it ran to its end.
    pub runs: i32,
    /// What it did in all.
    pub items: i64,
    /// The money behind it.
    pub amount: Yen,
    /// What people should read.
    pub detail: String,
    /// Why it fails, while it does.
    pub failed_because: Option<String>,
    /// When it last ended.
    pub ended_at: Instant,
    /// The server that ran it.
    pub ended_by: String,
}

impl Ledger {
    /// Runs everything that is due in a city, missed slots in order; `server` is the name under which it is written down. Safe to call at any time,
    /// from any number of servers. A job that fails keeps its own later slots waiting and no other job.
    pub async fn run_due_jobs(&self, municipality: Municipality, server: &str) -> Result<Vec<Ended>, Failure> {
        let mut ended = Vec::new();
        // Asked for all of them at once and before any lock: most wakes find nothing due.
        let mut tx = self.pool.begin().await?;
        let pasts = repo::list_pasts_in_tx(&mut tx, municipality).await?;
        tx.commit().await?;
        for job in Job::ALL {
            let mut past = pasts.get(&job).copied().unwrap_or_default();
            for _ in 0..SLOTS_MAX {
                if schedule::due(job.cadence(), past, self.clock.now()).is_none() {
                    break;
                }
                let Some(right) = self.begin_job(municipality, job).await? else { break };
                past.done_through = Some(right.slot());
                let done = self.work(municipality, job, right.slot()).await;
                let failed = done.is_err();
                ended.push(self.end_job(right, done, server).await?);
                if failed {
                    break;
                }
            }
        }
        Ok(ended)
    }

    /// What jobs did on the days from `first` to `last`, by day and job.
    pub async fn list_job_days(&self, municipality: Municipality, (first, last): (NaiveDate, NaiveDate)) -> Result<Vec<DayOfJob>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_days_in_tx(&mut tx, municipality, (first, last)).await
    }
}
