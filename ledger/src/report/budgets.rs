//! Budgets as finance staff ask for them: appropriated, committed, remaining. From the transfers, beside what is stored.

use serde::Serialize;

use super::repo;
use crate::Ledger;
use crate::error::Failure;
use crate::ids::Municipality;
use crate::money::Yen;
use crate::time::FiscalYear;

/// One scheme's budget of one fiscal year. Appropriated = committed + remaining + given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Budget {
    /// The scheme.
    pub scheme: String,
    /// The year.
    pub fiscal_year: i16,
    /// 予算配当.
    pub appropriated: Yen,
    /// Given back at the end of the year.
    pub given_back: Yen,
    /// Granted and not returned: spent, or still to be spent. Where the budget is committed at redemption: spent.
    pub committed: Yen,
    /// Still to be spent by children.
    pub unspent: Yen,
    /// Not committed yet; below zero where more was redeemed than was appropriated.
    pub remaining: Yen,
}

impl Ledger {
    /// Every budget of a year, by scheme.
    pub async fn list_budgets(&self, municipality: Municipality, year: FiscalYear) -> Result<Vec<Budget>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_budgets_in_tx(&mut tx, municipality, year).await
    }
}
