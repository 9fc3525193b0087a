//! A booklet: a cover, and its tickets ten on a sheet, to be cut apart.

use askama::Template;
use ledger::paper::PrintedBooklet;

use super::symbol::symbol;
use super::{Issuer, Page, PrintError, day, groups, spaced, words, yen};

#[derive(Template)]
#[template(path = "print/booklet.html")]
struct Booklet<'a> {
    city: &'a str,
    training: bool,
    host: &'a str,
    printed_on: String,
    number: String,
    face: String,
    place: String,
    until: String,
    tickets: Vec<Ticket>,
}

struct Ticket {
    serial: String,
    symbol: String,
    groups: Vec<String>,
}

/// The page of a booklet. Nothing on it depends on whose it is or who pays.
pub fn booklet(issuer: Issuer<'_>, printed: &PrintedBooklet) -> Result<Page, PrintError> {
    let ticket = |ticket: &ledger::paper::PrintedTicket| {
        Ok::<_, PrintError>(Ticket { serial: format!("{:02}", ticket.serial), symbol: symbol(&ticket.code, issuer.host)?, groups: groups(&ticket.code) })
    };
    let kind = &printed.booklet.kind;
    let page = Booklet {
        city: &issuer.city.name,
        training: issuer.city.training,
        host: issuer.host,
        printed_on: day(issuer.on),
        number: spaced(&printed.booklet.number),
        face: yen(kind.face.get()),
        place: words::place(&kind.expense, &kind.services),
        until: day(printed.booklet.valid_through),
        tickets: printed.tickets.iter().map(ticket).collect::<Result<_, _>>()?,
    };
    Ok(Page(page.render()?))
}
