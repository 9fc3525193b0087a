//! What leaves the books for others to check: an hledger journal and CSV tables. Reads, never writes; opaque ids only.

pub mod csv;
mod hledger;
mod repo;
