//! The integration tests: one binary, so that it links once. A module's comment says what it shows and how.

mod architecture;
mod books;
mod claims;
mod embedded;
mod jobs;
mod month;
mod people;
mod test_database;
