//! Bytes to text: UTF-8 with or without a byte order mark, else CP932.

use encoding_rs::SHIFT_JIS;

use super::refusal::FileRefused;

/// How a roster is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-8 with a byte order mark, as spreadsheets want it.
    Utf8WithMark,
    /// Windows code page 932 (`Shift_JIS`).
    Cp932,
}

pub(super) const MARK: &str = "\u{FEFF}";

/// Text that is valid UTF-8 is UTF-8: Japanese in CP932 practically never is.
///
/// # Errors
/// [`FileRefused::Encoding`] if the bytes are neither.
pub(super) fn decode(bytes: &[u8]) -> Result<(String, Encoding), FileRefused> {
    match str::from_utf8(bytes) {
        Ok(text) => Ok(match text.strip_prefix(MARK) {
            Some(text) => (text.to_owned(), Encoding::Utf8WithMark),
            None => (text.to_owned(), Encoding::Utf8),
        }),
        Err(error) => {
            let marked = bytes.starts_with(MARK.as_bytes());
            let text = (!marked).then(|| SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes)).flatten();
            let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = u64::try_from(good.split(|byte| *byte == b'\n').count()).unwrap_or(u64::MAX);
            text.map(|text| (text.into_owned(), Encoding::Cp932)).ok_or(FileRefused::Encoding { line })
        }
    }
}
