//! People: rosters, families, guardians, children, and who is eligible.
//!
//! Personal data is sealed under the family's key as soon as it is read; the rest of the program knows opaque ids. What a roster says
//! is never edited: it holds from a day on, until a later line says otherwise.

pub mod person;
pub mod roster;

pub use person::{ChildFacts, Person};
