//! `hagukumi jobs`: run what is due, look at what was done, say which schemes a city runs.

use std::fmt;

use chrono::{Days, NaiveDate};
use clap::Subcommand;
use ledger::Ledger;
use ledger::city::City;
use ledger::error::Error;
use ledger::ids::Municipality;
use ledger::job::{CityScheme, DayOfJob, Ended};
use serde::Serialize;

use super::books;
use super::output::{Exit, Output};
use process::jobs;

/// What the program does by itself.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run everything that is due, missed days in order: safe at any time, beside a server too.
    Run {
        /// Run what is due now and end; `serve` goes on by itself.
        #[arg(long, required = true)]
        once: bool,
        /// One city, as in `osaka`; all of them where none is given.
        #[arg(long)]
        city: Option<String>,
    },
    /// List what jobs did, and what fails.
    List {
        /// The city, as in `osaka`.
        #[arg(long)]
        city: String,
        /// How many days back.
        #[arg(long, default_value_t = 7)]
        days: u64,
    },
    /// Let a city run a scheme: its periods are then granted by themselves. Without a scheme, list those that it runs.
    Scheme {
        /// The city, as in `osaka`.
        #[arg(long)]
        city: String,
        /// The scheme, as in `osaka-juku`.
        #[arg(long, requires = "from")]
        scheme: Option<String>,
        /// Periods that open from this day on are granted.
        #[arg(long)]
        from: Option<NaiveDate>,
        /// Periods that open after this day are not.
        #[arg(long)]
        to: Option<NaiveDate>,
    },
}

/// Runs the command.
pub async fn run(command: Command, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    match command {
        Command::Run { city: None, .. } => {
            let ended = jobs::run_once(ledger, "command line").await?;
            answer(*output, &ended.into_iter().map(|(city, run)| Run::new(city, run)).collect::<Vec<_>>())
        }
        Command::Run { city: Some(slug), .. } => {
            let Some(City { municipality, .. }) = books::named(&slug, ledger, output).await? else { return Ok(Exit::Refused) };
            let ended = ledger.run_due_jobs(municipality, "command line").await?;
            answer(*output, &ended.into_iter().map(|run| Run::new(municipality, run)).collect::<Vec<_>>())
        }
        Command::List { city, days } => {
            let Some(City { municipality, .. }) = books::named(&city, ledger, output).await? else { return Ok(Exit::Refused) };
            let today = ledger.clock.today();
            let first = today.checked_sub_days(Days::new(days)).unwrap_or(today);
            let days = ledger.list_job_days(municipality, (first, today)).await?;
            output.answer(&days, Readable(&days))?;
            Ok(Exit::Done)
        }
        Command::Scheme { city, scheme, from, to } => {
            let Some(City { municipality, .. }) = books::named(&city, ledger, output).await? else { return Ok(Exit::Refused) };
            if let (Some(scheme), Some(from)) = (scheme, from) {
                match ledger.run_scheme(municipality, &CityScheme { scheme, from, to }).await {
                    Ok(()) => {}
                    Err(Error::Rejected(rejected)) => {
                        output.message(rejected);
                        return Ok(Exit::Refused);
                    }
                    Err(Error::Failed(failure)) => return Err(failure.into()),
                }
            }
            let schemes = ledger.city_schemes(municipality).await?;
            output.answer(&schemes, Readable(&schemes))?;
            Ok(Exit::Done)
        }
    }
}

/// Refused when a job failed, so that a script sees it.
fn answer(output: Output, runs: &[Run]) -> anyhow::Result<Exit> {
    let failed = runs.iter().any(|run| run.ended.failed_because.is_some());
    output.answer(&runs, Readable(runs))?;
    Ok(if failed { Exit::Refused } else { Exit::Done })
}

/// One slot that was run.
#[derive(Serialize)]
struct Run {
    municipality: Municipality,
    #[serde(flatten)]
    ended: Ended,
}

impl Run {
    const fn new(municipality: Municipality, ended: Ended) -> Self {
        Self { municipality, ended }
    }
}

/// A list for people, a line each.
struct Readable<'a, T>(&'a [T]);

trait Line {
    fn line(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<T: Line> fmt::Display for Readable<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing");
        }
        for (at, line) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            line.line(f)?;
        }
        Ok(())
    }
}

impl Line for Run {
    fn line(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ended { job, slot, items, amount, detail, failed_because } = &self.ended;
        let how = failed_because.as_ref().map_or_else(|| format!("{items} done, {amount} yen {detail}"), |because| format!("FAILED: {because}"));
        write!(f, "{} {slot} {}: {how}", self.municipality, job.as_str())
    }
}

impl Line for DayOfJob {
    fn line(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { job, business_on, runs, items, amount, detail, failed_because, .. } = self;
        let fails = failed_because.as_ref().map(|because| format!(" FAILS: {because}")).unwrap_or_default();
        write!(f, "{business_on} {}: ran {runs} times, {items} done, {amount} yen {detail}{fails}", job.as_str())
    }
}

impl Line for CityScheme {
    fn line(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to = self.to.map(|to| format!(" to {to}")).unwrap_or_default();
        write!(f, "{} from {}{to}", self.scheme, self.from)
    }
}
