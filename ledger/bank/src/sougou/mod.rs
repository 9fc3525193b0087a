//! 総合振込 (種別コード 21): the file of payouts that a city sends to its bank, records of 120 bytes (standards §1).
//!
//! The layout is the same at every bank; what differs is a [`Profile`]. The trailer is always computed. The file has no result: that a payout
//! arrived is known from the bank's statement only.

mod read;
#[cfg(test)]
mod tests;
mod value_date;
mod write;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::account::{AccountKind, AccountNumber, BankAccount, BankCode, BranchCode, PayerCode};
use super::frame::Framing;
use super::kana::PayeeKana;
use foundation::money::Yen;

pub use read::{ReadOptions, Reading, read};
pub use value_date::resolve_value_date;
pub use write::{Written, write};

/// Bytes of a record.
const LENGTH: usize = 120;
/// Lines that the trailer can count.
const LINES_MAX: usize = 999_999;

/// One file: what one payer pays on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remittance {
    /// Who pays.
    pub payer: Payer,
    /// 取組日: the day on which the payees have their money; a bank business day.
    pub value_on: NaiveDate,
    /// What is paid, one line per payee's account.
    pub lines: Vec<Line>,
}

/// The payer and its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payer {
    /// 委託者コード.
    pub code: PayerCode,
    /// 委託者名, at most 40 bytes; shown to the payee.
    pub name: PayeeKana,
    /// 仕向銀行番号.
    pub bank: BankCode,
    /// 仕向銀行名 in half-width kana, may be empty.
    pub bank_name: String,
    /// 仕向支店番号.
    pub branch: BranchCode,
    /// 仕向支店名 in half-width kana, may be empty.
    pub branch_name: String,
    /// 預金種目: 普通, 当座 or その他.
    pub kind: AccountKind,
    /// 口座番号.
    pub number: AccountNumber,
}

/// One transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// To whom.
    pub account: BankAccount,
    /// 被仕向銀行名 in half-width kana, may be empty.
    pub bank_name: String,
    /// 被仕向支店名 in half-width kana, may be empty.
    pub branch_name: String,
    /// 振込金額, 1 to 9,999,999,999 yen.
    pub amount: Yen,
    /// 新規コード.
    pub novelty: Novelty,
    /// Our own reference.
    pub reference: Reference,
}

/// 新規コード: what the payer knows of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Novelty {
    /// The first transfer to this account.
    First,
    /// The first one after the account changed.
    Changed,
    /// Any other.
    Other,
}

/// Our reference to a payout, bytes 92 to 111.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// 顧客コード1 and 2 as digits, each up to 9,999,999,999: taken by every bank.
    Digits {
        /// 顧客コード1.
        first: u64,
        /// 顧客コード2.
        second: u64,
    },
    /// 顧客コード as text of at most 20 bytes, for banks whose field is C.
    Text(String),
    /// EDI情報 of at most 20 bytes, marked with 識別表示 Y; the payee sees it.
    Edi(String),
}

/// What one bank does its own way (D1). As data, each part that is left out is as most banks have it, and an unknown one is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// Line ends and end mark.
    pub framing: Framing,
    /// Which form of reference it takes.
    pub reference: ReferenceForm,
    /// Whether it reads 新規コード; if not, it is always 0.
    pub reads_novelty: bool,
    /// 振込指定区分.
    pub order: Order,
    /// How it writes long vowels.
    pub long_vowel: LongVowel,
    /// How it writes `.` and `・` in names.
    pub dot: Dot,
    /// Lines that it takes in one file, at most 999,999.
    pub lines_max: usize,
}

/// The form of [`Reference`] that a bank takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceForm {
    /// Digits.
    Digits,
    /// Text.
    Text,
    /// EDI情報.
    Edi,
}

/// 振込指定区分.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// 7, テレ振込.
    Wire,
    /// A space: the bank does not use the field.
    Blank,
}

/// How a long vowel is written: the standard says as a hyphen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LongVowel {
    /// `-`.
    Hyphen,
    /// `ｰ` behind kana.
    Bar,
}

/// How `.` is written in names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dot {
    /// `.`.
    Dot,
    /// A space.
    Space,
}

impl Default for Profile {
    /// The form that most banks take: CRLF, digits, 新規コード in use, 振込指定区分 7, 9,999 lines.
    fn default() -> Self {
        Self {
            framing: Framing::default(),
            reference: ReferenceForm::Digits,
            reads_novelty: true,
            order: Order::Wire,
            long_vowel: LongVowel::Hyphen,
            dot: Dot::Dot,
            lines_max: 9_999,
        }
    }
}

impl Novelty {
    const fn digit(self) -> &'static str {
        match self {
            Self::First => "1",
            Self::Changed => "2",
            Self::Other => "0",
        }
    }
}

impl Reference {
    const fn form(&self) -> ReferenceForm {
        match self {
            Self::Digits { .. } => ReferenceForm::Digits,
            Self::Text(_) => ReferenceForm::Text,
            Self::Edi(_) => ReferenceForm::Edi,
        }
    }
}
