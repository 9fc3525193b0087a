//! `hagukumi letter`: the letters with which families sign in first.

use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::ids::FamilyId;
use ledger::staff::Action;
use office::Acting;
use office::actions::letters;

use super::office::{Office, Who};
use super::output::{Exit, Output};
use super::paper::PrintTo;

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
    /// Tell how many families wait for a letter.
    Waiting,
    /// Print the letter of one family.
    Print {
        /// The family.
        family: FamilyId,
        #[command(flatten)]
        to: PrintTo,
    },
    /// Print the letters that wait, none of a protected family.
    PrintNext {
        /// How many at most, 1 to 200.
        most: i64,
        #[command(flatten)]
        to: PrintTo,
    },
    /// A letter was lost: put another activation code in force. Then print it.
    Renew {
        /// The family.
        family: FamilyId,
    },
    /// Record where a family's letters go.
    Deliver {
        /// The family.
        family: FamilyId,
        /// The address; none: to the registered one, of a protected family to none.
        address: Option<String>,
    },
}

/// Runs the command as the member of staff who is named.
pub async fn run(arguments: Arguments, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(office) = Office::open(arguments.who, ledger, output).await? else { return Ok(Exit::Refused) };
    match arguments.command {
        Command::Waiting => office.run(Action::CountLetters, None, letters::count_letters).await,
        Command::Print { family, to } => {
            let printed = async |by: &Acting| to.write(letters::print_letter(by, family, &to.public_host).await?).await;
            office.run(Action::PrintLetter, Some(&family), printed).await
        }
        Command::PrintNext { most, to } => {
            let printed = async |by: &Acting| to.write(letters::print_letters(by, most, &to.public_host).await?).await;
            office.run(Action::PrintLetters, None, printed).await
        }
        Command::Renew { family } => office.run(Action::RenewLetter, Some(&family), async |by| letters::renew_letter(by, family).await).await,
        Command::Deliver { family, address } => {
            let recorded = async |by: &Acting| letters::record_delivery_address(by, family, address.as_deref()).await;
            office.run(Action::RecordDelivery, Some(&family), recorded).await
        }
    }
}
