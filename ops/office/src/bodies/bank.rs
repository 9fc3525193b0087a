//! The bank's statements, and payouts that come back.

use chrono::NaiveDate;
use ledger::ids::{BankLineId, EntryId, RemittanceId};
use ledger::money::Yen;
use ledger::reconciliation::repo::WaitingReturn;
use ledger::reconciliation::{Imported, Report, ReportRow, Run};
use ledger::remittance::repo::EarlyReturn;
use serde::Serialize;
use utoipa::ToSchema;
use web::tokyo_time;

/// A bank statement that was imported: its new lines, and those that were known.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportedStatement)]
pub struct ImportedBody {
    pub statement: String,
    pub new: i32,
    pub known: i32,
    pub closing_yen: i64,
}

impl From<Imported> for ImportedBody {
    fn from(imported: Imported) -> Self {
        let Imported { id, new, known, closing } = imported;
        Self { statement: id.to_string(), new, known, closing_yen: closing.get() }
    }
}

/// How books and bank compare, and every line.
#[derive(Serialize, ToSchema)]
#[schema(as = Reconciliation)]
pub struct ReportBody {
    pub lines: Vec<BankLineBody>,
    pub unmatched_count: usize,
    pub unmatched_yen: i64,
    pub suspense_count: usize,
    pub suspense_yen: i64,
    pub books_yen: i64,
    #[schema(required)]
    pub statement_yen: Option<i64>,
    #[schema(required)]
    pub difference_yen: Option<i64>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = BankLine)]
pub struct BankLineBody {
    #[schema(value_type = String, pattern = "^bnk_[0-9a-f]{32}$")]
    pub line: BankLineId,
    #[schema(value_type = String, format = Date)]
    pub booked_on: NaiveDate,
    pub direction: String,
    pub amount_yen: i64,
    pub matched: String,
    #[schema(required)]
    pub target: Option<String>,
    #[schema(required, value_type = Option<String>, pattern = "^ent_[0-9a-f]{32}$")]
    pub entry: Option<EntryId>,
}

impl From<ReportRow> for BankLineBody {
    fn from(row: ReportRow) -> Self {
        let ReportRow { line, booked_on, direction, amount, kind, target, entry } = row;
        Self { line, booked_on, direction, amount_yen: amount.get(), matched: kind, target, entry }
    }
}

impl From<Report> for ReportBody {
    fn from(report: Report) -> Self {
        let Report { rows, unmatched, unmatched_yen, suspense, suspense_yen, statement_yen, books_yen, difference_yen } = report;
        Self {
            lines: rows.into_iter().map(Into::into).collect(),
            unmatched_count: unmatched,
            unmatched_yen: unmatched_yen.get(),
            suspense_count: suspense,
            suspense_yen: suspense_yen.get(),
            books_yen: books_yen.get(),
            statement_yen: statement_yen.map(Yen::get),
            difference_yen: difference_yen.map(Yen::get),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = WaitingReturnList)]
pub(crate) struct WaitingReturnList {
    pub returns: Vec<WaitingReturnBody>,
}

/// A return that waits for a second person.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitingReturn)]
pub struct WaitingReturnBody {
    #[schema(value_type = String, pattern = "^bnk_[0-9a-f]{32}$")]
    pub line: BankLineId,
    #[schema(value_type = String, pattern = "^rmt_[0-9a-f]{32}$")]
    pub remittance: RemittanceId,
    pub number: i32,
    pub score: i16,
    pub reason: String,
    pub proposed_by: String,
    pub proposed_at: String,
}

impl From<WaitingReturn> for WaitingReturnBody {
    fn from(waiting: WaitingReturn) -> Self {
        let WaitingReturn { line, remittance, number, score, reason, proposed_by, proposed_at } = waiting;
        let (line, remittance) = (BankLineId::new(line), RemittanceId::new(remittance));
        Self { line, remittance, number, score, reason, proposed_by, proposed_at: tokyo_time(proposed_at) }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = EarlyReturnList)]
pub(crate) struct EarlyReturnList {
    pub returns: Vec<EarlyReturnBody>,
}

/// A line that the bank said it will not pay.
#[derive(Serialize, ToSchema)]
#[schema(as = EarlyReturn)]
pub struct EarlyReturnBody {
    #[schema(value_type = String, pattern = "^rmt_[0-9a-f]{32}$")]
    pub remittance: RemittanceId,
    pub number: i32,
    pub reason: String,
    pub proposed_by: String,
    pub proposed_at: String,
}

impl From<EarlyReturn> for EarlyReturnBody {
    fn from(told: EarlyReturn) -> Self {
        let EarlyReturn { remittance, number, reason, proposed_by, proposed_at } = told;
        Self { remittance: RemittanceId::new(remittance), number, reason, proposed_by, proposed_at: tokyo_time(proposed_at) }
    }
}

/// What a run over the bank's lines did.
#[derive(Serialize, ToSchema)]
#[schema(as = MatchRun)]
pub struct RunBody {
    pub matched: u32,
    pub proposed: u32,
    pub suspense: u32,
    pub unmatched: u32,
}

impl From<Run> for RunBody {
    fn from(run: Run) -> Self {
        let Run { matched, proposed, suspense, unmatched } = run;
        Self { matched, proposed, suspense, unmatched }
    }
}
