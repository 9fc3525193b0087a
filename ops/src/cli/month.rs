//! `hagukumi month`: statements drawn, claimed, examined, approved; the checklist and the close.

use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::error::Error;
use ledger::ids::StatementId;
use ledger::staff::Action;
use ledger::time::Month;

use super::office::{Office, Who};
use super::output::{Exit, Output};
use office::routes::months::ChecklistBody;
use office::routes::statements::{AnalysisBody, StatementBody};

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
    /// Settle refunds, and draw the statements of a month.
    Draw {
        /// The statement month, as YYYY-MM.
        month: Month,
    },
    /// List the statements of a month.
    List {
        /// The statement month.
        month: Month,
    },
    /// Analyse a month's statements by year and budget line.
    Analysis {
        /// The statement month.
        month: Month,
    },
    /// Claim a statement for a merchant that writes.
    Claim {
        /// The statement.
        statement: StatementId,
    },
    /// Say that statements have been examined (審査): those given, or all of a month that are claimed.
    Examine(Which),
    /// Approve statements, as a second person: those given, or all of a month that are examined.
    Approve(Which),
    /// Tell what must hold before a month is closed.
    Checklist {
        /// The calendar month.
        month: Month,
    },
    /// Close the books of a month.
    Close {
        /// The calendar month.
        month: Month,
    },
}

/// Which statements.
#[derive(Debug, Args)]
struct Which {
    /// All of this month that wait for the step.
    #[arg(long, conflicts_with = "statements", required_unless_present = "statements")]
    month: Option<Month>,
    /// These.
    statements: Vec<StatementId>,
}

impl Which {
    async fn ids(&self, office: &Office<'_>, state: &str) -> Result<Vec<StatementId>, ledger::error::Failure> {
        if self.month.is_none() {
            return Ok(self.statements.clone());
        }
        let all = office.ledger.list_statements(office.city, None, self.month).await?;
        Ok(all.into_iter().filter(|statement| statement.state == state).map(|statement| statement.id).collect())
    }
}

/// Runs the command on behalf of whoever is named.
pub async fn run(arguments: Arguments, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(office) = Office::open(arguments.who, ledger, output).await? else { return Ok(Exit::Refused) };
    let city = office.city;
    match arguments.command {
        Command::Draw { month } => {
            let command = office.command(Action::DrawStatements, &month);
            office.run(Action::DrawStatements, Some(month.to_string()), ledger.draw_statements(city, &command, month)).await
        }
        Command::List { month } => {
            let all = async { Ok(ledger.list_statements(city, None, Some(month)).await?.into_iter().map(StatementBody::from).collect::<Vec<_>>()) };
            office.look(Action::ListStatements, Some(month.to_string()), all).await
        }
        Command::Analysis { month } => {
            let all = async { Ok(ledger.list_analyses(city, month).await?.into_iter().map(AnalysisBody::from).collect::<Vec<_>>()) };
            office.look(Action::AnalyseStatements, Some(month.to_string()), all).await
        }
        Command::Claim { statement } => {
            let command = office.command(Action::ClaimStatement, &statement);
            office.run(Action::ClaimStatement, Some(statement.to_string()), ledger.claim_statement(city, &command, statement)).await
        }
        Command::Checklist { month } => {
            let checklist = async { Ok(ChecklistBody::new(month, ledger.close_checklist(city, month).await?)) };
            office.look(Action::ShowChecklist, Some(month.to_string()), checklist).await
        }
        Command::Close { month } => {
            let command = office.command(Action::CloseMonth, &month);
            office.run(Action::CloseMonth, Some(month.to_string()), ledger.close_month(city, &command, month)).await
        }
        step @ (Command::Examine(_) | Command::Approve(_)) => take(&office, step).await,
    }
}

/// The statements are looked for only once the step may be taken.
async fn take(office: &Office<'_>, step: Command) -> anyhow::Result<Exit> {
    let (ledger, city) = (office.ledger, office.city);
    let (action, which, waiting) = match &step {
        Command::Examine(which) => (Action::ExamineStatements, which, "claimed"),
        Command::Approve(which) => (Action::ApproveStatements, which, "examined"),
        _ => return Ok(Exit::Refused),
    };
    let subject = which.month.map(|month| month.to_string()).or_else(|| which.statements.first().map(ToString::to_string));
    let taken = async {
        let ids = which.ids(office, waiting).await.map_err(Error::Failed)?;
        let command = office.command(action, &ids);
        match action {
            Action::ExamineStatements => ledger.examine_statements(city, &command, &ids).await?,
            _ => ledger.approve_statements(city, &command, &ids).await?,
        }
        Ok::<_, Error<ledger::statement::Rejected>>(ids)
    };
    office.run(action, subject, taken).await
}
