//! The posting rule of each business event: pure functions from facts to transfers. No SQL, no clock.

pub mod bank;
pub mod budget;
pub mod payout;
//! The posting rules: one pure function for each business event, from facts to transfers. No `if` on money elsewhere.

pub mod grant;
pub mod payment;
pub mod refund;
