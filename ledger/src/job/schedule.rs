//! Which jobs there are, and what is due. Pure: the clock and what was done come in, slots come out.
//!
//! A slot is an instant at which a job is to run. What was missed is caught up: jobs of the day one slot after another, in order; jobs of the minute
//! only the latest, for they take up whatever there is. Invariant: a slot that is done is never due again.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use serde::Serialize;

use crate::time::{Instant, tokyo_date, tokyo_instant};

/// What the program does by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Job {
    /// Who raises a child no more from today on loses access.
    Guardians,
    /// Codes that nobody used give their money back.
    Expire,
    /// Refunds go back where they came from.
    Settle,
    /// Delta rows become totals.
    Fold,
    /// What has closed returns to its budget.
    Lapse,
    /// What opens is granted to those who qualify.
    Grant,
    /// Bills settle by themselves on their day.
    Due,
    /// Where paying by code gave something away last month.
    Cover,
    /// A statement month is over and not closed.
    Remind,
    /// Entries become leaves of the tree.
    Seal,
}

/// How often a job runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cadence {
    /// Each day at this time in Tokyo; days that were missed are caught up in order.
    Daily(NaiveTime),
    /// Each so many minutes; only the latest one counts.
    Minutes(i64),
}

/// The most days that are caught up: a service that was down for longer begins again.
const DAYS_MAX: u64 = 400;

impl Job {
    /// Every job, in the order in which they run when they are due at once: what comes back is back before anything lapses, and money that has lapsed
    /// is in the budget before more is granted.
    pub const ALL: [Self; 10] =
        [Self::Guardians, Self::Expire, Self::Settle, Self::Fold, Self::Lapse, Self::Grant, Self::Due, Self::Cover, Self::Remind, Self::Seal];

    /// As the database and people write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Guardians => "guardians",
            Self::Expire => "expire",
            Self::Settle => "settle",
            Self::Fold => "fold",
            Self::Lapse => "lapse",
            Self::Grant => "grant",
            Self::Due => "due",
            Self::Cover => "cover",
            Self::Remind => "remind",
            Self::Seal => "seal",
        }
    }

    /// From the database's text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|job| job.as_str() == text)
    }

    /// The second key of its advisory lock; the first is the municipality. Other locks of a city have other numbers, months have six digits.
    pub(super) const fn lock(self) -> i32 {
        match self {
            Self::Guardians => 207,
            Self::Expire => 201,
            Self::Settle => 202,
            Self::Fold => 203,
            Self::Lapse => 204,
            Self::Grant => 205,
            Self::Due => 208,
            Self::Cover => 209,
            Self::Remind => 206,
            Self::Seal => 210,
        }
    }

    /// How often it runs. The day's jobs begin after midnight in Tokyo, when what closed yesterday has closed.
    #[must_use]
    pub fn cadence(self) -> Cadence {
        let at = |hour, minute| Cadence::Daily(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default());
        match self {
            Self::Expire | Self::Fold | Self::Seal => Cadence::Minutes(1),
            Self::Settle => Cadence::Minutes(5),
            Self::Guardians => at(0, 0),
            Self::Lapse => at(0, 5),
            Self::Grant => at(0, 10),
            Self::Cover => at(3, 0),
            // When what was granted is there, and long before anybody's desk opens: the same hour whoever pays.
            Self::Due => at(6, 0),
            Self::Remind => at(8, 0),
        }
    }
}

/// What is known of a job's past.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Past {
    /// The last slot that is done; none if it has never run.
    pub done_through: Option<Instant>,
    /// It has failed, and is not tried again before.
    pub retry_at: Option<Instant>,
}

/// The first slot that is due at `now`, if any. After it is done, ask again.
#[must_use]
pub fn due(cadence: Cadence, past: Past, now: Instant) -> Option<Instant> {
    if past.retry_at.is_some_and(|retry| now < retry) {
        return None;
    }
    match cadence {
        Cadence::Minutes(minutes) => {
            let latest = latest_minute(minutes, now)?;
            past.done_through.is_none_or(|done| done < latest).then_some(latest)
        }
        Cadence::Daily(at) => {
            let slot = |day: NaiveDate| tokyo_instant(day, at);
            let today = tokyo_date(now);
            let latest = Some(today).filter(|day| slot(*day) <= now).or_else(|| today.pred_opt())?;
            let Some(done) = past.done_through else { return Some(slot(latest)) };
            let earliest = latest.checked_sub_days(Days::new(DAYS_MAX))?;
            let first = tokyo_date(done).iter_days().find(|day| slot(*day) > done)?.max(earliest);
            (first <= latest).then(|| slot(first))
        }
    }
}

