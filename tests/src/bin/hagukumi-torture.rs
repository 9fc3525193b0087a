//! Campaigns: what `cargo test` does on a small scale, for hours. Exit 0: all is well; 1: something was found; 2: wrong use.

use std::process::ExitCode;

use clap::Parser;

#[derive(Parser)]
#[command(name = "hagukumi-torture", about = "Campaigns of tests", arg_required_else_help = true)]
enum Torture {
    /// The same histories in worlds that differ in who pays: what merchants see must be the same, and planted leaks must be seen.
    TwoWorlds(tests::worlds::campaign::Arguments),
    /// A merchant that guesses from a rehearsed month of payments who is funded.
    Attacker(tests::attacker::campaign::Arguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    match Torture::parse() {
        Torture::TwoWorlds(arguments) => tests::worlds::campaign::run(&arguments).await,
        Torture::Attacker(arguments) => tests::attacker::campaign::run(&arguments).await,
    }
}
