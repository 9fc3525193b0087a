//! JIS X 0201: the one-byte character set of bank files, as a table of our own.
//!
//! One character is one byte or an error with its position. Never through a `Shift_JIS` encoder: those turn `￥` into two bytes and `¥` into a
//! backslash without a word. Byte 5C is `\` here, though banks show it as ¥; the yen signs of Unicode are refused.

use std::borrow::Cow;

use thiserror::Error;

/// A character that JIS X 0201 does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("character {position} ({character:?}) is not half-width: bank files take half-width kana, capitals, digits and a few signs")]
pub struct NotHalfWidth {
    /// The character.
    pub character: char,
    /// Its place in the text, counted in characters from 1.
    pub position: usize,
}

/// A byte that is no character of JIS X 0201.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("byte {position} (0x{byte:02X}) is not a half-width character; is the file in UTF-8 or does it hold full-width text?")]
pub struct NotACharacter {
    /// The byte.
    pub byte: u8,
    /// Its place, counted from 1.
    pub position: usize,
}

impl NotHalfWidth {
    pub(crate) fn japanese(&self) -> Cow<'static, str> {
        format!("{} 文字目の「{}」は半角ではありません。銀行のファイルで使えるのは、半角カナ・英大文字・数字と一部の記号です。", self.position, self.character)
            .into()
    }

    pub(crate) fn easy(&self) -> Cow<'static, str> {
        format!("{} 番目の「{}」は使えません。小さい幅（半角）の文字で書いてください。", self.position, self.character).into()
    }
}

impl NotACharacter {
    pub(crate) fn japanese(&self) -> Cow<'static, str> {
        format!("{} バイト目（0x{:02X}）は半角文字ではありません。UTF-8 や全角文字のファイルでないか確かめてください。", self.position, self.byte).into()
    }

    pub(crate) fn easy(&self) -> Cow<'static, str> {
        format!("{} 番目（0x{:02X}）が読めません。銀行からもらったファイルを、そのまま選んでください。", self.position, self.byte).into()
    }
}

/// The first kana byte and its character: `｡`.
const KANA_FIRST: u8 = 0xA1;
const KANA_LAST: u8 = 0xDF;
const KANA_FIRST_SCALAR: u32 = 0xFF61;

/// The byte of one character: ASCII 20 to 7E, and A1 to DF for the half-width kana U+FF61 to U+FF9F.
#[must_use]
pub fn encode_char(character: char) -> Option<u8> {
    match character {
        ' '..='~' => u8::try_from(character).ok(),
        '｡'..='ﾟ' => {
            u32::from(character).checked_sub(KANA_FIRST_SCALAR).and_then(|offset| u8::try_from(offset).ok()).and_then(|offset| offset.checked_add(KANA_FIRST))
        }
        _ => None,
    }
}

/// The character of one byte.
#[must_use]
pub fn decode_byte(byte: u8) -> Option<char> {
    match byte {
        0x20..=0x7E => Some(char::from(byte)),
        KANA_FIRST..=KANA_LAST => byte.checked_sub(KANA_FIRST).and_then(|offset| KANA_FIRST_SCALAR.checked_add(offset.into())).and_then(char::from_u32),
        _ => None,
    }
}

/// The bytes of a text: as many as it has characters.
pub fn encode(text: &str) -> Result<Vec<u8>, NotHalfWidth> {
    text.chars().zip(1..).map(|(character, position)| encode_char(character).ok_or(NotHalfWidth { character, position })).collect()
}

/// The text of some bytes.
pub fn decode(bytes: &[u8]) -> Result<String, NotACharacter> {
    bytes.iter().zip(1..).map(|(&byte, position)| decode_byte(byte).ok_or(NotACharacter { byte, position })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_that_decodes_encodes_to_itself_and_there_are_158() {
        let decoded: Vec<(u8, char)> = (0..=u8::MAX).filter_map(|byte| decode_byte(byte).map(|character| (byte, character))).collect();
        assert_eq!(decoded.len(), 95 + 63);
        for (byte, character) in decoded {
            assert_eq!(encode_char(character), Some(byte));
        }
    }

    #[test]
    fn a_voiced_name_has_the_bytes_of_the_standard() {
        assert_eq!(encode("ﾔﾏﾀﾞ ﾀﾛｳ").unwrap(), [0xD4, 0xCF, 0xC0, 0xDE, 0x20, 0xC0, 0xDB, 0xB3]);
    }

    #[test]
    fn yen_signs_of_unicode_are_refused_and_only_the_backslash_is_5c() {
        assert_eq!(encode("\\").unwrap(), [0x5C]);
        for (text, character) in [("a¥", '¥'), ("a￥", '￥')] {
            assert_eq!(encode(text), Err(NotHalfWidth { character, position: 2 }));
        }
    }

    #[test]
    fn lead_bytes_and_controls_are_no_characters() {
        for byte in (0..0x20).chain(0x7F..=0xA0).chain(0xE0..=0xFF) {
            assert_eq!(decode(&[0x20, byte]), Err(NotACharacter { byte, position: 2 }));
        }
    }
}
