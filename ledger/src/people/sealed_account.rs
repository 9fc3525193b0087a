//! A bank account as it is sealed.

use serde::{Deserialize, Serialize};

use crate::bank::account::{AccountKind, AccountNumber, BankAccount, BankCode, BranchCode};
use crate::bank::kana::PayeeKana;
use crate::error::Failure;

foundation::shows_nothing!(SealedAccount);

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
