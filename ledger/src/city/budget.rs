//! Budgets: appropriated to a scheme, funded at the bank, given back at the end of the year.

use chrono::NaiveDate;

use crate::Ledger;
use crate::actor::Command;
use crate::books::{Outcome, Refused};
use crate::error::Error;
use crate::events::budget;
use crate::ids::{EntryId, Municipality};
use crate::money::Yen;
use crate::scheme::Commitment;
use crate::time::FiscalYear;

/// Why a budget event is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BudgetRejected {
    /// Not more than zero.
    #[error("{0} yen: an amount is more than zero")]
    Amount(Yen),
    /// More was redeemed, or is still to be spent, than was appropriated to a scheme whose budget is committed at redemption.
    #[error("{scheme} is {missing} yen over its budget: let what has ended lapse, or appropriate more, then end the year")]
    Overspent {
        /// The scheme.
        scheme: String,
        /// What is missing.
        missing: Yen,
    },
    /// The books say no.
    #[error(transparent)]
    Books(Refused),
}

impl BudgetRejected {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Amount(_) => "budget_amount",
            Self::Overspent { .. } => "budget_overspent",
            Self::Books(_) => "budget_books",
        }
    }
}

pub(crate) fn answer(outcome: Outcome) -> Result<EntryId, Error<BudgetRejected>> {
    match outcome {
        Outcome::Posted(entry) | Outcome::Replayed(entry) => Ok(entry),
        Outcome::Rejected(refused) => Err(Error::Rejected(BudgetRejected::Books(refused))),
    }
}

impl Ledger {
    /// Appropriates `amount` to a scheme for a fiscal year (予算配当), today. When the scheme's budget of that year is committed follows from the
    /// scheme's file at the first appropriation.
    pub async fn appropriate(
        &self,
        municipality: Municipality,
        command: Command,
        budget: (&str, FiscalYear),
        amount: Yen,
    ) -> Result<EntryId, Error<BudgetRejected>> {
        if !amount.is_positive() {
            return Err(Error::Rejected(BudgetRejected::Amount(amount)));
        }
        let committed = self.schemes.get(budget.0).map_or(Commitment::Grant, |scheme| scheme.title.commit);
        answer(self.post(municipality, command, budget::appropriate(budget, amount, committed, self.clock.today())).await?)
    }

    /// City money has arrived at the bank on `on`. The bank statement's credit is matched to this entry.
    pub async fn fund(&self, municipality: Municipality, command: Command, amount: Yen, on: NaiveDate) -> Result<EntryId, Error<BudgetRejected>> {
        if !amount.is_positive() {
            return Err(Error::Rejected(BudgetRejected::Amount(amount)));
        }
        answer(self.post(municipality, command, budget::fund(amount, on)).await?)
    }
}
