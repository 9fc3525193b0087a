//! Cities that do not exist: months rehearsed from the roster to the bank's statement, the demo's training cities, the benchmarks.
//!
//! Nothing but the command line and the tests depends on it.

pub mod bench;
pub mod demo;
pub mod rehearse;
