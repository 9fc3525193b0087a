//! A bank account that money can be sent to. Codes and numbers are text: leading zeros count.
//!
//! Says whether the parts are well formed; whether bank and branch exist is [`super::directory`]'s to say.

mod codes;

use std::borrow::Cow;
use std::fmt;

use thiserror::Error;

use codes::plain;

pub use codes::{AccountKind, AccountNumber, BankCode, BranchCode, LongAccountNumber, PayerCode};

use super::kana::{KanaError, PayeeKana};
use foundation::refusal::{Kind, Refusal};

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
    Number,
    /// Not ten digits.
    #[error("consignor code (委託者コード) {0:?}: write the ten digits that the bank gave, zeros included")]
    Payer(String),
    /// Not ten digits.
    #[error("account number: a bank statement writes it with ten digits")]
    LongNumber,
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
            Self::Number | Self::LongNumber => "number",
            Self::Payer(_) => "payer",
            Self::Holder(_) => "holder",
        }
    }
}

impl Refusal for AccountError {
    fn code(&self) -> &'static str {
        match self {
            Self::Bank(_) => "account_bank",
            Self::Branch(_) => "account_branch",
            Self::Kind(_) => "account_kind",
            Self::Number | Self::LongNumber => "account_number",
            Self::Payer(_) => "account_payer_code",
            Self::Holder(error) => error.code(),
        }
    }

    fn kind(&self) -> Kind {
        Kind::Unacceptable
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Bank(_) => "金融機関コードを数字 4 桁で入力してください（先頭の 0 も必要です）。".into(),
            Self::Branch(_) => "支店コードを数字 3 桁で入力してください（先頭の 0 も必要です）。".into(),
            Self::Kind(_) => "預金種目は 1（普通）、2（当座）、4（貯蓄）、9（その他）から選んでください。".into(),
            Self::Number | Self::LongNumber => "口座番号を 7 桁以内の数字で入力してください。ゆうちょ銀行は、振込用の店名と口座番号を入力してください。".into(),
            Self::Payer(_) => "委託者コードを、銀行から知らされたとおり数字 10 桁で入力してください（先頭の 0 も必要です）。".into(),
            Self::Holder(error) => error.japanese(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Bank(_) => "銀行の番号（金融機関コード）を書いてください。数字 4 つです。はじめの 0 も書いてください。".into(),
            Self::Branch(_) => "支店の番号を書いてください。数字 3 つです。はじめの 0 も書いてください。".into(),
            Self::Kind(_) => "口座の種類を選んでください。1（普通）、2（当座）、4（貯蓄）、9（その他）です。".into(),
            Self::Number | Self::LongNumber => "口座番号を書いてください。数字は 7 つまでです。ゆうちょ銀行のときは、振り込み用の番号を書いてください。".into(),
            Self::Payer(_) => "委託者コードを書いてください。銀行がくれた番号です。数字 10 個です。".into(),
            Self::Holder(error) => error.easy(),
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
        let number = self.number.is_zero().then_some(AccountError::Number);
        [bank, branch, number].into_iter().flatten().collect()
    }
}

impl fmt::Debug for BankAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BankAccount({}-{}, {})", self.bank, self.branch, self.kind.label())
    }
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
