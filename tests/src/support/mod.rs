//! Set-up that tests share, so that a test shows only what it is about.

pub mod cluster;
pub mod database;
