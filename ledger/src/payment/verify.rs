//! Proves what stands beside the books of payments: what became of each hold, each receipt, and each refund.

use super::repo;
use crate::Tx;
use crate::error::Failure;
use crate::ids::Municipality;

/// The first difference of each kind between the states of payments and the transfers.
pub(crate) async fn find_differences_in_tx(tx: &mut Tx<'_>, municipality: Municipality) -> Result<Vec<String>, Failure> {
    let mut differences = Vec::new();
    if let Some(hold) = repo::find_hold_difference_in_tx(tx, municipality).await? {
        differences.push(format!("{hold}: what became of the hold is not what its transfers say"));
    }
    if let Some(receipt) = repo::find_receipt_difference_in_tx(tx, municipality).await? {
        differences.push(format!("{receipt}: the receipt is not what its hold and its transfer say"));
    }
    if let Some(refund) = repo::find_refund_difference_in_tx(tx, municipality).await? {
        differences.push(format!("{refund}: the refund is not what its transfers say"));
    }
    if let Some(hold) = repo::find_astray_in_tx(tx, municipality).await? {
        differences.push(format!("{hold}: something of the hold came back to an account that it did not come from"));
    }
    if let Some(entry) = repo::find_unrecorded_in_tx(tx, municipality).await? {
        differences.push(format!("{entry}: no hold, receipt, release or refund knows of this entry"));
    }
    Ok(differences)
}
