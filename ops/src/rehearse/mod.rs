//! A whole month on a private database, with a simulated clock and seeded chance: finance staff train with it, and it proves the program.
//!
//! Same seed, same bytes, in every file but `timings.json`.

use std::path::PathBuf;
use std::time::Instant as Stopwatch;

use anyhow::Context as _;
use chrono::NaiveDate;
use ledger::statement::state::days as statement_days;
use ledger::time::Month;
use sqlx::PgPool;

pub mod bank;
pub mod cast;
pub mod dice;
pub mod files;
pub mod finance;
pub mod found;
pub mod play;
pub mod rules;
pub mod schedule;
pub mod setting;
pub mod summary;
pub mod world;

pub use setting::{SETTINGS, Setting};
pub use summary::Summary;

use world::World;

/// What is rehearsed.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// The city.
    pub setting: &'static Setting,
    /// How many children live in it.
    pub children: u64,
    /// The statement month.
    pub month: Month,
    /// The seed of all chance.
    pub seed: u64,
    /// The folder for the files; it is made if it is not there.
    pub out: PathBuf,
}

/// How far a rehearsal is.
pub trait Progress {
    /// A phase begins.
    fn phase(&self, name: &'static str);
    /// `done` of `total` steps of the phase.
    fn step(&self, done: usize, total: usize);
}

/// Seconds by phase, in order.
pub type Timings = Vec<(&'static str, String)>;

/// Measures phases.
struct Phases<'a> {
    progress: &'a dyn Progress,
    running: Option<(&'static str, Stopwatch)>,
    timings: Timings,
}

impl Phases<'_> {
    fn begin(&mut self, name: &'static str) {
        self.end();
        self.progress.phase(name);
        self.running = Some((name, Stopwatch::now()));
    }

    fn end(&mut self) {
        if let Some((name, since)) = self.running.take() {
            let elapsed = since.elapsed();
            self.timings.push((name, format!("{}.{:03}", elapsed.as_secs(), elapsed.subsec_millis())));
        }
    }
}

impl Rehearsal {
    /// Rehearses on the empty, migrated database behind `pool` and writes the files.
    pub async fn run(&self, pool: PgPool, progress: &dyn Progress) -> anyhow::Result<Summary> {
        // Asked first: a month beyond the known holidays is refused before anything is done.
        finance::pay_day(self.setting, self.month)?;
        std::fs::create_dir_all(&self.out).with_context(|| format!("cannot make the folder {}", self.out.display()))?;
        let mut phases = Phases { progress, running: None, timings: Vec::new() };
        let (schemes, training) = rules::catalog(self.setting.scheme, self.month)?;

        phases.begin("found");
        let mut world = found::city(self.setting, pool, self.seed, self.month, self.children, schemes).await?;
        found::merchants(&mut world, self.children).await?;

        phases.begin("roster");
        let (rows, roster) = found::people(&world, self.children, self.month.first_day()).await?;

        phases.begin("grant");
        let (payers, granted) = play::grant(&world, &rows).await?;

        phases.begin("redeem");
        let (first, last) = self.days(&world);
        play::load_own_money(&mut world, &payers, first).await?;
        world.wake(first);
        finance::import_statement(&world, first).await?;
        play::month(&world, &payers, (first, last), &|done, total| progress.step(done, total)).await?;

        phases.begin("close");
        let closing = statement_days(self.month, self.setting.closing_day).1;
        finance::close(&world, closing).await?;
        let at_close = world.ledger.trial_balance(world.municipality()).await?;

        phases.begin("remit");
        let remitted = finance::remit(&world).await?;
        let paid = match &remitted {
            Some((remittance, _)) => finance::pay(&mut world, remittance).await?,
            None => closing,
        };
        let (statement, report) = finance::reconcile(&world, first, paid).await?;

        finance::lapse_late(&world).await?;

        phases.begin("prove");
        let proved = summary::Proved { granted: &granted, at_close: &at_close, remitted: remitted.as_ref(), report: &report, training };
        let summary = summary::sum_up(self, &world, &proved).await?;
        files::write(self, &world, &files::Files { roster: &roster, remitted: remitted.as_ref(), statement: &statement, report: &report, summary: &summary })
            .await?;
        phases.end();
        files::write_timings(self, &phases.timings)?;
        Ok(summary)
    }

    /// The days of the statement month on which the month's money may be spent.
    fn days(&self, world: &World) -> (NaiveDate, NaiveDate) {
        let (first, last) = statement_days(self.month, self.setting.closing_day);
        (first.max(world.period.opens_on), last.min(world.period.closes_on))
    }
}
