//! What happens in a rehearsed month: who pays where, how much, and what becomes of it. From the dice alone, before anything happens.

use chrono::{Days, NaiveDate, NaiveTime};
use ledger::ids::{ChildId, FamilyId};
use ledger::money::Yen;
use ledger::time::{Instant, tokyo_instant};

use super::world::World;

/// A child that may pay.
#[derive(Debug, Clone)]
pub struct Payer {
    /// The child's number in the roster, from 0.
    pub number: u64,
    /// The child.
    pub child: ChildId,
    /// Its family.
    pub family: FamilyId,
    /// Its brothers and sisters that may pay too.
    pub siblings: Vec<ChildId>,
    /// Whether it has been granted something.
    pub eligible: bool,
}

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
    /// Who pays.
    pub family: FamilyId,
    /// Whose entitlements.
    pub children: Vec<ChildId>,
    /// At which class, by number.
    pub class: usize,
    /// The price.
    pub price: Yen,
    /// What becomes of it.
    pub fate: Fate,
}

/// The payments of all `payers` between two days (inclusive), in the order of time.
#[must_use]
pub fn plan(world: &World, payers: &[Payer], days: (NaiveDate, NaiveDate)) -> Vec<Planned> {
    let dice = &world.dice;
    let mut planned = Vec::new();
    for payer in payers {
        let turns = if payer.eligible { 1_u64.saturating_add(dice.below("turns", payer.number, 3)) } else { 1 };
        // Some never use what they have: it lapses. Those who are not eligible pay with own money, where they have some.
        let uses = dice.happens("uses", payer.number, if payer.eligible { 88 } else { 35 });
        for turn in 0..turns {
            if uses {
                planned.push(payment(world, payer, payer.number.saturating_mul(4).saturating_add(turn), days));
            }
        }
    }
    planned.sort_by_key(|payment| (payment.at, payment.number));
    for (turn, payment) in planned.iter_mut().enumerate() {
        payment.fate = fate(turn);
    }
    planned
}

fn payment(world: &World, payer: &Payer, number: u64, (first, last): (NaiveDate, NaiveDate)) -> Planned {
    let dice = &world.dice;
    let classes = u64::try_from(world.classes.len()).unwrap_or(1);
    let days = u64::try_from(last.signed_duration_since(first).num_days()).unwrap_or(0);
    let day = first.checked_add_days(Days::new(dice.below("day", number, days.saturating_add(1)))).unwrap_or(first);
    let minutes = u32::try_from(dice.below("minute", number, 10 * 60)).unwrap_or(0);
    let second = u32::try_from(dice.below("second", number, 60)).unwrap_or(0);
    let hour = minutes.checked_div(60).unwrap_or(0).saturating_add(9);
    let time = NaiveTime::from_hms_opt(hour, minutes.checked_rem(60).unwrap_or(0), second).unwrap_or_default();
    let together = dice.happens("together", number, 8) && !payer.siblings.is_empty();
    let siblings = if together { payer.siblings.as_slice() } else { &[] };
    let (cheapest, step) = world.setting.prices;
    let steps = i64::try_from(dice.below("price", number, 22)).unwrap_or(0);
    // Siblings on one bill pay for both.
    let price = Yen::new(steps.saturating_mul(step).saturating_add(cheapest).saturating_mul(if together { 2 } else { 1 }));
    Planned {
        number,
        at: tokyo_instant(day, time),
        family: payer.family,
        children: std::iter::once(payer.child).chain(siblings.iter().copied()).collect(),
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
