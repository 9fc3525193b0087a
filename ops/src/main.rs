//! The one binary. Everything it can do is in `ops::cli`.

use std::process::ExitCode;

use clap::Parser as _;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    ops::cli::Cli::parse().run().await
}
