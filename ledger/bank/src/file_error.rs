//! What can be wrong with a bank file, and where: record, field, byte positions. Shared by every format.

use std::borrow::Cow;
use std::fmt;

use chrono::NaiveDate;
use thiserror::Error;

use super::account::AccountError;
use super::calendar::BeyondHorizon;
use super::charset::BadCharacter;
use super::jis_x_0201::{NotACharacter, NotHalfWidth};
use super::kana::KanaError;
use super::wareki::WarekiError;
use foundation::refusal::{Kind, Refusal};

/// A place in a bank file. Records are counted from 1 over the whole file, bytes from 1 within the record, as bank manuals do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The file as a whole.
    File,
    /// A record as a whole.
    Record(usize),
    /// A field.
    Field {
        /// The record.
        record: usize,
        /// Its name in the standard.
        name: &'static str,
        /// Its first byte.
        first_byte: usize,
        /// Its last byte.
        last_byte: usize,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("the file"),
            Self::Record(record) => write!(f, "record {record}"),
            Self::Field { record, name, first_byte, last_byte } => write!(f, "record {record}, {name} (bytes {first_byte}–{last_byte})"),
        }
    }
}

impl Place {
    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::File => Cow::Borrowed(""),
            Self::Record(record) => format!("{record} 件目: ").into(),
            Self::Field { record, name, first_byte, last_byte } => format!("{record} 件目の{name}（{first_byte}〜{last_byte} バイト目）: ").into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::File => Cow::Borrowed(""),
            Self::Record(record) => format!("{record} 番の行: ").into(),
            Self::Field { record, name, first_byte, last_byte } => format!("{record} 番の行の「{name}」（{first_byte} から {last_byte} まで）: ").into(),
        }
    }
}

/// A bank file that cannot be read or written, with the first place at fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {problem}")]
pub struct FileError {
    /// Where.
    pub place: Place,
    /// What, and what to do.
    pub problem: Problem,
}

impl FileError {
    pub(super) fn new(place: Place, problem: impl Into<Problem>) -> Self {
        Self { place, problem: problem.into() }
    }

    pub(super) fn record(record: usize, problem: impl Into<Problem>) -> Self {
        Self::new(Place::Record(record), problem)
    }
}

