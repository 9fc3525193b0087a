//! Letters with the activation code: printed only with a reason, and written down family by family.

use ledger::error::Failure;
use ledger::ids::FamilyId;
use ledger::people::letter::Printed;

use super::{city_of, issuer};
use crate::acting::Acting;
use crate::bodies::Done;
use crate::bodies::families::WaitingLettersBody;
use crate::print::{self, Page};
use crate::refused::Refused;

/// Counts the families that wait for a letter.
pub async fn count_letters(by: &Acting) -> Result<WaitingLettersBody, Refused> {
    Ok(by.ledger().count_letters_waiting(by.city()).await?.into())
}

/// Prints at most `most` of the letters that wait, of no protected family.
pub async fn print_letters(by: &Acting, most: i64, host: &str) -> Result<Page, Refused> {
    let command = by.command(&(most, by.reason()))?;
    let printed = by.ledger().print_letters(by.city(), &command, most).await?;
    by.made(printed.id);
    page(by, &printed, host).await
}

/// Prints the letter of one family: its names and address, and its activation code.
pub async fn print_letter(by: &Acting, family: FamilyId, host: &str) -> Result<Page, Refused> {
    let command = by.command(&(family, by.reason()))?;
    let printed = by.ledger().print_letter(by.city(), &command, family).await?;
    // The log names whose names were opened.
    by.made(format_args!("{family}/{}", printed.id));
    page(by, &printed, host).await
}

async fn page(by: &Acting, printed: &Printed, host: &str) -> Result<Page, Refused> {
    let city = city_of(by).await?;
    Ok(print::letters(issuer(by, &city, host), &printed.letters).map_err(|error| Failure::inconsistent("letters", error.to_string()))?)
}

/// Puts another activation code in force, and signs the family out.
pub async fn renew_letter(by: &Acting, family: FamilyId) -> Result<Done, Refused> {
    let command = by.command(&(family, by.reason()))?;
    by.ledger().renew_letter(by.city(), &command, family).await?;
    Ok(Done)
}

/// Records where a family's letters go; to the address of the roster where none is named.
pub async fn record_delivery_address(by: &Acting, family: FamilyId, address: Option<&str>) -> Result<Done, Refused> {
    let command = by.command(&(family, address, by.reason()))?;
    by.ledger().record_delivery_address(by.city(), &command, family, address).await?;
    Ok(Done)
}
