//! Which characters a field of a bank file may hold (JBA 付録1 使用文字一覧; standards §1.3).
//!
//! Works on half-width text. Lower case, small kana, the long-vowel bar, `｡ ､ ･` and commas are in no class.

use std::borrow::Cow;

use thiserror::Error;

/// A class of fields by the characters they may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Names of banks and branches (店舗名). Space and `.` are let in because the names of foreign banks contain them.
    Branch,
    /// Names of account holders and payers (口座名等).
    Name,
    /// EDI情報.
    Edi,
}

/// Whether ｦ may stand in a name: banks still forbid it in what they are sent, newer rules let them send it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// A file that we write: ｦ is written ｵ.
    Write,
    /// A file that we read: ｦ is accepted.
    Read,
}

/// A character that may not stand where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadCharacter {
    /// It is in no place of this class allowed.
    #[error("character {position} ({character:?}) is not allowed here")]
    NotAllowed {
        /// The character.
        character: char,
        /// Its place, counted from 1; in half-width text also the byte.
        position: usize,
    },
    /// ﾞ or ﾟ behind a letter that cannot be voiced.
    #[error("character {position} ({character:?}) has no letter before it that can carry it")]
    OrphanMark {
        /// The mark.
        character: char,
        /// Its place, counted from 1.
        position: usize,
    },
}

impl BadCharacter {
    pub(crate) fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::NotAllowed { character, position } => format!("{position} 文字目の「{character}」は使えません。").into(),
            Self::OrphanMark { character, position } => format!("{position} 文字目の「{character}」は、前の文字に付けられません。").into(),
        }
    }

    pub(crate) fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::NotAllowed { character, position } => format!("{position} 番目の「{character}」は使えません。").into(),
            Self::OrphanMark { character, position } => format!("{position} 番目の「{character}」は、ここに書けません。").into(),
        }
    }
}

impl Class {
    fn allows(self, character: char, direction: Direction) -> bool {
        match character {
            'ｱ'..='ﾝ' | 'ﾞ' | 'ﾟ' | 'A'..='Z' | '0'..='9' | '-' | ' ' | '.' => true,
            'ｦ' => self == Self::Edi || (self == Self::Name && direction == Direction::Read),
            '(' | ')' => self != Self::Branch,
            '\\' | '｢' | '｣' | '/' => self == Self::Edi,
            _ => false,
        }
    }

    /// Checks half-width `text`.
    pub fn check(self, text: &str, direction: Direction) -> Result<(), BadCharacter> {
        let mut before = ' ';
        for (character, position) in text.chars().zip(1..) {
            if !self.allows(character, direction) {
                return Err(BadCharacter::NotAllowed { character, position });
            }
            if !mark_fits(before, character) {
                return Err(BadCharacter::OrphanMark { character, position });
            }
            before = character;
        }
        Ok(())
    }
}

/// Whether `character` is a voicing mark.
#[must_use]
pub const fn is_mark(character: char) -> bool {
    matches!(character, 'ﾞ' | 'ﾟ')
}

/// Whether `after` may follow `before`: ﾞ only the か, さ, た and は rows and ｳ, ﾟ only the は row; anything that is no mark may.
#[must_use]
pub const fn mark_fits(before: char, after: char) -> bool {
    match after {
        'ﾞ' => matches!(before, 'ｶ'..='ﾄ' | 'ﾊ'..='ﾎ' | 'ｳ'),
        'ﾟ' => matches!(before, 'ﾊ'..='ﾎ'),
        _ => true,
    }
}

/// The longest beginning of half-width `text` that fits `bytes_max` bytes. It never cuts between a letter and its mark.
#[must_use]
pub fn truncate(text: &str, bytes_max: usize) -> &str {
    let mut cut = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    let whole = cut.nth(bytes_max).unwrap_or(text.len());
    let (head, tail) = text.split_at(whole);
    if tail.starts_with(is_mark) { head.char_indices().next_back().map_or(head, |(at, _)| head.get(..at).unwrap_or(head)) } else { head }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_never_parts_a_letter_from_its_mark() {
        assert_eq!(truncate("ｶﾞｸﾌﾞﾁ", 4), "ｶﾞｸ");
        assert_eq!(truncate("ｶﾞｸﾌﾞﾁ", 5), "ｶﾞｸﾌﾞ");
        assert_eq!(truncate("ｶﾞｸﾌﾞﾁ", 6), "ｶﾞｸﾌﾞﾁ");
        assert_eq!(truncate("ｶﾞ", 1), "");
        assert_eq!(truncate("", 30), "");
    }

    #[test]
    fn marks_stand_only_behind_letters_that_can_be_voiced() {
        assert!(Class::Name.check("ｳﾞｧ", Direction::Write).is_err(), "small kana");
        assert!(Class::Name.check("ｳﾞｱｲｵﾘﾝ ﾊﾟﾄﾞ", Direction::Write).is_ok());
        for orphan in ["ﾞ", "ｱﾞ", "ﾜﾞ", "ｶﾟ", "ｶﾞﾞ", "Aﾞ"] {
            assert!(matches!(Class::Name.check(orphan, Direction::Write), Err(BadCharacter::OrphanMark { .. })), "{orphan}");
        }
    }

    #[test]
    fn each_class_has_its_own_signs() {
        let allowed = |class: Class, direction| {
            (' '..='~')
                .chain('｡'..='ｰ')
                .filter(|&sign| class.check(&sign.to_string(), direction).is_ok())
                .filter(|sign| !sign.is_ascii_alphanumeric())
                .collect::<String>()
        };
        assert_eq!(allowed(Class::Branch, Direction::Read), " -.");
        assert_eq!(allowed(Class::Name, Direction::Write), " ()-.");
        assert_eq!(allowed(Class::Name, Direction::Read), " ()-.ｦ");
        assert_eq!(allowed(Class::Edi, Direction::Write), " ()-./\\｢｣ｦ");
    }
}
