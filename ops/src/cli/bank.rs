//! `hagukumi bank`: remittances, the bank's statements, returns.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::error::Error;
use ledger::ids::{BankLineId, RemittanceId};
use ledger::money::Yen;
use ledger::reconciliation::Debit;
use ledger::staff::Action;
use ledger::time::Month;

use super::bar::Bar;
use super::office::{Office, Who, read, refuse};
use super::output::{Exit, Output};
use office::routes::bank::{ImportedBody, ReportBody, credit};
use office::routes::remittances::{FileBody, RemittanceBody, detail};
use office::routes::returns::{EarlyBody, WaitingBody};

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

/// Runs the command on behalf of whoever is named.
pub async fn run(arguments: Arguments, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(office) = Office::open(arguments.who, ledger, output).await? else { return Ok(Exit::Refused) };
    match arguments.command {
        Command::Out(command) => out(&office, command).await,
        Command::Back(Back::ExplainCredit { line, what }) => {
            let Some(what) = credit(&what) else {
                return refuse(output, "credit", "write fund, top-up:fam_…, family-repays:fam_… or merchant-repays:mrc_…");
            };
            let command = office.command(Action::ExplainCredit, &(line, what.owner()));
            office.run(Action::ExplainCredit, Some(line.to_string()), ledger.explain_credit(office.city, &command, line, what)).await
        }
        Command::Back(command) => back(&office, command).await,
    }
}

async fn out(office: &Office<'_>, command: Out) -> anyhow::Result<Exit> {
    let (ledger, city, reason) = (office.ledger, office.city, office.reason());
    match command {
        Out::Remittances => {
            let all = async { Ok(ledger.list_remittances(city).await?.into_iter().map(RemittanceBody::from).collect::<Vec<_>>()) };
            office.look(Action::ListRemittances, None, all).await
        }
        Out::Prepare { month } => {
            let command = office.command(Action::PrepareRemittance, &month);
            let prepared = async { ledger.prepare_remittance(city, &command, month).await.map(RemittanceBody::from) };
            office.run(Action::PrepareRemittance, Some(month.to_string()), prepared).await
        }
        Out::Show { remittance } => office.look_at(Action::ShowRemittance, remittance.to_string(), detail(ledger, city, remittance)).await,
        Out::Approve { remittance } => {
            let command = office.command(Action::ApproveRemittance, &remittance);
            office.run(Action::ApproveRemittance, Some(remittance.to_string()), ledger.approve_remittance(city, &command, remittance)).await
        }
        Out::Build { remittance } => {
            let command = office.command(Action::BuildRemittance, &remittance);
            let built = async { ledger.build_remittance(city, &command, remittance).await.map(|file| FileBody::from(&file)) };
            office.run(Action::BuildRemittance, Some(remittance.to_string()), built).await
        }
        Out::File { remittance, out } => write(office, remittance, &out).await,
        Out::Sent { remittance, file } => {
            let sha256 = sha256(&read(&file).await?);
            let command = office.command(Action::SendRemittance, &(remittance, sha256));
            office.run(Action::SendRemittance, Some(remittance.to_string()), ledger.mark_remittance_sent(city, &command, remittance, &sha256)).await
        }
        Out::Cancel { remittance } => {
            let command = office.command(Action::CancelRemittance, &(remittance, reason));
            office.run(Action::CancelRemittance, Some(remittance.to_string()), ledger.cancel_remittance(city, &command, remittance)).await
        }
    }
}

/// The file is written once the row stands in the log that says who has it.
async fn write(office: &Office<'_>, remittance: RemittanceId, to: &Path) -> anyhow::Result<Exit> {
    let mut bytes = Vec::new();
    let built = async {
        let file = office.ledger.remittance_file(office.city, remittance).await?;
        bytes.clone_from(&file.bytes);
        Ok::<_, Error<ledger::remittance::Rejected>>(FileBody::from(&file))
    };
    let exit = office.run(Action::DownloadRemittance, Some(remittance.to_string()), built).await?;
    if exit == Exit::Done {
        tokio::fs::write(to, bytes).await.with_context(|| format!("cannot write {}", to.display()))?;
    }
    Ok(exit)
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    std::array::from_fn(|at| digest.as_ref().get(at).copied().unwrap_or(0))
}

