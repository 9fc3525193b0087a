//! Which payments happen in a rehearsed month: who pays where, how much, and what becomes of it. From the dice alone, before anything happens.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use ledger::money::Yen;
use ledger::time::{Instant, tokyo_instant};

use super::dice::Dice;
use super::families::{Child, Household};
use super::rehearsed_city::RehearsedCity;

/// Families come in rounds: so many a day, each at one instant of its half hour, so that those of one round come at once.
const ROUNDS: u64 = 20;

/// What becomes of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The desk captures it.
    Paid,
    /// … and refunds some of it later: so many percent.
    Refunded(u8),
    /// The family takes it back.
    Voided,
    /// Nobody comes.
    Expired,
}

/// One payment that is to be made.
#[derive(Debug, Clone)]
pub struct Planned {
    /// 0, 1, 2 …: part of its idempotency keys.
    pub number: u64,
    /// When the family makes it.
    pub at: Instant,
    /// Which family pays, by number.
    pub household: usize,
    /// Whose entitlements.
    pub children: Vec<String>,
    /// At which class, by number.
    pub class: usize,
    /// The price.
    pub price: Yen,
    /// What becomes of it.
    pub fate: Fate,
}

/// An instant of one round of a day.
#[must_use]
pub fn round(dice: &Dice, day: NaiveDate, round: u64) -> Instant {
    let name = u64::try_from(chrono::Datelike::num_days_from_ce(&day)).unwrap_or(0).saturating_mul(ROUNDS).saturating_add(round);
    // What follows a minute later is over before the next round.
    let seconds = round.saturating_mul(30 * 60).saturating_add(dice.below("round", name, 28 * 60));
    let opens = NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default();
    tokyo_instant(day, opens) + TimeDelta::seconds(i64::try_from(seconds).unwrap_or(0))
}

/// A day between two (inclusive).
#[must_use]
pub fn day(dice: &Dice, (what, number): (&'static str, u64), (first, last): (NaiveDate, NaiveDate)) -> NaiveDate {
    let days = u64::try_from(last.signed_duration_since(first).num_days()).unwrap_or(0);
    first.checked_add_days(Days::new(dice.below(what, number, days.saturating_add(1)))).unwrap_or(first)
}

/// The payments of all families between two days (inclusive), in the order of time.
#[must_use]
pub fn plan(city: &RehearsedCity, days: (NaiveDate, NaiveDate)) -> Vec<Planned> {
    let dice = &city.dice;
    let mut planned = Vec::new();
    for (place, household) in city.households.iter().enumerate() {
        // A family comes to one desk at a time.
        let mut busy = BTreeSet::new();
        for child in &household.children {
            let turns = if child.granted { 1_u64.saturating_add(dice.below("turns", child.number, 3)) } else { 1 };
            // Some never use what they have: it lapses. Those who have been granted nothing pay with own money, where they have some.
            let uses = dice.happens("uses", child.number, if child.granted { 88 } else { 35 });
            for turn in 0..if uses { turns } else { 0 } {
                let number = child.number.saturating_mul(4).saturating_add(turn);
                let payment = payment(city, (place, household), child, number, days);
                if busy.insert(payment.at) {
                    planned.push(payment);
                }
            }
        }
    }
    planned.sort_by_key(|payment| (payment.at, payment.number));
    for (turn, payment) in planned.iter_mut().enumerate() {
        payment.fate = fate(turn);
    }
    planned
}

fn payment(city: &RehearsedCity, (place, household): (usize, &Household), child: &Child, number: u64, days: (NaiveDate, NaiveDate)) -> Planned {
    let dice = &city.dice;
    let classes = u64::try_from(city.classes.len()).unwrap_or(1);
    let siblings: Vec<_> = household.children.iter().filter(|other| other.number != child.number).map(|other| other.id.clone()).collect();
    let together = dice.happens("together", number, 8) && !siblings.is_empty();
    let (cheapest, step) = city.setting.prices;
    let steps = i64::try_from(dice.below("price", number, 22)).unwrap_or(0);
    // Siblings on one bill pay for both.
    let price = Yen::new(steps.saturating_mul(step).saturating_add(cheapest).saturating_mul(if together { 2 } else { 1 }));
    Planned {
        number,
        at: round(dice, day(dice, ("day", number), days), dice.below("round of", number, ROUNDS)),
        household: place,
        children: std::iter::once(child.id.clone()).chain(if together { siblings } else { Vec::new() }).collect(),
        class: usize::try_from(dice.below("class", number, classes)).unwrap_or(0),
        price,
        fate: Fate::Paid,
    }
}

/// In turn, so that a small month has some of everything: of twenty payments one is taken back, one forgotten, one refunded in full and one in part.
const fn fate(turn: usize) -> Fate {
    match turn % 20 {
        2 => Fate::Refunded(100),
        6 => Fate::Voided,
        9 => Fate::Expired,
        13 => Fate::Refunded(40),
        _ => Fate::Paid,
    }
}
