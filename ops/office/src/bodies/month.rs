//! Statements, and what the close of a month needs.

use chrono::NaiveDate;
use ledger::close::Checklist;
use ledger::ids::{MerchantId, StatementId};
use ledger::statement::Standing;
use ledger::statement::{Analysis, Statement};
use ledger::time::Month;
use serde::Serialize;
use utoipa::ToSchema;

/// One merchant's month.
#[derive(Serialize, ToSchema)]
#[schema(as = Statement)]
pub struct StatementBody {
    #[schema(value_type = String, pattern = "^stm_[0-9a-f]{32}$")]
    pub statement: StatementId,
    #[schema(value_type = String, pattern = "^mrc_[0-9a-f]{32}$")]
    pub merchant: MerchantId,
    #[schema(value_type = String, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", example = "2026-05")]
    pub month: Month,
    #[schema(value_type = String, format = Date)]
    pub from: NaiveDate,
    #[schema(value_type = String, format = Date)]
    pub to: NaiveDate,
    pub receipts: i32,
    pub gross_yen: i64,
    pub refunded_yen: i64,
    pub net_yen: i64,
    #[schema(value_type = String)]
    pub state: Standing,
}

impl From<Statement> for StatementBody {
    fn from(statement: Statement) -> Self {
        let Statement { id, merchant, month, first_on, last_on, receipts, gross, refunded, net, state } = statement;
        let [gross_yen, refunded_yen, net_yen] = [gross, refunded, net].map(ledger::money::Yen::get);
        Self { statement: id, merchant, month, from: first_on, to: last_on, receipts, gross_yen, refunded_yen, net_yen, state }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = DrawnStatements)]
pub struct DrawnBody {
    #[schema(value_type = String, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", example = "2026-05")]
    pub month: Month,
    pub drawn: u64,
}

/// One line of the analysis; without scheme it is families' own money.
#[derive(Serialize, ToSchema)]
#[schema(as = Analysis)]
pub struct AnalysisBody {
    #[schema(value_type = String, pattern = "^stm_[0-9a-f]{32}$")]
    pub statement: StatementId,
    #[schema(value_type = String, pattern = "^mrc_[0-9a-f]{32}$")]
    pub merchant: MerchantId,
    #[schema(required)]
    pub scheme: Option<String>,
    #[schema(required)]
    pub fiscal_year: Option<i16>,
    pub amount_yen: i64,
}

impl From<Analysis> for AnalysisBody {
    fn from(analysis: Analysis) -> Self {
        let Analysis { merchant, statement, scheme, fiscal_year, amount_yen } = analysis;
        Self { statement: StatementId::new(statement), merchant: MerchantId::new(merchant), scheme, fiscal_year, amount_yen }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AnalysisList {
    #[schema(value_type = String, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", example = "2026-05")]
    pub month: Month,
    pub lines: Vec<AnalysisBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = StatementsTaken)]
pub struct StepBody {
    pub statements: usize,
}

/// What must hold before a month is closed. `missing` is empty when it may be.
#[derive(Serialize, ToSchema)]
#[schema(as = Checklist)]
pub struct ChecklistBody {
    #[schema(value_type = String, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", example = "2026-05")]
    pub month: Month,
    pub missing: Vec<String>,
    #[serde(flatten)]
    pub figures: ChecklistFigures,
}

impl ChecklistBody {
    /// What the close of `month` still needs.
    pub fn new(month: Month, checklist: Checklist) -> Self {
        Self { month, missing: checklist.missing().iter().map(ToString::to_string).collect(), figures: checklist.into() }
    }
}

/// What must hold before a month is closed.
#[derive(Serialize, ToSchema)]
pub struct ChecklistFigures {
    pub over: bool,
    pub undrawn_statements: i64,
    pub unapproved_statements: i64,
    pub unmatched_lines: i64,
    pub unmatched_yen: i64,
    pub trial_balance_yen: i64,
    #[schema(required)]
    pub stored_differs: Option<String>,
}

impl From<Checklist> for ChecklistFigures {
    fn from(checklist: Checklist) -> Self {
        let Checklist { over, undrawn_statements, unapproved_statements, unmatched_lines, unmatched_yen, trial_balance_yen, stored_differs } = checklist;
        Self { over, undrawn_statements, unapproved_statements, unmatched_lines, unmatched_yen: unmatched_yen.get(), trial_balance_yen, stored_differs }
    }
}
