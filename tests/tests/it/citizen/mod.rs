//! The families' face over HTTP, against a real database: what a family can do, what it sees, and what it cannot learn of others.
//!
//! `payments` drives a town with classes; `claims` two cities that repay, with families and staff over HTTP; `owners` asks every operation of the
//! document as its owner, as another family and as nobody.

mod bureau;
mod claims;
mod payments;
