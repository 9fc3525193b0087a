//! `hagukumi month`: statements drawn, claimed, examined, approved; the checklist and the close.

use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::ids::StatementId;
use ledger::staff::Action;
use ledger::statement::Standing;
use ledger::time::Month;
use office::actions::month;
use office::{Acting, Refused};

use super::office::{Office, Who};
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
    /// Those that are named, or all of the month in `state`.
    async fn ids(self, by: &Acting, state: Standing) -> Result<Vec<StatementId>, Refused> {
        if self.month.is_none() {
            return Ok(self.statements);
        }
        let all = month::list_statements(by, None, self.month).await?;
        Ok(all.into_iter().filter(|statement| statement.state == state).map(|statement| statement.statement).collect())
    }

    fn subject(&self) -> String {
        self.month.map(|month| month.to_string()).or_else(|| self.statements.first().map(ToString::to_string)).unwrap_or_default()
    }
}

/// Runs the command as the member of staff who is named.
pub async fn run(arguments: Arguments, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(office) = Office::open(arguments.who, ledger, output).await? else { return Ok(Exit::Refused) };
    match arguments.command {
        Command::Draw { month: of } => {
            office.run(Action::DrawStatements, Some(&of), async |by| month::draw_statements(by, of).await.map(|drawn| drawn.drawn)).await
        }
        Command::List { month: of } => office.run(Action::ListStatements, Some(&of), async |by| month::list_statements(by, None, Some(of)).await).await,
        Command::Analysis { month: of } => office.run(Action::AnalyseStatements, Some(&of), async |by| month::analyse_statements(by, of).await).await,
        Command::Claim { statement } => office.run(Action::ClaimStatement, Some(&statement), async |by| month::claim_statement(by, statement).await).await,
        Command::Examine(which) => examine(&office, which).await,
        Command::Approve(which) => approve(&office, which).await,
        Command::Checklist { month: of } => office.run(Action::ShowChecklist, Some(&of), async |by| month::show_checklist(by, of).await).await,
        Command::Close { month: of } => office.run(Action::CloseMonth, Some(&of), async |by| month::close_month(by, of).await).await,
    }
}

/// The statements are looked for only once the step may be taken.
async fn examine(office: &Office<'_>, which: Which) -> anyhow::Result<Exit> {
    let subject = which.subject();
    let examined = async |by: &Acting| {
        let ids = which.ids(by, Standing::Claimed).await?;
        month::examine_statements(by, &ids).await?;
        Ok(ids)
    };
    office.run(Action::ExamineStatements, Some(&subject), examined).await
}

async fn approve(office: &Office<'_>, which: Which) -> anyhow::Result<Exit> {
    let subject = which.subject();
    let approved = async |by: &Acting| {
        let ids = which.ids(by, Standing::Examined).await?;
        month::approve_statements(by, &ids).await?;
        Ok(ids)
    };
    office.run(Action::ApproveStatements, Some(&subject), approved).await
}
