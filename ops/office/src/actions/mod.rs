//! What staff do: one function for each action, called by the API, by the command line and by pages. It makes the command, runs the ledger's sequence
//! and answers the body.
//!
//! Whether somebody may, and the row in the audit log, stand around it: [`crate::acting::Acting::act`]. Nothing here knows of HTTP or of arguments.

pub mod bank;
pub mod books;
pub mod claims;
pub mod families;
pub mod letters;
pub mod merchants;
pub mod month;
pub mod paper;
pub mod remittances;
pub mod rosters;
pub mod staff;

use ledger::city::City;
use ledger::error::Failure;
use ledger::people::Progress;

use crate::acting::Acting;
use crate::print::Issuer;

/// Hears how far a long piece of work is.
pub type Hear<'a> = &'a mut (dyn FnMut(Progress) + Send);

/// The city for whose families is printed.
async fn city_of(by: &Acting) -> Result<City, Failure> {
    let cities = by.ledger().list_cities().await?;
    cities.into_iter().find(|city| city.municipality == by.city()).ok_or_else(|| Failure::inconsistent("municipalities", "a city is gone"))
}

fn issuer<'a>(by: &Acting, city: &'a City, host: &'a str) -> Issuer<'a> {
    Issuer { city, host, on: by.ledger().clock.today() }
}
