//! Remittances: prepared by one person, approved by another; the file built, downloaded, sent.

use ledger::ids::RemittanceId;
use ledger::time::Month;

use crate::acting::Acting;
use crate::bodies::Done;
use crate::bodies::remittances::{BankFile, FileBody, RemittanceBody, RemittanceDetail, StopBody};
use crate::refused::Refused;

/// Lists remittances.
pub async fn list_remittances(by: &Acting) -> Result<Vec<RemittanceBody>, Refused> {
    Ok(by.ledger().list_remittances(by.city()).await?.into_iter().map(Into::into).collect())
}

/// Prepares the remittance of a statement month.
pub async fn prepare_remittance(by: &Acting, month: Month) -> Result<RemittanceBody, Refused> {
    let command = by.command(&month)?;
    let prepared = by.ledger().prepare_remittance(by.city(), &command, month).await?;
    by.made(prepared.id);
    Ok(prepared.into())
}

/// A remittance with its lines and stops.
pub async fn show_remittance(by: &Acting, remittance: RemittanceId) -> Result<RemittanceDetail, Refused> {
    let (ledger, city) = (by.ledger(), by.city());
    let found = ledger.list_remittances(city).await?.into_iter().find(|known| known.id == remittance).ok_or(Refused::NotFound)?;
    let detail = ledger.remittance_detail(city, remittance).await?.into_iter().map(Into::into).collect();
    let stops = ledger.remittance_stops(city, remittance).await?.into_iter().map(|(payee_kind, payee, amount, code, what_to_do)| {
        let (payee, amount_yen) = (payee.to_string(), amount.get());
        StopBody { payee_kind, payee, amount_yen, code, what_to_do }
    });
    Ok(RemittanceDetail { remittance: found.into(), detail, stops: stops.collect() })
}

/// Approves a remittance as prepared, as a second person.
pub async fn approve_remittance(by: &Acting, remittance: RemittanceId) -> Result<Done, Refused> {
    let command = by.command(&remittance)?;
    by.ledger().approve_remittance(by.city(), &command, remittance).await?;
    Ok(Done)
}

/// Builds the bank file (総合振込), reads it back and compares.
pub async fn build_remittance(by: &Acting, remittance: RemittanceId) -> Result<FileBody, Refused> {
    let command = by.command(&remittance)?;
    let file = by.ledger().build_remittance(by.city(), &command, remittance).await?;
    Ok(FileBody::from(&file))
}

/// The bank file: it holds names and accounts of payees.
pub async fn download_remittance(by: &Acting, remittance: RemittanceId) -> Result<BankFile, Refused> {
    let file = by.ledger().remittance_file(by.city(), remittance).await?;
    let name = format!("remittance-{}-{:04}.txt", by.city(), file.sequence);
    Ok(BankFile { name, body: FileBody::from(&file), bytes: file.bytes })
}

/// Says that the file with this digest was handed to the bank. It is not paid yet.
pub async fn send_remittance(by: &Acting, remittance: RemittanceId, sha256: &[u8; 32]) -> Result<Done, Refused> {
    let command = by.command(&(remittance, sha256))?;
    by.ledger().mark_remittance_sent(by.city(), &command, remittance, sha256).await?;
    Ok(Done)
}

/// Gives a remittance up that was not sent.
pub async fn cancel_remittance(by: &Acting, remittance: RemittanceId) -> Result<Done, Refused> {
    let command = by.command(&(remittance, by.reason()))?;
    by.ledger().cancel_remittance(by.city(), &command, remittance).await?;
    Ok(Done)
}

/// The lines of a remittance as CSV.
pub async fn download_remittance_lines(by: &Acting, remittance: RemittanceId) -> Result<Vec<u8>, Refused> {
    let (ledger, city) = (by.ledger(), by.city());
    ledger.list_remittances(city).await?.iter().find(|known| known.id == remittance).ok_or(Refused::NotFound)?;
    Ok(ledger::report::export::csv::remittance_detail(&ledger.remittance_detail(city, remittance).await?)?)
}