async fn back(office: &Office<'_>, command: Back) -> anyhow::Result<Exit> {
    let (ledger, city, reason) = (office.ledger, office.city, office.reason());
    match command {
        Back::Import { file, accepted_opening_yen } => {
            let (file, opening) = (read(&file).await?, accepted_opening_yen.map(Yen::new));
            let command = office.command(Action::ImportBankStatement, &opening);
            let imported = async { ledger.import_bank_statement(city, &command, &file, opening).await.map(ImportedBody::from) };
            office.run(Action::ImportBankStatement, None, imported).await
        }
        Back::Match => {
            let command = office.command(Action::MatchBankLines, &());
            let bar = Bar::new();
            office.run(Action::MatchBankLines, None, ledger.match_bank_lines(city, &command, &mut |progress| bar.hear(progress))).await
        }
        Back::Reconcile { from, to } => {
            let report = async { ledger.reconciliation_report(city, (from, to)).await.map(ReportBody::from) };
            office.look(Action::ShowBankLines, Some(format!("{from}/{to}")), report).await
        }
        Back::Returns => {
            let waiting = async { Ok(ledger.list_waiting_returns(city).await?.into_iter().map(WaitingBody::from).collect::<Vec<_>>()) };
            office.look(Action::ShowBankLines, None, waiting).await
        }
        Back::Propose { line, remittance, number } => {
            let command = office.command(Action::ProposeReturn, &(line, remittance, number, reason));
            let proposed = ledger.propose_return(city, &command, line, (remittance, number), reason);
            office.run(Action::ProposeReturn, Some(line.to_string()), proposed).await
        }
        Back::Confirm { line, remittance, number } => {
            let command = office.command(Action::ConfirmReturn, &(line, remittance, number));
            office.run(Action::ConfirmReturn, Some(line.to_string()), ledger.confirm_return(city, &command, line, (remittance, number))).await
        }
        Back::Reject { line } => {
            let command = office.command(Action::RejectReturn, &(line, reason));
            office.run(Action::RejectReturn, Some(line.to_string()), ledger.reject_returns(city, &command, line)).await
        }
        Back::EarlyReturns => {
            let told = async { Ok(ledger.list_waiting_early_returns(city).await?.into_iter().map(EarlyBody::from).collect::<Vec<_>>()) };
            office.look(Action::ShowBankLines, None, told).await
        }
        Back::ProposeEarly { remittance, number } => {
            let command = office.command(Action::ProposeReturn, &(remittance, number, reason));
            let proposed = ledger.propose_early_return(city, &command, (remittance, number), reason);
            office.run(Action::ProposeReturn, Some(remittance.to_string()), proposed).await
        }
        Back::ConfirmEarly { remittance, number } => {
            let command = office.command(Action::ConfirmReturn, &(remittance, number));
            office.run(Action::ConfirmReturn, Some(remittance.to_string()), ledger.confirm_early_return(city, &command, (remittance, number))).await
        }
        Back::RejectEarly { remittance, number } => {
            let command = office.command(Action::RejectReturn, &(remittance, number, reason));
            office.run(Action::RejectReturn, Some(remittance.to_string()), ledger.reject_early_return(city, &command, (remittance, number))).await
        }
        Back::ExplainDebit { line, remittance } => {
            let what = remittance.map_or(Debit::Fee, Debit::Payout);
            let command = office.command(Action::ExplainDebit, &(line, what));
            office.run(Action::ExplainDebit, Some(line.to_string()), ledger.explain_debit(city, &command, line, what)).await
        }
        // Read before anybody is asked: see `run`.
        Back::ExplainCredit { .. } => Ok(Exit::Refused),
    }
}
