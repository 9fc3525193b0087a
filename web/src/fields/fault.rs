//! What can be wrong with a field, for programs and for people.

use crate::language::Text;

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is not there.
    Missing,
    /// Nobody asks for it.
    Unknown,
    /// It is something else: in Japanese, in English.
    Type(&'static str, &'static str),
    /// It is not between these.
    Range(i64, i64),
    /// It has no character, or more than these.
    Length(usize),
    /// It has more items than these.
    Count(usize),
    /// It holds a character that cannot be kept or shown.
    Characters,
    /// It is not of this form.
    Form(&'static str),
    /// What only the use case knows: a code, and the text.
    Said(&'static str, Text),
    /// An item of a list, and what is wrong with it.
    Item(usize, Box<Fault>),
}

impl Fault {
    /// For programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Unknown => "unknown",
            Self::Type(..) => "type",
            Self::Range(..) => "range",
            Self::Length(_) => "length",
            Self::Count(_) => "count",
            Self::Characters => "characters",
            Self::Form(_) => "form",
            Self::Said(code, _) => code,
            Self::Item(_, fault) => fault.code(),
        }
    }

    /// For people.
    #[must_use]
    pub fn detail(&self) -> Text {
        match self {
            Self::Missing => Text::fixed("必須です。", "This is required."),
            Self::Unknown => Text::fixed("この項目はありません。", "There is no such field."),
            Self::Type(japanese, english) => Text::new(format!("{japanese}で書いてください。"), format!("Write {english}.")),
            Self::Range(least, most) => {
                Text::new(format!("{least} から {most} までの整数で書いてください。"), format!("Write a whole number from {least} to {most}."))
            }
            Self::Length(most) => Text::new(format!("1 文字以上 {most} 文字以内で書いてください。"), format!("Write 1 to {most} characters.")),
            Self::Count(most) => Text::new(format!("{most} 件以内にしてください。"), format!("Give at most {most}.")),
            Self::Characters => Text::fixed("制御文字は使えません。", "Control characters cannot be used."),
            Self::Form(example) => Text::new(format!("「{example}」の形で書いてください。"), format!("Write it as {example}.")),
            Self::Said(_, text) => text.clone(),
            Self::Item(_, fault) => fault.detail(),
        }
    }
}
