//! All SQL of payments: holds, captures and releases. The money stands in the books.

mod captures;
mod holds;
mod offers;
mod proof;
mod releases;

pub(super) use captures::{find_receipt_in_tx, insert_captures_in_tx, list_receipts_in_tx};
pub(super) use holds::{
    By, find_hold_in_tx, find_spot_in_tx, hold_state, insert_holds_in_tx, list_holds_of_codes_in_tx, list_open_of_family_in_tx, list_sources_in_tx,
};
pub(super) use offers::{list_takers_in_tx, offers_in_tx};
pub(super) use proof::{find_astray_in_tx, find_hold_difference_in_tx, find_receipt_difference_in_tx, find_refund_difference_in_tx, find_unrecorded_in_tx};
pub(super) use releases::{PartOfHold, Released, insert_releases_in_tx, list_expired_in_tx, list_parts_in_tx, list_parts_of_holds_in_tx};
