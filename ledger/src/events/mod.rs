//! The posting rules: one pure function for each business event, from facts to transfers. No `if` on money elsewhere.

pub mod bank;
pub mod budget;
pub mod claim;
pub mod grant;
pub mod own_money;
pub mod payment;
pub mod payout;
pub mod refund;
