//! 入出金取引明細 (種別コード 03): what a bank says happened on an account, records of 200 bytes (standards §2.1).
//!
//! Reads with every check that the file itself allows: counts, sums, opening + credits − debits = closing. A statement that does not add up is
//! refused whole. Also writes, because in a rehearsal we play the bank. 振込入金通知 (種別コード 01) shares the frame and the fields, not the layout.

mod identity;
mod read;
#[cfg(test)]
mod tests;
mod write;

use chrono::NaiveDate;

use super::account::{AccountKind, BankCode, BranchCode, LongAccountNumber};
use super::frame::Warning;
use foundation::money::Yen;

pub use identity::LineIdentity;
pub use read::{ReadOptions, read};
pub use write::write;

/// Bytes of a record.
pub const LENGTH: usize = 200;

/// The header of a statement: the account and the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// 作成日.
    pub created_on: NaiveDate,
    /// 勘定日(自).
    pub from: NaiveDate,
    /// 勘定日(至).
    pub to: NaiveDate,
    /// Whose statement.
    pub account: OwnAccount,
    /// 通帳・証書区分, one digit, if given.
    pub book: Option<String>,
    /// 取引前残高 with its sign, if given; below zero when overdrawn.
    pub opening: Option<Yen>,
}

/// The account that a statement is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnAccount {
    /// 銀行コード.
    pub bank: BankCode,
    /// 銀行名, may be empty.
    pub bank_name: String,
    /// 支店コード.
    pub branch: BranchCode,
    /// 支店名, may be empty.
    pub branch_name: String,
    /// 普通, 当座 or 貯蓄.
    pub kind: AccountKind,
    /// 口座番号, ten digits here.
    pub number: LongAccountNumber,
    /// 口座名.
    pub holder: String,
}

/// Whether money came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flow {
    /// 入金: money came.
    Credit,
    /// 出金: money went.
    Debit,
}

/// One line. What a bank may leave out is `None` or an empty text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankLine {
    /// 照会番号, eight digits; not unique across days.
    pub inquiry: String,
    /// 勘定日.
    pub booked_on: NaiveDate,
    /// 預入・払出日.
    pub valued_on: Option<NaiveDate>,
    /// 入払区分.
    pub flow: Flow,
    /// 取引区分, two digits: 10 cash, 11 transfer, 12 cheques, 13 exchange, 14 own transfer, 18 other, 19 correction.
    pub trade: Option<String>,
    /// 取引金額.
    pub amount: Yen,
    /// うち他店券金額.
    pub cheques: Yen,
    /// 交換呈示日.
    pub presented_on: Option<NaiveDate>,
    /// 不渡返還日.
    pub dishonoured_on: Option<NaiveDate>,
    /// 手形・小切手区分, one digit.
    pub cheque_kind: Option<String>,
    /// 手形・小切手番号, seven digits.
    pub cheque_number: Option<String>,
    /// 僚店番号, three digits.
    pub sister_branch: Option<String>,
    /// 振込依頼人コード, ten digits.
    pub payer_code: Option<String>,
    /// 振込依頼人名, or of a debit 契約者番号.
    pub payer_name: String,
    /// 仕向銀行名.
    pub bank_name: String,
    /// 仕向店名.
    pub branch_name: String,
    /// 摘要内容: free text, different at every bank.
    pub summary: String,
    /// EDI情報.
    pub edi: String,
}

impl BankLine {
    /// A line of this amount with everything else left out.
    #[must_use]
    pub fn new(inquiry: &str, booked_on: NaiveDate, flow: Flow, amount: Yen) -> Self {
        Self {
            inquiry: inquiry.to_owned(),
            booked_on,
            valued_on: Some(booked_on),
            flow,
            trade: None,
            amount,
            cheques: Yen::ZERO,
            presented_on: None,
            dishonoured_on: None,
            cheque_kind: None,
            cheque_number: None,
            sister_branch: None,
            payer_code: None,
            payer_name: String::new(),
            bank_name: String::new(),
            branch_name: String::new(),
            summary: String::new(),
            edi: String::new(),
        }
    }
}

/// A statement to be written: its closing balance, counts and sums are computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankStatement {
    /// Account, period, opening balance.
    pub head: Head,
    /// The lines.
    pub lines: Vec<BankLine>,
}

/// A line that was read, with what proves where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadLine {
    /// What it says.
    pub line: BankLine,
    /// Its record in the file, from 1.
    pub record: usize,
    /// Its bytes, to be kept (encrypted) for the legal time.
    pub raw: [u8; LENGTH],
    /// By which the same line is known when it comes again.
    pub identity: LineIdentity,
}

/// A statement that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadStatement {
    /// Account, period, opening balance.
    pub head: Head,
    /// The lines.
    pub lines: Vec<ReadLine>,
    /// 取引後残高 with its sign, if given.
    pub closing: Option<Yen>,
}

impl ReadStatement {
    /// Compares the opening balance with the closing one of the statement before. Anything else is a gap or an overlap.
    pub fn follows(&self, closing_before: Yen) -> Result<(), Gap> {
        match self.head.opening {
            Some(opening) if opening != closing_before => Err(Gap { closing_before, opening }),
            _ => Ok(()),
        }
    }
}

/// A statement does not begin where the one before ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the statement begins with a balance of {opening} yen, the one before ended with {closing_before}: one is missing between them, or they overlap")]
pub struct Gap {
    /// The closing balance of the statement before.
    pub closing_before: Yen,
    /// The opening balance of this one.
    pub opening: Yen,
}

/// A file that was read: one statement per account, and what was odd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The statements.
    pub statements: Vec<ReadStatement>,
    /// What was odd.
    pub warnings: Vec<Warning>,
}
