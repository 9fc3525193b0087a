//! What a roster says of people. Personal data: it lives in memory and under a family's key, and `Debug` shows none of it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::bank::account::{AccountKind, AccountNumber, BankAccount, BankCode, BranchCode};
use crate::bank::kana::PayeeKana;
use crate::error::Failure;

/// A child or a guardian.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// 宛名番号: the city's own number, text with its leading zeros. Never shown in full.
    pub number: String,
    /// The name as registered.
    pub name: String,
    /// Its reading in katakana.
    pub kana: String,
    /// The address; none for guardians, and where the city withholds it (支援措置).
    pub address: Option<String>,
}

/// What schemes may ask about a child. What the roster does not say is unknown, never false.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChildFacts {
    /// Birth date.
    pub birth_on: NaiveDate,
    /// Registered in the city since this day (転入日), where the roster says so.
    pub resident_since: Option<NaiveDate>,
    /// Status codes of the household: `seikatsuhogo`, `jidofuyo` …
    pub statuses: BTreeSet<String>,
    /// Birth order by the city's counting rule.
    pub birth_order: Option<u8>,
    /// A twin or higher multiple.
    pub multiple: Option<bool>,
    /// Cared for at home.
    pub care_at_home: Option<bool>,
    /// 市町村民税所得割額 of the household, in yen.
    pub shotokuwari_yen: Option<i64>,
    /// The city of the school, as scheme files write it.
    pub school_city: Option<String>,
}

macro_rules! shows_nothing {
    ($($type:ident),+) => {$(
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type)).finish_non_exhaustive()
            }
        }
    )+};
}
pub(super) use shows_nothing;
shows_nothing!(Person, ChildFacts, SealedAccount);

/// A bank account as it is sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct SealedAccount {
    bank: String,
    branch: String,
    kind: String,
    number: String,
    holder: String,
}

impl From<&BankAccount> for SealedAccount {
    fn from(account: &BankAccount) -> Self {
        Self {
            bank: account.bank.to_string(),
            branch: account.branch.to_string(),
            kind: account.kind.digit().to_string(),
            number: account.number.to_string(),
            holder: account.holder.as_str().to_owned(),
        }
    }
}

impl TryFrom<SealedAccount> for BankAccount {
    type Error = Failure;

    fn try_from(sealed: SealedAccount) -> Result<Self, Failure> {
        let SealedAccount { bank, branch, kind, number, holder } = sealed;
        let account = || {
            Some(Self {
                bank: BankCode::parse(&bank).ok()?,
                branch: BranchCode::parse(&branch).ok()?,
                kind: AccountKind::parse(&kind).ok()?,
                number: AccountNumber::parse(&number).ok()?,
                holder: PayeeKana::from_half_width(&holder).ok()?,
            })
        };
        account().ok_or(Failure::Vault("the sealed bank account is not one"))
    }
}
