//! Names of account holders as banks write them: half-width kana, normalised by fixed steps (standards §4.3).
//!
//! A reading is never guessed: kanji are refused. Every step that changed the text is reported, so that a person can look at the material ones.

mod legal_form;
mod normalise;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::charset::{self, BadCharacter, Class, Direction};
use foundation::refusal::{Kind, Refusal};

pub use normalise::{Change, Normalised, Step, normalise};

/// Bytes of 受取人名 in a transfer file.
pub const TRANSFER_BYTES_MAX: usize = 30;
/// Bytes of the longest name that is kept.
pub const BYTES_MAX: usize = 100;

/// The name of an account holder in half-width kana, valid for a bank file (口座名等, §1.3). Personal data: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PayeeKana(String);

/// Why a text is no account holder's name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KanaError {
    /// Nothing is left.
    #[error("the name is empty: write it in kana, as it stands on the passbook")]
    Empty,
    /// It holds kanji.
    #[error("character {position} ({character:?}) is kanji: write the name in kana, as it stands on the passbook; readings are not guessed")]
    Kanji {
        /// The character.
        character: char,
        /// Its place in what was typed, counted from 1.
        position: usize,
    },
    /// It holds something else that banks do not take.
    #[error("character {position} ({character:?}) cannot stand in a bank's name: use kana, capitals, digits and ( ) - .")]
    NotAllowed {
        /// The character.
        character: char,
        /// Its place in what was typed, counted from 1.
        position: usize,
    },
    /// A voicing mark on a letter that cannot be voiced.
    #[error("a voicing mark (゛ or ゜) stands behind a letter that cannot carry it, at half-width position {position}")]
    OrphanMark {
        /// The place in the half-width name, counted from 1.
        position: usize,
    },
    /// It is longer than [`BYTES_MAX`].
    #[error("the name is {bytes} bytes long in half-width kana: at most {BYTES_MAX} are kept")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
}

impl Refusal for KanaError {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "kana_empty",
            Self::Kanji { .. } => "kana_kanji",
            Self::NotAllowed { .. } => "kana_not_allowed",
            Self::OrphanMark { .. } => "kana_orphan_mark",
            Self::TooLong { .. } => "kana_too_long",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Unacceptable
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Empty => "口座名義を、通帳のとおりカタカナで入力してください。".into(),
            Self::Kanji { character, position } => {
                format!("{position} 文字目の「{character}」は漢字です。口座名義を、通帳のとおりカタカナで入力してください。").into()
            }
            Self::NotAllowed { character, position } => {
                format!("{position} 文字目の「{character}」は銀行で使えません。カナ・英大文字・数字・( ) - . で入力してください。").into()
            }
            Self::OrphanMark { position } => format!("{position} 文字目の濁点・半濁点（゛゜）は、前の文字に付けられません。").into(),
            Self::TooLong { bytes } => format!("口座名義が長すぎます（半角カナで {bytes} 文字、{BYTES_MAX} 文字まで）。通帳の表記を確かめてください。").into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Empty => "口座の名前を、カタカナで書いてください。通帳と同じにしてください。".into(),
            Self::Kanji { character, position } => format!("{position} 番目の「{character}」は漢字です。口座の名前は、カタカナで書いてください。").into(),
            Self::NotAllowed { character, position } => {
                format!("{position} 番目の「{character}」は使えません。カタカナ・大きい英字・数字で書いてください。").into()
            }
            Self::OrphanMark { position } => format!("{position} 番目の「゛」や「゜」は、ここに書けません。").into(),
            Self::TooLong { bytes } => format!("口座の名前が長すぎます。いまは {bytes} 文字です。{BYTES_MAX} 文字まで書けます。").into(),
        }
    }
}

impl PayeeKana {
    /// Takes a name that is already half-width, from a bank's file or our own rows. ｦ is accepted; nothing is changed but outer spaces.
    pub fn from_half_width(text: &str) -> Result<Self, KanaError> {
        let text = text.trim_matches(' ');
        if text.is_empty() {
            return Err(KanaError::Empty);
        }
        Class::Name.check(text, Direction::Read).map_err(|bad| match bad {
            BadCharacter::NotAllowed { character, position } => KanaError::NotAllowed { character, position },
            BadCharacter::OrphanMark { position, .. } => KanaError::OrphanMark { position },
        })?;
        match text.chars().count() {
            ..=BYTES_MAX => Ok(Self(text.to_owned())),
            bytes => Err(KanaError::TooLong { bytes }),
        }
    }

    /// Normalises what a person typed; the changes are dropped. [`normalise`] keeps them.
    pub fn parse(text: &str) -> Result<Self, KanaError> {
        normalise(text).map(|normalised| normalised.kana)
    }

    /// The half-width text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its length in a bank file: one byte per half-width character.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.0.chars().count()
    }

    /// What a transfer file carries: the first 30 bytes, never cut between a letter and its mark (§4.5).
    #[must_use]
    pub fn for_transfer(&self) -> &str {
        self.first_bytes(TRANSFER_BYTES_MAX)
    }

    /// The first `bytes_max` bytes, never cut between a letter and its mark.
    #[must_use]
    pub fn first_bytes(&self, bytes_max: usize) -> &str {
        charset::truncate(&self.0, bytes_max).trim_end_matches(' ')
    }
}

impl FromStr for PayeeKana {
    type Err = KanaError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for PayeeKana {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PayeeKana {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PayeeKana({} bytes)", self.bytes())
    }
}
