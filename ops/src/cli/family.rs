//! `hagukumi family`: where families are paid. A bank account comes from a file: it does not belong into a shell's history.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::ids::FamilyId;
use ledger::staff::Action;
use office::Acting;
use office::actions::families;

use super::merchant::{Changed, file};
use super::office::{Office, Who};
use super::output::{Exit, Output};

/// Accounts that one list shows.
const LIST_MAX: i64 = 500;

/// Who, and what.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(flatten)]
    who: Who,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the bank accounts that wait for a second person.
    Accounts,
    /// Take in a form on paper from a TOML file: `[account]`.
    RegisterAccount {
        /// The family.
        family: FamilyId,
        /// The file.
        file: PathBuf,
    },
    /// Approve an account, as a second person who has called back; the reason says whom.
    ApproveAccount {
        /// The family.
        family: FamilyId,
        /// Which account was seen.
        #[arg(long)]
        number: i16,
    },
    /// Refuse an account.
    RefuseAccount {
        /// The family.
        family: FamilyId,
        /// Which account was seen.
        #[arg(long)]
        number: i16,
        /// What the family reads.
        #[arg(long)]
        message: String,
    },
}

/// Runs the command as the member of staff who is named.
pub async fn run(arguments: Arguments, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(office) = Office::open(arguments.who, ledger, output).await? else { return Ok(Exit::Refused) };
    match arguments.command {
        Command::Accounts => office.run(Action::ListFamilyAccounts, None, async |by| families::list_family_accounts(by, None, LIST_MAX).await).await,
        Command::RegisterAccount { family, file: path } => {
            let Changed { account } = file(&path).await?;
            let registered = async |by: &Acting| families::register_family_account(by, family, &account).await;
            office.run(Action::RegisterFamilyAccount, Some(&family), registered).await
        }
        Command::ApproveAccount { family, number } => {
            let approved = async |by: &Acting| families::approve_family_account(by, family, number).await;
            office.run(Action::ApproveFamilyAccount, Some(&family), approved).await
        }
        Command::RefuseAccount { family, number, message } => {
            let refused = async |by: &Acting| families::refuse_family_account(by, family, number, &message).await;
            office.run(Action::RefuseFamilyAccount, Some(&family), refused).await
        }
    }
}
