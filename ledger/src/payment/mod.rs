//! Payments.
pub mod split;
