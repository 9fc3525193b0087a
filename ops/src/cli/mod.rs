//! The command line: arguments in, one document or readable lines out.
//!
//! Exit codes: 0 done, 1 refused (or failed), 2 wrong use.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use ledger::Ledger;

pub mod bank;
mod bar;
pub mod bench;
pub mod books;
pub mod city;
pub mod claim;
pub mod cover;
pub mod demo;
pub mod family;
pub mod jobs;
pub mod letter;
pub mod merchant;
pub mod month;
pub mod office;
pub mod output;
pub mod paper;
pub mod rehearse;
pub mod roster;
pub mod scheme;
pub mod serve;
pub mod staff;
pub mod till;

use output::{Exit, Output};
use process::app::App;

/// Connections of a command that runs alone.
const CONNECTIONS: u32 = 4;

/// Electronic vouchers and subsidies on one double-entry ledger.
#[derive(Debug, Parser)]
#[command(name = "hagukumi", version, arg_required_else_help = true)]
pub struct Cli {
    /// Print one JSON document on stdout; messages go to stderr.
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a scheme file, or quote what a scheme pays in a case.
    #[command(subcommand)]
    Scheme(scheme::Command),
    /// Rehearse a whole month on a private database, with a simulated clock.
    Rehearse(rehearse::Arguments),
    /// Serve families and merchants until told to stop.
    Serve(serve::Arguments),
    /// Measure the ledger on a database of its own, and derive the books afterwards.
    Bench(bench::Arguments),
    /// Make the certificates of the private line between the merchants' face and the Till.
    TillCertificates(till::Arguments),
    /// Serve training cities on this machine, with something to try.
    Demo(demo::Arguments),
    #[command(flatten)]
    OnBooks(OnBooks),
}

/// Commands on the city's own books.
#[derive(Debug, Subcommand)]
enum OnBooks {
    /// Preview or import a roster (対象者名簿), as a member of staff.
    #[command(subcommand)]
    Roster(roster::Command),
    /// Run the jobs that are due, or look at them.
    #[command(subcommand)]
    Jobs(jobs::Command),
    /// Budgets, grants, families: as a member of staff.
    City(city::Arguments),
    /// Letters with the activation code.
    Letter(letter::Arguments),
    /// Booklets of paper tickets, and cards.
    Paper(paper::Arguments),
    /// Merchants: applications, decisions, accounts, desks.
    Merchant(merchant::Arguments),
    /// Where families are paid.
    Family(family::Arguments),
    /// Claims (償還払い): taken in, examined, decided, asked back.
    Claim(claim::Arguments),
    /// Statements, and the close of a month.
    Month(month::Arguments),
    /// Remittances, bank statements, returns.
    Bank(bank::Arguments),
    /// Accounts of staff, and the audit log.
    #[command(subcommand)]
    Staff(staff::Command),
    /// Print how much each merchant could tell from the mere fact that a family pays by code. For the city only.
    Cover(cover::Arguments),
    /// Print the trial balance (試算表).
    TrialBalance(books::Scope),
    /// Derive every balance and state from the transfers alone, and report the first difference.
    Verify(books::Scope),
    /// Write the books for another program.
    #[command(subcommand)]
    Export(books::Export),
}

impl Cli {
    /// Runs the command and tells how it ended.
    pub async fn run(self) -> ExitCode {
        let output = Output::new(self.json);
        let exit = match self.command {
            Command::Scheme(command) => scheme::run(command, &output),
            Command::Rehearse(arguments) => rehearse::run(arguments, &output).await,
            Command::Bench(arguments) => bench::run(arguments, &output).await,
            Command::OnBooks(command) => Box::pin(command.run(&output)).await,
            Command::Serve(arguments) => serve::run(arguments, &output).await,
            Command::TillCertificates(arguments) => till::run(&arguments, &output),
            Command::Demo(arguments) => demo::run(arguments, &output).await,
        };
        match exit {
            Ok(Exit::Done) => ExitCode::SUCCESS,
            Ok(Exit::Refused) => ExitCode::from(1),
            Err(failure) => {
                // With a closed stdout nothing can be said there; the exit code stands.
                let _ = output.refuse(format_args!("hagukumi: {failure:#}"));
                ExitCode::from(1)
            }
        }
    }
}

impl Cli {
    /// Runs a command on books that are open already; one that opens its own is refused.
    pub async fn run_on(self, ledger: &Ledger) -> anyhow::Result<Exit> {
        match self.command {
            Command::OnBooks(command) => Box::pin(command.on(ledger, &Output::new(self.json))).await,
            Command::Scheme(_) | Command::Rehearse(_) | Command::Serve(_) | Command::Bench(_) | Command::TillCertificates(_) | Command::Demo(_) => {
                Ok(Exit::Refused)
            }
        }
    }
}

impl OnBooks {
    async fn run(self, output: &Output) -> anyhow::Result<Exit> {
        let app = App::open(CONNECTIONS).await?;
        let exit = Box::pin(self.on(&app.ledger, output)).await;
        app.close().await?;
        exit
    }

    async fn on(self, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
        match self {
            Self::Roster(command) => roster::run(command, ledger, output).await,
            Self::Jobs(command) => jobs::run(command, ledger, output).await,
            Self::City(arguments) => city::run(arguments, ledger, output).await,
            Self::Letter(arguments) => letter::run(arguments, ledger, output).await,
            Self::Paper(arguments) => paper::run(arguments, ledger, output).await,
            Self::Merchant(arguments) => merchant::run(arguments, ledger, output).await,
            Self::Family(arguments) => family::run(arguments, ledger, output).await,
            Self::Claim(arguments) => claim::run(arguments, ledger, output).await,
            Self::Month(arguments) => month::run(arguments, ledger, output).await,
            Self::Bank(arguments) => bank::run(arguments, ledger, output).await,
            Self::Staff(command) => staff::run(command, ledger, output).await,
            Self::Cover(arguments) => cover::run(arguments, ledger, output).await,
            Self::TrialBalance(scope) => books::trial_balance(scope, ledger, output).await,
            Self::Verify(scope) => books::verify(scope, ledger, output).await,
            Self::Export(command) => books::export(command, ledger, output).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn every_command_can_be_read() {
        Cli::command().debug_assert();
    }
}
