//! Personal data, opened for staff who say why. Callers write the reveal down before they show it: see `staff::audit`.

use serde::Serialize;

use super::{open, repo};
use crate::Ledger;
use crate::bank::account::BankAccount;
use crate::error::Failure;
use crate::ids::{MerchantId, Municipality};
use crate::time::Instant;
use crate::vault::KeyOwner;

/// An account that a merchant is or was paid to, or that waits.
#[derive(Clone, Serialize)]
pub struct MerchantAccount {
    /// 1, 2, 3 …
    pub number: i16,
    /// Bank, four digits.
    pub bank: String,
    /// Branch, three digits.
    pub branch: String,
    /// 預金種目.
    pub kind: String,
    /// Seven digits.
    pub account_number: String,
    /// Its holder in kana.
    pub holder: String,
    /// Who took it in.
    pub applied_by: String,
    /// When it was approved; none while it waits.
    pub approved_at: Option<Instant>,
}

impl std::fmt::Debug for MerchantAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MerchantAccount").field("number", &self.number).finish_non_exhaustive()
    }
}

impl Ledger {
    /// The bank accounts of a merchant, newest first.
    pub async fn reveal_merchant_accounts(&self, municipality: Municipality, merchant: MerchantId) -> Result<Vec<MerchantAccount>, Failure> {
        let mut tx = self.pool.begin().await?;
        let rows = repo::list_accounts_in_tx(&mut tx, municipality, merchant).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let key = self.find_vault_key_of_in_tx(&mut tx, municipality, KeyOwner::Merchant(merchant)).await?;
        let key = key.ok_or(Failure::Vault("the merchant's key is gone"))?;
        let opened = rows.into_iter().map(|row| Ok(shown(&open(&key, merchant, &row.sealed)?, &row)));
        opened.collect()
    }
}

fn shown(account: &BankAccount, row: &repo::AccountRow) -> MerchantAccount {
    MerchantAccount {
        number: row.number,
        bank: account.bank.to_string(),
        branch: account.branch.to_string(),
        kind: account.kind.digit().to_string(),
        account_number: account.number.to_string(),
        holder: account.holder.as_str().to_owned(),
        applied_by: row.applied_by.clone(),
        approved_at: row.approved_at,
    }
}
