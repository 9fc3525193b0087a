//! The languages that answers come in: Japanese unless another is asked for. Easy Japanese is `ja-x-easy`, a private-use subtag of BCP 47.

use std::borrow::Cow;

use axum::http::{HeaderMap, header};

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// 日本語.
    Japanese,
    /// やさしい日本語: short sentences for those who learn the language.
    EasyJapanese,
    /// English.
    English,
}

/// One text in every language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// 日本語.
    pub japanese: Cow<'static, str>,
    /// やさしい日本語.
    pub easy: Cow<'static, str>,
    /// English.
    pub english: Cow<'static, str>,
}

impl Text {
    /// A text that holds figures or names.
    #[must_use]
    pub const fn new(japanese: String, easy: String, english: String) -> Self {
        Self { japanese: Cow::Owned(japanese), easy: Cow::Owned(easy), english: Cow::Owned(english) }
    }

    /// A text that is always the same.
    #[must_use]
    pub const fn fixed(japanese: &'static str, easy: &'static str, english: &'static str) -> Self {
        Self { japanese: Cow::Borrowed(japanese), easy: Cow::Borrowed(easy), english: Cow::Borrowed(english) }
    }

    /// In this language.
    #[must_use]
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::Japanese => &self.japanese,
            Language::EasyJapanese => &self.easy,
            Language::English => &self.english,
        }
    }
}

impl Language {
    /// As headers write it.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::EasyJapanese => "ja-x-easy",
            Self::English => "en",
        }
    }

    /// The language that the reader likes best (`Accept-Language`); Japanese where it says nothing that we have.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let weight = |wanted: Self| asked.split(',').filter_map(|range| wanted.weight(range)).max().unwrap_or(0);
        let [japanese, easy, english] = [Self::Japanese, Self::EasyJapanese, Self::English].map(weight);
        match () {
            () if english > japanese.max(easy) => Self::English,
            () if easy > 0 && easy >= japanese => Self::EasyJapanese,
            () => Self::Japanese,
        }
    }

    /// The language that a tag of the header (`en-GB`) names.
    fn named(tag: &str) -> Option<Self> {
        let is = |language: Self, tag: &str| tag.eq_ignore_ascii_case(language.tag());
        let primary = tag.split('-').next()?;
        match () {
            () if is(Self::EasyJapanese, tag) => Some(Self::EasyJapanese),
            () if is(Self::Japanese, primary) => Some(Self::Japanese),
            () if is(Self::English, primary) => Some(Self::English),
            () => None,
        }
    }

    /// How much one range of the header (`en-GB;q=0.8`) wants this language, in thousandths.
    fn weight(self, range: &str) -> Option<u32> {
        let mut parts = range.split(';').map(str::trim);
        if Self::named(parts.next()?)? != self {
            return None;
        }
        let quality = parts.find_map(|part| part.strip_prefix("q="));
        Some(quality.map_or(1_000, thousandths))
    }
}

/// `0.8` as 800. Anything else counts as nothing.
fn thousandths(quality: &str) -> u32 {
    match quality.split_once('.') {
        None if quality == "1" => 1_000,
        Some(("1", _)) => 1_000,
        Some(("0", digits)) => format!("{digits:0<3}").get(..3).and_then(|digits| digits.parse().ok()).unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(asked: &str) -> Language {
        Language::of(&HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, asked.parse().unwrap())]))
    }

    #[test]
    fn the_language_asked_for_most_is_taken_and_japanese_when_in_doubt() {
        assert_eq!(Language::of(&HeaderMap::new()), Language::Japanese);
        assert_eq!(language("en"), Language::English);
        assert_eq!(language("en-GB,en;q=0.9,ja;q=0.8"), Language::English);
        assert_eq!(language("ja,en;q=0.9"), Language::Japanese);
        assert_eq!(language("fr, en;q=0.3"), Language::English);
        for easy in ["ja-x-easy", "JA-X-Easy", "ja-x-easy,ja;q=0.9,en;q=0.8", "en;q=0.5,ja-x-easy"] {
            assert_eq!(language(easy), Language::EasyJapanese, "{easy}");
        }
        assert_eq!(language("ja,ja-x-easy;q=0.5"), Language::Japanese);
        assert_eq!(language("en,ja-x-easy;q=0.5"), Language::English);
        for odd in ["", "de", "ja-JP", "ja-x-other", "*", "en;q=0", "en;q=x", "ja;q=0.75, en;q=0.7"] {
            assert_eq!(language(odd), Language::Japanese, "{odd}");
        }
    }
}
