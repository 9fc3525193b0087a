//! The training cities that `hagukumi demo` shows. Loaded by the same use cases that a real city goes through; loading them again changes nothing,
//! but for the month's grants where a new month has begun.

pub mod city;
mod guide;
pub mod health;
mod office;
mod shell;

use ledger::Ledger;

use crate::rehearse::SETTINGS;
pub use guide::{Family, Guide, Merchant};
pub use office::Clerk;

/// Children in each training city: some seven families.
const CHILDREN: u64 = 12;
/// The seed of all chance: the same people in every demo.
const SEED: u64 = 20_261_123;

/// Loads every training city; returns what to show of each.
pub async fn load(ledger: &Ledger) -> anyhow::Result<Vec<Guide>> {
    let mut guides = Vec::new();
    for setting in &SETTINGS {
        guides.push(city::load(ledger, setting).await?);
    }
    Ok(guides)
}
