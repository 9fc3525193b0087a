//! `hagukumi rehearse`: a whole month on a private database.

use std::fmt;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use ledger::time::Month;

use super::output::{Exit, Output};
use crate::config::Config;
use crate::database::{Database, DatabaseName};
use crate::embedded::{Cluster, Durability};
use crate::rehearse::{Progress, Rehearsal, SETTINGS, Setting, Summary};

/// What to rehearse.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The training city.
    #[arg(long)]
    city: String,
    /// How many children live in it.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    children: u64,
    /// The statement month, as YYYY-MM.
    #[arg(long)]
    month: Month,
    /// The seed of all chance: the same seed gives the same bytes.
    #[arg(long)]
    seed: u64,
    /// The folder for the files.
    #[arg(long)]
    out: PathBuf,
}

/// Rehearses and prints the summary.
pub async fn run(arguments: Arguments, output: &Output) -> anyhow::Result<Exit> {
    let Some(setting) = Setting::named(&arguments.city) else {
        let known: Vec<_> = SETTINGS.iter().map(|setting| setting.slug).collect();
        return output.refuse(format_args!("there is no training city {:?}: choose one of {}", arguments.city, known.join(", ")));
    };
    let rehearsal = Rehearsal { setting, children: arguments.children, month: arguments.month, seed: arguments.seed, out: arguments.out };
    // A server of its own: what is thrown away need not wait for the disk, and the city's own data is never near.
    let cluster = Cluster::at(Config::from_environment()?.data_directory.join("rehearsals"), Durability::ThrowAway)?;
    let home = Database::embedded(cluster, &DatabaseName::parse("home")?).await?;
    let name = DatabaseName::parse(&format!("rehearsal_{}", std::process::id()))?;
    home.drop_private(&name).await?;
    let private = home.create_private(&name).await?;
    let outcome = on_private_database(&rehearsal, &private).await;
    home.drop_private(&name).await?;
    drop(private);
    home.close().await?;
    let summary = outcome?;
    output.answer(&summary, Readable(&summary))?;
    Ok(Exit::Done)
}

async fn on_private_database(rehearsal: &Rehearsal, private: &Database) -> anyhow::Result<Summary> {
    private.migrate(&ledger::MIGRATOR).await?;
    let pool = private.connect(4).await?;
    let bar = Bar::new();
    let summary = rehearsal.run(pool.clone(), &bar).await;
    bar.0.finish_and_clear();
    pool.close().await;
    summary
}

/// A bar on a terminal, nothing elsewhere.
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Self {
        let bar = if io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg:8} [{bar:40}] {pos}/{len}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }
}

impl Progress for Bar {
    fn phase(&self, name: &'static str) {
        self.0.set_message(name);
        self.0.set_length(0);
        self.0.set_position(0);
    }

    fn step(&self, done: usize, total: usize) {
        self.0.set_length(u64::try_from(total).unwrap_or(u64::MAX));
        self.0.set_position(u64::try_from(done).unwrap_or(u64::MAX));
    }
}

/// The summary for people.
struct Readable<'a>(&'a Summary);

impl fmt::Display for Readable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let document = serde_json::to_value(self.0).map_err(|_| fmt::Error)?;
        for (key, value) in document.as_object().into_iter().flatten() {
            writeln!(f, "{key:22} {value}")?;
        }
        Ok(())
    }
}
