//! Banks and branches by their codes: a dated table from a third party, and training banks for training cities.
//!
//! An unknown code is a question for a person, not a proof: the table is as old as its snapshot. Training banks (9990 to 9999, which no real bank
//! has) are found only by those who ask for them, so that a real city can never send money there.

use std::borrow::Cow;
use std::sync::LazyLock;

use chrono::NaiveDate;
use thiserror::Error;

use super::account::{AccountError, BankAccount, BankCode, BranchCode, Written};
use foundation::refusal::{Kind, Refusal};

/// The data file, made by `ops/tools/make-bank-table`: sorted by bank and branch, the bank itself before its branches.
const DATA: &str = include_str!("../../data/banks.tsv");

/// Bank code, branch code (empty: the bank itself), name, kana.
type Row = (&'static str, &'static str, &'static str, &'static str);

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| DATA.lines().filter(|line| !line.starts_with('#')).filter_map(row).collect());

fn row(line: &'static str) -> Option<Row> {
    let mut columns = line.split('\t');
    let row = (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
    columns.next().is_none().then_some(row)
}

/// Which banks a municipality may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A real city: real banks only.
    Real,
    /// A training city: training banks as well.
    Training,
}

/// A bank or a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name: みずほ, 東京営業部. Without 銀行 and 支店.
    pub name: Cow<'static, str>,
    /// Its kana for bank files, half-width, at most 15 bytes.
    pub kana: Cow<'static, str>,
}

/// A bank and one of its branches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The bank.
    pub bank: Entry,
    /// The branch.
    pub branch: Entry,
}

/// A code that is not in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DirectoryError {
    /// No such bank.
    #[error("no bank has the code {bank} in the table of {snapshot}: confirm it with the payee")]
    UnknownBank {
        /// The code.
        bank: BankCode,
        /// The day of the table.
        snapshot: NaiveDate,
    },
    /// The bank has no such branch: closed, merged, or mistyped.
    #[error("bank {bank} has no branch {branch} in the table of {snapshot}: it may have closed or merged, confirm it with the payee")]
    UnknownBranch {
        /// The bank.
        bank: BankCode,
        /// The code.
        branch: BranchCode,
        /// The day of the table.
        snapshot: NaiveDate,
    },
}

impl Refusal for DirectoryError {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownBank { .. } => "bank_unknown",
            Self::UnknownBranch { .. } => "branch_unknown",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Unacceptable
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::UnknownBank { bank, snapshot } => format!("金融機関コード {bank} は {snapshot} 時点の一覧に見つかりません。通帳でご確認ください。").into(),
            Self::UnknownBranch { bank, branch, snapshot } => format!(
                "金融機関 {bank} の支店コード {branch} は {snapshot} 時点の一覧に見つかりません。統廃合されていることがあります。通帳でご確認ください。"
            )
            .into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::UnknownBank { bank, snapshot } => format!("銀行の番号 {bank} が、{snapshot} の一覧にありません。通帳を見てください。").into(),
            Self::UnknownBranch { bank, branch, snapshot } => {
                format!("銀行 {bank} の支店の番号 {branch} が、{snapshot} の一覧にありません。支店の番号は変わることがあります。通帳を見てください。").into()
            }
        }
    }
}

/// Why money is not sent to what somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unpayable {
    /// Fields that cannot be used.
    #[error("bank account: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Account(Vec<AccountError>),
    /// A real bank, in training.
    #[error("bank {0}: a training city pays into banks 9990 to 9998 only, so that no stranger is paid by mistake")]
    NotTraining(BankCode),
    /// No such bank or branch.
    #[error("bank account: {0}")]
    Directory(DirectoryError),
}

impl Refusal for Unpayable {
    fn code(&self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::NotTraining(_) => "account_not_training",
            Self::Directory(error) => error.code(),
        }
    }

    fn kind(&self) -> Kind {
        Kind::Unacceptable
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Account(errors) => errors.iter().map(AccountError::japanese).collect::<String>().into(),
            Self::NotTraining(bank) => format!("金融機関コード {bank} は使えません。訓練用の市では、金融機関コード 9990〜9998 の口座だけが使えます。").into(),
            Self::Directory(error) => error.japanese(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Account(errors) => errors.iter().map(AccountError::easy).collect::<String>().into(),
            Self::NotTraining(bank) => format!("銀行の番号 {bank} は使えません。練習では、9990 から 9998 までを使ってください。").into(),
            Self::Directory(error) => error.easy(),
        }
    }
}

/// Reads an account from what somebody wrote and asks whether money may be sent there.
pub fn payable(written: Written<'_>, scope: Scope) -> Result<BankAccount, Unpayable> {
    let account = BankAccount::parse(written).map_err(Unpayable::Account)?;
    if scope == Scope::Training && !account.bank.as_str().starts_with("999") {
        return Err(Unpayable::NotTraining(account.bank));
    }
    of_account(&account, scope).map_err(Unpayable::Directory)?;
    Ok(account)
}

/// The day of the table.
#[must_use]
pub fn snapshot() -> NaiveDate {
    DATA.lines().take_while(|line| line.starts_with('#')).find_map(|line| line.strip_prefix("# snapshot:")?.trim().parse().ok()).unwrap_or(NaiveDate::MIN)
}

