//! The bank's side: statements imported, each line matched, returns confirmed by two people, the month closed.
//!
//! What it never does: post a return by itself, or take "sent" for "paid". Invariant: every line ends as matched, in suspense or on the list of
//! those that someone works through; a line is imported once.

mod candidates;
mod chain;
pub mod error;
mod import;
pub mod matching;
pub mod repo;
mod returns;
mod run;

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

pub use error::Rejected;
pub use returns::Debit;
pub use run::Run;

use crate::bank::meisai::Flow;
use crate::books::{Account, Kind};
use crate::error::{Error, Failure};
use crate::ids::{BankLineId, EntryId, Municipality};
use crate::money::Yen;
use crate::{Ledger, Tx, remittance};

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// The statement's id.
    pub id: Uuid,
    /// Lines that are new.
    pub new: i32,
    /// Lines that an earlier file had brought.
    pub known: i32,
    /// The balance after the last line.
    pub closing: Yen,
}

/// A line as stored, with its newest match.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: BankLineId,
    /// The statement that brought it.
    pub statement: Uuid,
    /// 1, 2, 3 … over all files.
    pub position: i64,
    /// 勘定日.
    pub booked_on: NaiveDate,
    /// Credit or debit.
    pub flow: Flow,
    /// Its amount.
    pub amount: Yen,
    /// What it says, sealed.
    pub sealed: Vec<u8>,
    /// The kind of its newest match.
    pub matched: Option<String>,
    /// The step of its newest match; 0 without.
    pub step: i16,
    /// Whether returns are proposed.
    pub proposed: bool,
}

impl Stored {
    const fn next_step(&self) -> i16 {
        self.step.saturating_add(1)
    }

    fn wrong(&self, asked: &'static str) -> Rejected {
        let flow = if self.flow == Flow::Credit { "credit" } else { "debit" };
        let state = format!("a {flow}, {}", self.matched.as_deref().unwrap_or("unmatched"));
        Rejected::State { line: self.id, state, asked }
    }
}

/// A line of the reconciliation report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportRow {
    /// The line.
    pub line: BankLineId,
    /// 勘定日.
    pub booked_on: NaiveDate,
    /// `credit` or `debit`.
    pub direction: String,
    /// Its amount.
    pub amount: Yen,
    /// `payout`, `fee`, `top_up`, `fund`, `return`, `merchant_repays`, `family_repays`, `suspense` or `unmatched`.
    pub kind: String,
    /// The remittance, its line, or the payee.
    pub target: Option<String>,
    /// The entry behind it.
    pub entry: Option<EntryId>,
}

/// The reconciliation report of some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Every line of these days.
    pub rows: Vec<ReportRow>,
    /// Lines that nobody has matched.
    pub unmatched: usize,
    /// Their sum.
    pub unmatched_yen: Yen,
    /// Lines in suspense.
    pub suspense: usize,
    /// Their sum.
    pub suspense_yen: Yen,
    /// The closing balance of the last statement, of whatever day; none before the first.
    pub statement_yen: Option<Yen>,
    /// What the books say the bank holds, now.
    pub books_yen: Yen,
    /// Books − statement.
    pub difference_yen: Option<Yen>,
}

impl Ledger {
    async fn get_line_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, line: BankLineId) -> Result<Stored, Error<Rejected>> {
        repo::find_line_in_tx(tx, municipality, line).await?.ok_or(Error::Rejected(Rejected::UnknownLine(line)))
    }

    /// Returns that wait for a second person.
    pub async fn list_waiting_returns(&self, municipality: Municipality) -> Result<Vec<repo::WaitingReturn>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_waiting_in_tx(&mut tx, municipality).await
    }

    /// Every bank line booked within `days` and what it turned out to be; how books and bank compare now.
    pub async fn reconciliation_report(&self, municipality: Municipality, days: (NaiveDate, NaiveDate)) -> Result<Report, Failure> {
        let mut tx = self.pool.begin().await?;
        let rows = repo::list_report_in_tx(&mut tx, municipality, days).await?;
        let last = repo::find_last_in_tx(&mut tx, municipality).await?;
        let bank = Account::of_city(Kind::Bank).id;
        let credit = remittance::repo::list_balances_in_tx(&mut tx, municipality, &[bank]).await?.get(&bank).copied().unwrap_or_default();
        let books_yen = Yen::ZERO.minus(credit)?;
        let of = |kind: &str| rows.iter().filter(|row| row.kind == kind).map(|row| row.amount).collect::<Vec<_>>();
        let (unmatched, suspense) = (of("unmatched"), of("suspense"));
        let statement_yen = last.map(|(_, closing, _)| closing);
        Ok(Report {
            unmatched: unmatched.len(),
            unmatched_yen: Yen::sum(unmatched)?,
            suspense: suspense.len(),
            suspense_yen: Yen::sum(suspense)?,
            statement_yen,
            books_yen,
            difference_yen: statement_yen.map(|statement| books_yen.minus(statement)).transpose()?,
            rows,
        })
    }
}
