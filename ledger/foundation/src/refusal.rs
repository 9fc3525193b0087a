//! Refusals: the answer is no, and the one who asked reads why.
//!
//! A use case fails with a type that implements [`Refusal`] or not at all (`ledger::error::Error`): a refusal without words does not compile. Each
//! implementation stands beside its enum and matches exhaustively, so that a new variant without a sentence does not compile either.

use std::borrow::Cow;
use std::fmt;

use chrono::NaiveDate;

/// What faces turn into a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// There is no such thing, or it is somebody else's.
    NotFound,
    /// The idempotency key stands for another request.
    Conflict,
    /// The state of things does not allow it now.
    NotNow,
    /// The books are closed for the day.
    Closed,
    /// Nobody approves their own work.
    SecondPerson,
    /// Others use the same thing at once: trying again helps.
    Busy,
    /// Too many attempts from one place.
    TooMany {
        /// When trying again helps.
        seconds: u32,
    },
    /// Not for this actor.
    Forbidden,
    /// The request itself has to change.
    Unacceptable,
}

/// A sentence in the three languages that people read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// 日本語.
    pub ja: Cow<'static, str>,
    /// やさしい日本語: short sentences, one idea each.
    pub easy: Cow<'static, str>,
    /// English.
    pub en: Cow<'static, str>,
}

/// A business answer that is no. `Display` is the English sentence.
pub trait Refusal: std::error::Error + 'static {
    /// Stable name for programs and the audit log.
    fn code(&self) -> &'static str;

    /// Its kind.
    fn kind(&self) -> Kind;

    /// The sentence in Japanese.
    fn japanese(&self) -> Cow<'static, str>;

    /// The sentence in easy Japanese.
    fn easy(&self) -> Cow<'static, str>;

    /// The sentence in every language.
    fn text(&self) -> Text {
        Text { ja: self.japanese(), easy: self.easy(), en: self.to_string().into() }
    }
}

/// A use case that cannot say no.
impl Refusal for std::convert::Infallible {
    fn code(&self) -> &'static str {
        match *self {}
    }

    fn kind(&self) -> Kind {
        match *self {}
    }

    fn japanese(&self) -> Cow<'static, str> {
        match *self {}
    }

    fn easy(&self) -> Cow<'static, str> {
        match *self {}
    }
}

/// A word for a state or a field, to stand inside a sentence. `Display` is English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// As programs write it.
    pub en: &'static str,
    /// 日本語.
    pub ja: &'static str,
    /// やさしい日本語.
    pub easy: &'static str,
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.en)
    }
}

/// A sentence that several refusals share.
pub struct Shared {
    /// 日本語.
    pub ja: &'static str,
    /// やさしい日本語.
    pub easy: &'static str,
}

/// The key stands for another request.
pub const CONFLICT: Shared = Shared {
    ja: "この操作番号（Idempotency-Key）は別の操作に使われています。新しい番号で送ってください。",
    easy: "この番号（Idempotency-Key）は、ほかのことに使いました。新しい番号で送ってください。",
};
/// Only staff may do it.
pub const NOT_STAFF: Shared = Shared { ja: "市の職員だけができる操作です。", easy: "市役所の人だけが、できることです。" };
/// Not for this actor.
pub const NOT_ALLOWED: Shared = Shared { ja: "この操作はできません。", easy: "これはできません。" };
/// The books are closed for the day.
pub const CLOSED: Shared = Shared {
    ja: "この日の帳簿は締め切られています。", easy: "この日のお金の記録は、もう終わりました。変えることはできません。"
};
/// Others use the same thing at once.
pub const BUSY: Shared = Shared {
    ja: "いま混み合っています。もう一度お試しください。",
    easy: "いま、たくさんの人が使っています。もう一度やってみてください。",
};

/// `by` took the step before this one.
#[must_use]
pub fn same_person_ja(by: &str) -> Cow<'static, str> {
    format!("同じ職員（{by}）が前の段階を行っています。別の職員に依頼してください。").into()
}

/// `by` took the step before this one.
#[must_use]
pub fn same_person_easy(by: &str) -> Cow<'static, str> {
    format!("前の仕事をした人（{by}）は、これをできません。ほかの人に頼んでください。").into()
}

/// A reason of at most `most` characters is missing.
#[must_use]
pub fn reason_ja(most: usize) -> Cow<'static, str> {
    format!("理由を 1 文字以上 {most} 文字以内で書いてください。").into()
}

/// A reason of at most `most` characters is missing.
#[must_use]
pub fn reason_easy(most: usize) -> Cow<'static, str> {
    format!("どうしてかを書いてください。{most} 文字までです。").into()
}

/// Too many attempts; after `seconds` the next is looked at.
#[must_use]
pub fn too_many_ja(seconds: u32) -> Cow<'static, str> {
    format!("試行回数が多すぎます。{seconds} 秒後にお試しください。").into()
}

/// Too many attempts; after `seconds` the next is looked at.
#[must_use]
pub fn too_many_easy(seconds: u32) -> Cow<'static, str> {
    format!("何回も試しました。{seconds} 秒待ってから、もう一度やってみてください。").into()
}

/// Days in a sentence: `2026-03-31、2026-06-30`.
#[must_use]
pub fn days(days: &[NaiveDate]) -> String {
    days.iter().map(ToString::to_string).collect::<Vec<_>>().join("、")
}
