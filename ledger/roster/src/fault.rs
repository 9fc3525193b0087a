//! What is wrong with one cell or line, or what a person should look at. No sentence repeats what the cell holds: it may be personal.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::cell::{NUMBER_LENGTH_MAX, TEXT_LENGTH_MAX};
use bank::account::AccountError;
use foundation::refusal::{Kind, Refusal};

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// The line has another number of cells than the headings.
    #[error("the line has another number of cells than the {headings} headings: look at commas and quotes")]
    Width {
        /// How many headings there are.
        headings: usize,
    },
    /// It must not be blank.
    #[error("the cell is blank: write a value")]
    Blank,
    /// It holds a line break or the like.
    #[error("the cell holds control characters: remove them")]
    ControlCharacter,
    /// It is too long.
    #[error("the cell is too long: write at most {TEXT_LENGTH_MAX} characters")]
    TooLong,
    /// No number of the city's.
    #[error("a number has at most {NUMBER_LENGTH_MAX} letters, digits and hyphens, leading zeros included")]
    Number,
    /// No kana.
    #[error("write kana, without kanji and signs")]
    Kana,
    /// No day.
    #[error("this is no date: write it as 2015-05-10, 2015/5/10 or 20150510")]
    Date,
    /// A day outside of what can be.
    #[error("write a day from {first} to {last}")]
    DateRange {
        /// The first day.
        first: NaiveDate,
        /// The last day.
        last: NaiveDate,
    },
    /// No status codes.
    #[error("write codes of small letters, digits and _ (seikatsuhogo jidofuyo) with spaces or semicolons between them")]
    Status,
    /// No whole number in its range.
    #[error("write a whole number from {least} to {most}")]
    Integer {
        /// The least.
        least: i64,
        /// The most.
        most: i64,
    },
    /// Neither yes nor no.
    #[error("write 1 (yes) or 0 (no)")]
    Flag,
    /// 個人番号 where the city's number is due.
    #[error("this has the form of an individual number (個人番号): write the 宛名番号")]
    MyNumber,
    /// 個人番号 in a holder's name.
    #[error("the holder's name holds digits in the form of an individual number (個人番号): write the name in kana")]
    MyNumberAsHolder,
    /// 個人番号 in a text: masked.
    #[error("digits in the form of an individual number (個人番号) are masked: look at the source")]
    MyNumberMasked,
    /// Numbers of the city's that fit by chance.
    #[error("{count} numbers have the form of an individual number (個人番号), the first in line {line}: make sure that they are 宛名番号")]
    MyNumberSuspected {
        /// How many.
        count: usize,
        /// The first line.
        line: u64,
    },
    /// Some of the five cells of an account.
    #[error("only a part of the account is given: fill all five columns, or none")]
    AccountIncomplete,
    /// A field of the account.
    #[error("{}", of_account(.0))]
    Account(AccountError),
    /// A child in two lines.
    #[error("a child of this number stands in line {first}: one line for each child")]
    ChildTwice {
        /// The other line.
        first: u64,
    },
    /// A guardian with two names.
    #[error("the guardian's name or its reading differs from line {first}: make them alike")]
    GuardianDiffers {
        /// The other line.
        first: u64,
    },
    /// A household with two accounts.
    #[error("the household's account differs from line {first}: one account for each household")]
    AccountDiffers {
        /// The other line.
        first: u64,
    },
}

const fn of_account(error: &AccountError) -> &'static str {
    match error {
        AccountError::Bank(_) => "a bank code has four digits, zeros included",
        AccountError::Branch(_) => "a branch code has three digits, zeros included",
        AccountError::Kind(_) => "a kind of account is 1 (普通), 2 (当座), 4 (貯蓄) or 9 (その他)",
        AccountError::Number | AccountError::LongNumber | AccountError::Payer(_) => {
            "an account number has up to seven digits (a ゆうちょ 記号番号 is converted first)"
        }
        AccountError::Holder(_) => "write the account holder in kana, as it stands on the passbook",
    }
}

