//! Records of fixed length in a file: with or without line ends between them (standards §1.2).
//!
//! Reads none, CR, LF, CRLF, mixed, with or without one after the last record, and a trailing 0x1A. Never changes a byte within a record.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::file_error::{FileError, Place, Problem};

/// What stands between records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Separator {
    /// Nothing.
    None,
    /// CR LF after every record, the last one too.
    CrLf,
}

/// How a file is framed when it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Framing {
    /// Between the records.
    pub separator: Separator,
    /// Whether 0x1A ends the file.
    pub end_mark: bool,
}

impl Default for Framing {
    /// CRLF and no end mark (D1).
    fn default() -> Self {
        Self { separator: Separator::CrLf, end_mark: false }
    }
}

const END_MARK: u8 = 0x1A;

/// Something odd that did not keep the file from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// A record had lost its trailing spaces and was padded.
    #[error("record {record} had {found} bytes and was padded with spaces")]
    Padded {
        /// The record.
        record: usize,
        /// Its bytes.
        found: usize,
    },
    /// The end record counts other records than the standard says.
    #[error("the end record counts {stated} records of {computed}: some banks leave headers and trailers out")]
    RecordCount {
        /// What the end record says.
        stated: i64,
        /// All records.
        computed: i64,
    },
    /// The file seems to be from long ago: a date without era may have been taken for another era's.
    #[error("the file says that it was made on {created_on}: is it that old, or is the date wrong?")]
    Old {
        /// 作成日.
        created_on: NaiveDate,
    },
    /// A balance is missing, so that the lines could not be proved complete.
    #[error("record {record} states no balance: the lines could not be proved against balances")]
    NoBalance {
        /// The header or trailer.
        record: usize,
    },
}

/// Writes records in a frame.
pub(super) fn join<const N: usize>(records: &[[u8; N]], framing: Framing) -> Vec<u8> {
    let separator: &[u8] = match framing.separator {
        Separator::None => b"",
        Separator::CrLf => b"\r\n",
    };
    let end: &[u8] = if framing.end_mark { &[END_MARK] } else { b"" };
    let mut bytes: Vec<u8> = records.iter().flat_map(|record| record.iter().chain(separator)).copied().collect();
    bytes.extend(end);
    bytes
}

/// The records of a file. With `pad`, a line that lost trailing spaces gets them back, and a warning says so.
pub(super) fn split<const N: usize>(bytes: &[u8], pad: bool) -> Result<(Vec<[u8; N]>, Vec<Warning>), FileError> {
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        return Err(FileError::new(Place::File, Problem::ByteOrderMark));
    }
    let bytes = trim_end_marks(bytes);
    let (mut records, mut warnings) = (Vec::with_capacity(bytes.len().checked_div(N).unwrap_or(0)), Vec::new());
    for line in lines(bytes) {
        let (whole, rest) = line.as_chunks::<N>();
        records.extend_from_slice(whole);
        let found = if whole.is_empty() { rest.len() } else { line.len() };
        let number = records.len().saturating_add(1);
        match rest {
            [] if !whole.is_empty() => {}
            _ if pad && whole.is_empty() && !rest.is_empty() => {
                records.push(padded(rest));
                warnings.push(Warning::Padded { record: number, found });
            }
            _ => return Err(FileError::record(number, Problem::Length { found, wanted: N })),
        }
    }
    if records.is_empty() { Err(FileError::new(Place::File, Problem::Empty)) } else { Ok((records, warnings)) }
}

/// Cuts one 0x1A off the end, and line ends before and after it.
fn trim_end_marks(bytes: &[u8]) -> &[u8] {
    let bytes = trim_line_ends(bytes);
    bytes.strip_suffix(&[END_MARK]).map_or(bytes, trim_line_ends)
}

fn trim_line_ends(mut bytes: &[u8]) -> &[u8] {
    while let Some(rest) = bytes.strip_suffix(b"\n").or_else(|| bytes.strip_suffix(b"\r")) {
        bytes = rest;
    }
    bytes
}

/// What stands between CR, LF or CRLF. Nothing at all has no line.
fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = (!bytes.is_empty()).then_some(bytes);
    std::iter::from_fn(move || {
        let bytes = rest.take()?;
        let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else { return Some(bytes) };
        let (line, after) = bytes.split_at_checked(end)?;
        rest = after.strip_prefix(b"\r\n").or_else(|| after.get(1..));
        Some(line)
    })
}

fn padded<const N: usize>(line: &[u8]) -> [u8; N] {
    let mut record = [b' '; N];
    record.iter_mut().zip(line).for_each(|(to, from)| *to = *from);
    record
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], pad: bool) -> Result<Vec<[u8; 3]>, FileError> {
        split(bytes, pad).map(|(records, _)| records)
    }

    #[test]
    fn every_kind_of_line_end_gives_the_same_records() {
        let wanted = vec![*b"abc", *b"def", *b"ghi"];
        let files: [&[u8]; 9] = [
            b"abcdefghi",
            b"abc\rdef\rghi",
            b"abc\ndef\nghi\n",
            b"abc\r\ndef\r\nghi\r\n",
            b"abc\r\ndef\nghi",
            b"abcdef\r\nghi\r",
            b"abc\r\ndef\r\nghi\r\n\x1A",
            b"abcdefghi\x1A",
            b"abc\ndef\nghi\x1A\r\n",
        ];
        for file in files {
            assert_eq!(read(file, false), Ok(wanted.clone()), "{file:?}");
        }
    }

    #[test]
    fn short_long_and_empty_lines_are_refused_with_their_record() {
        let refused = |bytes: &[u8]| read(bytes, false).unwrap_err();
        assert_eq!(refused(b"abc\r\nde\r\nghi"), FileError::record(2, Problem::Length { found: 2, wanted: 3 }));
        assert_eq!(refused(b"abc\r\ndefg\r\nghi").problem, Problem::Length { found: 4, wanted: 3 });
        assert_eq!(refused(b"abc\n\ndef"), FileError::record(2, Problem::Length { found: 0, wanted: 3 }));
        assert_eq!(refused(b""), FileError::new(Place::File, Problem::Empty));
        assert_eq!(refused(b"\r\n\x1A"), FileError::new(Place::File, Problem::Empty));
        assert_eq!(refused(b"\xEF\xBB\xBFabc"), FileError::new(Place::File, Problem::ByteOrderMark));
    }

    #[test]
    fn lost_trailing_spaces_come_back_only_when_asked_for() {
        let (records, warnings) = split::<3>(b"abc\r\nd\r\nghi", true).unwrap();
        assert_eq!((records, warnings), (vec![*b"abc", *b"d  ", *b"ghi"], vec![Warning::Padded { record: 2, found: 1 }]));
        assert!(read(b"abc\r\ndefg\r\n", true).is_err());
    }

    #[test]
    fn what_is_joined_splits_again() {
        let records = [*b"abc", *b"def"];
        assert_eq!(join(&records, Framing::default()), b"abc\r\ndef\r\n");
        let bare = Framing { separator: Separator::None, end_mark: true };
        assert_eq!(join(&records, bare), b"abcdef\x1A");
        assert_eq!(read(&join(&records, bare), false), Ok(records.to_vec()));
    }
}
