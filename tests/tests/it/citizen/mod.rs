//! The families' face over HTTP, against a real database: what a family can do, what it sees, and what it cannot learn of others.
//!
//! `payments` and `home` drive a town with classes; `claims` two cities that repay, with families and staff over HTTP; `bank_account` where families are
//! paid; `sessions` phones and codes; `owners` asks every operation of the document as its owner, as another family and as nobody.

mod bank_account;
mod bureau;
mod claims;
mod home;
mod owners;
mod payments;
mod sessions;
