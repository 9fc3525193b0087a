//! `hagukumi cover`: how much merchants could tell from the mere fact that a family pays by code.
//!
//! For the city only. It shows ids and counts of twenty families and more, changes nothing, and is for scripts: no name is asked for.

use std::fmt;

use clap::Args;
use ledger::Ledger;
use ledger::cover::state::Rating;
use ledger::cover::{Cover, CoverOfMerchant};
use ledger::time::Month;
use serde::Serialize;

use super::books::named;
use super::output::{Exit, Output};

/// Which city and month.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The city, as in `osaka`.
    #[arg(long)]
    city: String,
    /// The calendar month, as YYYY-MM; the last one that is over, where none is given.
    #[arg(long)]
    month: Option<Month>,
    /// How many families there are in the city, where its roster knows only those that qualify.
    #[arg(long)]
    families: Option<u32>,
}

/// The answer.
#[derive(Serialize)]
struct Answer {
    city: String,
    month: Month,
    /// All families of the city.
    families: u32,
    /// Those for whom a scheme could have paid.
    families_funded: u32,
    green: usize,
    amber: usize,
    red: usize,
    /// Too few families paid there for anything to be said.
    unknown: usize,
    merchants: Vec<Line>,
}

/// A merchant, where something can be said.
#[derive(Serialize)]
struct Line {
    merchant: String,
    families: u32,
    families_funded: u32,
    /// (funded ÷ own-only payers) ÷ (funded ÷ other families), in thousandths; none without a bound: nobody pays there with own money only.
    likelihood_ratio_milli: Option<u64>,
    colour: &'static str,
}

/// Prints the cover of a month.
pub async fn run(arguments: Arguments, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Arguments { city, month, families } = arguments;
    let Some(city) = named(&city, ledger, output).await? else { return Ok(Exit::Refused) };
    let month = month.unwrap_or_else(|| Month::of(ledger.clock.today()).plus_months(-1));
    let cover = ledger.cover(city.municipality, month, families).await?;
    let answer = Answer::new(city.slug, &cover);
    output.answer(&answer, &answer)?;
    Ok(Exit::Done)
}

impl Answer {
    fn new(city: String, cover: &Cover) -> Self {
        let merchants: Vec<_> = cover.merchants.iter().filter_map(Line::new).collect();
        let of = |colour: &str| merchants.iter().filter(|line| line.colour == colour).count();
        Self {
            city,
            month: cover.month,
            families: cover.all.all(),
            families_funded: cover.all.funded,
            green: of("green"),
            amber: of("amber"),
            red: of("red"),
            unknown: cover.merchants.len().saturating_sub(merchants.len()),
            merchants,
        }
    }
}

impl Line {
    fn new(of: &CoverOfMerchant) -> Option<Self> {
        let Rating::Known(ratio) = of.rating else { return None };
        Some(Self {
            merchant: of.merchant.to_string(),
            families: of.payers.all(),
            families_funded: of.payers.funded,
            likelihood_ratio_milli: ratio.thousandths(),
            colour: ratio.colour().as_str(),
        })
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}: {} of {} families are funded", self.city, self.month, self.families_funded, self.families)?;
        for line in &self.merchants {
            let ratio = line.likelihood_ratio_milli.map_or_else(|| "no bound".to_owned(), |milli| format!("{}.{:03}", milli / 1_000, milli % 1_000));
            writeln!(f, "  {} {:5} {ratio:>9}  ({} of {} families funded)", line.merchant, line.colour, line.families_funded, line.families)?;
        }
        write!(f, "{} green, {} amber, {} red; of {} merchants too few families paid to say anything", self.green, self.amber, self.red, self.unknown)
    }
}
