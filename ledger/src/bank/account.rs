//! A bank account that money can be sent to. Codes and numbers are text: leading zeros count.
//!
//! Says whether the parts are well formed; whether bank and branch exist is [`super::directory`]'s to say.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use super::kana::{KanaError, PayeeKana};

/// Text that is exactly as many digits as asked.
fn digits<const N: usize>(text: &str) -> Option<[u8; N]> {
    <[u8; N]>::try_from(text.as_bytes()).ok().filter(|bytes| bytes.iter().all(u8::is_ascii_digit))
}

/// Defines a code of exactly so many digits.
macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $length:literal, $error:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// Takes exactly the digits, without spaces or missing zeros.
            pub fn parse(text: &str) -> Result<Self, AccountError> {
                digits(text).map(Self).ok_or_else(|| AccountError::$error(text.to_owned()))
            }

            /// The digits.
            #[must_use]
            pub fn as_str(&self) -> &str {
                str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = AccountError;

            fn from_str(text: &str) -> Result<Self, AccountError> {
                Self::parse(text)
            }
        }
    };
}

code! {
    /// 金融機関番号, four digits.
    #[derive(Debug)]
    BankCode, 4, Bank
}
code! {
    /// 支店番号, three digits.
    #[derive(Debug)]
    BranchCode, 3, Branch
}
code! {
    /// 口座番号, seven digits. Personal data: `Debug` does not show it.
    AccountNumber, 7, Number
}

code! {
    /// 委託者コード, ten digits, given to the payer by its bank.
    #[derive(Debug)]
    PayerCode, 10, Payer
}
code! {
    /// 口座番号 of 入出金取引明細, ten digits. Personal data where the account is a person's: `Debug` does not show it.
    LongAccountNumber, 10, LongNumber
}

impl fmt::Debug for LongAccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LongAccountNumber(10 digits)")
    }
}

impl From<AccountNumber> for LongAccountNumber {
    /// Zeros on the left.
    fn from(number: AccountNumber) -> Self {
        let mut digits = [b'0'; 10];
        digits.iter_mut().skip(3).zip(number.0).for_each(|(to, from)| *to = from);
        Self(digits)
    }
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountNumber(7 digits)")
    }
}

impl BankCode {
    /// ゆうちょ銀行.
    pub const YUCHO: Self = Self(*b"9900");
}

impl AccountNumber {
    /// Takes what people write: hyphens and spaces go, fewer than seven digits get zeros on the left (standards §1.5).
    pub fn from_written(text: &str) -> Result<Self, AccountError> {
        let bare = plain(text).replace(['-', ' '], "");
        if bare.is_empty() {
            Err(AccountError::Number(text.to_owned()))
        } else {
            Self::parse(&format!("{bare:0>7}")).map_err(|_| AccountError::Number(text.to_owned()))
        }
    }

    /// Whether it is all zeros, which no account is.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0 == *b"0000000"
    }
}

/// 預金種目 of an account that transfers can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountKind {
    /// 普通.
    Ordinary,
    /// 当座.
    Current,
    /// 貯蓄.
    Savings,
    /// その他.
    Other,
}

impl AccountKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Ordinary, Self::Current, Self::Savings, Self::Other];

    /// The digit in bank files.
    #[must_use]
    pub const fn digit(self) -> char {
        match self {
            Self::Ordinary => '1',
            Self::Current => '2',
            Self::Savings => '4',
            Self::Other => '9',
        }
    }

    /// The word on forms.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ordinary => "普通",
            Self::Current => "当座",
            Self::Savings => "貯蓄",
            Self::Other => "その他",
        }
    }

    /// Takes the digit or the word, with or without 預金.
    pub fn parse(text: &str) -> Result<Self, AccountError> {
        let written = plain(text);
        let written = written.trim();
        let bare = written.strip_suffix("預金").unwrap_or(written);
        Self::ALL.into_iter().find(|kind| bare == kind.label() || bare.chars().eq([kind.digit()])).ok_or_else(|| AccountError::Kind(text.to_owned()))
    }
}

/// An account and its holder. Personal data: `Debug` shows bank and branch only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BankAccount {
    /// The bank.
    pub bank: BankCode,
    /// The branch.
    pub branch: BranchCode,
    /// The kind of account.
    pub kind: AccountKind,
    /// Its number.
    pub number: AccountNumber,
    /// Its holder, as on the passbook.
    pub holder: PayeeKana,
}

/// The fields of an account as somebody wrote them, on a form or in a CSV.
#[derive(Clone, Copy, Default)]
pub struct Written<'a> {
    /// Four digits.
    pub bank: &'a str,
    /// Three digits.
    pub branch: &'a str,
    /// `1` or 普通, `2` or 当座, `4` or 貯蓄, `9`.
    pub kind: &'a str,
    /// At most seven digits.
    pub number: &'a str,
    /// In kana.
    pub holder: &'a str,
}

