//! The trial balance (試算表): turnover and debit-positive balance of each line, per unit.

use serde::Serialize;

use super::account::{Kind, Unit};
use super::repo::Turnover;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The account code.
    pub account: &'static str,
    /// The account's name.
    pub name: &'static str,
    /// What it counts.
    pub unit: &'static str,
    /// All debits.
    pub debit: i64,
    /// All credits.
    pub credit: i64,
    /// Debits − credits.
    pub balance: i64,
}

/// All lines that have moved, by unit and account code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrialBalance {
    /// The lines.
    pub lines: Vec<Line>,
    /// Debits − credits over all accounts in yen: zero, always.
    pub trial_balance_yen: i64,
}

impl TrialBalance {
    /// From turnovers in any order.
    #[must_use]
    pub fn new(mut turnovers: Vec<Turnover>) -> Self {
        turnovers.sort_by_key(|turnover| (turnover.unit, turnover.kind));
        let lines: Vec<_> = turnovers.iter().map(line).collect();
        let trial_balance_yen = lines.iter().filter(|line| line.unit == "yen").fold(0_i64, |sum, line| sum.saturating_add(line.balance));
        Self { lines, trial_balance_yen }
    }

    /// The units whose debits and credits differ, and by how much: none, always.
    pub fn unbalanced(&self) -> impl Iterator<Item = (&'static str, i64)> {
        let sum = |unit: Unit| self.lines.iter().filter(|line| line.unit == unit.as_str()).fold(0_i64, |sum, line| sum.saturating_add(line.balance));
        Unit::ALL.into_iter().map(move |unit| (unit.as_str(), sum(unit))).filter(|(_, by)| *by != 0)
    }

    /// The debit-positive balance of one kind in yen, zero if it has not moved.
    #[must_use]
    pub fn balance(&self, kind: Kind) -> i64 {
        self.lines.iter().find(|line| line.account == kind.code() && line.unit == "yen").map_or(0, |line| line.balance)
    }
}

fn line(turnover: &Turnover) -> Line {
    Line {
        account: turnover.kind.code(),
        name: turnover.kind.name(),
        unit: turnover.unit.as_str(),
        debit: turnover.debit,
        credit: turnover.credit,
        balance: turnover.debit.saturating_sub(turnover.credit),
    }
}
