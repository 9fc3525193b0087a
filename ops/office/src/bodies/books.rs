//! Budgets, entries, the trial balance and its proof.

use ledger::books::{Line, TrialBalance};
use ledger::ids::EntryId;
use ledger::money::Yen;
use ledger::report::{Budget, Verified};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub(crate) struct BudgetList {
    pub fiscal_year: i16,
    pub budgets: Vec<BudgetBody>,
}

/// Appropriated = committed + remaining + given back.
#[derive(Serialize, ToSchema)]
#[schema(as = Budget)]
pub struct BudgetBody {
    pub scheme: String,
    pub appropriated_yen: i64,
    pub committed_yen: i64,
    pub unspent_yen: i64,
    pub remaining_yen: i64,
    pub given_back_yen: i64,
}

impl From<Budget> for BudgetBody {
    fn from(budget: Budget) -> Self {
        let Budget { scheme, fiscal_year: _, appropriated, given_back, committed, unspent, remaining } = budget;
        let [appropriated_yen, committed_yen, unspent_yen, remaining_yen, given_back_yen] =
            [appropriated, committed, unspent, remaining, given_back].map(Yen::get);
        Self { scheme, appropriated_yen, committed_yen, unspent_yen, remaining_yen, given_back_yen }
    }
}

/// An entry of the books.
#[derive(Serialize, ToSchema)]
#[schema(as = Entry)]
pub struct EntryBody {
    #[schema(value_type = String, pattern = "^ent_[0-9a-f]{32}$")]
    pub entry: EntryId,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Entries)]
pub struct EntriesBody {
    #[schema(value_type = Vec<String>)]
    pub entries: Vec<EntryId>,
}

/// The trial balance (試算表).
#[derive(Serialize, ToSchema)]
#[schema(as = TrialBalance)]
pub struct TrialBalanceBody {
    pub lines: Vec<TrialBalanceLineBody>,
    /// Debits − credits: zero, always.
    pub trial_balance_yen: i64,
}

/// One line of it: turnover, and the debit-positive balance.
#[derive(Serialize, ToSchema)]
#[schema(as = TrialBalanceLine)]
pub struct TrialBalanceLineBody {
    #[schema(value_type = String)]
    pub account: &'static str,
    #[schema(value_type = String)]
    pub name: &'static str,
    #[schema(value_type = String)]
    pub unit: &'static str,
    pub debit: i64,
    pub credit: i64,
    pub balance: i64,
}

impl From<TrialBalance> for TrialBalanceBody {
    fn from(balance: TrialBalance) -> Self {
        let TrialBalance { lines, trial_balance_yen } = balance;
        Self { lines: lines.into_iter().map(Into::into).collect(), trial_balance_yen }
    }
}

impl From<Line> for TrialBalanceLineBody {
    fn from(line: Line) -> Self {
        let Line { account, name, unit, debit, credit, balance } = line;
        Self { account, name, unit, debit, credit, balance }
    }
}

/// What a proof of the books found: no difference when they prove themselves.
#[derive(Serialize, ToSchema)]
#[schema(as = Verified)]
pub struct VerifiedBody {
    pub entries: i64,
    pub transfers: i64,
    pub differences: Vec<String>,
}

impl From<Verified> for VerifiedBody {
    fn from(verified: Verified) -> Self {
        let Verified { entries, transfers, differences } = verified;
        Self { entries, transfers, differences }
    }
}
