//! The integration tests: one binary, so that it links once. A module's comment says what it shows and how.

mod architecture;
mod books;
mod citizen;
mod console;
mod demo;
mod documents;
mod embedded;
mod merchant_api;
mod month;
mod people;
mod staff;
mod test_database;
