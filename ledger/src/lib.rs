//! The books and the rules: a library, no HTTP, no HTML.

pub mod bank;
pub mod code;
pub mod money;
pub mod numbers;
pub mod time;
