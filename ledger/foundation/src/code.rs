//! The code on a voucher, a card, an invoice or a receipt: 28 characters that a phone scans or a person types (standards §5.4, D9).
//!
//! Crockford Base32 of 140 bits: 4 bits type and version, 128 random bits, 8 check bits over the first 132. It holds no personal data, no scheme and
//! no amount. It is a secret: only its digest is stored, and `Debug` does not show it.

use std::borrow::Cow;
use std::fmt;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::digest::sha256;
use crate::refusal::{Kind, Refusal};

/// Characters of a code.
pub const LENGTH: usize = 28;
const GROUP: usize = 7;
const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeKind {
    /// A family shows it once, to pay.
    OneTime,
    /// A paper ticket of a booklet.
    Ticket,
    /// A card that captures what was reserved beforehand.
    Card,
    /// A merchant's invoice or name, which a family scans.
    Invoice,
    /// A receipt.
    Receipt,
}

impl CodeKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::OneTime, Self::Ticket, Self::Card, Self::Invoice, Self::Receipt];

    /// The first four bits: the kinds of version 1 are 0 to 4, the rest is free for later versions.
    const fn bits(self) -> u8 {
        match self {
            Self::OneTime => 0,
            Self::Ticket => 1,
            Self::Card => 2,
            Self::Invoice => 3,
            Self::Receipt => 4,
        }
    }

    fn from_bits(bits: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.bits() == bits)
    }
}

/// A code. Made from 16 random bytes or parsed from what was scanned or typed; its check bits are always right.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Code {
    kind: CodeKind,
    random: [u8; 16],
}

/// Why a text is no code. For the family's or the clerk's screen; the merchant's desk answers with its one refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CodeError {
    /// A link that is not `https://host/V/code`.
    #[error("this link is not one of ours: it must read https://…/V/ and the code")]
    NotOurLink,
    /// A character that no code has.
    #[error("character {position} of the code cannot be: codes have digits and the letters A to Z without U")]
    Character {
        /// Its place in the code, counted from 1 without hyphens and spaces.
        position: usize,
    },
    /// Too short or too long.
    #[error("the code has {found} characters: it must have 28, in four groups of seven")]
    Length {
        /// How many there are, without hyphens and spaces.
        found: usize,
    },
    /// The check bits do not fit.
    #[error("the code is mistyped: please compare it with the print, group by group")]
    Check,
    /// A type or version that this program does not know.
    #[error("this kind of code is not known here")]
    UnknownKind,
}

impl Refusal for CodeError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotOurLink => "code_not_our_link",
            Self::Character { .. } => "code_character",
            Self::Length { .. } => "code_length",
            Self::Check => "code_check",
            Self::UnknownKind => "code_unknown_kind",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Unacceptable
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::NotOurLink => "このリンクは支払い用ではありません。".into(),
            Self::Character { position } => format!("{position} 文字目に使えない文字があります。").into(),
            Self::Length { found } => format!("コードは 28 文字です（いま {found} 文字）。").into(),
            Self::Check => "打ち間違いがあるようです。印字と 7 文字ずつ見比べてください。".into(),
            Self::UnknownKind => "この種類のコードは、ここでは使えません。".into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::NotOurLink => "このリンクでは、払うことができません。".into(),
            Self::Character { position } => format!("{position} 番目の文字は使えません。もう一度見てください。").into(),
            Self::Length { found } => format!("コードは 28 文字です。いまは {found} 文字です。").into(),
            Self::Check => "コードが違います。7 文字ずつ、紙と同じか見てください。".into(),
            Self::UnknownKind => "このコードは、ここでは使えません。".into(),
        }
    }
}

impl Code {
    /// A code of 16 bytes, which must come from a cryptographic random source.
    #[must_use]
    pub const fn new(kind: CodeKind, random: [u8; 16]) -> Self {
        Self { kind, random }
    }

