//! What is read over several areas, for people and for proofs: budgets, exports, and the proof of the books. It writes nothing.

pub mod budgets;
pub mod export;
mod repo;
mod verify;

pub use budgets::Budget;
pub use verify::Verified;
