//! Rosters, eligibility and grants, and taking an entitlement back.

use chrono::NaiveDate;
use ledger::ids::AccountId;
use ledger::money::Yen;

use super::Hear;
use crate::acting::Acting;
use crate::bodies::rosters::{GrantRunBody, RosterReportBody};
use crate::refused::Refused;

/// Tells what a roster would change, and which lines cannot be used.
pub async fn preview_roster(by: &Acting, file: &[u8]) -> Result<RosterReportBody, Refused> {
    Ok(by.ledger().preview_roster(by.city(), file).await?.into())
}

/// Imports a roster. Idempotent.
pub async fn import_roster(by: &Acting, file: &[u8], hear: Hear<'_>) -> Result<RosterReportBody, Refused> {
    by.key()?;
    let report = by.ledger().import_roster(by.city(), &by.actor(), file, hear).await?;
    by.made(report.roster.map(|roster| roster.to_string()).unwrap_or_default());
    Ok(report.into())
}

/// Judges who is eligible and grants the service period that holds a day, each child once.
pub async fn run_grant(by: &Acting, scheme: &str, on: NaiveDate, hear: Hear<'_>) -> Result<GrantRunBody, Refused> {
    by.key()?;
    let run = by.ledger().run_grant(by.city(), (scheme, on), &by.actor(), hear).await?;
    by.made(format_args!("{scheme}/{}", run.period.service_from));
    Ok(run.into())
}

/// Takes back what is left of an entitlement. Answers how much that was.
pub async fn revoke_entitlement(by: &Acting, entitlement: AccountId) -> Result<Yen, Refused> {
    let command = by.command(&(entitlement, by.reason()))?;
    Ok(by.ledger().revoke(by.city(), command, entitlement, by.reason()).await?)
}
