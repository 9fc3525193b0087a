//! An account that a family registered, until it is used or not. Pure.
//!
//! Invariant: it is approved once, after its days of cooling off, by somebody who did not register it.

use super::Rejected;
use crate::actor::Act;
use crate::time::Instant;

/// An account that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// 1, 2, 3 …
    pub number: i16,
    /// Who registered it.
    pub registered: Act,
    /// It can be approved from then on.
    pub usable_at: Instant,
}

impl Waiting {
    /// A second person approves the one that they have seen.
    ///
    /// # Errors
    /// [`Rejected::Changed`], [`Rejected::SamePerson`], [`Rejected::Cooling`].
    pub fn approve(&self, seen: i16, approved: &Act) -> Result<(), Rejected> {
        if seen != self.number {
            return Err(Rejected::Changed(self.number));
        }
        if self.registered.by == approved.by {
            return Err(Rejected::SamePerson(approved.by.clone()));
        }
        if approved.at < self.usable_at { Err(Rejected::Cooling(self.usable_at)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn act(by: &str, hours: i64) -> Act {
        Act { at: Instant::UNIX_EPOCH + TimeDelta::hours(hours), by: by.to_owned() }
    }

    #[test]
    fn it_is_approved_after_its_days_by_another_who_has_seen_the_newest() {
        let waiting = Waiting { number: 2, registered: act("staff:a", 0), usable_at: act("", 72).at };
        assert_eq!(waiting.approve(2, &act("staff:b", 72)), Ok(()));
        assert_eq!(waiting.approve(2, &act("staff:b", 71)), Err(Rejected::Cooling(waiting.usable_at)));
        assert_eq!(waiting.approve(2, &act("staff:a", 72)), Err(Rejected::SamePerson("staff:a".to_owned())));
        assert_eq!(waiting.approve(1, &act("staff:b", 72)), Err(Rejected::Changed(2)));
    }
}