    /// Reads what was scanned or typed: the code alone, in any case, with or without hyphens and spaces, full-width or half-width, or the whole link. `i`
    /// and `l` are read as 1, `o` as 0. The host of a link is not judged.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let symbols = symbols(token_of(text.trim())?)?;
        let found = symbols.len();
        let bits: Vec<bool> = symbols.into_iter().flat_map(|symbol| bits(symbol, 5)).collect();
        if found != LENGTH {
            return Err(CodeError::Length { found });
        }
        let (data, check) = bits.split_at_checked(132).ok_or(CodeError::Length { found })?;
        if check_byte(data.iter().copied()) != byte(check) {
            return Err(CodeError::Check);
        }
        let (kind, random) = data.split_at_checked(4).ok_or(CodeError::Length { found })?;
        let random: Vec<u8> = random.chunks(8).map(byte).collect();
        let kind = CodeKind::from_bits(byte(kind)).ok_or(CodeError::UnknownKind)?;
        random.try_into().map(|random| Self { kind, random }).map_err(|_| CodeError::Length { found })
    }

    /// What it is for.
    #[must_use]
    pub const fn kind(&self) -> CodeKind {
        self.kind
    }

    /// The 28 characters.
    #[must_use]
    pub fn token(&self) -> String {
        let mut all = Vec::with_capacity(LENGTH * 5);
        all.extend(bits(self.kind.bits(), 4));
        all.extend(self.random.into_iter().flat_map(|byte| bits(byte, 8)));
        all.extend(bits(check_byte(all.iter().copied()), 8));
        let letter = |symbol: &[bool]| ALPHABET.as_bytes().get(usize::from(byte(symbol))).map(|letter| char::from(*letter));
        let mut token = String::with_capacity(LENGTH);
        token.extend(all.chunks(5).filter_map(letter));
        token
    }

    /// The 28 characters in four groups of seven, for print and for typing.
    #[must_use]
    pub fn grouped(&self) -> String {
        let token = self.token();
        token.as_bytes().chunks(GROUP).filter_map(|group| str::from_utf8(group).ok()).collect::<Vec<_>>().join("-")
    }

    /// The link in its QR symbol, in capitals so that the symbol stays small: `HTTPS://<HOST>/V/<TOKEN>`.
    #[must_use]
    pub fn url(&self, host: &str) -> String {
        format!("HTTPS://{}/V/{}", host.to_ascii_uppercase(), self.token())
    }

    /// SHA-256 of the 28 characters: what the database keeps and looks up. 128 random bits need no salt.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        sha256(self.token().as_bytes())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({:?}, secret)", self.kind)
    }
}

/// The code in a link, or the text itself.
fn token_of(text: &str) -> Result<&str, CodeError> {
    let Some((scheme, rest)) = text.split_once("://") else { return Ok(text) };
    let mut parts = rest.trim_end_matches('/').split('/');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(host), Some(path), Some(token), None) if scheme.eq_ignore_ascii_case("https") && !host.is_empty() && path.eq_ignore_ascii_case("v") => Ok(token),
        _ => Err(CodeError::NotOurLink),
    }
}

/// The values of the characters, 0 to 31.
fn symbols(text: &str) -> Result<Vec<u8>, CodeError> {
    let bare = text.nfkc().filter(|letter| !matches!(letter, '-' | '‐' | '−' | '–' | '—' | 'ー') && !letter.is_whitespace());
    bare.zip(1..).map(|(letter, position)| symbol(letter).ok_or(CodeError::Character { position })).collect()
}

fn symbol(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    ALPHABET.chars().zip(0..).find(|(known, _)| *known == letter).map(|(_, value)| value)
}

/// The lowest `count` bits of a value, highest first.
fn bits(value: u8, count: u32) -> impl Iterator<Item = bool> {
    (0..count).rev().map(move |place| value.checked_shr(place).unwrap_or(0) & 1 == 1)
}

/// At most eight bits as a value.
fn byte(bits: &[bool]) -> u8 {
    bits.iter().fold(0, |value: u8, bit| (value << 1) | u8::from(*bit))
}

