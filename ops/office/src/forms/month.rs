//! Statements of a month.

use ledger::ids::{MerchantId, StatementId};
use ledger::time::Month;
use serde_json::json;
use web::form;
use web::form::{Fold, id, list, optional};

use super::{Page, month};

/// More statements than any month has.
const STATEMENTS_MAX: usize = 1_000;

form! {
    /// A statement month.
    pub(crate) struct OfMonth as "OfMonth" {
        month: Month = month().example("2026-05"),
    }
}

form! {
    /// Which month.
    pub(crate) struct MonthQuery {
        /// Of one month.
        month: Month = month(),
    }
}

form! {
    /// Which statements.
    pub(crate) struct StatementQuery {
        /// Of one month.
        month: Option<Month> = optional(month()),
        /// Of one merchant.
        merchant: Option<MerchantId> = optional(id("mrc_…")),
        page: Page = Fold,
    }
}

form! {
    /// Statements by their ids.
    pub(crate) struct Statements as "Statements" {
        statements: Vec<StatementId> = list(STATEMENTS_MAX, id("stm_…").plain()).example(json!(["stm_019e4353678073199e91bfa1f12a4f22"])),
    }
}
