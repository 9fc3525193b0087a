//! The integration tests: one binary, so that it links once. A module's comment says what it shows and how.

mod access;
mod architecture;
mod aside;
mod bench;
mod blind;
mod books;
mod citizen;
mod citizen_paper;
mod claims;
mod cli;
mod demo;
mod documents;
mod embedded;
mod folders;
mod guardians;
mod jobs;
mod merchant_api;
mod month;
mod office;
mod paper;
mod payments;
mod people;
mod program;
mod rehearsal;
mod staff;
mod test_database;
