//! Table 8, life: closing to new grants, renewal, moving out, and what excludes a month.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::condition::words;
use super::facts::{Fact, Facts, Value};
use super::reader::{Node, Read};

/// How grants begin, go on and end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Life {
    /// The last day on which something is newly granted. What was granted stays redeemable.
    pub closed_to_new: Option<NaiveDate>,
    /// How a grant is renewed.
    pub renew: Option<Renew>,
    /// What happens to the rest when the child moves out.
    pub move_out: Option<MoveOut>,
    /// Statuses and other schemes in whose place this one does not step.
    pub excluded_with: Vec<String>,
    /// Whether they exclude one month, or all of it.
    pub excluded_per: ExcludedPer,
    /// Whether what was paid in error is asked back.
    pub clawback: Option<bool>,
}

/// How a grant is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renew {
    /// Without anyone asking.
    Auto,
    /// By an application.
    Application,
}

/// What happens to the rest when the child moves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveOut {
    /// It stays until the end of the month.
    MonthEnd,
    /// It ends on the day.
    SameDay,
    /// It stays until it closes.
    Keep,
}

/// How far an exclusion reaches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ExcludedPer {
    /// The month in which it holds.
    #[default]
    Month,
    /// The whole period.
    Period,
}

impl Life {
    /// The first status or other scheme in `facts` that excludes.
    #[must_use]
    pub fn excluded_by(&self, facts: &Facts) -> Option<&str> {
        let held: BTreeSet<&String> = [Fact::Status, Fact::OtherSchemes]
            .iter()
            .filter_map(|fact| match facts.get(*fact) {
                Some(Value::Codes(codes)) => Some(codes),
                _ => None,
            })
            .flatten()
            .collect();
        self.excluded_with.iter().find(|code| held.contains(code)).map(String::as_str)
    }
}

impl Read for Life {
    fn read(node: &Node<'_>) -> Option<Self> {
        let table = node.table()?;
        let closed_to_new = table.optional("closed_to_new");
        let renew = table.node("renew").and_then(|node| node.one_of(&[("auto", Renew::Auto), ("application", Renew::Application)]));
        let moves = [("month_end", MoveOut::MonthEnd), ("same_day", MoveOut::SameDay), ("keep", MoveOut::Keep)];
        let move_out = table.node("move_out").and_then(|node| node.one_of(&moves));
        let excluded_with = table.node("excluded_with").map_or(Some(Vec::new()), |node| words(&node));
        let excluded_per =
            table.node("excluded_per").map_or(Some(ExcludedPer::Month), |node| node.one_of(&[("month", ExcludedPer::Month), ("period", ExcludedPer::Period)]));
        let clawback = table.optional("clawback");
        table.finish()?;
        Some(Self { closed_to_new, renew, move_out, excluded_with: excluded_with?, excluded_per: excluded_per?, clawback })
    }
}
