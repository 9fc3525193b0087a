//! The books and the rules: a library, no HTTP, no HTML.

pub mod money;
pub mod scheme;
pub mod time;
