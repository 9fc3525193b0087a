//! The cities that this service serves: what belongs to the municipality and never to a scheme.

mod budget;
pub mod repo;

pub use budget::BudgetRejected;
pub(crate) use budget::answer;

use std::borrow::Cow;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Ledger;
use crate::bank::account::{AccountError, AccountKind, AccountNumber, BankCode, BranchCode};
use crate::bank::directory::{self, DirectoryError, Scope};
use crate::error::{Error, Failure};
use crate::ids::Municipality;
use crate::refusal::{Kind, Refusal};
use crate::scheme::Rules;

/// Who pays, as bank files name it: the city's own account. One scheme-neutral name for all payouts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remitter {
    /// 委託者コード, ten digits, given by the bank.
    pub consignor_code: String,
    /// 委託者名, half-width kana; what payees read.
    pub name_kana: String,
    /// The city's bank, four digits.
    pub bank: String,
    /// Its branch, three digits.
    pub branch: String,
    /// 預金種目: `1` 普通, `2` 当座, `9` その他.
    pub account_kind: String,
    /// The account's number, seven digits.
    pub account_number: String,
}

/// The remitter's account, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemitterAccount {
    /// The city's bank.
    pub bank: BankCode,
    /// Its kana for bank files.
    pub bank_kana: String,
    /// The branch.
    pub branch: BranchCode,
    /// Its kana.
    pub branch_kana: String,
    /// 預金種目.
    pub kind: AccountKind,
    /// The number.
    pub number: AccountNumber,
}

/// One city.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct City {
    /// Its code.
    pub municipality: Municipality,
    /// What people type: `osaka`.
    pub slug: String,
    /// What people read: 大阪市.
    pub name: String,
    /// A training city pays into training banks only.
    pub training: bool,
    /// Who keeps families' own money, where the city may hold it at all.
    pub own_money_custodian: Option<String>,
    /// Statements cover up to this day (1 to 28) of the following month.
    pub closing_day: u8,
    /// Payouts leave on this day (1 to 28) two months later.
    pub pay_day: u8,
    /// How long a payment code lives.
    pub hold: TimeDelta,
    /// Who pays, in the bank file.
    pub remitter: Remitter,
}

/// Why a city cannot be founded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The code or the slug belongs to a city with other data.
    #[error("municipality {0} or its short name is taken by a city with other data: choose another, or change that one")]
    Taken(Municipality),
    /// Closing day, pay day or hold time out of range.
    #[error("closing day and pay day lie between 1 and 28, a code lives between 1 and 1,440 minutes")]
    Days,
    /// The slug is not one.
    #[error("short name {0:?}: write small letters, digits and hyphens, beginning with a letter")]
    Slug(String),
    /// A field of the remitter.
    #[error("remitter: {0}")]
    Remitter(AccountError),
    /// The remitter's bank or branch is unknown.
    #[error("remitter: {0}")]
    RemitterBank(DirectoryError),
}

impl Refusal for Rejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Taken(_) => "city_taken",
            Self::Days => "city_days",
            Self::Slug(_) => "city_slug",
            Self::Remitter(_) | Self::RemitterBank(_) => "city_remitter",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Taken(_) | Self::Days | Self::Slug(_) | Self::Remitter(_) | Self::RemitterBank(_) => Kind::Unacceptable,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Taken(code) => {
                format!("団体コード {code} またはその短い名前は、別の内容で登録されています。別の名前にするか、登録済みの市を変更してください。").into()
            }
            Self::Days => "締め日と支払日は 1〜28 日、支払いコードの有効時間は 1〜1,440 分で入力してください。".into(),
            Self::Slug(slug) => format!("短い名前「{slug}」は使えません。英小文字で始まる英小文字・数字・ハイフンで入力してください。").into(),
            Self::Remitter(error) => format!("振込依頼人: {}", error.japanese()).into(),
            Self::RemitterBank(error) => format!("振込依頼人: {}", error.japanese()).into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Taken(code) => format!("この市（{code}）の名前は、もうあります。ほかの名前にしてください。").into(),
            Self::Days => "日は 1 から 28 までです。支払いコードを使える時間は 1 分から 1,440 分までです。".into(),
            Self::Slug(slug) => format!("短い名前「{slug}」は使えません。小さい英字・数字・「-」で書いてください。はじめは英字です。").into(),
            Self::Remitter(error) => format!("お金を送る市の口座: {}", error.easy()).into(),
            Self::RemitterBank(error) => format!("お金を送る市の口座: {}", error.easy()).into(),
        }
    }
}

impl From<AccountError> for Rejected {
    fn from(error: AccountError) -> Self {
        Self::Remitter(error)
    }
}

impl From<DirectoryError> for Rejected {
    fn from(error: DirectoryError) -> Self {
        Self::RemitterBank(error)
    }
}

impl Remitter {
    /// The account, with bank and branch as the directory knows them.
    pub fn account(&self, scope: Scope) -> Result<RemitterAccount, Rejected> {
        let (bank, branch) = (BankCode::parse(&self.bank)?, BranchCode::parse(&self.branch)?);
        let place = directory::branch(bank, branch, scope)?;
        Ok(RemitterAccount {
            bank,
            bank_kana: place.bank.kana.into_owned(),
            branch,
            branch_kana: place.branch.kana.into_owned(),
            kind: AccountKind::parse(&self.account_kind)?,
            number: AccountNumber::parse(&self.account_number)?,
        })
    }
}

impl City {
    /// Which banks it may use.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        if self.training { Scope::Training } else { Scope::Real }
    }

    /// Which versions of a scheme count: a training city also has training versions.
    #[must_use]
    pub const fn rules(&self) -> Rules {
        if self.training { Rules::Rehearsal } else { Rules::Real }
    }

    fn check(&self) -> Result<(), Rejected> {
        let day = |day| (1..=28).contains(&day);
        if !day(self.closing_day) || !day(self.pay_day) {
            return Err(Rejected::Days);
        }
        if !(1..=1_440).contains(&self.hold.num_minutes()) {
            return Err(Rejected::Days);
        }
        let small = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-';
        if !self.slug.starts_with(|sign: char| sign.is_ascii_lowercase()) || !self.slug.chars().all(small) {
            return Err(Rejected::Slug(self.slug.clone()));
        }
        if self.remitter.consignor_code.len() != 10 || !self.remitter.consignor_code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(AccountError::Payer(self.remitter.consignor_code.clone()).into());
        }
        self.remitter.account(self.scope()).map(|_| ())
    }
}

impl Ledger {
    /// Founds a city and opens the accounts that every city has. Idempotent; after a crash it completes.
    ///
    /// # Errors
    /// [`Rejected`]: taken by other data, days out of range, a slug or a remitter that cannot be used.
    pub async fn found_city(&self, city: &City) -> Result<(), Error<Rejected>> {
        city.check().map_err(Error::Rejected)?;
        let mut tx = self.pool.begin().await?;
        repo::insert_in_tx(&mut tx, city).await?;
        if repo::find_in_tx(&mut tx, city.municipality).await?.as_ref() != Some(city) {
            return Err(Error::Rejected(Rejected::Taken(city.municipality)));
        }
        tx.commit().await?;
        Ok(self.open_city_accounts(city.municipality).await?)
    }

    /// The city that people type as `slug`.
    pub async fn city_by_slug(&self, slug: &str) -> Result<Option<City>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::find_by_slug_in_tx(&mut tx, slug).await
    }

    /// All cities, by code.
    pub async fn list_cities(&self) -> Result<Vec<City>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_in_tx(&mut tx).await
    }
}