impl Refusal for Fault {
    fn code(&self) -> &'static str {
        match self {
            Self::Width { .. } => "width",
            Self::Blank => "blank",
            Self::ControlCharacter => "control_character",
            Self::TooLong => "too_long",
            Self::Number => "number",
            Self::Kana => "kana",
            Self::Date => "date",
            Self::DateRange { .. } => "date_range",
            Self::Status => "status",
            Self::Integer { .. } => "integer",
            Self::Flag => "flag",
            Self::MyNumber | Self::MyNumberAsHolder => "my_number",
            Self::MyNumberMasked => "my_number_masked",
            Self::MyNumberSuspected { .. } => "my_number_suspected",
            Self::AccountIncomplete => "account_incomplete",
            Self::Account(error) => error.code(),
            Self::ChildTwice { .. } => "child_twice",
            Self::GuardianDiffers { .. } => "guardian_differs",
            Self::AccountDiffers { .. } => "account_differs",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Unacceptable
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Width { headings } => format!("列の数が見出し（{headings}列）と異なります。コンマや引用符を確かめてください。").into(),
            Self::Blank => "空欄です。値を入れてください。".into(),
            Self::ControlCharacter => "改行などの制御文字が入っています。取り除いてください。".into(),
            Self::TooLong => format!("長すぎます。{TEXT_LENGTH_MAX}文字以内にしてください。").into(),
            Self::Number => format!("番号は英数字とハイフン{NUMBER_LENGTH_MAX}文字以内で入れてください（先頭の0も必要です）。").into(),
            Self::Kana => "カナで入れてください（漢字や記号は使えません）。".into(),
            Self::Date => "日付ではありません。西暦で 2015-05-10、2015/5/10、20150510 のように入れてください。".into(),
            Self::DateRange { first, last } => format!("日付は{first}から{last}までの間で入れてください。").into(),
            Self::Status => "状態は半角英小文字のコード（例: seikatsuhogo jidofuyo）を空白またはセミコロンで区切って入れてください。".into(),
            Self::Integer { least, most } => format!("{least}から{most}までの整数で入れてください。").into(),
            Self::Flag => "1（はい）または 0（いいえ）で入れてください。".into(),
            Self::MyNumber => "個人番号（マイナンバー）の形をしています。宛名番号を入れてください。".into(),
            Self::MyNumberAsHolder => "個人番号（マイナンバー）の形の数字があります。口座名義をカナで入れてください。".into(),
            Self::MyNumberMasked => "個人番号（マイナンバー）の形の数字があったため、伏せて取り込みます。元のデータを確かめてください。".into(),
            Self::MyNumberSuspected { count, line } => {
                format!("個人番号（マイナンバー）と同じ形の番号が{count}件あります（最初は{line}行目）。宛名番号であることを確かめてください。").into()
            }
            Self::AccountIncomplete => "口座の一部だけが入っています。5つの列をすべて入れるか、すべて空欄にしてください。".into(),
            Self::Account(AccountError::Bank(_)) => "銀行コードは4桁の数字で入れてください（先頭の0も必要です）。".into(),
            Self::Account(AccountError::Branch(_)) => "支店コードは3桁の数字で入れてください（先頭の0も必要です）。".into(),
            Self::Account(AccountError::Kind(_)) => "預金種目は 1（普通）、2（当座）、4（貯蓄）、9（その他）のいずれかにしてください。".into(),
            Self::Account(AccountError::Number | AccountError::LongNumber | AccountError::Payer(_)) => {
                "口座番号は7桁以内の数字で入れてください（ゆうちょ銀行は記号番号を口座番号に変換してください）。".into()
            }
            Self::Account(AccountError::Holder(_)) => "口座名義は通帳のとおりにカナで入れてください（漢字などは使えません）。".into(),
            Self::ChildTwice { first } => format!("同じ宛名番号の児童が{first}行目にあります。1人1行にしてください。").into(),
            Self::GuardianDiffers { first } => format!("同じ保護者の氏名またはカナが{first}行目と異なります。どちらかに揃えてください。").into(),
            Self::AccountDiffers { first } => format!("同じ世帯の口座が{first}行目と異なります。世帯に1つの口座にしてください。").into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Width { headings } => format!("列の数が違います。1 行目は {headings} 列です。「,」を見てください。").into(),
            Self::Blank => "何も書いてありません。書いてください。".into(),
            Self::ControlCharacter => "使えない文字があります。消してください。".into(),
            Self::TooLong => format!("長すぎます。{TEXT_LENGTH_MAX} 文字までにしてください。").into(),
            Self::Number => format!("番号は、英字・数字・「-」で書いてください。{NUMBER_LENGTH_MAX} 文字までです。はじめの 0 も書いてください。").into(),
            Self::Kana => "カタカナで書いてください。".into(),
            Self::Date => "日ではありません。2015-05-10 や 2015/5/10 のように書いてください。".into(),
            Self::DateRange { first, last } => format!("{first} から {last} までの日を書いてください。").into(),
            Self::Status => "小さい英字で書いてください（seikatsuhogo など）。2 つ以上のときは、間をあけてください。".into(),
            Self::Integer { least, most } => format!("{least} から {most} までの数を書いてください。").into(),
            Self::Flag => "「はい」は 1、「いいえ」は 0 と書いてください。".into(),
            Self::MyNumber => "マイナンバーかもしれません。宛名番号を書いてください。".into(),
            Self::MyNumberAsHolder => "マイナンバーかもしれない数字があります。口座の名前をカタカナで書いてください。".into(),
            Self::MyNumberMasked => "マイナンバーかもしれない数字がありました。その数字は見えないようにしました。元のデータを見てください。".into(),
            Self::MyNumberSuspected { count, line } => {
                format!("マイナンバーかもしれない番号が {count} 個あります。はじめは {line} 行目です。宛名番号か、確かめてください。").into()
            }
            Self::AccountIncomplete => "口座の列が足りません。5 つの列を、ぜんぶ書いてください。または、ぜんぶ書かないでください。".into(),
            Self::Account(AccountError::Bank(_)) => "銀行の番号は、数字 4 つです。はじめの 0 も書いてください。".into(),
            Self::Account(AccountError::Branch(_)) => "支店の番号は、数字 3 つです。はじめの 0 も書いてください。".into(),
            Self::Account(AccountError::Kind(_)) => "口座の種類は、1（普通）、2（当座）、4（貯蓄）、9（その他）です。".into(),
            Self::Account(AccountError::Number | AccountError::LongNumber | AccountError::Payer(_)) => {
                "口座番号の数字は 7 つまでです。ゆうちょ銀行のときは、振り込み用の番号を書いてください。".into()
            }
            Self::Account(AccountError::Holder(_)) => "口座の名前は、カタカナで書いてください。通帳と同じにしてください。".into(),
            Self::ChildTwice { first } => format!("同じ子どもが {first} 行目にいます。1 人は 1 行にしてください。").into(),
            Self::GuardianDiffers { first } => format!("同じ大人の名前が、{first} 行目と違います。同じにしてください。").into(),
            Self::AccountDiffers { first } => format!("同じ家の口座が、{first} 行目と違います。1 つの家に、口座は 1 つです。").into(),
        }
    }
}
