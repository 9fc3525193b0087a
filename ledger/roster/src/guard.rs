//! Keeps 個人番号 (My Number) out: 番号法 20条 forbids collecting it for this purpose (standards §6.5, D13).
//!
//! A column of them refuses the file. A lone one in a text is masked. In a column of the city's own numbers it cannot be masked, for
//! the number is the identity: there it refuses its line, unless the city's numbers have twelve digits themselves; then one in ten
//! fits by chance and a single warning for the column is all that can be said.

use std::collections::BTreeMap;

use super::column::{Column, Headings};
use super::fault::Fault;
use super::refusal::{FileRefused, Notice};
use foundation::numbers::my_number;

/// What stands out in one file.
pub(super) struct Guard {
    /// Number columns of twelve digits: the first line with a fitting number, and how many fit.
    by_chance: BTreeMap<Column, (u64, usize)>,
    /// Number columns that are mostly twelve digits long.
    twelve: Vec<Column>,
}

impl Guard {
    /// Looks at every column of a file.
    ///
    /// # Errors
    /// [`FileRefused::MyNumber`] if one of them holds 個人番号.
    pub(super) fn of_file(headings: &Headings, lines: &[(u64, csv::StringRecord)]) -> Result<Self, FileRefused> {
        let mut guard = Self { by_chance: BTreeMap::new(), twelve: Vec::new() };
        for column in Column::ALL {
            let Some(place) = headings.place(*column) else { continue };
            let values = || lines.iter().filter_map(|(line, record)| Some((*line, record.get(place)?.trim()))).filter(|(_, value)| !value.is_empty());
            // What is shorter than twelve characters is no 個人番号: it counts, and needs no closer look.
            let counted = values().map(|(_, value)| if value.len() < 12 { "0" } else { value });
            if my_number::column(column.heading(), counted).is_some() {
                return Err(FileRefused::MyNumber { heading: column.heading().to_owned() });
            }
            if Column::NUMBERS.contains(column) {
                let twelve = values().filter(|(_, value)| value.chars().count() == 12).count();
                if twelve.saturating_mul(2) > values().count() {
                    guard.twelve.push(*column);
                    let mut fitting = values().filter(|(_, value)| my_number::is_valid(value)).peekable();
                    if let Some((first, _)) = fitting.peek().copied() {
                        guard.by_chance.insert(*column, (first, fitting.count()));
                    }
                }
            }
        }
        Ok(guard)
    }

    /// One warning per column whose numbers fit by chance.
    pub(super) fn warnings(&self) -> Vec<Notice> {
        let warning = |(column, (line, count)): (&Column, &(u64, usize))| Notice::of(*line, *column, &Fault::MyNumberSuspected { count: *count, line: *line });
        self.by_chance.iter().map(warning).collect()
    }

    /// Refuses a lone 個人番号 among the city's numbers.
    pub(super) fn check_number(&self, column: Column, cell: &str) -> Result<(), Fault> {
        if cell.len() >= 12 && my_number::is_valid(cell) && !self.twelve.contains(&column) {
            return Err(Fault::MyNumber);
        }
        Ok(())
    }
}

/// A free text with every 個人番号 masked, and how many there were. Where groups of digits follow each other (a house number and then one) they
/// are also looked at one by one.
pub(super) fn mask(text: &str) -> (String, usize) {
    match my_number::mask(text) {
        (_, 0) => text
            .split_inclusive([' ', '　'])
            .map(my_number::mask)
            .fold((String::new(), 0), |(masked, found), (part, more)| (masked + &part, found.saturating_add(more))),
        masked => masked,
    }
}
