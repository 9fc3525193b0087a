//! The files of a rehearsal, in the folder that was asked for: as staff download them.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use chrono::NaiveDate;
use serde::Serialize;

use super::office::Office;
use super::rehearsed_city::RehearsedCity;
use super::{Summary, Timings, finance};

/// What is written besides what staff download.
pub struct Files<'a> {
    /// `roster.csv`, as it was imported.
    pub roster: &'a [u8],
    /// `remittance.txt`, and the id by which its detail is asked for.
    pub remitted: Option<(&'a str, &'a [u8])>,
    /// `bank-statement.txt`, as it was imported.
    pub statement: &'a [u8],
    /// The last day in it.
    pub last: NaiveDate,
    /// `books.hledger`.
    pub journal: &'a str,
    /// `summary.json`.
    pub summary: &'a Summary,
}

/// Writes every file but `timings.json`.
pub async fn write(out: &Path, city: &RehearsedCity, office: &Office, files: &Files<'_>) -> anyhow::Result<()> {
    save(out, "roster.csv", files.roster)?;
    save(out, "summary.json", &json(files.summary)?)?;
    save(out, "bank-statement.txt", files.statement)?;
    save(out, "books.hledger", files.journal.as_bytes())?;
    save(out, "trial-balance.csv", &office.auditor.bytes("/exports/trial-balance").await?)?;
    save(out, "reconciliation.csv", &office.auditor.bytes(&format!("/exports/reconciliation?{}", finance::days(city, files.last))).await?)?;
    let (bytes, detail) = match files.remitted {
        Some((remittance, bytes)) => (bytes, office.auditor.bytes(&format!("/exports/remittances/{remittance}")).await?),
        None => (&[][..], Vec::new()),
    };
    save(out, "remittance.txt", bytes)?;
    save(out, "remittance-detail.csv", &detail)
}

/// Writes `timings.json`: seconds by phase.
pub fn write_timings(out: &Path, timings: &Timings) -> anyhow::Result<()> {
    let seconds: serde_json::Map<_, _> =
        timings.iter().map(|(phase, seconds)| ((*phase).to_owned(), seconds.parse().map_or(serde_json::Value::Null, serde_json::Value::Number))).collect();
    save(out, "timings.json", &json(&seconds)?)
}

/// A document as it is written.
pub fn json(document: &impl Serialize) -> anyhow::Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(document)?;
    text.push(b'\n');
    Ok(text)
}

/// Writes one file.
pub fn save(out: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let path = out.join(name);
    fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
