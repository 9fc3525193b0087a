//! Rows to a roster file: for rehearsals, and as the pattern that cities copy.

use encoding_rs::SHIFT_JIS;

use super::Row;
use super::column::Column;
use super::decode::{Encoding, MARK};

/// A row holds a character that CP932 does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a character cannot be written in CP932: write UTF-8")]
pub struct NotInCp932;

/// A file with all columns, lines ended by CR LF. `row.line` is not written: the first row becomes line 2.
///
/// # Errors
/// [`NotInCp932`] if that is asked for and cannot hold a name.
pub fn write_csv(rows: &[Row], encoding: Encoding) -> Result<Vec<u8>, NotInCp932> {
    let mut text = String::new();
    if encoding == Encoding::Utf8WithMark {
        text.push_str(MARK);
    }
    push_line(&mut text, Column::ALL.iter().map(|column| column.heading().to_owned()));
    for row in rows {
        push_line(&mut text, Column::ALL.iter().map(|column| cell(row, *column)));
    }
    match encoding {
        Encoding::Utf8 | Encoding::Utf8WithMark => Ok(text.into_bytes()),
        Encoding::Cp932 => match SHIFT_JIS.encode(&text) {
            (bytes, _, false) => Ok(bytes.into_owned()),
            (_, _, true) => Err(NotInCp932),
        },
    }
}

/// RFC 4180. Nothing is put before `=`, `+`, `-` or `@`: this file is read by programs; guards belong to what people open.
fn push_line(text: &mut String, cells: impl Iterator<Item = String>) {
    let quoted = cells.map(|cell| if cell.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell });
    text.push_str(&quoted.collect::<Vec<_>>().join(","));
    text.push_str("\r\n");
}

fn cell(row: &Row, column: Column) -> String {
    let facts = &row.facts;
    let account = |part: fn(&bank::account::BankAccount) -> String| row.account.as_ref().map(part).unwrap_or_default();
    match column {
        Column::Number => row.child.number.clone(),
        Column::Household => row.household.clone(),
        Column::Name => row.child.name.clone(),
        Column::Kana => row.child.kana.clone(),
        Column::Birth => facts.birth_on.to_string(),
        Column::Address => row.child.address.clone().unwrap_or_default(),
        Column::ResidentSince => or_blank(facts.resident_since),
        Column::Statuses => facts.statuses.iter().cloned().collect::<Vec<_>>().join(" "),
        Column::BirthOrder => or_blank(facts.birth_order),
        Column::Multiple => or_blank(facts.multiple.map(u8::from)),
        Column::CareAtHome => or_blank(facts.care_at_home.map(u8::from)),
        Column::Shotokuwari => or_blank(facts.shotokuwari_yen),
        Column::SchoolCity => facts.school_city.clone().unwrap_or_default(),
        Column::GuardianNumber => row.guardian.number.clone(),
        Column::GuardianName => row.guardian.name.clone(),
        Column::GuardianKana => row.guardian.kana.clone(),
        Column::Since => or_blank(row.since),
        Column::Bank => account(|account| account.bank.to_string()),
        Column::Branch => account(|account| account.branch.to_string()),
        Column::AccountKind => account(|account| account.kind.digit().to_string()),
        Column::AccountNumber => account(|account| account.number.to_string()),
        Column::AccountHolder => account(|account| account.holder.as_str().to_owned()),
        Column::Protected => or_blank(row.protected.map(u8::from)),
    }
}

fn or_blank(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
