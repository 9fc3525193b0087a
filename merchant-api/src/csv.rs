//! CSV as merchants send and take it: headings in their language, files of spreadsheets in CP932 or UTF-8, cells that no spreadsheet runs.

use std::borrow::Cow;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use csv::{ReaderBuilder, StringRecord, WriterBuilder};
use encoding_rs::SHIFT_JIS;
use web::Problem;

/// So that a spreadsheet knows what it is.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A file as headings and rows, each with its line. None: it is neither UTF-8 nor CP932, or no CSV.
pub(crate) fn read(bytes: &[u8]) -> Option<(StringRecord, Vec<(u64, StringRecord)>)> {
    let text = decode(bytes)?;
    let bytes = text.trim_start_matches(BYTE_ORDER_MARK).as_bytes();
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(bytes);
    let headings = reader.headers().ok()?.clone();
    let mut lines = Lines { rest: bytes, line: 1, at: 0 };
    let mut numbered = |row: StringRecord| (lines.of(row.position().map_or(0, csv::Position::byte)), row);
    let rows = reader.records().map(|row| row.map(&mut numbered)).collect::<Result<Vec<_>, _>>().ok()?;
    Some((headings, rows))
}

/// Counts lines up to a byte. The reader's own count is one behind where lines end as spreadsheets end them.
struct Lines<'a> {
    rest: &'a [u8],
    line: u64,
    at: u64,
}

impl Lines<'_> {
    /// The line of the row that begins at `byte` or behind the empty lines there. Rows come in order.
    fn of(&mut self, byte: u64) -> u64 {
        while let Some((first, rest)) = self.rest.split_first()
            && (self.at < byte || matches!(first, b'\r' | b'\n'))
        {
            self.line = self.line.saturating_add(u64::from(*first == b'\n'));
            (self.rest, self.at) = (rest, self.at.saturating_add(1));
        }
        self.line
    }
}

fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    str::from_utf8(bytes).map(Cow::Borrowed).ok().or_else(|| SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes))
}

/// Writes a file: headings and rows, lines that end as spreadsheets end them.
pub(crate) struct File {
    writer: csv::Writer<Vec<u8>>,
}

impl File {
    /// Begins a file.
    pub(crate) fn new(headings: &[&str]) -> Result<Self, Problem> {
        let mut file = Self { writer: WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(BYTE_ORDER_MARK.into()) };
        file.row(headings)?;
        Ok(file)
    }

    /// Adds a row. Texts that are not ours come through [`guarded`].
    pub(crate) fn row(&mut self, cells: &[&str]) -> Result<(), Problem> {
        self.writer.write_record(cells).map_err(|error| Problem::failed(&error))
    }

    /// The whole file, to be saved under a name.
    pub(crate) fn answer(self, name: &str) -> Result<Response, Problem> {
        let bytes = self.writer.into_inner().map_err(|error| Problem::failed(error.error()))?;
        let mut answer = bytes.into_response();
        let attachment = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).map_err(|error| Problem::failed(&error))?;
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, attachment);
        Ok(answer)
    }
}

/// A text that a spreadsheet shows and never runs as a formula (OWASP: CSV injection).
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']) { format!("'{text}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_s_file_is_read_in_both_encodings_with_its_lines() {
        let text = "請求番号,金額\r\nA-1,1000\r\n\r\nA-2,\"2,000\"\r\n";
        let (cp932, _, _) = SHIFT_JIS.encode(text);
        for bytes in [text.as_bytes(), format!("{BYTE_ORDER_MARK}{text}").as_bytes(), &cp932] {
            let (headings, rows) = read(bytes).unwrap();
            assert_eq!(headings.iter().collect::<Vec<_>>(), ["請求番号", "金額"]);
            assert_eq!(rows.iter().map(|(line, row)| (*line, row.get(1).unwrap())).collect::<Vec<_>>(), [(2, "1000"), (4, "2,000")]);
        }
        assert!(read(&[0x80, 0xff, 0x00]).is_none());
    }

    #[test]
    fn a_cell_that_would_be_a_formula_is_text() {
        for (text, shown) in
            [("=1+1", "'=1+1"), ("@x", "'@x"), ("-1", "'-1"), ("+1", "'+1"), ("2026-05/017", "2026-05/017"), ("", ""), ("＝1+1", "'＝1+1"), ("\n=1", "'\n=1")]
        {
            assert_eq!(guarded(text), shown);
        }
    }
}
