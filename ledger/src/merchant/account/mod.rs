//! Where a merchant is paid: parsed, checked against the directory, sealed under the merchant's key, found again by a blind index.

pub(crate) mod repo;
mod reveal;

pub use reveal::MerchantAccount;

use serde::{Deserialize, Serialize};

use super::error::Rejected;
use crate::bank::account::{BankAccount, Written};
use crate::bank::directory::{self, Scope, Unpayable};
use crate::error::Failure;
use crate::ids::{MerchantId, Municipality};
use crate::vault::{DataKey, Place, Vault};

/// An account as it is sealed.
#[derive(Serialize, Deserialize)]
struct Sealed {
    bank: String,
    branch: String,
    kind: String,
    number: String,
    holder: String,
}

/// Reads an account from what somebody wrote and asks whether money may be sent there.
pub fn check(written: Written<'_>, scope: Scope) -> Result<BankAccount, Rejected> {
    directory::payable(written, scope).map_err(|why| match why {
        Unpayable::Account(errors) => Rejected::Account(errors),
        Unpayable::NotTraining(bank) => Rejected::NotTraining(bank.to_string()),
        Unpayable::Directory(error) => Rejected::Directory(error),
    })
}

const fn place(merchant: MerchantId) -> Place {
    Place::new("merchant_bank_accounts", "sealed", merchant.uuid())
}

/// Seals an account under the merchant's key.
pub fn seal(key: &DataKey, merchant: MerchantId, account: &BankAccount) -> Result<Vec<u8>, Failure> {
    let sealed = Sealed {
        bank: account.bank.to_string(),
        branch: account.branch.to_string(),
        kind: account.kind.digit().to_string(),
        number: account.number.to_string(),
        holder: account.holder.to_string(),
    };
    key.seal_json(place(merchant), &sealed)
}

/// What [`seal`] sealed.
pub fn open(key: &DataKey, merchant: MerchantId, sealed: &[u8]) -> Result<BankAccount, Failure> {
    let Sealed { bank, branch, kind, number, holder } = key.open_json(place(merchant), sealed)?;
    let written = Written { bank: &bank, branch: &branch, kind: &kind, number: &number, holder: &holder };
    BankAccount::parse(written).map_err(|_| Failure::Vault("the sealed account is not one"))
}

/// The blind index of an account: equal bank, branch, kind, number and kana have equal indexes, so that they share one bank line.
#[must_use]
pub fn index(vault: &Vault, municipality: Municipality, account: &BankAccount) -> [u8; 32] {
    let text = format!("{}-{}-{}-{}-{}", account.bank, account.branch, account.kind.digit(), account.number, account.holder);
    vault.index(municipality, "bank account", &text)
}
