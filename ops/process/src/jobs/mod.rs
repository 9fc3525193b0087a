//! Jobs in service: a clock that wakes once a minute, and what is due then in every city.
//!
//! `tokio-cron-scheduler` only wakes. What is due, and the right to run it, is the ledger's: so a second server, a wake that comes late or twice, or a
//! week without any change nothing.

use std::pin::Pin;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::FixedOffset;
use ledger::Ledger;
use ledger::error::Failure;
use ledger::ids::Municipality;
use ledger::job::Ended;
use tokio::sync::Mutex;
use tokio_cron_scheduler::{Job, JobScheduler};

/// At the second after each full minute: then the minute's slot is certainly due.
const EACH_MINUTE: &str = "1 * * * * *";
/// Japan's time, which has no summer time.
const TOKYO_SECONDS: i32 = 9 * 3_600;

/// The running jobs.
pub struct Handle {
    scheduler: JobScheduler,
    running: Arc<Mutex<()>>,
}

impl Handle {
    /// Wakes no more, and waits for what is running now.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.scheduler.shutdown().await.context("the jobs' clock does not stop")?;
        let _last = self.running.lock().await;
        Ok(())
    }
}

/// Starts to run the jobs of every city, beginning now with what was missed. `server` is the name under which runs are written down.
pub async fn start(ledger: Ledger, server: &str) -> anyhow::Result<Handle> {
    let tokyo = FixedOffset::east_opt(TOKYO_SECONDS).context("Tokyo's offset")?;
    let (running, server): (_, Arc<str>) = (Arc::new(Mutex::new(())), server.into());
    let scheduler = JobScheduler::new().await.context("the jobs' clock does not start")?;
    let wake = {
        let (ledger, running, server) = (ledger.clone(), running.clone(), server.clone());
        move |_, _| {
            let (ledger, running, server) = (ledger.clone(), running.clone(), server.clone());
            let woken: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move { run_once_unless_running(&ledger, &running, &server).await });
            woken
        }
    };
    scheduler.add(Job::new_async_tz(EACH_MINUTE, tokyo, wake).context("the jobs' clock")?).await.context("the jobs' clock")?;
    scheduler.start().await.context("the jobs' clock does not start")?;
    let first = running.clone();
    tokio::spawn(async move { run_once_unless_running(&ledger, &first, &server).await });
    Ok(Handle { scheduler, running })
}

/// A wake while the last one still works goes away: what it would have found is found by the next.
async fn run_once_unless_running(ledger: &Ledger, running: &Mutex<()>, server: &str) {
    let Ok(_running) = running.try_lock() else { return };
    if let Err(failure) = run_once(ledger, server).await {
        let failure = anyhow::Error::new(failure);
        tracing::error!(span = "ops.job", error = format!("{failure:#}"), "jobs could not run");
    }
}

/// Runs everything that is due in every city, once, in the order of their codes. A city whose jobs cannot run keeps no other waiting.
///
/// # Errors
/// The first failure, after all cities have had their turn.
pub async fn run_once(ledger: &Ledger, server: &str) -> Result<Vec<(Municipality, Ended)>, Failure> {
    let mut ended = Vec::new();
    let mut first = None;
    for city in ledger.list_cities().await? {
        match ledger.run_due_jobs(city.municipality, server).await {
            Ok(runs) => ended.extend(runs.into_iter().map(|run| (city.municipality, run))),
            Err(failure) => first = first.or(Some(failure)),
        }
    }
    for (city, run) in &ended {
        log(*city, run);
    }
    first.map_or(Ok(ended), Err)
}

fn log(city: Municipality, run: &Ended) {
    let Ended { job, slot, items, amount, detail, failed_because } = run;
    let job = job.as_str();
    if let Some(because) = failed_because {
        tracing::error!(span = "ops.job", %city, job, %slot, because, "a job failed and is tried again");
    } else if *items > 0 {
        tracing::info!(span = "ops.job", %city, job, %slot, items, amount_yen = amount.get(), detail, "a job is done");
    } else {
        // Each minute, mostly.
        tracing::debug!(span = "ops.job", %city, job, %slot, "a job found nothing to do");
    }
}
