//! The files of a rehearsal, in the folder that was asked for.

use std::fs;

use anyhow::Context as _;
use ledger::export;
use ledger::reconciliation::Report;
use ledger::remittance::{File, Remittance};
use ledger::time::FiscalYear;
use serde::Serialize;

use super::world::World;
use super::{Rehearsal, Summary, Timings};

/// What is written besides what the books can tell.
pub struct Files<'a> {
    /// `roster.csv`, as it was imported.
    pub roster: &'a [u8],
    /// `remittance.txt`.
    pub remitted: Option<&'a (Remittance, File)>,
    /// `bank-statement.txt`, as it was imported.
    pub statement: &'a [u8],
    /// `reconciliation.csv`.
    pub report: &'a Report,
    /// `summary.json`.
    pub summary: &'a Summary,
}

/// Writes every file but `timings.json`.
pub async fn write(rehearsal: &Rehearsal, world: &World, files: &Files<'_>) -> anyhow::Result<()> {
    let municipality = world.municipality();
    save(rehearsal, "roster.csv", files.roster)?;
    save(rehearsal, "summary.json", &json(files.summary)?)?;
    save(rehearsal, "bank-statement.txt", files.statement)?;
    save(rehearsal, "reconciliation.csv", &export::csv::reconciliation(files.report)?)?;
    let trial_balance = world.ledger.trial_balance(municipality).await?;
    save(rehearsal, "trial-balance.csv", &export::csv::trial_balance(&trial_balance)?)?;
    let books = world.ledger.export_hledger(municipality, (FiscalYear::new(2000).first_day(), FiscalYear::new(2999).last_day()), Vec::new()).await??;
    save(rehearsal, "books.hledger", &books)?;
    let (bytes, detail) = match files.remitted {
        Some((remittance, file)) => (file.bytes.clone(), world.ledger.remittance_detail(municipality, remittance.id).await?),
        None => (Vec::new(), Vec::new()),
    };
    save(rehearsal, "remittance.txt", &bytes)?;
    save(rehearsal, "remittance-detail.csv", &export::csv::remittance_detail(&detail)?)
}

/// Writes `timings.json`: seconds by phase.
pub fn write_timings(rehearsal: &Rehearsal, timings: &Timings) -> anyhow::Result<()> {
    let seconds: serde_json::Map<_, _> =
        timings.iter().map(|(phase, seconds)| ((*phase).to_owned(), seconds.parse().map_or(serde_json::Value::Null, serde_json::Value::Number))).collect();
    save(rehearsal, "timings.json", &json(&seconds)?)
}

fn json(document: &impl Serialize) -> anyhow::Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(document)?;
    text.push(b'\n');
    Ok(text)
}

fn save(rehearsal: &Rehearsal, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let path = rehearsal.out.join(name);
    fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
