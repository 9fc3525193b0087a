//! `hagukumi letter`: the letters with which families sign in first.

use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::error::{Error, Failure};
use ledger::ids::FamilyId;
use ledger::people::letter::{Printed, Rejected};
use ledger::staff::Action;

use super::office::{Ending, Office, Who};
use super::output::{Exit, Output};
use super::paper::{PrintTo, Written, write};
use office::routes::letters::{self, WaitingBody};

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

/// Runs the command on behalf of whoever is named.
pub async fn run(arguments: Arguments, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(office) = Office::open(arguments.who, ledger, output).await? else { return Ok(Exit::Refused) };
    let (city, reason) = (office.city, office.reason());
    match arguments.command {
        Command::Waiting => {
            let waiting = async { Ok(WaitingBody::from(ledger.count_letters_waiting(city).await?)) };
            office.look(Action::CountLetters, None, waiting).await
        }
        Command::Print { family, to } => {
            let command = office.command(Action::PrintLetter, &(family, reason));
            let printed = async move { ledger.print_letter(city, &command, family).await };
            print(&office, Action::PrintLetter, Some(family.to_string()), printed, to).await
        }
        Command::PrintNext { most, to } => {
            let command = office.command(Action::PrintLetters, &(most, reason));
            let printed = async move { ledger.print_letters(city, &command, most).await };
            print(&office, Action::PrintLetters, None, printed, to).await
        }
        Command::Renew { family } => {
            let command = office.command(Action::RenewLetter, &(family, reason));
            office.run(Action::RenewLetter, Some(family.to_string()), ledger.renew_letter(city, &command, family)).await
        }
        Command::Deliver { family, address } => {
            let command = office.command(Action::RecordDelivery, &(family, &address, reason));
            let recorded = ledger.record_delivery_address(city, &command, family, address.as_deref());
            office.run(Action::RecordDelivery, Some(family.to_string()), recorded).await
        }
    }
}

fn print<'a>(
    office: &'a Office<'a>,
    action: Action,
    subject: Option<String>,
    printed: impl Future<Output = Result<Printed, Error<Rejected>>> + 'a,
    to: PrintTo,
) -> Ending<'a> {
    let written = async move {
        let printed = printed.await?;
        let page = letters::page(office.ledger, office.city, &printed, &to.public_host).await?;
        write(&to.out, &page).await.map_err(|error| Failure::inconsistent("print", format!("{error:#}")).into())
    };
    office.run::<Written, Rejected>(action, subject, written)
}
