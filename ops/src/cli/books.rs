//! `hagukumi trial-balance`, `verify` and `export`: what the books say, of one city or of all.
//!
//! They show ids and figures and nothing personal, change nothing, and are for scripts: no name is asked for, and no row stands in the audit log. Staff
//! who look at the same over the office's API are written down there.

use std::fmt;
use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::books::TrialBalance;
use ledger::city::City;
use ledger::report::Verified;
use ledger::time::{FiscalYear, Month};
use serde::Serialize;

use super::output::{Exit, Output};

/// Which city's books.
#[derive(Debug, Args)]
pub struct Scope {
    /// One city, as in `osaka`; all of them where none is given.
    #[arg(long)]
    city: Option<String>,
}

/// Books for other programs.
#[derive(Debug, Subcommand)]
pub enum Export {
    /// A journal for hledger: check it with `hledger check -f FILE`.
    Hledger {
        /// The city, as in `osaka`.
        #[arg(long)]
        city: String,
        /// One month, as YYYY-MM; everything where none is given.
        #[arg(long)]
        month: Option<Month>,
        /// The file; standard output where none is given.
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

/// The answer of `trial-balance`.
#[derive(Serialize)]
struct TrialBalances {
    trial_balance_yen: i64,
    cities: Vec<CityTrialBalance>,
}

#[derive(Serialize)]
struct CityTrialBalance {
    city: String,
    #[serde(flatten)]
    balance: TrialBalance,
}

/// Prints the trial balance of each city.
pub async fn trial_balance(scope: Scope, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(cities) = cities(&scope, ledger, output).await? else { return Ok(Exit::Refused) };
    let mut answer = TrialBalances { trial_balance_yen: 0, cities: Vec::new() };
    for city in cities {
        let balance = ledger.trial_balance(city.municipality).await?;
        answer.trial_balance_yen = answer.trial_balance_yen.saturating_add(balance.trial_balance_yen);
        answer.cities.push(CityTrialBalance { city: city.slug, balance });
    }
    output.answer(&answer, &answer)?;
    Ok(Exit::Done)
}

impl fmt::Display for TrialBalances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for CityTrialBalance { city, balance } in &self.cities {
            writeln!(f, "{city}")?;
            for line in &balance.lines {
                writeln!(f, "  {} {:>18} {:>18} {:>18} {} {}", line.account, line.debit, line.credit, line.balance, line.unit, line.name)?;
            }
        }
        write!(f, "debits − credits: {} yen", self.trial_balance_yen)
    }
}

/// The answer of `verify`.
#[derive(Serialize)]
struct Proofs {
    ok: bool,
    /// The first difference found; none when the books prove themselves.
    difference: Option<String>,
    cities: Vec<Proof>,
}

#[derive(Serialize)]
struct Proof {
    city: String,
    #[serde(flatten)]
    verified: Verified,
}

/// Derives every balance and state from the transfers alone; refused when anything differs.
pub async fn verify(scope: Scope, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(cities) = cities(&scope, ledger, output).await? else { return Ok(Exit::Refused) };
    let mut proofs = Proofs { ok: true, difference: None, cities: Vec::new() };
    for city in cities {
        let verified = ledger.verify(city.municipality).await?;
        let first = verified.differences.first().map(|difference| format!("{}: {difference}", city.slug));
        proofs.difference = proofs.difference.or(first);
        proofs.cities.push(Proof { city: city.slug, verified });
    }
    proofs.ok = proofs.difference.is_none();
    output.answer(&proofs, &proofs)?;
    Ok(if proofs.ok { Exit::Done } else { Exit::Refused })
}

impl fmt::Display for Proofs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Proof { city, verified } in &self.cities {
            writeln!(f, "{city}: {} entries, {} transfers", verified.entries, verified.transfers)?;
            verified.differences.iter().try_for_each(|difference| writeln!(f, "  {difference}"))?;
        }
        f.write_str(if self.ok { "the books prove themselves" } else { "THE BOOKS DIFFER" })
    }
}

/// Writes books for another program.
pub async fn export(command: Export, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Export::Hledger { city, month, out } = command;
    let Some(city) = named(&city, ledger, output).await? else { return Ok(Exit::Refused) };
    let days = match month {
        Some(month) => (month.first_day(), month.last_day()),
        None => (FiscalYear::new(2000).first_day(), FiscalYear::new(2999).last_day()),
    };
    match out {
        Some(path) => {
            ledger.export_hledger(city.municipality, days, io::BufWriter::new(std::fs::File::create(&path)?)).await??.flush()?;
            output.answer(&Exported { city: city.slug, file: Some(path.clone()), journal: None }, path.display())?;
        }
        None if output.is_json() => {
            let journal = String::from_utf8(ledger.export_hledger(city.municipality, days, Vec::new()).await??)?;
            output.answer(&Exported { city: city.slug, file: None, journal: Some(journal) }, "")?;
        }
        None => io::stdout().write_all(&ledger.export_hledger(city.municipality, days, Vec::new()).await??)?,
    }
    Ok(Exit::Done)
}

/// The answer of `export`: where the journal is, or the journal itself.
#[derive(Serialize)]
struct Exported {
    city: String,
    file: Option<PathBuf>,
    journal: Option<String>,
}

async fn cities(scope: &Scope, ledger: &Ledger, output: &Output) -> anyhow::Result<Option<Vec<City>>> {
    match &scope.city {
        None => Ok(Some(ledger.list_cities().await?)),
        Some(slug) => Ok(named(slug, ledger, output).await?.map(|city| vec![city])),
    }
}

/// The city that people call `slug`; where there is none, they are told which there are.
pub async fn named(slug: &str, ledger: &Ledger, output: &Output) -> anyhow::Result<Option<City>> {
    let city = ledger.city_by_slug(slug).await?;
    if city.is_none() {
        let known: Vec<_> = ledger.list_cities().await?.into_iter().map(|city| city.slug).collect();
        let known = if known.is_empty() { "none yet: `hagukumi demo` loads training cities".to_owned() } else { known.join(", ") };
        output.refuse(format_args!("there is no city {slug:?}; there are: {known}"))?;
    }
    Ok(city)
}
