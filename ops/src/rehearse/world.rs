//! The city in rehearsal: its ledger on a private database, the clock that the rehearsal sets, and what it has counted.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};
use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::entropy::KeyedEntropy;
use ledger::ids::{MerchantId, Municipality, TerminalId};
use ledger::scheme::{Catalog, Period};
use ledger::time::{Month, SetClock, tokyo_instant};
use ledger::vault::Vault;
use serde::Serialize;
use sqlx::PgPool;

use super::bank::Bank;
use super::dice::Dice;
use super::setting::Setting;

/// A class that has been approved, and its desk.
#[derive(Debug, Clone, Copy)]
pub struct OpenClass {
    /// The merchant.
    pub merchant: MerchantId,
    /// Its desk.
    pub terminal: TerminalId,
    /// Its service category.
    pub category: &'static str,
}

/// The city in rehearsal.
pub struct World {
    /// The ledger.
    pub ledger: Ledger,
    /// Its clock.
    pub clock: Arc<SetClock>,
    /// What the city is like.
    pub setting: &'static Setting,
    /// Chance.
    pub dice: Dice,
    /// The month.
    pub month: Month,
    /// The service period that holds the month's first day.
    pub period: Period,
    /// Its classes, in order.
    pub classes: Vec<OpenClass>,
    /// The bank.
    pub bank: Bank,
}

impl World {
    /// A ledger over `pool`, with a clock that stands at nine in the morning of `day`, and secrets from the seed.
    #[must_use]
    pub fn ledger(pool: PgPool, seed: u64, schemes: Catalog, day: NaiveDate) -> (Ledger, Arc<SetClock>) {
        let clock = Arc::new(SetClock::at(tokyo_instant(day, morning())));
        let kek: [u8; 32] = std::array::from_fn(|at| seed.to_be_bytes().get(at).copied().unwrap_or(0));
        let ledger = Ledger {
            pool,
            clock: clock.clone(),
            entropy: Arc::new(KeyedEntropy::new(&kek)),
            vault: Arc::new(Vault::new(&kek, 1)),
            schemes: Arc::new(schemes),
            together: Arc::default(),
        };
        (ledger, clock)
    }

    /// The city's code.
    #[must_use]
    pub fn municipality(&self) -> Municipality {
        self.setting.municipality()
    }

    /// Sets the clock to nine in the morning of `day`.
    pub fn wake(&self, day: NaiveDate) {
        self.clock.set(tokyo_instant(day, morning()));
    }
}

fn morning() -> NaiveTime {
    NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default()
}

/// A member of the training city's staff.
#[must_use]
pub fn staff(name: &str) -> Actor {
    Actor::Staff(name.to_owned())
}

/// A command of a member of staff: the key is what it does.
#[must_use]
pub fn by(name: &str, key: &str, request: &impl Serialize) -> Command {
    Command::new(staff(name), key, request)
}
