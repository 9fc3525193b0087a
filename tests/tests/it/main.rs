//! The integration tests: one binary, so that it links once. A module's comment says what it shows and how.

mod architecture;
mod books;
mod citizen;
mod cli;
mod demo;
mod documents;
mod embedded;
mod merchant_api;
mod month;
mod payments;
mod people;
mod program;
mod rehearsal;
mod test_database;
