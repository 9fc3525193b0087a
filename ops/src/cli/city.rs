//! `hagukumi city`: budgets, grants, families, and corrections of the books.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::ids::{AccountId, EntryId, FamilyId};
use ledger::money::Yen;
use ledger::staff::Action;
use ledger::time::FiscalYear;
use office::Acting;
use office::actions::{books, families, rosters};

use super::bar::Bar;
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

/// Runs the command as the member of staff who is named.
pub async fn run(arguments: Arguments, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(office) = Office::open(arguments.who, ledger, output).await? else { return Ok(Exit::Refused) };
    match arguments.command {
        Command::Budgets { year } => office.run(Action::ShowBudgets, Some(&year), async |by| books::show_budgets(by, FiscalYear::new(year)).await).await,
        Command::Appropriate { scheme, year, amount_yen } => {
            let (year, amount) = (FiscalYear::new(year), Yen::new(amount_yen));
            office.run(Action::Appropriate, None, async |by| books::appropriate(by, &scheme, year, amount).await.map(|made| made.entry)).await
        }
        Command::Fund { amount_yen, on } => {
            office.run(Action::Fund, None, async |by| books::fund(by, Yen::new(amount_yen), on).await.map(|made| made.entry)).await
        }
        Command::EndYear { year, on } => {
            let year = FiscalYear::new(year);
            office.run(Action::EndYear, Some(&year), async |by| books::end_year(by, year, on).await.map(|made| made.entries)).await
        }
        Command::Grant { scheme, on } => {
            let bar = Bar::new();
            let granted = async |by: &Acting| rosters::run_grant(by, &scheme, on, &mut |progress| bar.hear(progress)).await;
            office.run(Action::RunGrant, Some(&format_args!("{scheme}/{on}")), granted).await
        }
        Command::Revoke { entitlement } => {
            office.run(Action::RevokeEntitlement, Some(&entitlement), async |by| rosters::revoke_entitlement(by, entitlement).await).await
        }
        Command::Reveal { family } => office.run(Action::RevealFamily, Some(&family), async |by| families::reveal_family(by, family).await).await,
        Command::Reverse { entry } => {
            office.run(Action::ReverseEntry, Some(&entry), async |by| books::reverse_entry(by, entry).await.map(|made| made.entry)).await
        }
    }
}
