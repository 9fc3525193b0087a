//! Proves paper: what each ticket and reservation holds, that nothing opens twice or after its end, and that no code was planted.

use super::card::Edition;
use super::repo::proof;
use crate::error::Failure;
use crate::ids::Municipality;
use crate::payment::aside::held_under;
use crate::{Ledger, Tx};

/// Open holds that are looked at together.
const CHUNK: i64 = 5_000;

/// The first difference of each kind.
pub(crate) async fn find_differences_in_tx(ledger: &Ledger, tx: &mut Tx<'_>, municipality: Municipality) -> Result<Vec<String>, Failure> {
    let mut differences = Vec::new();
    if let Some(hold) = proof::find_ticket_difference_in_tx(tx, municipality).await? {
        differences.push(format!("{hold}: the ticket is not what its booklet says"));
    }
    if let Some(hold) = proof::find_dead_and_open_in_tx(tx, municipality, ledger.clock.now()).await? {
        differences.push(format!("{hold}: paper that was printed again or given back still opens it"));
    }
    if let Some(booklet) = proof::find_printed_twice_in_tx(tx, municipality).await? {
        differences.push(format!("{booklet}: a ticket was printed again that had not been given back"));
    }
    if let Some(hold) = proof::find_unprinted_in_tx(tx, municipality).await? {
        differences.push(format!("{hold}: the hold is bound to no merchant and is no ticket"));
    }
    if let Some(receipt) = proof::find_captured_elsewhere_in_tx(tx, municipality).await? {
        differences.push(format!("{receipt}: the ticket was captured where it does not work"));
    }
    if let Some(hold) = proof::find_reservation_difference_in_tx(tx, municipality).await? {
        differences.push(format!("{hold}: the reservation is not what its card says"));
    }
    if let Some(hold) = proof::find_ambiguous_in_tx(tx, municipality).await? {
        differences.push(format!("{hold}: one code opens two holds"));
    }
    if let Some(planted) = find_planted_in_tx(ledger, tx, municipality).await? {
        differences.push(planted);
    }
    Ok(differences)
}

/// The first open hold of paper that another code opens than the one that this program prints.
async fn find_planted_in_tx(ledger: &Ledger, tx: &mut Tx<'_>, municipality: Municipality) -> Result<Option<String>, Failure> {
    let mut after = None;
    loop {
        let held = proof::list_open_in_tx(tx, municipality, (after, CHUNK)).await?;
        let Some(last) = held.last() else { return Ok(None) };
        after = Some(last.hold);
        let planted = held.iter().find(|held| {
            let printed = match held.card {
                None => ledger.ticket_code(held.hold).digest(),
                Some((card, edition, merchant, amount)) => held_under(&ledger.card_code(Edition { card, number: edition }), merchant, amount),
            };
            held.digest != printed
        });
        if let Some(held) = planted {
            return Ok(Some(format!("{}: it opens by another code than the one that is printed", held.hold)));
        }
    }
}
