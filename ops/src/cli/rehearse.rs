//! `hagukumi rehearse`: a whole month on a private database.

use std::fmt;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use ledger::time::Month;
use serde::Serialize;

use super::output::{Exit, Output};
use database::config::Config;
use database::embedded::{Cluster, Durability};
use database::{Database, DatabaseName};
use rehearsal::rehearse::{CONNECTIONS, Progress, Rehearsal, SETTINGS, Setting, Summary, files};

/// What to rehearse.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The training city: osaka, fukuoka, kumamoto, kobe, or all of them.
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
    /// The folder for the files; of all cities, one folder each in it.
    #[arg(long)]
    out: PathBuf,
}

/// What people type for all cities.
const ALL: &str = "all";

/// Rehearses and prints the summary, or all of them.
pub async fn run(arguments: Arguments, output: &Output) -> anyhow::Result<Exit> {
    let Arguments { city, children, month, seed, out } = arguments;
    let rehearsal = |setting, out| Rehearsal { setting, children, month, seed, out };
    if city == ALL {
        let rehearsals: Vec<_> = SETTINGS.iter().map(|setting| rehearsal(setting, out.join(setting.slug))).collect();
        let together = Together { month, cities: play(&rehearsals).await? };
        files::save(&out, "summary.json", &files::json(&together)?)?;
        output.answer(&together, Readable(&together.cities))?;
        return Ok(Exit::Done);
    }
    let Some(setting) = Setting::named(&city) else {
        let known: Vec<_> = SETTINGS.iter().map(|setting| setting.slug).chain([ALL]).collect();
        return output.refuse(format_args!("there is no training city {city:?}: choose one of {}", known.join(", ")));
    };
    for summary in play(&[rehearsal(setting, out)]).await? {
        output.answer(&summary, Readable(std::slice::from_ref(&summary)))?;
    }
    Ok(Exit::Done)
}

/// What all cities came to, each by itself.
#[derive(Debug, Serialize)]
struct Together {
    month: Month,
    cities: Vec<Summary>,
}

/// On a server of its own: what is thrown away need not wait for the disk, and the city's own data is never near. Each city has a database to itself.
async fn play(rehearsals: &[Rehearsal]) -> anyhow::Result<Vec<Summary>> {
    let cluster = Cluster::at(Config::from_environment()?.data_directory.join("rehearsals"), Durability::ThrowAway)?;
    let home = Database::embedded(cluster, &DatabaseName::parse("home")?).await?;
    let outcome = one_after_another(rehearsals, &home).await;
    home.close().await?;
    outcome
}

async fn one_after_another(rehearsals: &[Rehearsal], home: &Database) -> anyhow::Result<Vec<Summary>> {
    let mut summaries = Vec::new();
    for rehearsal in rehearsals {
        let played = on_private_database(rehearsal, home).await;
        summaries.push(played.with_context(|| format!("rehearsing {}", rehearsal.setting.slug))?);
    }
    Ok(summaries)
}

async fn on_private_database(rehearsal: &Rehearsal, home: &Database) -> anyhow::Result<Summary> {
    let name = DatabaseName::parse(&format!("rehearsal_{}", std::process::id()))?;
    home.drop_private(&name).await?;
    let private = home.create_private(&name).await?;
    private.migrate(&ledger::MIGRATOR).await?;
    let pool = private.connect(CONNECTIONS).await?;
    let bar = Bar::new();
    let summary = rehearsal.run(pool.clone(), &bar).await;
    bar.0.finish_and_clear();
    pool.close().await;
    home.drop_private(&name).await?;
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

/// Summaries for people: a line for each figure, a column for each city.
struct Readable<'a>(&'a [Summary]);

impl fmt::Display for Readable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let documents: Result<Vec<_>, _> = self.0.iter().map(serde_json::to_value).collect();
        let documents = documents.map_err(|_| fmt::Error)?;
        for key in documents.first().and_then(serde_json::Value::as_object).into_iter().flat_map(serde_json::Map::keys) {
            write!(f, "{key:22}")?;
            for value in documents.iter().filter_map(|document| document.get(key)) {
                write!(f, " {:>14}", value.to_string())?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
