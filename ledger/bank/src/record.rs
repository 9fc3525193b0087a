//! Fields of one record: N right-aligned with zeros, C left-aligned with spaces. Reader and writer walk the record in the order of the standard, so that
//! the code of a format reads like its table; they count the byte positions for the errors.

use chrono::NaiveDate;

use super::charset::{Class, Direction};
use super::file_error::{FileError, Place, Problem};
use super::jis_x_0201::{self, NotACharacter};
use super::wareki;

/// Walks over the fields of a record.
pub(super) struct Reader<'a> {
    record: usize,
    rest: &'a [u8],
    at: usize,
    last: Place,
}

/// A field that was taken: its bytes and its place.
pub(super) struct Field<'a> {
    bytes: &'a [u8],
    first_byte: usize,
    place: Place,
}

impl<'a> Reader<'a> {
    /// Begins at the first byte of the record with this number.
    pub(super) fn new(record: usize, bytes: &'a [u8]) -> Self {
        Self { record, rest: bytes, at: 0, last: Place::Record(record) }
    }

    /// Takes the next `length` bytes.
    pub(super) fn field(&mut self, name: &'static str, length: usize) -> Field<'a> {
        let (bytes, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, &[]));
        let first_byte = self.at.saturating_add(1);
        self.rest = rest;
        self.at = self.at.saturating_add(length);
        self.last = Place::Field { record: self.record, name, first_byte, last_byte: self.at };
        Field { bytes, first_byte, place: self.last }
    }

    /// An error about the field that was taken last.
    pub(super) fn last_error(&self, problem: impl Into<Problem>) -> FileError {
        FileError::new(self.last, problem)
    }

    /// Whatever is left, which must at least be characters: banks put signs of their own into what the standard leaves empty.
    pub(super) fn dummy(mut self) -> Result<(), FileError> {
        self.field("ダミー", self.rest.len()).text().map(drop)
    }

    /// Passes over bytes that are not read.
    pub(super) fn skip(&mut self, length: usize) {
        self.field("", length);
    }

    /// An N field as a number.
    pub(super) fn number(&mut self, name: &'static str, length: usize) -> Result<i64, FileError> {
        self.field(name, length).number()
    }

    /// An N field that a bank may leave out: spaces and zeros are both nothing.
    pub(super) fn optional_digits(&mut self, name: &'static str, length: usize) -> Result<Option<&'a str>, FileError> {
        self.field(name, length).optional_digits()
    }

    /// A date YYMMDD without era that a bank may leave out.
    pub(super) fn optional_date(&mut self, name: &'static str, imported_on: NaiveDate) -> Result<Option<NaiveDate>, FileError> {
        let field = self.field(name, 6);
        field.optional_digits()?.map(|digits| wareki::resolve(digits, imported_on).map_err(|error| field.error(error))).transpose()
    }

    /// A date YYMMDD without era.
    pub(super) fn date(&mut self, name: &'static str, imported_on: NaiveDate) -> Result<NaiveDate, FileError> {
        let field = self.field(name, 6);
        wareki::resolve(field.digits()?, imported_on).map_err(|error| field.error(error))
    }

    /// A C field with characters of a class, without the spaces behind it.
    pub(super) fn text(&mut self, name: &'static str, length: usize, class: Class) -> Result<String, FileError> {
        let field = self.field(name, length);
        let text = field.text()?;
        class.check(&text, Direction::Read).map_err(|error| field.error(error))?;
        Ok(text)
    }

    /// A C field with whatever half-width characters, without the spaces behind it.
    pub(super) fn free_text(&mut self, name: &'static str, length: usize) -> Result<String, FileError> {
        self.field(name, length).text()
    }
}

impl<'a> Field<'a> {
    pub(super) fn error(&self, problem: impl Into<Problem>) -> FileError {
        FileError::new(self.place, problem)
    }

    pub(super) fn is_blank(&self) -> bool {
        self.bytes.iter().all(|byte| *byte == b' ')
    }

    /// What stands there, for an error: never more than a code.
    pub(super) fn shown(&self) -> String {
        self.bytes.iter().map(|byte| jis_x_0201::decode_byte(*byte).unwrap_or('\u{FFFD}')).collect()
    }

    pub(super) fn digits(&self) -> Result<&'a str, FileError> {
        match self.bytes.iter().zip(self.first_byte..).find(|(byte, _)| !byte.is_ascii_digit()) {
            Some((byte, at)) => Err(self.error(Problem::NotADigit { found: jis_x_0201::decode_byte(*byte).unwrap_or('\u{FFFD}'), byte: at })),
            None => Ok(str::from_utf8(self.bytes).unwrap_or_default()),
        }
    }

