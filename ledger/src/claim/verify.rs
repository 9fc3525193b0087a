//! Proves what stands beside the books of claims.

use super::repo::proof;
use crate::Tx;
use crate::error::Failure;
use crate::ids::Municipality;

/// The first difference of each kind between claims and the transfers.
pub(crate) async fn find_differences_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Vec<String>, Failure> {
    let mut differences = Vec::new();
    if let Some(claim) = proof::find_claim_difference_in_tx(tx, municipality).await? {
        differences.push(format!("{claim}: what the claim has set aside or paid is not what its transfers say"));
    }
    if let Some(account) = proof::find_stray_account_in_tx(tx, municipality).await? {
        differences.push(format!("{account}: money is set aside for a claim that does not exist"));
    }
    if let Some(clawback) = proof::find_clawback_difference_in_tx(tx, municipality).await? {
        differences.push(format!("{clawback}: the clawback is not what its claim and its transfer say"));
    }
    if let Some(entry) = proof::find_unrecorded_in_tx(tx, municipality).await? {
        differences.push(format!("{entry}: no step of a claim knows this entry"));
    }
    Ok(differences)
}