/// Finds a bank.
pub fn bank(code: BankCode, scope: Scope) -> Result<Entry, DirectoryError> {
    training_bank(code, scope).or_else(|| find(code.as_str(), "")).ok_or_else(|| DirectoryError::UnknownBank { bank: code, snapshot: snapshot() })
}

/// Finds a bank and its branch.
pub fn branch(bank_code: BankCode, branch_code: BranchCode, scope: Scope) -> Result<Place, DirectoryError> {
    let bank = bank(bank_code, scope)?;
    let branch = if training_bank(bank_code, scope).is_some() { training_branch(branch_code) } else { find(bank_code.as_str(), branch_code.as_str()) };
    let branch = branch.ok_or_else(|| DirectoryError::UnknownBranch { bank: bank_code, branch: branch_code, snapshot: snapshot() })?;
    Ok(Place { bank, branch })
}

/// Finds the bank and branch of an account.
pub fn of_account(account: &BankAccount, scope: Scope) -> Result<Place, DirectoryError> {
    branch(account.bank, account.branch, scope)
}

fn find(bank: &str, branch: &str) -> Option<Entry> {
    let at = ROWS.binary_search_by_key(&(bank, branch), |row| (row.0, row.1)).ok()?;
    ROWS.get(at).map(|row| Entry { name: Cow::Borrowed(row.2), kana: Cow::Borrowed(row.3) })
}

/// The last branch of every training bank; the first is 001.
const TRAINING_BRANCH_LAST: u16 = 99;

/// 9990 to 9998 are payees' banks, 9999 is the training city's own (指定金融機関): receiving banks refuse the code 9999.
fn training_bank(code: BankCode, scope: Scope) -> Option<Entry> {
    let digit = code.as_str().strip_prefix("999").filter(|_| scope == Scope::Training)?;
    Some(match digit {
        "9" => Entry { name: "訓練用指定金融機関".into(), kana: "ｸﾝﾚﾝｼﾃｲ".into() },
        _ => Entry { name: format!("訓練用銀行{digit}").into(), kana: format!("ｸﾝﾚﾝ{digit}").into() },
    })
}

fn training_branch(code: BranchCode) -> Option<Entry> {
    let number = code.as_str().parse::<u16>().ok().filter(|number| (1..=TRAINING_BRANCH_LAST).contains(number))?;
    Some(Entry { name: format!("訓練用支店{number:03}").into(), kana: format!("ｸﾝﾚﾝ{number:03}").into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charset::{Class, Direction};

    fn codes(bank: &str, branch: &str) -> (BankCode, BranchCode) {
        (BankCode::parse(bank).unwrap(), BranchCode::parse(branch).unwrap())
    }

    #[test]
    fn every_row_is_read_sorted_and_fit_for_a_bank_file() {
        let banks = ROWS.iter().filter(|row| row.1.is_empty()).count();
        assert_eq!((banks, ROWS.len() - banks), (1_146, 28_944));
        assert!(ROWS.is_sorted_by(|one, other| (one.0, one.1) < (other.0, other.1)));
        for (bank, branch, name, kana) in &*ROWS {
            assert!(!name.is_empty() && (1..=15).contains(&kana.chars().count()), "{bank} {branch}");
            assert!(Class::Branch.check(kana, Direction::Write).is_ok(), "{bank} {branch} {kana}");
        }
        assert_eq!(snapshot().to_string(), "2026-08-24");
    }

    #[test]
    fn real_banks_are_found_with_their_branches() {
        let (bank, branch_code) = codes("0001", "001");
        let place = branch(bank, branch_code, Scope::Real).unwrap();
        assert_eq!((place.bank.name.as_ref(), place.branch.kana.as_ref()), ("みずほ", "ﾄｳｷﾖｳ"));
        let (yucho, zero_five_eight) = codes("9900", "058");
        assert_eq!(branch(yucho, zero_five_eight, Scope::Real).unwrap().branch.kana, "ｾﾞﾛｺﾞﾊﾁ");
        assert_eq!(ROWS.iter().filter(|row| row.0 == yucho.as_str() && BranchCode::parse(row.1).is_ok()).count(), 94);
    }

    #[test]
    fn an_unknown_branch_is_told_apart_from_an_unknown_bank() {
        let (bank, missing) = codes("0001", "999");
        assert!(matches!(branch(bank, missing, Scope::Real), Err(DirectoryError::UnknownBranch { .. })));
        let (nobody, first) = codes("7777", "001");
        assert!(matches!(branch(nobody, first, Scope::Training), Err(DirectoryError::UnknownBank { .. })));
    }

    #[test]
    fn training_banks_exist_for_training_cities_only() {
        for bank_code in (9990..=9999).map(|code| BankCode::parse(&format!("{code}")).unwrap()) {
            assert!(matches!(bank(bank_code, Scope::Real), Err(DirectoryError::UnknownBank { .. })), "{bank_code} is real by now: move the training banks");
            assert!(bank(bank_code, Scope::Training).unwrap().name.starts_with("訓練用"));
            let all: Vec<_> =
                (1..=99).map(|number| branch(bank_code, BranchCode::parse(&format!("{number:03}")).unwrap(), Scope::Training).unwrap().branch).collect();
            assert!(all.iter().all(|entry| Class::Branch.check(&entry.kana, Direction::Write).is_ok() && entry.kana.chars().count() <= 15));
        }
        let (training, hundred) = codes("9990", "100");
        assert!(matches!(branch(training, hundred, Scope::Training), Err(DirectoryError::UnknownBranch { .. })));
    }
}
