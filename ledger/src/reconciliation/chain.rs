//! Whether a bank statement continues the one before: known lines first, then new ones, and the balances form one chain. Pure.

use super::error::Rejected;
use crate::bank::meisai::Flow;
use crate::money::{Overflow, Yen};

/// What the chain needs to know of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    /// Its record in the file.
    pub(super) record: usize,
    /// Credit or debit.
    pub(super) flow: Flow,
    /// Its amount.
    pub(super) amount: Yen,
    /// Whether an earlier file brought it.
    pub(super) known: bool,
}

/// How many lines at the head of a file are known, and the balance after them.
///
/// # Errors
/// `Overlap` when a known line stands behind a new one; `Gap` when the balance before the first new line is not `expected`.
pub(super) fn known_head(opening: Yen, expected: Yen, links: &[Link]) -> Result<(usize, Yen), ChainError> {
    let head = links.iter().take_while(|link| link.known).count();
    if let Some(link) = links.iter().skip(head).find(|link| link.known) {
        return Err(ChainError::Rejected(Rejected::Overlap { record: link.record }));
    }
    let found = links.iter().take(head).try_fold(opening, |balance, link| match link.flow {
        Flow::Credit => balance.plus(link.amount),
        Flow::Debit => balance.minus(link.amount),
    })?;
    if found == expected { Ok((head, found)) } else { Err(ChainError::Rejected(Rejected::Gap { expected, found })) }
}

/// The chain is broken, or its amounts leave their range.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ChainError {
    /// It is broken.
    #[error(transparent)]
    Rejected(Rejected),
    /// An amount left its range.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(record: usize, amount: i64, known: bool) -> Link {
        let flow = if amount > 0 { Flow::Credit } else { Flow::Debit };
        Link { record, flow, amount: Yen::new(amount.abs()), known }
    }

    #[test]
    fn known_lines_lead_up_to_the_balance_of_the_last_import() {
        let links = [link(2, 300, true), link(3, -100, true), link(4, 5, false)];
        assert_eq!(known_head(Yen::new(1_000), Yen::new(1_200), &links), Ok((2, Yen::new(1_200))));
    }

    #[test]
    fn a_gap_says_what_was_expected_and_what_was_found() {
        let refused = known_head(Yen::new(1_000), Yen::new(999), &[link(2, 5, false)]);
        assert_eq!(refused, Err(ChainError::Rejected(Rejected::Gap { expected: Yen::new(999), found: Yen::new(1_000) })));
    }

    #[test]
    fn a_known_line_behind_a_new_one_is_refused() {
        let links = [link(2, 300, false), link(3, -100, true)];
        assert_eq!(known_head(Yen::ZERO, Yen::ZERO, &links), Err(ChainError::Rejected(Rejected::Overlap { record: 3 })));
    }
}
