//! Where a payee is paid: opens the sealed account and asks whether a bank would take it.

use uuid::Uuid;

use super::plan::{PayTo, PayeeKind};
use super::repo::{self, StoredAccount};
use crate::bank::account::{BankAccount, Written};
use crate::bank::directory::{self, Scope};
use crate::error::Failure;
use crate::ids::{FamilyId, MerchantId, Municipality, RemittanceId};
use crate::merchant::account;
use crate::people::account as family;
use crate::vault::{KeyOwner, Place};
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

impl Ledger {
    /// Opens a payee's account.
    pub(super) async fn open_account_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        payee: (PayeeKind, Uuid),
        stored: &StoredAccount,
    ) -> Result<BankAccount, Failure> {
        let (kind, id) = payee;
        let sealed = stored.sealed.as_slice();
        let owner = match kind {
            PayeeKind::Merchant => KeyOwner::Merchant(MerchantId::new(id)),
            PayeeKind::Family => KeyOwner::Family(FamilyId::new(id)),
        };
        let key = self.find_vault_key_of_in_tx(tx, municipality, owner).await?.ok_or(Failure::Vault("the payee's key is gone"))?;
        match kind {
            PayeeKind::Merchant => account::open(&key, MerchantId::new(id), sealed),
            PayeeKind::Family if stored.since_on.is_none() => {
                let number = i16::try_from(stored.number).map_err(|_| Failure::inconsistent("remittance_lines", "an account of no family"))?;
                family::open(&key, (FamilyId::new(id), number), sealed)
            }
            PayeeKind::Family => {
                let place = Place::new("family_bank_accounts", "account", id).edition(stored.number, stored.since_on.unwrap_or_default());
                let OfFamily { bank, branch, kind, number, holder } = key.open_json(place, sealed)?;
                let written = Written { bank: &bank, branch: &branch, kind: &kind, number: &number, holder: &holder };
                BankAccount::parse(written).map_err(|_| Failure::Vault("the sealed account is not one"))
            }
        }
    }

    /// The account that a line of a file was paid to.
    pub(crate) async fn account_of_line_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        remittance: RemittanceId,
        number: i32,
    ) -> Result<BankAccount, Failure> {
        let line = repo::list_file_lines_in_tx(tx, municipality, remittance, Some(number)).await?.pop();
        let line = line.ok_or_else(|| Failure::inconsistent("remittance_lines", format!("{remittance} has no line {number}")))?;
        self.open_account_in_tx(tx, municipality, (line.kind, line.owner), &line.account).await
    }

    /// A stored account with what keeps a bank from taking it.
    pub(super) async fn pay_to_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        payee: (PayeeKind, Uuid),
        stored: &StoredAccount,
        scope: Scope,
    ) -> Result<PayTo, Failure> {
        let account = self.open_account_in_tx(tx, municipality, payee, stored).await?;
        let index = account::index(&self.vault, municipality, &account);
        let account = judge(account, scope);
        Ok(PayTo { number: stored.number, since_on: stored.since_on, index, approved_at: stored.approved_at, returned_at: None, account })
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
