//! Closing: a statement month, a calendar month, a fiscal year.
//!
//! What is closed stays closed: a mistake in it is corrected in the open month.

mod month;
mod statements;
mod year;

pub use month::Checklist;
