//! `hagukumi city`: budgets, grants, families, and corrections of the books.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::ids::{AccountId, EntryId, FamilyId};
use ledger::money::Yen;
use ledger::staff::Action;
use ledger::time::FiscalYear;

use super::bar::Bar;
use super::office::{Office, Who};
use super::output::{Exit, Output};
use office::routes::budgets::BudgetBody;
use office::routes::reveals;
use office::routes::rosters::GrantAnswer;

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
    /// Show budgets: appropriated, committed, remaining.
    Budgets {
        /// The fiscal year, as in 2026.
        year: i16,
    },
    /// Appropriate to a scheme (予算配当).
    Appropriate {
        /// The scheme, as in `osaka-juku`.
        scheme: String,
        /// The fiscal year.
        year: i16,
        /// How much, in yen.
        amount_yen: i64,
    },
    /// Say that city money has arrived at the bank.
    Fund {
        /// How much, in yen.
        amount_yen: i64,
        /// The day.
        on: NaiveDate,
    },
    /// End a year's budgets (出納閉鎖): what is left goes back.
    EndYear {
        /// The fiscal year.
        year: i16,
        /// The day.
        on: NaiveDate,
    },
    /// Judge who is eligible, and grant the service period that holds a day.
    Grant {
        /// The scheme.
        scheme: String,
        /// A day of the period.
        on: NaiveDate,
    },
    /// Take back what is left of an entitlement.
    Revoke {
        /// The entitlement.
        entitlement: AccountId,
    },
    /// Reveal names, addresses and the account of a family.
    Reveal {
        /// The family.
        family: FamilyId,
    },
    /// Reverse an entry that stands alone.
    Reverse {
        /// The entry.
        entry: EntryId,
    },
}

/// Runs the command on behalf of whoever is named.
pub async fn run(arguments: Arguments, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(office) = Office::open(arguments.who, ledger, output).await? else { return Ok(Exit::Refused) };
    match arguments.command {
        command @ (Command::Budgets { .. } | Command::Appropriate { .. } | Command::Fund { .. } | Command::EndYear { .. }) => money(&office, command).await,
        command => people(&office, command).await,
    }
}

async fn money(office: &Office<'_>, command: Command) -> anyhow::Result<Exit> {
    let (ledger, city) = (office.ledger, office.city);
    match command {
        Command::Appropriate { scheme, year, amount_yen } => {
            let (year, amount) = (FiscalYear::new(year), Yen::new(amount_yen));
            let command = office.command(Action::Appropriate, &(&scheme, year, amount));
            office.run(Action::Appropriate, None, ledger.appropriate(city, command, (&scheme, year), amount)).await
        }
        Command::Fund { amount_yen, on } => {
            let amount = Yen::new(amount_yen);
            let command = office.command(Action::Fund, &(amount, on));
            office.run(Action::Fund, None, ledger.fund(city, command, amount, on)).await
        }
        Command::EndYear { year, on } => {
            let year = FiscalYear::new(year);
            let command = office.command(Action::EndYear, &(year, on));
            office.run(Action::EndYear, Some(year.to_string()), ledger.end_year(city, &command, year, on)).await
        }
        Command::Budgets { year } => {
            let budgets = async { Ok(ledger.list_budgets(city, FiscalYear::new(year)).await?.into_iter().map(BudgetBody::from).collect::<Vec<_>>()) };
            office.look(Action::ShowBudgets, Some(year.to_string()), budgets).await
        }
        _ => Ok(Exit::Refused),
    }
}

async fn people(office: &Office<'_>, command: Command) -> anyhow::Result<Exit> {
    let (ledger, city, actor) = (office.ledger, office.city, office.member.actor());
    match command {
        Command::Grant { scheme, on } => {
            let bar = Bar::new();
            let granted = async { ledger.run_grant(city, (&scheme, on), &actor, &mut |progress| bar.hear(progress)).await.map(GrantAnswer::from) };
            office.run(Action::RunGrant, Some(format!("{scheme}/{on}")), granted).await
        }
        Command::Revoke { entitlement } => {
            let command = office.command(Action::RevokeEntitlement, &(entitlement, office.reason()));
            office.run(Action::RevokeEntitlement, Some(entitlement.to_string()), ledger.revoke(city, command, entitlement, office.reason())).await
        }
        Command::Reveal { family } => office.look_at(Action::RevealFamily, family.to_string(), reveals::open(ledger, city, family)).await,
        Command::Reverse { entry } => {
            let command = office.command(Action::ReverseEntry, &(entry, office.reason()));
            office.run(Action::ReverseEntry, Some(entry.to_string()), ledger.reverse_by_hand(city, command, entry, office.reason())).await
        }
        _ => Ok(Exit::Refused),
    }
}
