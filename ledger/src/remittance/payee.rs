//! Where payees are paid: opens their sealed accounts and asks whether a bank would take them.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::plan::{PayTo, PayeeKind};
use super::repo::{self, StoredAccount};
use crate::bank::account::{BankAccount, Written};
use crate::bank::directory::{self, Scope};
use crate::error::Failure;
use crate::ids::{FamilyId, MerchantId, Municipality, RemittanceId};
use crate::merchant::account;
use crate::people::account as family;
use crate::refusal::Refusal as _;
use crate::vault::{DataKey, KeyOwner, Place};
use crate::{Ledger, Tx};

/// A family's account as it is sealed with the roster.
#[derive(serde::Deserialize)]
struct OfFamily {
    bank: String,
    branch: String,
    kind: String,
    number: String,
    holder: String,
}

/// Whose account it is.
pub(super) type Owner = (PayeeKind, Uuid);

fn key_owner((kind, id): Owner) -> KeyOwner {
    match kind {
        PayeeKind::Merchant => KeyOwner::Merchant(MerchantId::new(id)),
        PayeeKind::Family => KeyOwner::Family(FamilyId::new(id)),
    }
}

fn open((kind, id): Owner, stored: &StoredAccount, key: &DataKey) -> Result<BankAccount, Failure> {
    let sealed = stored.sealed.as_slice();
    match kind {
        PayeeKind::Merchant => account::open(key, MerchantId::new(id), sealed),
        PayeeKind::Family if stored.since_on.is_none() => {
            let number = i16::try_from(stored.number).map_err(|_| Failure::inconsistent("remittance_lines", "an account of no family"))?;
            family::open(key, (FamilyId::new(id), number), sealed)
        }
        PayeeKind::Family => {
            let place = Place::new("family_bank_accounts", "account", id).edition(stored.number, stored.since_on.unwrap_or_default());
            let OfFamily { bank, branch, kind, number, holder } = key.open_json(place, sealed)?;
            let written = Written { bank: &bank, branch: &branch, kind: &kind, number: &number, holder: &holder };
            BankAccount::parse(written).map_err(|_| Failure::Vault("the sealed account is not one"))
        }
    }
}

impl Ledger {
    /// Opens payees' accounts, in the order given.
    pub(super) async fn open_accounts_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        stored: &[(Owner, &StoredAccount)],
    ) -> Result<Vec<BankAccount>, Failure> {
        let keys = self.list_vault_keys_of_in_tx(tx, municipality, stored.iter().map(|(owner, _)| key_owner(*owner))).await?;
        let key = |owner| keys.get(&key_owner(owner)).ok_or(Failure::Vault("the payee's key is gone"));
        stored.iter().map(|&(owner, account)| open(owner, account, key(owner)?)).collect()
    }

    /// The accounts that these lines of a file were paid to, by number.
    pub(crate) async fn accounts_of_lines_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        remittance: RemittanceId,
        numbers: &[i32],
    ) -> Result<BTreeMap<i32, BankAccount>, Failure> {
        let lines = repo::list_file_lines_in_tx(tx, municipality, remittance, Some(numbers)).await?;
        let stored: Vec<_> = lines.iter().map(|line| ((line.kind, line.owner), &line.account)).collect();
        let accounts = self.open_accounts_in_tx(tx, municipality, &stored).await?;
        Ok(lines.iter().map(|line| line.number).zip(accounts).collect())
    }

    /// Stored accounts, each with what keeps a bank from taking it, in the order given.
    pub(super) async fn pay_to_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        stored: &[(Owner, &StoredAccount)],
        scope: Scope,
    ) -> Result<Vec<PayTo>, Failure> {
        let accounts = self.open_accounts_in_tx(tx, municipality, stored).await?;
        let pay_to = |(account, stored): (BankAccount, &StoredAccount)| {
            let index = account::index(&self.vault, municipality, &account);
            let account = judge(account, scope);
            PayTo { number: stored.number, since_on: stored.since_on, index, approved_at: stored.approved_at, returned_at: None, account }
        };
        Ok(accounts.into_iter().zip(stored.iter().map(|(_, stored)| *stored)).map(pay_to).collect())
    }
}

/// Whether bank and branch exist today: a branch may have closed since the account was approved.
fn judge(account: BankAccount, scope: Scope) -> Result<BankAccount, (&'static str, String)> {
    if let Some(error) = account.unreachable().into_iter().next() {
        return Err((error.code(), error.to_string()));
    }
    if scope == Scope::Training && !account.bank.as_str().starts_with("999") {
        return Err(("account_not_training", "a training city pays into banks 9990 to 9998 only".to_owned()));
    }
    directory::of_account(&account, scope).map_err(|error| (error.code(), error.to_string()))?;
    Ok(account)
}