/// The last whole multiple of so many minutes at or before `now`.
fn latest_minute(minutes: i64, now: Instant) -> Option<Instant> {
    let seconds = minutes.checked_mul(60)?;
    let past = now.timestamp().checked_rem_euclid(seconds)?;
    Instant::from_timestamp(now.timestamp().checked_sub(past)?, 0)
}

/// How long to wait after so many failures in a row: a minute, then twice as long each time, an hour at most.
#[must_use]
pub fn wait_after(failures: i32) -> TimeDelta {
    let doubled = u32::try_from(failures.saturating_sub(1)).ok().and_then(|times| 1_i64.checked_shl(times.min(6))).unwrap_or(1);
    TimeDelta::minutes(doubled.clamp(1, 60))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(day: &str, time: &str) -> Instant {
        tokyo_instant(day.parse().unwrap(), time.parse().unwrap())
    }

    fn done(day: &str, time: &str) -> Past {
        Past { done_through: Some(at(day, time)), retry_at: None }
    }

    const LAPSE: Job = Job::Lapse;

    #[test]
    fn a_job_of_the_day_is_due_once_a_day_by_the_clock_of_tokyo() {
        assert_eq!(due(LAPSE.cadence(), done("2026-05-19", "00:05:00"), at("2026-05-20", "00:04:59")), None);
        assert_eq!(due(LAPSE.cadence(), done("2026-05-19", "00:05:00"), at("2026-05-20", "00:05:00")), Some(at("2026-05-20", "00:05:00")));
        assert_eq!(due(LAPSE.cadence(), done("2026-05-20", "00:05:00"), at("2026-05-20", "23:59:59")), None);
    }

    #[test]
    fn a_new_city_begins_with_the_latest_slot() {
        assert_eq!(due(LAPSE.cadence(), Past::default(), at("2026-05-20", "00:01:00")), Some(at("2026-05-19", "00:05:00")));
        assert_eq!(due(Job::Settle.cadence(), Past::default(), at("2026-05-20", "00:04:59")), Some(at("2026-05-20", "00:00:00")));
    }

    #[test]
    fn a_week_of_downtime_is_caught_up_in_order_and_minutes_are_not() {
        let now = at("2026-05-20", "12:34:56");
        let mut past = done("2026-05-13", "00:05:00");
        let mut caught = Vec::new();
        while let Some(slot) = due(LAPSE.cadence(), past, now) {
            caught.push(tokyo_date(slot).to_string());
            past.done_through = Some(slot);
        }
        assert_eq!(caught, ["2026-05-14", "2026-05-15", "2026-05-16", "2026-05-17", "2026-05-18", "2026-05-19", "2026-05-20"]);
        assert_eq!(due(Job::Expire.cadence(), done("2026-05-13", "00:05:00"), now), Some(at("2026-05-20", "12:34:00")));
    }

    #[test]
    fn what_failed_is_tried_again_later_and_later() {
        let failed = Past { retry_at: Some(at("2026-05-20", "00:06:00")), ..done("2026-05-19", "00:05:00") };
        assert_eq!(due(LAPSE.cadence(), failed, at("2026-05-20", "00:05:59")), None);
        assert_eq!(due(LAPSE.cadence(), failed, at("2026-05-20", "00:06:00")), Some(at("2026-05-20", "00:05:00")));
        let waits: Vec<_> = (1..=9).map(|failures| wait_after(failures).num_minutes()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    proptest! {
        #[test]
        fn what_is_done_is_never_due_again_and_nothing_is_due_early(done in 0_i64..4_000_000, passed in -100_000_i64..4_000_000, job in 0..Job::ALL.len()) {
            let instant = |seconds: i64| Instant::from_timestamp(seconds.saturating_add(1_779_000_000), 0).unwrap();
            let (done, now) = (instant(done), instant(done.saturating_add(passed)));
            let cadence = Job::ALL[job].cadence();
            if let Some(slot) = due(cadence, Past { done_through: Some(done), retry_at: None }, now) {
                prop_assert!(slot > done && slot <= now);
                let after = due(cadence, Past { done_through: Some(slot), retry_at: None }, now);
                prop_assert!(after.is_none_or(|next| next > slot));
            }
        }
    }
}
