//! The command line of the one binary `hagukumi`.

pub mod cli;
