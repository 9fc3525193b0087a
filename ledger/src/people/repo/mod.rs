//! All SQL of people: sealed columns, blind indexes, ids and days. Nothing here can be read without the vault.

pub(super) mod eligibility;
pub(crate) mod guardianships;
pub(super) mod known;
pub(super) mod read;
pub(super) mod rosters;
pub(super) mod write;