impl Refusal for FileError {
    fn code(&self) -> &'static str {
        self.problem.code()
    }

    fn kind(&self) -> Kind {
        Kind::Unacceptable
    }

    fn japanese(&self) -> Cow<'static, str> {
        format!("{}{}", self.place.japanese(), self.problem.japanese()).into()
    }

    fn easy(&self) -> Cow<'static, str> {
        format!("{}{}", self.place.easy(), self.problem.easy()).into()
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// It holds nothing.
    #[error("it is empty: fetch it again from the bank")]
    Empty,
    /// It begins with the mark of a UTF-8 file.
    #[error("it begins with a byte order mark: it was saved as UTF-8 text, fetch it again from the bank unchanged")]
    ByteOrderMark,
    /// A line is no whole number of records.
    #[error("it has {found} bytes where {wanted} are expected; an editor may have changed it, fetch it again from the bank")]
    Length {
        /// Bytes found.
        found: usize,
        /// Bytes of a record.
        wanted: usize,
    },
    /// A record stands where another is due.
    #[error("it begins with {found:?} where {wanted} is due: records are missing or out of order")]
    Order {
        /// Its first character.
        found: char,
        /// What is due.
        wanted: &'static str,
    },
    /// It ends too early.
    #[error("it ends where {wanted} is due: it was cut off, fetch it again from the bank")]
    CutOff {
        /// What is due.
        wanted: &'static str,
    },
    /// Records follow the last one.
    #[error("records follow the end record: two files were joined, hand them in one by one")]
    AfterEnd,
    /// More than one group where one is taken.
    #[error("a second header: files with several groups are not taken, hand them in one by one")]
    SecondGroup,
    /// Another kind of file.
    #[error("種別コード {found} where {wanted} is expected: {hint}")]
    WrongFile {
        /// The code found.
        found: String,
        /// The code expected.
        wanted: &'static str,
        /// What the file seems to be.
        hint: &'static str,
    },
    /// コード区分 is not 0.
    #[error("コード区分 {0:?}: only 0 (JIS) can be read, ask the bank for a JIS file")]
    CodeSystem(String),
    /// Something else where a digit is due. What stands around it is not shown: it may be an account number.
    #[error("byte {byte} is {found:?} where a digit is due")]
    NotADigit {
        /// The character found.
        found: char,
        /// Its byte in the record.
        byte: usize,
    },
    /// A code that has not so many digits.
    #[error("a code of exactly {0} digits is due here")]
    Code(usize),
    /// None of the values of the standard.
    #[error("{found:?} where {wanted} is expected")]
    Value {
        /// The value found.
        found: String,
        /// The values of the standard.
        wanted: &'static str,
    },
    /// A byte that is no half-width character.
    #[error(transparent)]
    Byte(#[from] NotACharacter),
    /// A character that is not half-width.
    #[error(transparent)]
    HalfWidth(#[from] NotHalfWidth),
    /// A character that this field may not hold.
    #[error(transparent)]
    Character(#[from] BadCharacter),
    /// A text that does not fit.
    #[error("{found} bytes where {bytes_max} fit: shorten it")]
    TooLong {
        /// Its length.
        found: usize,
        /// The length of the field.
        bytes_max: usize,
    },
    /// A number that does not fit, or a negative one.
    #[error("{found} where {digits} digits fit, and nothing below zero")]
    TooLarge {
        /// The number.
        found: i64,
        /// Digits of the field.
        digits: usize,
    },
    /// A date without era that means no day.
    #[error(transparent)]
    Wareki(#[from] WarekiError),
    /// A day outside the period that the header states.
    #[error("{day} lies outside the period {from} to {to} of the header")]
    OutsidePeriod {
        /// The day.
        day: NaiveDate,
        /// First day of the period.
        from: NaiveDate,
        /// Last day of the period.
        to: NaiveDate,
    },
    /// MMDD that is no day within a year.
    #[error("{0:?} is no day (MMDD) within a year of the file's making")]
    NoSuchDay(String),
    /// A value date on which banks do not work.
    #[error("{0} is no bank business day: choose the business day before it")]
    NotABusinessDay(NaiveDate),
    /// A day beyond the holiday table.
    #[error(transparent)]
    Horizon(#[from] BeyondHorizon),
    /// The file's own figure is not that of its lines.
    #[error("it says {stated}, but the records give {computed}: fetch the file again, and ask the bank if it stays")]
    Sum {
        /// What the file says.
        stated: i64,
        /// What its records give.
        computed: i64,
    },
    /// An amount of nothing.
    #[error("the amount is zero: leave the line out")]
    ZeroAmount,
    /// More lines, or none, than the bank takes.
    #[error("{found} lines: the bank takes 1 to {lines_max} in one file")]
    LineCount {
        /// Lines found.
        found: usize,
        /// Lines of the profile.
        lines_max: usize,
    },
    /// A reference in a form that the bank does not take.
    #[error("this reference is not in the form that the bank's profile asks for")]
    ReferenceForm,
    /// An account that no bank would accept.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// A holder's name.
    #[error(transparent)]
    Kana(#[from] KanaError),
}

impl Problem {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "bank_file_empty",
            Self::ByteOrderMark => "bank_file_byte_order_mark",
            Self::Length { .. } => "bank_file_length",
            Self::Order { .. } => "bank_file_order",
            Self::CutOff { .. } => "bank_file_cut_off",
            Self::AfterEnd => "bank_file_after_end",
            Self::SecondGroup => "bank_file_second_group",
            Self::WrongFile { .. } => "bank_file_wrong_kind",
            Self::CodeSystem(_) => "bank_file_code_system",
            Self::NotADigit { .. } | Self::Code(_) => "bank_file_digits",
            Self::Value { .. } => "bank_file_value",
            Self::Byte(_) => "bank_file_byte",
            Self::HalfWidth(_) | Self::Character(_) => "bank_file_character",
            Self::TooLong { .. } => "bank_file_too_long",
            Self::TooLarge { .. } => "bank_file_too_large",
            Self::Wareki(_) => "bank_file_date",
            Self::OutsidePeriod { .. } => "bank_file_outside_period",
            Self::NoSuchDay(_) => "bank_file_value_date",
            Self::NotABusinessDay(_) => "bank_file_not_a_business_day",
            Self::Horizon(_) => "bank_file_beyond_horizon",
            Self::Sum { .. } => "bank_file_sum",
            Self::ZeroAmount => "bank_file_zero_amount",
            Self::LineCount { .. } => "bank_file_line_count",
            Self::ReferenceForm => "bank_file_reference_form",
            Self::Account(error) => error.code(),
            Self::Kana(error) => error.code(),
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Empty => "空のファイルです。銀行から取得し直してください。".into(),
            Self::ByteOrderMark => "UTF-8 で保存されたファイルです。銀行から取得し直し、そのまま選んでください。".into(),
            Self::Length { found, wanted } => {
                format!("{wanted} バイトのはずが {found} バイトです。編集された可能性があります。銀行から取得し直してください。").into()
            }
            Self::Order { found, .. } => format!("「{found}」で始まっています。行が抜けているか、順番が違います。").into(),
            Self::CutOff { .. } => "途中で終わっています。銀行から取得し直してください。".into(),
            Self::AfterEnd => "最後の行のあとに行があります。二つのファイルがつながっています。一つずつ取り込んでください。".into(),
            Self::SecondGroup => "二つ目の見出しがあります。複数の組を含むファイルは扱えません。一つずつ取り込んでください。".into(),
            Self::WrongFile { found, wanted, .. } => format!("種別コードが {found} です。{wanted} のファイルを選んでください。").into(),
            Self::CodeSystem(found) => format!("コード区分が「{found}」です。0（JIS）のファイルを銀行に依頼してください。").into(),
            Self::NotADigit { found, byte } => format!("数字のはずの {byte} バイト目が「{found}」です。").into(),
            Self::Code(digits) => format!("ちょうど {digits} 桁の数字が必要です。").into(),
            Self::Value { found, wanted } => format!("「{found}」は使えません。使えるのは {wanted} です。").into(),
            Self::Byte(error) => error.japanese(),
            Self::HalfWidth(error) => error.japanese(),
            Self::Character(error) => error.japanese(),
            Self::TooLong { found, bytes_max } => format!("{found} バイトあります。{bytes_max} バイト以内に短くしてください。").into(),
            Self::TooLarge { found, digits } => format!("{found} は入りません。0 以上で {digits} 桁までです。").into(),
            Self::Wareki(error) => error.japanese(),
            Self::OutsidePeriod { day, from, to } => format!("{day} は、見出しの期間（{from} から {to} まで）の外です。").into(),
            Self::NoSuchDay(text) => format!("「{text}」に当たる日（月日）は、作成日から 1 年以内にありません。").into(),
            Self::NotABusinessDay(day) => format!("{day} は銀行の営業日ではありません。その前の営業日にしてください。").into(),
            Self::Horizon(error) => error.japanese(),
            Self::Sum { stated, computed } => {
                format!("ファイルの合計は {stated} ですが、行から計算すると {computed} です。取得し直しても同じなら、銀行にお問い合わせください。").into()
            }
            Self::ZeroAmount => "金額が 0 円です。この行を除いてください。".into(),
            Self::LineCount { found, lines_max } => format!("{found} 行あります。銀行が受け付けるのは 1〜{lines_max} 行です。").into(),
            Self::ReferenceForm => "この番号は、銀行が求める形ではありません。".into(),
            Self::Account(error) => error.japanese(),
            Self::Kana(error) => error.japanese(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Empty => "ファイルに何も入っていません。もう一度、銀行からもらってください。".into(),
            Self::ByteOrderMark => "このファイルは、だれかが保存しました。もう一度、銀行からもらってください。".into(),
            Self::Length { found, wanted } => format!("長さが違います。{wanted} のはずです。いまは {found} です。もう一度、銀行からもらってください。").into(),
            Self::Order { found, .. } => format!("「{found}」で始まっています。順番が違います。または、行が足りません。").into(),
            Self::CutOff { .. } => "ファイルが途中で終わっています。もう一度、銀行からもらってください。".into(),
            Self::AfterEnd => "2 つのファイルが、いっしょになっています。1 つずつ入れてください。".into(),
            Self::SecondGroup => "2 つ以上のまとまりがあります。1 つずつ入れてください。".into(),
            Self::WrongFile { found, wanted, .. } => format!("ファイルの種類が {found} です。{wanted} のファイルを選んでください。").into(),
            Self::CodeSystem(found) => format!("文字の種類が「{found}」です。0（JIS）のファイルを、銀行からもらってください。").into(),
            Self::NotADigit { found, byte } => format!("{byte} 番目が「{found}」です。ここは数字です。").into(),
            Self::Code(digits) => format!("数字を {digits} 個書いてください。").into(),
            Self::Value { found, wanted } => format!("「{found}」は使えません。使えるのは {wanted} です。").into(),
            Self::Byte(error) => error.easy(),
            Self::HalfWidth(error) => error.easy(),
            Self::Character(error) => error.easy(),
            Self::TooLong { found, bytes_max } => format!("長すぎます。いまは {found} です。{bytes_max} までにしてください。").into(),
            Self::TooLarge { found, digits } => format!("{found} は書けません。0 より小さい数は書けません。数字は {digits} 個までです。").into(),
            Self::Wareki(error) => error.easy(),
            Self::OutsidePeriod { day, from, to } => format!("{day} は使えません。{from} から {to} までの日です。").into(),
            Self::NoSuchDay(text) => format!("「{text}」という日がわかりません。").into(),
            Self::NotABusinessDay(day) => format!("{day} は銀行が休みです。その前の、銀行が開いている日にしてください。").into(),
            Self::Horizon(error) => error.easy(),
            Self::Sum { stated, computed } => {
                format!("合計が合いません。ファイルでは {stated} です。計算すると {computed} です。もう一度、銀行からもらってください。").into()
            }
            Self::ZeroAmount => "金額が 0 円です。この行は書かないでください。".into(),
            Self::LineCount { found, lines_max } => format!("{found} 行あります。1 行から {lines_max} 行までにしてください。").into(),
            Self::ReferenceForm => "この番号の形は、銀行で使えません。".into(),
            Self::Account(error) => error.easy(),
            Self::Kana(error) => error.easy(),
        }
    }
}