/// What is wrong with one field of an account.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AccountError {
    /// Not four digits, or a code that no bank has.
    #[error("bank code {0:?}: write the four digits of the bank, zeros included (a spreadsheet may have eaten them)")]
    Bank(String),
    /// Not three digits, or a code that no branch has.
    #[error("branch code {0:?}: write the three digits of the branch, zeros included (a spreadsheet may have eaten them)")]
    Branch(String),
    /// None of the four kinds.
    #[error("kind of account {0:?}: write 1 (普通), 2 (当座), 4 (貯蓄) or 9 (その他)")]
    Kind(String),
    /// Not one to seven digits, or all zeros.
    #[error("account number: write up to seven digits, not all zeros (a ゆうちょ 記号番号 must be converted first)")]
    Number(String),
    /// Not ten digits.
    #[error("委託者コード {0:?}: write the ten digits that the bank gave, zeros included")]
    Payer(String),
    /// Not ten digits.
    #[error("account number: a bank statement writes it with ten digits")]
    LongNumber(String),
    /// The holder.
    #[error("account holder: {0}")]
    Holder(#[from] KanaError),
}

impl AccountError {
    /// The field at fault: `bank`, `branch`, `kind`, `number`, `payer`, `holder`.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Bank(_) => "bank",
            Self::Branch(_) => "branch",
            Self::Kind(_) => "kind",
            Self::Number(_) | Self::LongNumber(_) => "number",
            Self::Payer(_) => "payer",
            Self::Holder(_) => "holder",
        }
    }

    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Bank(_) => "account_bank",
            Self::Branch(_) => "account_branch",
            Self::Kind(_) => "account_kind",
            Self::Number(_) | Self::LongNumber(_) => "account_number",
            Self::Payer(_) => "account_payer_code",
            Self::Holder(error) => error.code(),
        }
    }
}

impl BankAccount {
    /// Reads an account from what somebody wrote.
    ///
    /// # Errors
    /// One error per field that cannot be used, all of them at once.
    pub fn parse(written: Written<'_>) -> Result<Self, Vec<AccountError>> {
        let bank = BankCode::parse(plain(written.bank).trim());
        let branch = BranchCode::parse(plain(written.branch).trim());
        let kind = AccountKind::parse(written.kind);
        let number = AccountNumber::from_written(written.number);
        let holder = PayeeKana::parse(written.holder).map_err(AccountError::from);
        match (bank, branch, kind, number, holder) {
            (Ok(bank), Ok(branch), Ok(kind), Ok(number), Ok(holder)) => {
                let account = Self { bank, branch, kind, number, holder };
                let errors = account.unreachable();
                if errors.is_empty() { Ok(account) } else { Err(errors) }
            }
            (bank, branch, kind, number, holder) => Err([bank.err(), branch.err(), kind.err(), number.err(), holder.err()].into_iter().flatten().collect()),
        }
    }

    /// What a receiving bank refuses before it looks the account up (§1.5): banks 0000 and 9999, branch 999 (but at ゆうちょ), number 0000000.
    #[must_use]
    pub fn unreachable(&self) -> Vec<AccountError> {
        let bank = matches!(self.bank.as_str(), "0000" | "9999").then(|| AccountError::Bank(self.bank.to_string()));
        let branch = (self.branch.as_str() == "999" && self.bank != BankCode::YUCHO).then(|| AccountError::Branch(self.branch.to_string()));
        let number = self.number.is_zero().then(|| AccountError::Number(self.number.to_string()));
        [bank, branch, number].into_iter().flatten().collect()
    }
}

impl fmt::Debug for BankAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BankAccount({}-{}, {})", self.bank, self.branch, self.kind.label())
    }
}

/// Full-width digits, hyphens and spaces to half-width.
fn plain(text: &str) -> String {
    text.nfkc().map(|sign| if matches!(sign, '−' | '‐' | '–' | '—' | '―' | 'ー') { '-' } else { sign }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Written<'_> = Written { bank: "9998", branch: "001", kind: "1", number: "1234567", holder: "ヤマダ タロウ" };

    #[test]
    fn what_people_write_becomes_what_banks_take() {
        let account = BankAccount::parse(Written { bank: "９９９８", kind: "普通預金", number: "１２-345", ..GOOD }).unwrap();
        assert_eq!((account.bank.as_str(), account.kind, account.number.as_str()), ("9998", AccountKind::Ordinary, "0012345"));
        assert_eq!(account.holder.as_str(), "ﾔﾏﾀﾞ ﾀﾛｳ");
    }

    #[test]
    fn every_bad_field_is_named_at_once() {
        let errors = BankAccount::parse(Written { bank: "1", branch: "1", kind: "3", number: "12345678", holder: "山田" }).unwrap_err();
        assert_eq!(errors.iter().map(AccountError::field).collect::<Vec<_>>(), ["bank", "branch", "kind", "number", "holder"]);
    }

    #[test]
    fn what_a_receiving_bank_refuses_unseen_is_refused() {
        let fields = |written| BankAccount::parse(written).unwrap_err().iter().map(AccountError::field).collect::<Vec<_>>();
        assert_eq!(fields(Written { bank: "0000", ..GOOD }), ["bank"]);
        assert_eq!(fields(Written { bank: "9999", branch: "999", number: "0", ..GOOD }), ["bank", "branch", "number"]);
        assert!(BankAccount::parse(Written { bank: "9900", branch: "999", ..GOOD }).is_ok());
        assert_eq!(fields(Written { number: "", ..GOOD }), ["number"]);
    }

    #[test]
    fn nothing_personal_is_shown_by_debug_or_by_errors_about_numbers() {
        assert_eq!(format!("{:?}", BankAccount::parse(GOOD).unwrap()), "BankAccount(9998-001, 普通)");
        assert!(!AccountNumber::from_written("12345678").unwrap_err().to_string().contains("1234"));
    }
}
