//! The roster (対象者名簿): a CSV from the city's core system, one line per child.
//!
//! Pure: bytes in, usable lines and refusals out. A line that cannot be used is refused with line, column and reason, and the rest goes on;
//! a file that may not be stored at all (個人番号) or cannot be understood is refused as a whole.
//! What a file has no column for is left as it is known.

mod cell;
mod column;
mod decode;
mod fault;
mod guard;
mod line;
pub mod person;
mod refusal;
mod write;

use std::collections::BTreeMap;

use chrono::NaiveDate;

pub use column::{Column, Headings};
pub use decode::Encoding;
pub use person::{ChildFacts, Person};
pub use refusal::{FileRefused, Notice};
pub use write::{NotInCp932, write_csv};

use bank::account::BankAccount;
use fault::Fault;
use foundation::shows_nothing;
use line::Cells;

/// One usable line.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// The line in the file; 1 holds the headings.
    pub line: u64,
    /// 世帯番号.
    pub household: String,
    /// The child.
    pub child: Person,
    /// What schemes may ask about the child.
    pub facts: ChildFacts,
    /// Who raises the child.
    pub guardian: Person,
    /// From when on the line holds (適用日); none is the day of the import.
    pub since: Option<NaiveDate>,
    /// Where the family is paid.
    pub account: Option<BankAccount>,
    /// 支援措置; none where the line does not say.
    pub protected: Option<bool>,
}
shows_nothing!(Row);

/// A file that has been read.
#[derive(Debug, Clone)]
pub struct Parsed {
    /// How it is written.
    pub encoding: Encoding,
    /// Its columns.
    pub headings: Headings,
    /// The usable lines, in the order of the file.
    pub rows: Vec<Row>,
    /// Why the other lines cannot be used, in the order of the file; a line may have several.
    pub refusals: Vec<Notice>,
    /// What a person should look at; these lines are used.
    pub warnings: Vec<Notice>,
    /// How many lines are refused.
    pub refused: usize,
}

/// Reads a roster on the day `today`.
///
/// # Errors
/// [`FileRefused`] if nothing of the file may be used.
pub fn parse(bytes: &[u8], today: NaiveDate) -> Result<Parsed, FileRefused> {
    let (text, encoding) = decode::decode(bytes)?;
    let mut lines = records(&text).into_iter();
    let (_, first) = lines.next().ok_or(FileRefused::Empty)?;
    let headings = Headings::read(first.iter())?;
    let lines: Vec<_> = lines.collect();
    if lines.is_empty() {
        return Err(FileRefused::Empty);
    }
    let stray = |(_, record): &(u64, csv::StringRecord)| headings.blank().iter().any(|place| record.get(*place).is_some_and(|cell| !cell.trim().is_empty()));
    if lines.iter().any(stray) {
        return Err(FileRefused::Unknown { headings: vec!["（空欄）".to_owned()] });
    }
    let guard = guard::Guard::of_file(&headings, &lines)?;
    let mut parsed = Parsed { encoding, headings, rows: Vec::new(), refusals: Vec::new(), warnings: guard.warnings(), refused: 0 };
    let mut seen = Seen::default();
    for (line, record) in &lines {
        let mut cells = Cells::new(*line, record, &parsed.headings, &guard);
        let row = line::read(&mut cells, today).and_then(|row| seen.accept(row, &mut cells));
        parsed.warnings.append(&mut cells.warnings);
        if let Some(row) = row {
            parsed.rows.push(row);
        } else {
            parsed.refused = parsed.refused.saturating_add(1);
            parsed.refusals.append(&mut cells.refusals);
        }
    }
    Ok(parsed)
}

/// The records that are not blank, with the numbers of the lines in which they begin.
fn records(text: &str) -> Vec<(u64, csv::StringRecord)> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let (mut line, mut counted) = (1_u64, 0_usize);
    // The text is valid UTF-8 and lines may have any width: the reader has nothing left to refuse.
    let records = reader.records().filter_map(Result::ok).map(|record| {
        // The reader's own count stands before the blank lines that it skipped.
        let from = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(counted);
        let blank = text.as_bytes().get(from..).unwrap_or_default().iter().take_while(|byte| **byte == b'\n').count();
        let start = from.saturating_add(blank);
        let passed = text.get(counted..start).unwrap_or_default().matches('\n').count();
        (line, counted) = (line.saturating_add(u64::try_from(passed).unwrap_or(0)), start);
        (line, record)
    });
    records.filter(|(_, record)| record.iter().any(|cell| !cell.trim().is_empty())).collect()
}

/// What earlier lines of the file have said, to find contradictions.
#[derive(Default)]
struct Seen {
    children: BTreeMap<String, u64>,
    guardians: BTreeMap<(String, String), (u64, Person)>,
    accounts: BTreeMap<String, (u64, BankAccount)>,
}

impl Seen {
    /// The row, unless an earlier line says otherwise about the same child, guardian or account.
    fn accept(&mut self, row: Row, cells: &mut Cells<'_>) -> Option<Row> {
        let guardian = (row.household.clone(), row.guardian.number.clone());
        if let Some(first) = self.children.get(&row.child.number) {
            cells.refuse(Column::Number, &Fault::ChildTwice { first: *first });
        }
        if let Some((first, person)) = self.guardians.get(&guardian)
            && *person != row.guardian
        {
            cells.refuse(Column::GuardianName, &Fault::GuardianDiffers { first: *first });
        }
        if let Some(((first, known), account)) = self.accounts.get(&row.household).zip(row.account.as_ref())
            && known != account
        {
            cells.refuse(Column::AccountNumber, &Fault::AccountDiffers { first: *first });
        }
        if !cells.refusals.is_empty() {
            return None;
        }
        self.children.insert(row.child.number.clone(), row.line);
        self.guardians.entry(guardian).or_insert_with(|| (row.line, row.guardian.clone()));
        if let Some(account) = &row.account {
            self.accounts.entry(row.household.clone()).or_insert_with(|| (row.line, account.clone()));
        }
        Some(row)
    }
}

#[cfg(test)]
mod tests;
