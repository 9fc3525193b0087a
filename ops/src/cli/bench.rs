//! `hagukumi bench`: what this machine carries.

use std::fmt;

use clap::Args;

use super::output::{Exit, Output};
use database::config::Config;
use rehearsal::bench::{self, Report, Size, Work};

/// What to measure, and how much of it.
#[derive(Debug, Args)]
pub struct Arguments {
    /// What to measure.
    work: Work,
    /// Operations: entries, redemptions or entitlements.
    #[arg(long, default_value_t = 20_000, value_parser = positive)]
    count: usize,
    /// Operations at once.
    #[arg(long, default_value_t = 32, value_parser = positive)]
    concurrency: usize,
    /// Families that pay.
    #[arg(long, default_value_t = 2_000, value_parser = positive)]
    payers: usize,
    /// Merchants that are paid.
    #[arg(long, default_value_t = 50, value_parser = positive)]
    payees: usize,
    /// Transfers of earlier payments that are there before (redeem and http).
    #[arg(long, default_value_t = 0)]
    present: usize,
}

fn positive(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or_else(|| "this must be a whole number above 0".to_owned())
}

/// Measures; refused when the books are not what they must be.
pub async fn run(arguments: Arguments, output: &Output) -> anyhow::Result<Exit> {
    let Arguments { work, count, concurrency, payers, payees, present } = arguments;
    let cluster = bench::cluster(&Config::from_environment()?.data_directory)?;
    let report = bench::run(cluster, work, Size { count, concurrency, payers, payees, present }).await?;
    output.answer(&report, Readable(&report))?;
    Ok(if report.is_sound() { Exit::Done } else { Exit::Refused })
}

/// The figures for people.
struct Readable<'a>(&'a Report);

impl fmt::Display for Readable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let document = serde_json::to_value(self.0).map_err(|_| fmt::Error)?;
        for (key, value) in document.as_object().into_iter().flatten() {
            writeln!(f, "{key:22} {value}")?;
        }
        Ok(())
    }
}
