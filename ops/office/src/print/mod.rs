//! What is printed on paper: booklets of tickets, cards, letters. HTML with print styles, whole in one document, without a script and without anything
//! from elsewhere.
//!
//! What it never does: print who pays, a scheme or a child. A booklet or card bears no name at all.

mod booklet;
mod card;
mod letter;
mod symbol;
mod words;

pub use booklet::booklet;
pub use card::card;
pub use letter::letters;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::{Datelike as _, NaiveDate};
use ledger::city::City;
use ledger::code::Code;

/// A document that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// A symbol that does not hold its link.
    #[error("the link does not fit its QR symbol: choose a shorter host")]
    Symbol(#[from] qrcode::types::QrError),
    /// The template.
    #[error("the page cannot be written")]
    Page(#[from] askama::Error),
}

/// For whom is printed, and where its links lead.
#[derive(Debug, Clone, Copy)]
pub struct Issuer<'a> {
    /// The city.
    pub city: &'a City,
    /// The host in the links of QR codes.
    pub host: &'a str,
    /// The day.
    pub on: NaiveDate,
}

/// A page that is ready for the printer.
#[derive(Clone)]
pub struct Page(pub String);

/// It styles itself and does nothing else; nobody keeps a copy on the way.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (headers, self.0).into_response()
    }
}

/// A code in groups for typing.
fn groups(code: &Code) -> Vec<String> {
    code.grouped().split('-').map(str::to_owned).collect()
}

/// `12345678` as people read it out: `1234 5678`.
fn spaced(number: &str) -> String {
    number.split_at_checked(4).map_or_else(|| number.to_owned(), |(first, last)| format!("{first} {last}"))
}

/// 2027年3月31日.
fn day(on: NaiveDate) -> String {
    format!("{}年{}月{}日", on.year(), on.month(), on.day())
}

/// 1,000.
fn yen(amount: i64) -> String {
    let digits = amount.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        let behind = digits.len().saturating_sub(place);
        if place > 0 && behind.checked_rem(3) == Some(0) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_days_are_written_as_people_read_them() {
        assert_eq!((spaced("12345678").as_str(), spaced("1").as_str()), ("1234 5678", "1"));
        assert_eq!(day("2027-03-31".parse().unwrap()), "2027年3月31日");
        assert_eq!([1, 500, 1_000, 10_000].map(yen), ["1", "500", "1,000", "10,000"]);
    }
}
