//! All SQL of bank statements and matches.

mod candidates;
mod lines;
mod matches;
mod statements;

pub use candidates::{list_open_funds_in_tx, list_paid_lines_in_tx, list_sent_in_tx, list_unmatched_debits_in_tx};
pub use lines::{count_unmatched_in_tx, find_line_in_tx, list_report_in_tx, list_unmatched_in_tx};
pub use matches::{NewMatch, NewProposal, WaitingReturn, find_proposal_in_tx, insert_matches_in_tx, insert_proposals_in_tx, list_waiting_in_tx};
pub use statements::{NewImport, NewLine, find_file_in_tx, find_last_in_tx, get_balance_before_in_tx, insert_in_tx, list_known_in_tx};
