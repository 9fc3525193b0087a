//! The posting rule of each business event: pure functions from facts to transfers. No SQL, no clock.

pub mod bank;
pub mod budget;
pub mod grant;
pub mod payment;
pub mod payout;
pub mod refund;
