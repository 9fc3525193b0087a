//! Codes and numbers of banks, branches and accounts: text of exactly so many digits, and the kinds of account.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;

use super::AccountError;

/// Text that is exactly as many digits as asked.
fn digits<const N: usize>(text: &str) -> Option<[u8; N]> {
    <[u8; N]>::try_from(text.as_bytes()).ok().filter(|bytes| bytes.iter().all(u8::is_ascii_digit))
}

/// Defines a code of exactly so many digits.
macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $length:literal, $error:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// Takes exactly the digits, without spaces or missing zeros.
            pub fn parse(text: &str) -> Result<Self, AccountError> {
                digits(text).map(Self).ok_or_else(|| ($error)(text))
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
    BankCode, 4, |text: &str| AccountError::Bank(text.to_owned())
}
code! {
    /// 支店番号, three digits.
    #[derive(Debug)]
    BranchCode, 3, |text: &str| AccountError::Branch(text.to_owned())
}
code! {
    /// 口座番号, seven digits. Personal data: `Debug` does not show it.
    AccountNumber, 7, |_| AccountError::Number
}

code! {
    /// 委託者コード, ten digits, given to the payer by its bank.
    #[derive(Debug)]
    PayerCode, 10, |text: &str| AccountError::Payer(text.to_owned())
}
code! {
    /// 口座番号 of 入出金取引明細, ten digits. Personal data where the account is a person's: `Debug` does not show it.
    LongAccountNumber, 10, |_| AccountError::LongNumber
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
        if bare.is_empty() { Err(AccountError::Number) } else { Self::parse(&format!("{bare:0>7}")) }
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

/// Full-width digits, hyphens and spaces to half-width.
pub(super) fn plain(text: &str) -> String {
    text.nfkc().map(|sign| if matches!(sign, '−' | '‐' | '–' | '—' | '―' | 'ー') { '-' } else { sign }).collect()
}
