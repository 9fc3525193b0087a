//! The program once more, for the tests: cargo builds the binaries of a test's own package and tells the test where they are, and no other's.
//! It is `ops/src/main.rs`: everything it can do is in `ops::cli`.

use std::process::ExitCode;

use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    ops::cli::Cli::parse().run().await
}
