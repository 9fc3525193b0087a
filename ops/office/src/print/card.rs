//! A card, front and back to be folded, with what a family should know.

use askama::Template;
use ledger::paper::PrintedCard;

use super::symbol::symbol;
use super::{Issuer, Page, PrintError, groups, spaced};

#[derive(Template)]
#[template(path = "print/card.html")]
struct Card<'a> {
    city: &'a str,
    training: bool,
    host: &'a str,
    number: String,
    symbol: String,
    groups: Vec<String>,
}

/// The page of a card. Nothing on it depends on whose it is.
pub fn card(issuer: Issuer<'_>, printed: &PrintedCard) -> Result<Page, PrintError> {
    let page = Card {
        city: &issuer.city.name,
        training: issuer.city.training,
        host: issuer.host,
        number: spaced(&printed.card.number),
        symbol: symbol(&printed.code, issuer.host)?,
        groups: groups(&printed.code),
    };
    Ok(Page(page.render()?))
}
