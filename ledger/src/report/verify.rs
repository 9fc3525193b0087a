//! Proves the books from the transfers alone: every balance, and every state that stands beside them.

use serde::Serialize;

use crate::books::{Event, Kind, TrialBalance, repo};
use crate::error::Failure;
use crate::ids::Municipality;
use crate::money::Yen;
use crate::{Ledger, claim, paper, payment, seal};

/// What a proof found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Journal entries looked at.
    pub entries: i64,
    /// Transfers looked at.
    pub transfers: i64,
    /// The first difference of each kind; none when the books prove themselves.
    pub differences: Vec<String>,
}

impl Ledger {
    /// Derives every balance and state of a municipality from its transfers and compares, in one snapshot.
    pub async fn verify(&self, municipality: Municipality) -> Result<Verified, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::begin_proof_in_tx(&mut tx).await?;
        let mut differences = Vec::new();
        let trial_balance = TrialBalance::new(repo::list_turnovers_in_tx(&mut tx, municipality).await?);
        differences.extend(trial_balance.unbalanced().map(|(unit, by)| format!("{unit}: debits and credits differ by {by}")));
        if let Some(entry) = repo::find_unsound_transfer_in_tx(&mut tx, municipality).await? {
            differences.push(format!("{entry}: a transfer names no account or entry, or mixes units"));
        }
        if let Some(entry) = repo::find_forgotten_command_in_tx(&mut tx, municipality).await? {
            differences.push(format!("{entry}: the command that posted it is not kept"));
        }
        if let Some(difference) = repo::find_balance_difference_in_tx(&mut tx, municipality).await? {
            let repo::Difference { account, derived, stored } = difference;
            differences.push(format!("{account}: the transfers give {derived}, stored is {stored}"));
        }
        differences.extend(payment::find_differences_in_tx(&mut tx, municipality).await?);
        differences.extend(paper::find_differences_in_tx(self, &mut tx, municipality).await?);
        differences.extend(claim::find_differences_in_tx(&mut tx, municipality).await?);
        differences.extend(seal::find_differences_in_tx(&mut tx, municipality).await?);
        if let Some(entitlement) = crate::entitlement::repo::find_difference_in_tx(&mut tx, municipality).await? {
            differences.push(format!("{entitlement}: the entitlement differs from its grant"));
        }
        let (entries, transfers) = repo::count_in_tx(&mut tx, municipality).await?;
        Ok(Verified { entries, transfers, differences })
    }

    /// The sum of all transfers of one kind of event, between accounts of the kinds given.
    pub async fn moved(&self, municipality: Municipality, event: Event, (debit, credit): (Option<Kind>, Option<Kind>)) -> Result<Yen, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::begin_proof_in_tx(&mut tx).await?;
        repo::sum_moved_in_tx(&mut tx, municipality, event, (debit, credit)).await
    }
}