    fn optional_digits(&self) -> Result<Option<&'a str>, FileError> {
        if self.is_blank() { Ok(None) } else { self.digits().map(|digits| digits.bytes().any(|digit| digit != b'0').then_some(digits)) }
    }

    pub(super) fn number(&self) -> Result<i64, FileError> {
        self.digits()?.parse().map_err(|_| self.error(Problem::Code(self.bytes.len())))
    }

    pub(super) fn text(&self) -> Result<String, FileError> {
        let in_record = |error: NotACharacter| NotACharacter { position: error.position.saturating_add(self.first_byte).saturating_sub(1), ..error };
        let text = jis_x_0201::decode(self.bytes).map_err(|error| self.error(in_record(error)))?;
        Ok(text.trim_end_matches(' ').to_owned())
    }

    /// The single character of a one-byte field, when `wanted` (its description) lets it pass.
    pub(super) fn one_of(&self, allowed: &[char], wanted: &'static str) -> Result<char, FileError> {
        let found = self.shown();
        allowed.iter().copied().find(|allowed| found.chars().eq([*allowed])).ok_or_else(|| self.error(Problem::Value { found, wanted }))
    }

    /// Checks a figure that the file states against the one that its records give.
    pub(super) fn must_be(&self, computed: i64) -> Result<(), FileError> {
        let stated = self.number()?;
        if stated == computed { Ok(()) } else { Err(self.error(Problem::Sum { stated, computed })) }
    }
}

/// Writes the fields of a record one after the other. The first error is kept and told by [`Writer::finish`].
pub(super) struct Writer {
    record: usize,
    bytes: Vec<u8>,
    error: Option<FileError>,
}

impl Writer {
    /// Begins the record with this number and its データ区分.
    pub(super) fn new(record: usize, kind: u8) -> Self {
        Self { record, bytes: vec![kind], error: None }
    }

    fn place(&self, name: &'static str, length: usize) -> Place {
        let at = self.bytes.len();
        Place::Field { record: self.record, name, first_byte: at.saturating_add(1), last_byte: at.saturating_add(length) }
    }

    /// Writes `bytes`, or `length` spaces and the error in their stead.
    fn put(mut self, name: &'static str, length: usize, bytes: Result<Vec<u8>, Problem>) -> Self {
        let place = self.place(name, length);
        match bytes {
            Ok(bytes) if bytes.len() == length => self.bytes.extend(bytes),
            Ok(bytes) => self.fail(place, Problem::TooLong { found: bytes.len(), bytes_max: length }, length),
            Err(problem) => self.fail(place, problem, length),
        }
        self
    }

    fn fail(&mut self, place: Place, problem: Problem, length: usize) {
        self.error.get_or_insert(FileError::new(place, problem));
        self.bytes.extend(std::iter::repeat_n(b' ', length));
    }

    /// A check that belongs to the field that comes next.
    pub(super) fn check(mut self, name: &'static str, length: usize, outcome: Result<(), Problem>) -> Self {
        let place = self.place(name, length);
        if let Err(problem) = outcome {
            self.error.get_or_insert(FileError::new(place, problem));
        }
        self
    }

    /// An N field from a code of exactly `length` digits.
    pub(super) fn code(self, name: &'static str, length: usize, digits: &str) -> Self {
        let bytes = if digits.len() == length && digits.bytes().all(|digit| digit.is_ascii_digit()) {
            Ok(digits.as_bytes().to_vec())
        } else {
            Err(Problem::Code(length))
        };
        self.put(name, length, bytes)
    }

    /// An N field from a code, or spaces.
    pub(super) fn optional_code(self, name: &'static str, length: usize, digits: Option<&str>) -> Self {
        match digits {
            Some(digits) => self.code(name, length, digits),
            None => self.spaces(length),
        }
    }

    /// An N field from a number.
    pub(super) fn number(self, name: &'static str, length: usize, number: i64) -> Self {
        let digits = format!("{number:0>length$}");
        let bytes = if number >= 0 && digits.len() == length { Ok(digits.into_bytes()) } else { Err(Problem::TooLarge { found: number, digits: length }) };
        self.put(name, length, bytes)
    }

    /// A date as YYMMDD of its era.
    pub(super) fn date(self, name: &'static str, date: NaiveDate) -> Self {
        let text = wareki::yymmdd(date);
        self.put(name, 6, text.map(String::into_bytes).ok_or_else(|| Problem::NoSuchDay(date.to_string())))
    }

    /// A date as YYMMDD of its era, or spaces.
    pub(super) fn optional_date(self, name: &'static str, date: Option<NaiveDate>) -> Self {
        match date {
            Some(date) => self.date(name, date),
            None => self.spaces(6),
        }
    }

    /// A C field with characters of a class.
    pub(super) fn text(self, name: &'static str, length: usize, text: &str, class: Class) -> Self {
        let checked = class.check(text, Direction::Write).map_err(Problem::from);
        self.check(name, length, checked).free_text(name, length, text)
    }

    /// A C field with whatever half-width characters.
    pub(super) fn free_text(self, name: &'static str, length: usize, text: &str) -> Self {
        let bytes = jis_x_0201::encode(text).map_err(Problem::from).map(|mut bytes| {
            bytes.resize(bytes.len().max(length), b' ');
            bytes
        });
        self.put(name, length, bytes)
    }

    /// Spaces.
    pub(super) fn spaces(mut self, length: usize) -> Self {
        self.bytes.extend(std::iter::repeat_n(b' ', length));
        self
    }

    /// The record, filled with spaces to its length.
    pub(super) fn finish<const N: usize>(self) -> Result<[u8; N], FileError> {
        let record = self.record;
        let found = self.bytes.len();
        let mut bytes = self.error.map_or(Ok(self.bytes), Err)?;
        bytes.resize(found.max(N), b' ');
        bytes.try_into().map_err(|_| FileError::record(record, Problem::Length { found, wanted: N }))
    }
}