/// CRC-8 with x⁸ + x⁴ + x³ + x² + 1, start FF. The polynomial is primitive, its order 255: over 140 bits it catches any one wrong character, any two
/// wrong bits, any change within eight neighbouring bits, and any swap of two neighbouring characters.
fn check_byte(bits: impl Iterator<Item = bool>) -> u8 {
    bits.fold(0xFF, |check: u8, bit| {
        let carry = (check & 0x80 != 0) != bit;
        (check << 1) ^ if carry { 0x1D } else { 0 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SAMPLE: [u8; 16] = [0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF];

    fn codes() -> impl Strategy<Value = Code> {
        (prop::sample::select(&CodeKind::ALL[..]), any::<[u8; 16]>()).prop_map(|(kind, random)| Code::new(kind, random))
    }

    #[test]
    fn the_format_stays_as_printed_on_paper() {
        let code = Code::new(CodeKind::Ticket, SAMPLE);
        assert_eq!(code.grouped(), SAMPLE_GROUPED);
        assert_eq!(code.url("voucher.city.example.lg.jp"), format!("HTTPS://VOUCHER.CITY.EXAMPLE.LG.JP/V/{}", SAMPLE_GROUPED.replace('-', "")));
    }

    const SAMPLE_GROUPED: &str = "200H48S-M8NB6EY-49KANVS-KEYXZTD";

    #[test]
    fn typing_habits_are_forgiven() {
        let code = Code::new(CodeKind::Card, SAMPLE);
        let token = code.token();
        for text in [
            token.to_lowercase(),
            code.grouped(),
            code.grouped().replace('-', " "),
            format!("  {token}\n"),
            token.replace('0', "o").replace('1', "l"),
            token.replace('0', "O").replace('1', "I"),
            code.url("a.lg.jp"),
            format!("https://a.lg.jp/v/{}/", token.to_lowercase()),
        ] {
            assert_eq!(Code::parse(&text).as_ref(), Ok(&code), "{text}");
        }
    }

    #[test]
    fn foreign_links_and_wrong_shapes_are_told_apart() {
        let token = Code::new(CodeKind::OneTime, SAMPLE).token();
        for link in [format!("http://a.jp/V/{token}"), format!("https://a.jp/X/{token}"), format!("https://a.jp/V/{token}/x"), "https:///V/".to_owned()] {
            assert_eq!(Code::parse(&link), Err(CodeError::NotOurLink), "{link}");
        }
        assert_eq!(Code::parse(&token[..27]), Err(CodeError::Length { found: 27 }));
        assert_eq!(Code::parse(&format!("{token}0")), Err(CodeError::Length { found: 29 }));
        assert_eq!(Code::parse(""), Err(CodeError::Length { found: 0 }));
        assert_eq!(Code::parse(&token.replacen('0', "U", 1)), Err(CodeError::Character { position: 1 }));
    }

    #[test]
    fn kinds_of_later_versions_are_refused() {
        for kind in 5..16 {
            let data: Vec<bool> = bits(kind, 4).chain(SAMPLE.into_iter().flat_map(|byte| bits(byte, 8))).collect();
            let all: Vec<bool> = data.iter().copied().chain(bits(check_byte(data.iter().copied()), 8)).collect();
            let token: String = all.chunks(5).map(|symbol| ALPHABET.chars().nth(byte(symbol).into()).unwrap()).collect();
            assert_eq!(Code::parse(&token), Err(CodeError::UnknownKind));
        }
    }

    #[test]
    fn debug_and_errors_do_not_show_the_secret() {
        let code = Code::new(CodeKind::OneTime, SAMPLE);
        assert_eq!(format!("{code:?}"), "Code(OneTime, secret)");
        assert_eq!(code.digest(), Code::parse(&code.grouped()).unwrap().digest());
        assert_ne!(code.digest(), Code::new(CodeKind::Ticket, SAMPLE).digest());
    }

    /// Whether a changed token is refused as mistyped.
    fn is_refused(symbols: &[char]) -> bool {
        Code::parse(&symbols.iter().collect::<String>()) == Err(CodeError::Check)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn codes_read_back_as_they_are_written(code in codes()) {
            prop_assert_eq!(code.token().len(), LENGTH);
            prop_assert_eq!(Code::parse(&code.token()), Ok(code));
        }

        #[test]
        fn every_single_wrong_character_is_caught(code in codes()) {
            let right: Vec<char> = code.token().chars().collect();
            for at in 0..LENGTH {
                for letter in ALPHABET.chars().filter(|letter| *letter != right[at]) {
                    let mut wrong = right.clone();
                    wrong[at] = letter;
                    prop_assert!(is_refused(&wrong), "{at} {letter}");
                }
            }
        }

        #[test]
        fn every_swap_of_neighbours_is_caught(code in codes()) {
            let right: Vec<char> = code.token().chars().collect();
            for at in (0..LENGTH - 1).filter(|at| right[*at..][0] != right[*at..][1]) {
                let mut wrong = right.clone();
                wrong[at..].swap(0, 1);
                prop_assert!(is_refused(&wrong), "{at}");
            }
        }
    }
}
