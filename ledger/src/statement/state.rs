//! The life of a statement: drawn → claimed → examined → approved. Pure.
//!
//! Invariant: nobody takes two of the three steps (地方自治法232条の4: 支出命令 and 審査 are different duties).

use chrono::NaiveDate;

use super::error::Rejected;
use crate::actor::Act;
use crate::ids::StatementId;
use crate::time::{Month, next_day};

/// Where a statement stands, with who brought it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Its figures stand; the merchant has not claimed.
    Drawn,
    /// The merchant claims it.
    Claimed {
        /// Who clicked.
        claimed: Act,
    },
    /// Staff have looked it through.
    Examined {
        /// Who clicked.
        claimed: Act,
        /// Who examined it.
        examined: Act,
    },
    /// It may be paid.
    Approved {
        /// Who clicked.
        claimed: Act,
        /// Who examined it.
        examined: Act,
        /// Who approved it.
        approved: Act,
    },
}

/// A step in a statement's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The merchant's one click.
    Claim,
    /// Staff look it through.
    Examine,
    /// A second person approves it.
    Approve,
}

impl Step {
    const fn asked(self) -> &'static str {
        match self {
            Self::Claim => "claimed",
            Self::Examine => "examined",
            Self::Approve => "approved",
        }
    }
}

foundation::standing! {
    /// Where a statement stands, by name alone.
    pub enum Standing {
        /// Its figures stand.
        Drawn = ("drawn", "請求を待っている", "教室の返事を待っている"),
        /// The merchant claims it.
        Claimed = ("claimed", "審査を待っている", "市役所が見るのを待っている"),
        /// Staff have looked it through.
        Examined = ("examined", "承認を待っている", "市役所が決めるのを待っている"),
        /// It may be paid.
        Approved = ("approved", "承認済みの", "決まった"),
    }
}

impl State {
    /// The same, by its name alone.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        match self {
            Self::Drawn => Standing::Drawn,
            Self::Claimed { .. } => Standing::Claimed,
            Self::Examined { .. } => Standing::Examined,
            Self::Approved { .. } => Standing::Approved,
        }
    }

    /// Takes the next step.
    ///
    /// # Errors
    /// `State` out of order, `SamePerson` when `act.by` has taken a step of this statement before.
    pub fn take(self, step: Step, statement: StatementId, act: Act) -> Result<Self, Rejected> {
        let same = |by: &Act| by.by == act.by;
        let refused = || Rejected::SamePerson { statement, by: act.by.clone() };
        match (self, step) {
            (Self::Drawn, Step::Claim) => Ok(Self::Claimed { claimed: act }),
            (Self::Claimed { claimed }, Step::Examine) if same(&claimed) => Err(refused()),
            (Self::Claimed { claimed }, Step::Examine) => Ok(Self::Examined { claimed, examined: act }),
            (Self::Examined { claimed, examined }, Step::Approve) if same(&claimed) || same(&examined) => Err(refused()),
            (Self::Examined { claimed, examined }, Step::Approve) => Ok(Self::Approved { claimed, examined, approved: act }),
            (other, step) => Err(Rejected::State { statement, state: other.standing().word(), asked: step.asked() }),
        }
    }
}

/// The days of statement month `month`: the day after the closing day, through the closing day of the following month.
/// Closing day 15: 16 May to 15 June is the statement month of May.
#[must_use]
pub fn days(month: Month, closing_day: u8) -> (NaiveDate, NaiveDate) {
    (next_day(month.day(closing_day.into())), month.plus_months(1).day(closing_day.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Refusal as _;

    fn act(by: &str) -> Act {
        Act { at: crate::time::Instant::UNIX_EPOCH, by: by.to_owned() }
    }

    fn walk(people: [&str; 3]) -> Result<State, Rejected> {
        let id = StatementId::new(uuid::Uuid::nil());
        let steps = [Step::Claim, Step::Examine, Step::Approve];
        steps.into_iter().zip(people).try_fold(State::Drawn, |state, (step, by)| state.take(step, id, act(by)))
    }

    #[test]
    fn three_people_approve_a_statement_and_no_two_of_them_are_the_same() {
        assert_eq!(walk(["m", "a", "b"]).unwrap().standing().as_str(), "approved");
        for people in [["m", "a", "a"], ["a", "a", "b"], ["a", "b", "a"]] {
            assert_eq!(walk(people).unwrap_err().code(), "same_person", "{people:?}");
        }
    }

    #[test]
    fn no_step_is_skipped_or_taken_twice() {
        let id = StatementId::new(uuid::Uuid::nil());
        for (state, step) in [
            (State::Drawn, Step::Examine),
            (State::Drawn, Step::Approve),
            (State::Claimed { claimed: act("m") }, Step::Approve),
            (State::Claimed { claimed: act("m") }, Step::Claim),
            (walk(["m", "a", "b"]).unwrap(), Step::Approve),
        ] {
            assert_eq!(state.take(step, id, act("z")).unwrap_err().code(), "statement_state");
        }
    }

    #[test]
    fn statement_months_touch_without_gap_or_overlap() {
        let may: Month = "2026-05".parse().unwrap();
        let (first, last) = days(may, 15);
        assert_eq!((first.to_string().as_str(), last.to_string().as_str()), ("2026-05-16", "2026-06-15"));
        for closing_day in 1..=28 {
            for offset in 0..30 {
                let month = may.plus_months(offset);
                assert_eq!(next_day(days(month, closing_day).1), days(month.plus_months(1), closing_day).0);
            }
        }
    }
}
