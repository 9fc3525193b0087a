//! `hagukumi family`: where families are paid. A bank account comes from a file: it does not belong into a shell's history.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::ids::FamilyId;
use ledger::staff::Action;

use super::merchant::{Changed, file};
use super::office::{Office, Who};
use super::output::{Exit, Output};
use office::routes::family_accounts::WaitingBody;

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

/// Runs the command on behalf of whoever is named.
pub async fn run(arguments: Arguments, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(office) = Office::open(arguments.who, ledger, output).await? else { return Ok(Exit::Refused) };
    let city = office.city;
    match arguments.command {
        Command::Accounts => {
            let waiting = async { Ok(ledger.list_family_accounts_waiting(city, None, LIST_MAX).await?.into_iter().map(WaitingBody::from).collect::<Vec<_>>()) };
            office.look(Action::ListFamilyAccounts, None, waiting).await
        }
        Command::RegisterAccount { family, file: path } => {
            let Changed { account } = file(&path).await?;
            let command = office.command(Action::RegisterFamilyAccount, &(family, &account));
            let registered = ledger.register_family_account(city, &command, family, account.written());
            office.run(Action::RegisterFamilyAccount, Some(family.to_string()), registered).await
        }
        Command::ApproveAccount { family, number } => {
            let command = office.command(Action::ApproveFamilyAccount, &(family, number));
            let approved = ledger.approve_family_account(city, &command, (family, number));
            office.run(Action::ApproveFamilyAccount, Some(family.to_string()), approved).await
        }
        Command::RefuseAccount { family, number, message } => {
            let command = office.command(Action::RefuseFamilyAccount, &(family, number, &message));
            let refused = ledger.refuse_family_account(city, &command, (family, number), &message);
            office.run(Action::RefuseFamilyAccount, Some(family.to_string()), refused).await
        }
    }
}
