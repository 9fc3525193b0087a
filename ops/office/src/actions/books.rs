//! Budgets, and the books: trial balance, proof, export, and undoing an entry that stands alone.

use chrono::NaiveDate;
use ledger::error::Failure;
use ledger::ids::EntryId;
use ledger::money::Yen;
use ledger::report::export::csv;
use ledger::time::{FiscalYear, Month};
use web::{Fault, Text};

use crate::acting::Acting;
use crate::bodies::books::{BudgetBody, EntriesBody, EntryBody, TrialBalanceBody, VerifiedBody};
use crate::refused::Refused;

/// The budgets of a year: appropriated, committed, remaining.
pub async fn show_budgets(by: &Acting, year: FiscalYear) -> Result<Vec<BudgetBody>, Refused> {
    Ok(by.ledger().list_budgets(by.city(), year).await?.into_iter().map(Into::into).collect())
}

/// Appropriates to a scheme (予算配当).
pub async fn appropriate(by: &Acting, scheme: &str, year: FiscalYear, amount: Yen) -> Result<EntryBody, Refused> {
    if by.ledger().schemes.get(scheme).is_none() {
        let unknown = Text::fixed("この制度は登録されていません。", "There is no such scheme here.");
        return Err(Refused::Field("scheme", Fault::Said("unknown-scheme", unknown)));
    }
    let command = by.command(&(scheme, year, amount))?;
    let entry = by.ledger().appropriate(by.city(), command, (scheme, year), amount).await?;
    Ok(made(by, entry))
}

/// Says that city money has arrived.
pub async fn fund(by: &Acting, amount: Yen, on: NaiveDate) -> Result<EntryBody, Refused> {
    let command = by.command(&(amount, on))?;
    let entry = by.ledger().fund(by.city(), command, amount, on).await?;
    Ok(made(by, entry))
}

/// Ends a year's budgets (出納閉鎖): what is left goes back.
pub async fn end_year(by: &Acting, year: FiscalYear, on: NaiveDate) -> Result<EntriesBody, Refused> {
    let command = by.command(&(year, on))?;
    let entries = by.ledger().end_year(by.city(), &command, year, on).await?;
    by.made(year);
    Ok(EntriesBody { entries })
}

/// The trial balance.
pub async fn read_trial_balance(by: &Acting) -> Result<TrialBalanceBody, Refused> {
    Ok(by.ledger().trial_balance(by.city()).await?.into())
}

/// The same as CSV.
pub async fn download_trial_balance(by: &Acting) -> Result<Vec<u8>, Refused> {
    Ok(csv::trial_balance(&by.ledger().trial_balance(by.city()).await?)?)
}

/// Derives every balance and state from the transfers and compares.
pub async fn verify_books(by: &Acting) -> Result<VerifiedBody, Refused> {
    Ok(by.ledger().verify(by.city()).await?.into())
}

/// The books as a journal for hledger: one month, or everything. It holds opaque ids only.
pub async fn export_books(by: &Acting, month: Option<Month>) -> Result<Vec<u8>, Refused> {
    let days = month.map_or((FiscalYear::new(2000).first_day(), FiscalYear::new(2999).last_day()), |month| (month.first_day(), month.last_day()));
    let written = by.ledger().export_hledger(by.city(), days, Vec::new()).await?;
    Ok(written.map_err(|error| Failure::inconsistent("export", error.to_string()))?)
}

/// Reverses an entry that stands alone.
pub async fn reverse_entry(by: &Acting, undone: EntryId) -> Result<EntryBody, Refused> {
    let command = by.command(&(undone, by.reason()))?;
    let entry = by.ledger().reverse_by_hand(by.city(), command, undone, by.reason()).await?;
    Ok(made(by, entry))
}

fn made(by: &Acting, entry: EntryId) -> EntryBody {
    by.made(entry);
    EntryBody { entry }
}
