//! `hagukumi bank`: remittances, the bank's statements, returns.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::ids::{BankLineId, RemittanceId};
use ledger::money::Yen;
use ledger::staff::Action;
use ledger::time::Month;
use office::Acting;
use office::actions::{bank, remittances};

use super::bar::Bar;
use super::office::{Office, Who, read, refuse};
use super::output::{Exit, Output};

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
    #[command(flatten)]
    Out(Out),
    #[command(flatten)]
    Back(Back),
}

/// Money out.
#[derive(Debug, Subcommand)]
enum Out {
    /// List remittances.
    Remittances,
    /// Prepare the remittance of a statement month.
    Prepare { month: Month },
    /// Show lines and stops of a remittance.
    Show { remittance: RemittanceId },
    /// Approve a remittance, as a second person.
    Approve { remittance: RemittanceId },
    /// Build the bank file and read it back.
    Build { remittance: RemittanceId },
    /// Write the bank file that was built.
    File {
        remittance: RemittanceId,
        /// Where to.
        #[arg(long)]
        out: PathBuf,
    },
    /// Say that a file was handed to the bank: it must be the one that was built.
    Sent {
        remittance: RemittanceId,
        /// The file.
        file: PathBuf,
    },
    /// Give a remittance up that was not sent.
    Cancel { remittance: RemittanceId },
}

/// The bank's side.
#[derive(Debug, Subcommand)]
enum Back {
    /// Import a bank statement (入出金取引明細), whole or not at all.
    Import {
        file: PathBuf,
        /// Of the very first statement: accept this opening balance though the books say another.
        #[arg(long)]
        accepted_opening_yen: Option<i64>,
    },
    /// Match lines: what is certain is posted, the rest waits for people.
    Match,
    /// Show the lines of some days, and how books and bank compare.
    Reconcile { from: NaiveDate, to: NaiveDate },
    #[command(flatten)]
    Return(Return),
    /// Say what a credit was: fund, top-up:fam_…, family-repays:fam_…, merchant-repays:mrc_….
    ExplainCredit { line: BankLineId, what: String },
    /// Say what a debit was: the bank's fee, or the total of a file.
    ExplainDebit {
        line: BankLineId,
        /// The file; a fee where none is given.
        #[arg(long)]
        remittance: Option<RemittanceId>,
    },
}

/// Payouts that come back.
#[derive(Debug, Subcommand)]
enum Return {
    /// List returns that wait for a second person.
    Returns,
    /// Propose that a credit is a line of a file come back.
    Propose { line: BankLineId, remittance: RemittanceId, number: i32 },
    /// Confirm a proposed return, as a second person.
    Confirm { line: BankLineId, remittance: RemittanceId, number: i32 },
    /// Say that none of the proposed returns is right.
    Reject { line: BankLineId },
    /// List lines that the bank said it will not pay, told before its debit, which wait for a second person.
    EarlyReturns,
    /// Enter what the bank said before its debit: a line of a file that was sent will not be paid.
    ProposeEarly { remittance: RemittanceId, number: i32 },
    /// Confirm it, as a second person: what the line was made of is open again, and the bank debits the rest.
    ConfirmEarly { remittance: RemittanceId, number: i32 },
    /// Say that the line is paid after all.
    RejectEarly { remittance: RemittanceId, number: i32 },
}

/// Runs the command as the member of staff who is named.
pub async fn run(arguments: Arguments, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(office) = Office::open(arguments.who, ledger, output).await? else { return Ok(Exit::Refused) };
    match arguments.command {
        Command::Out(command) => out(&office, command).await,
        Command::Back(command) => back(&office, command, output).await,
    }
}

