//! The bank's statements: imported whole or not at all, matched, explained; and payouts that come back (組戻・不能), proposed by one person or by the
//! program on somebody's behalf, confirmed or rejected by another. Early ones are those that the bank tells before it debits the file.

use chrono::NaiveDate;
use ledger::events::bank::Credit;
use ledger::ids::{BankLineId, RemittanceId};
use ledger::money::Yen;
use ledger::reconciliation::Debit;
use ledger::report::export::csv;

use super::Hear;
use crate::acting::Acting;
use crate::bodies::Done;
use crate::bodies::bank::{EarlyReturnBody, ImportedBody, ReportBody, RunBody, WaitingReturnBody};
use crate::refused::Refused;

/// What a credit was, as people write it: `fund`, `top-up:fam_…`, `family-repays:fam_…` or `merchant-repays:mrc_…`.
#[must_use]
pub fn credit(text: &str) -> Option<Credit> {
    match text.split_once(':') {
        None => (text == "fund").then_some(Credit::Fund),
        Some(("top-up", family)) => family.parse().ok().map(Credit::TopUp),
        Some(("family-repays", family)) => family.parse().ok().map(Credit::FamilyRepays),
        Some(("merchant-repays", merchant)) => merchant.parse().ok().map(Credit::MerchantRepays),
        Some(_) => None,
    }
}

/// Imports a statement of the bank (入出金取引明細): whole or not at all, each line once.
pub async fn import_bank_statement(by: &Acting, file: &[u8], accepted_opening: Option<Yen>) -> Result<ImportedBody, Refused> {
    let command = by.command(&accepted_opening)?;
    let imported = by.ledger().import_bank_statement(by.city(), &command, file, accepted_opening).await?;
    by.made(imported.id);
    Ok(imported.into())
}

/// Matches bank lines to the books: what is certain is posted, the rest waits for people.
pub async fn match_bank_lines(by: &Acting, hear: Hear<'_>) -> Result<RunBody, Refused> {
    let command = by.command(&())?;
    Ok(by.ledger().match_bank_lines(by.city(), &command, hear).await?.into())
}

/// Every bank line of some days, and how books and bank compare.
pub async fn show_bank_lines(by: &Acting, days: (NaiveDate, NaiveDate)) -> Result<ReportBody, Refused> {
    Ok(by.ledger().reconciliation_report(by.city(), days).await?.into())
}

/// The same as CSV.
pub async fn download_reconciliation(by: &Acting, days: (NaiveDate, NaiveDate)) -> Result<Vec<u8>, Refused> {
    Ok(csv::reconciliation(&by.ledger().reconciliation_report(by.city(), days).await?)?)
}

/// Says what a credit was.
pub async fn explain_credit(by: &Acting, line: BankLineId, what: Credit) -> Result<Done, Refused> {
    let command = by.command(&(line, what.owner()))?;
    by.ledger().explain_credit(by.city(), &command, line, what).await?;
    Ok(Done)
}

/// Says what a debit was: the total of a file, or the bank's fee where none is named.
pub async fn explain_debit(by: &Acting, line: BankLineId, remittance: Option<RemittanceId>) -> Result<Done, Refused> {
    let what = remittance.map_or(Debit::Fee, Debit::Payout);
    let command = by.command(&(line, what))?;
    by.ledger().explain_debit(by.city(), &command, line, what).await?;
    Ok(Done)
}

/// Lists returns (組戻) that wait for a second person.
pub async fn list_returns(by: &Acting) -> Result<Vec<WaitingReturnBody>, Refused> {
    Ok(by.ledger().list_waiting_returns(by.city()).await?.into_iter().map(Into::into).collect())
}

/// Proposes that a credit is a line of a file that came back.
pub async fn propose_return(by: &Acting, line: BankLineId, paid: (RemittanceId, i32)) -> Result<Done, Refused> {
    let command = by.command(&(line, paid, by.reason()))?;
    by.ledger().propose_return(by.city(), &command, line, paid, by.reason()).await?;
    Ok(Done)
}

/// Confirms a return, as a second person.
pub async fn confirm_return(by: &Acting, line: BankLineId, paid: (RemittanceId, i32)) -> Result<Done, Refused> {
    let command = by.command(&(line, paid))?;
    by.ledger().confirm_return(by.city(), &command, line, paid).await?;
    Ok(Done)
}

/// Rejects what was proposed about a credit.
pub async fn reject_returns(by: &Acting, line: BankLineId) -> Result<Done, Refused> {
    let command = by.command(&(line, by.reason()))?;
    by.ledger().reject_returns(by.city(), &command, line).await?;
    Ok(Done)
}

/// Lists lines that the bank said it will not pay and that wait for a second person.
pub async fn list_early_returns(by: &Acting) -> Result<Vec<EarlyReturnBody>, Refused> {
    Ok(by.ledger().list_waiting_early_returns(by.city()).await?.into_iter().map(Into::into).collect())
}

/// Proposes that the bank will not pay a line of a file.
pub async fn propose_early_return(by: &Acting, line: (RemittanceId, i32)) -> Result<Done, Refused> {
    let command = by.command(&(line, by.reason()))?;
    by.ledger().propose_early_return(by.city(), &command, line, by.reason()).await?;
    Ok(Done)
}

/// Confirms it, as a second person.
pub async fn confirm_early_return(by: &Acting, line: (RemittanceId, i32)) -> Result<Done, Refused> {
    let command = by.command(&line)?;
    by.ledger().confirm_early_return(by.city(), &command, line).await?;
    Ok(Done)
}

/// Rejects it.
pub async fn reject_early_return(by: &Acting, (remittance, number): (RemittanceId, i32)) -> Result<Done, Refused> {
    let command = by.command(&(remittance, number, by.reason()))?;
    by.ledger().reject_early_return(by.city(), &command, (remittance, number)).await?;
    Ok(Done)
}
