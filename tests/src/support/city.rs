//! A ledger over a test's database: a clock that the test sets, entropy from a seed, a throw-away vault key.

use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use ledger::Ledger;
use ledger::entropy::KeyedEntropy;
use ledger::ids::Municipality;
use ledger::scheme::Catalog;
use ledger::time::{Clock, Instant, SetClock, tokyo_instant};
use ledger::vault::Vault;
use sqlx::PgPool;

/// A clock that stands still until a test sets or advances it.
pub struct TestClock(SetClock);

impl TestClock {
    /// Moves the clock to `now`, forwards or backwards.
    pub fn set(&self, now: Instant) {
        self.0.set(now);
    }

    /// Moves the clock forward by `delta`.
    pub fn advance(&self, delta: TimeDelta) {
        self.0.set(self.0.now() + delta);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        self.0.now()
    }
}

/// A ledger and the clock that it reads.
pub struct TestLedger {
    /// The ledger.
    pub ledger: Ledger,
    /// Its clock: noon of a day in Tokyo until it is set.
    pub clock: Arc<TestClock>,
}

impl TestLedger {
    /// A ledger over `pool`, at noon of `day` (`2026-05-20`).
    #[must_use]
    pub fn at(pool: &PgPool, day: &str) -> Self {
        let clock = Arc::new(TestClock(SetClock::at(noon(day))));
        let ledger = Ledger {
            pool: pool.clone(),
            clock: clock.clone(),
            entropy: Arc::new(KeyedEntropy::new(b"tests")),
            vault: Arc::new(Vault::new(&[7; 32], 1)),
            schemes: Arc::new(Catalog::shipped().expect("the shipped schemes are sound")),
            together: Arc::default(),
        };
        Self { ledger, clock }
    }

    /// As another process has it: what arrives there and here is not gathered together.
    #[must_use]
    pub fn apart(&self) -> Ledger {
        Ledger { together: Arc::default(), ..self.ledger.clone() }
    }

    /// Sets the clock to noon of `day`.
    pub fn set(&self, day: &str) {
        self.clock.set(noon(day));
    }
}

/// Noon of a day in Tokyo.
#[must_use]
pub fn noon(day: &str) -> Instant {
    tokyo_instant(date(day), chrono::NaiveTime::from_hms_opt(12, 0, 0).expect("noon"))
}

/// A day.
#[must_use]
pub fn date(day: &str) -> NaiveDate {
    day.parse().expect("a day as YYYY-MM-DD")
}

/// Writes a bare municipality row, for tests of the books alone.
pub async fn bare_municipality(pool: &PgPool, code: i32) -> Municipality {
    sqlx::query(
        "INSERT INTO municipalities (municipality, slug, name, training, own_money, own_money_custodian, closing_day, pay_day, hold_minutes, remitter)
         VALUES ($1, $2, '試験市', true, true, '会計管理者', 15, 10, 10, '{}')",
    )
    .bind(code)
    .bind(format!("test-{code}"))
    .execute(pool)
    .await
    .expect("a municipality");
    Municipality::new(code)
}