async fn out(office: &Office<'_>, command: Out) -> anyhow::Result<Exit> {
    match command {
        Out::Remittances => office.run(Action::ListRemittances, None, remittances::list_remittances).await,
        Out::Prepare { month } => office.run(Action::PrepareRemittance, Some(&month), async |by| remittances::prepare_remittance(by, month).await).await,
        Out::Show { remittance } => office.run(Action::ShowRemittance, Some(&remittance), async |by| remittances::show_remittance(by, remittance).await).await,
        Out::Approve { remittance } => {
            office.run(Action::ApproveRemittance, Some(&remittance), async |by| remittances::approve_remittance(by, remittance).await).await
        }
        Out::Build { remittance } => {
            office.run(Action::BuildRemittance, Some(&remittance), async |by| remittances::build_remittance(by, remittance).await).await
        }
        Out::File { remittance, out } => write(office, remittance, &out).await,
        Out::Sent { remittance, file } => {
            let sha256 = sha256(&read(&file).await?);
            office.run(Action::SendRemittance, Some(&remittance), async |by| remittances::send_remittance(by, remittance, &sha256).await).await
        }
        Out::Cancel { remittance } => {
            office.run(Action::CancelRemittance, Some(&remittance), async |by| remittances::cancel_remittance(by, remittance).await).await
        }
    }
}

/// The file is written once the row stands in the log that says who has it.
async fn write(office: &Office<'_>, remittance: RemittanceId, to: &Path) -> anyhow::Result<Exit> {
    let mut bytes = Vec::new();
    let built = async |by: &Acting| {
        let file = remittances::download_remittance(by, remittance).await?;
        bytes = file.bytes;
        Ok(file.body)
    };
    let exit = office.run(Action::DownloadRemittance, Some(&remittance), built).await?;
    if exit == Exit::Done {
        tokio::fs::write(to, bytes).await.with_context(|| format!("cannot write {}", to.display()))?;
    }
    Ok(exit)
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    std::array::from_fn(|at| digest.as_ref().get(at).copied().unwrap_or(0))
}

async fn back(office: &Office<'_>, command: Back, output: &Output) -> anyhow::Result<Exit> {
    match command {
        Back::Import { file, accepted_opening_yen } => {
            let (file, opening) = (read(&file).await?, accepted_opening_yen.map(Yen::new));
            office.run(Action::ImportBankStatement, None, async |by| bank::import_bank_statement(by, &file, opening).await).await
        }
        Back::Match => {
            let bar = Bar::new();
            office.run(Action::MatchBankLines, None, async |by| bank::match_bank_lines(by, &mut |progress| bar.hear(progress)).await).await
        }
        Back::Reconcile { from, to } => {
            office.run(Action::ShowBankLines, Some(&format_args!("{from}/{to}")), async |by| bank::show_bank_lines(by, (from, to)).await).await
        }
        Back::ExplainCredit { line, what } => {
            let Some(what) = bank::credit(&what) else {
                return refuse(output, "credit", "write fund, top-up:fam_…, family-repays:fam_… or merchant-repays:mrc_…");
            };
            office.run(Action::ExplainCredit, Some(&line), async |by| bank::explain_credit(by, line, what).await).await
        }
        Back::ExplainDebit { line, remittance } => {
            office.run(Action::ExplainDebit, Some(&line), async |by| bank::explain_debit(by, line, remittance).await).await
        }
        Back::Return(command) => returned(office, command).await,
    }
}

async fn returned(office: &Office<'_>, command: Return) -> anyhow::Result<Exit> {
    match command {
        Return::Returns => office.run(Action::ShowBankLines, None, bank::list_returns).await,
        Return::Propose { line, remittance, number } => {
            office.run(Action::ProposeReturn, Some(&line), async |by| bank::propose_return(by, line, (remittance, number)).await).await
        }
        Return::Confirm { line, remittance, number } => {
            office.run(Action::ConfirmReturn, Some(&line), async |by| bank::confirm_return(by, line, (remittance, number)).await).await
        }
        Return::Reject { line } => office.run(Action::RejectReturn, Some(&line), async |by| bank::reject_returns(by, line).await).await,
        Return::EarlyReturns => office.run(Action::ShowBankLines, None, bank::list_early_returns).await,
        Return::ProposeEarly { remittance, number } => {
            office.run(Action::ProposeReturn, Some(&remittance), async |by| bank::propose_early_return(by, (remittance, number)).await).await
        }
        Return::ConfirmEarly { remittance, number } => {
            office.run(Action::ConfirmReturn, Some(&remittance), async |by| bank::confirm_early_return(by, (remittance, number)).await).await
        }
        Return::RejectEarly { remittance, number } => {
            office.run(Action::RejectReturn, Some(&remittance), async |by| bank::reject_early_return(by, (remittance, number)).await).await
        }
    }
}
