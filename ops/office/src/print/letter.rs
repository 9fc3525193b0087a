//! Letters with the activation code, one on a sheet, folded twice for an envelope with a window.

use askama::Template;
use ledger::people::letter::Letter;

use super::symbol::symbol;
use super::{Issuer, Page, PrintError, day, groups};

#[derive(Template)]
#[template(path = "print/letters.html")]
struct Letters<'a> {
    city: &'a str,
    training: bool,
    host: &'a str,
    printed_on: String,
    sheets: Vec<Sheet<'a>>,
}

struct Sheet<'a> {
    names: &'a [String],
    address: Option<&'a str>,
    symbol: String,
    groups: Vec<String>,
}

/// The page of some letters.
pub fn letters(issuer: Issuer<'_>, letters: &[Letter]) -> Result<Page, PrintError> {
    let sheet = |letter: &'_ Letter| Ok::<_, PrintError>((symbol(&letter.code, issuer.host)?, groups(&letter.code)));
    let mut sheets = Vec::new();
    for letter in letters {
        let (symbol, groups) = sheet(letter)?;
        sheets.push(Sheet { names: &letter.names, address: letter.way.address(), symbol, groups });
    }
    let page = Letters { city: &issuer.city.name, training: issuer.city.training, host: issuer.host, printed_on: day(issuer.on), sheets };
    Ok(Page(page.render()?))
}
