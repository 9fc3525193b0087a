//! `hagukumi roster`: look at a roster file, or import it.
//!
//! A file that is refused ends with exit code 1. Lines that are refused are listed, and the rest is imported: exit code 0.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::staff::Action;
use office::actions::rosters;
use office::{Acting, Refused};
use serde::Serialize;

use super::bar::Bar;
use super::office::{Office, Who, read, refuse};
use super::output::{Exit, Output};

/// Rosters of those whom the city knows.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Tell what a roster would change; nothing is written but that somebody looked.
    Preview(Named),
    /// Import a roster. Safe to repeat: the same file again changes nothing.
    Import(Named),
}

/// Who, and which file.
#[derive(Debug, Args)]
pub struct Named {
    #[command(flatten)]
    who: Who,
    /// The roster, a CSV in UTF-8 or CP932.
    file: PathBuf,
}

/// Runs the command as the member of staff who is named.
///
/// # Errors
/// If the file cannot be read or the database fails. A refused file is [`Exit::Refused`].
pub async fn run(command: Command, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let (Command::Preview(Named { who, file }) | Command::Import(Named { who, file })) = &command;
    let Some(office) = Office::open(who.clone(), ledger, output).await? else { return Ok(Exit::Refused) };
    let bytes = read(file).await?;
    let bar = Bar::new();
    let acted = match &command {
        Command::Preview(_) => office.act(Action::PreviewRoster, None, async |by| rosters::preview_roster(by, &bytes).await).await,
        Command::Import(_) => {
            let imported = async |by: &Acting| rosters::import_roster(by, &bytes, &mut |progress| bar.hear(progress)).await;
            office.act(Action::ImportRoster, None, imported).await
        }
    };
    match acted {
        Ok(report) => {
            output.answer(&report, &report)?;
            Ok(Exit::Done)
        }
        Err(Refused::Failed(failure)) => Err(failure).context("the roster was not imported"),
        Err(Refused::Denied(denied)) => refuse(output, denied.code(), denied),
        Err(refused) => {
            output.answer(&Refusal { file_refused: true, code: refused.code(), reason: refused.to_string() }, &refused)?;
            Ok(Exit::Refused)
        }
    }
}

/// A refused file as a document.
#[derive(Debug, Serialize)]
struct Refusal {
    file_refused: bool,
    code: &'static str,
    reason: String,
}
