//! Plays the month: families set payments aside and show codes, desks capture and refund, codes are taken back or forgotten; families claim and
//! staff decide; every night the jobs run. The clock moves from one instant to the next.
//!
//! What happens at one instant happens at once, as in a real city: so no outcome may depend on who is answered first. No family does two things at
//! one instant.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use ledger::time::{Instant, next_day, tokyo_midnight};

use super::AT_ONCE;
use super::claims::review::Noted;
use super::claims::{self, ClaimEvent};
use super::pay::{self, PayEvent};
use super::rehearsed_city::RehearsedCity;
use super::schedule::plan;

/// Something that is to happen.
pub enum Event {
    /// Something about a payment.
    Pay(PayEvent),
    /// Something about a claim.
    Claim(ClaimEvent),
}

/// What follows from an event, and when.
pub type Follows = Vec<(Instant, Event)>;

/// What is to happen, in the order of time.
#[derive(Default)]
struct Queue {
    events: BTreeMap<(Instant, u64), Event>,
    added: u64,
}

impl Queue {
    fn add(&mut self, at: Instant, event: Event) {
        self.added = self.added.saturating_add(1);
        self.events.insert((at, self.added), event);
    }

    /// Everything that happens at the next instant before `until`.
    fn pop_instant(&mut self, until: Instant) -> Option<(Instant, Vec<Event>)> {
        let (at, _) = *self.events.first_key_value()?.0;
        if at >= until {
            return None;
        }
        let later = self.events.split_off(&(at, u64::MAX));
        Some((at, std::mem::replace(&mut self.events, later).into_values().collect()))
    }
}

/// Plays everything that families, desks and staff do in the statement month; what staff will come back to. `progress` is told after each instant.
pub async fn month(city: &RehearsedCity, progress: &(dyn Fn(usize, usize) + Sync)) -> anyhow::Result<Vec<Noted>> {
    let mut queue = Queue::default();
    for payment in plan(city, (city.days.first, city.days.last)) {
        queue.add(payment.at, Event::Pay(PayEvent::Hold(payment)));
    }
    let (mut done, mut noted, mut slept): (usize, _, usize) = (0, Vec::new(), 0);
    for day in nights(city.days.first, city.days.closing) {
        if city.days.filing.is_some_and(|(opens, _)| opens == day) {
            city.server.early(day);
            claims::plan(city).await?.into_iter().for_each(|(at, event)| queue.add(at, Event::Claim(event)));
        }
        let reviewed = claims::review(city, day).await?;
        reviewed.follows.into_iter().for_each(|(at, event)| queue.add(at, Event::Claim(event)));
        noted.extend(reviewed.noted);
        while let Some((at, events)) = queue.pop_instant(tokyo_midnight(next_day(day))) {
            city.server.set(at);
            done = done.saturating_add(events.len());
            let happening: Vec<_> = events.into_iter().map(|event| happen(city, event)).collect();
            let follows: Vec<Follows> = stream::iter(happening).buffered(AT_ONCE).try_collect().await?;
            follows.into_iter().flatten().for_each(|(at, event)| queue.add(at, event));
            progress(done, done.saturating_add(queue.events.len()));
        }
        // After a day on which nothing happened the jobs find nothing: they catch up when something has.
        if done > slept || day == city.days.closing {
            city.server.night(next_day(day)).await?;
            slept = done;
        }
    }
    Ok(noted)
}

fn nights(first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    std::iter::successors(Some(first), NaiveDate::succ_opt).take_while(move |day| *day <= last)
}

async fn happen(city: &RehearsedCity, event: Event) -> anyhow::Result<Follows> {
    match event {
        Event::Pay(event) => pay::happen(city, event).await,
        Event::Claim(event) => claims::happen(city, event).await,
    }
}
