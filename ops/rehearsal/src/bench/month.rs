//! `grant` and `close`: work on whole tables, beside the same rows by bare statements.

use std::time::{Duration, Instant};

use chrono::Months;
use ledger::actor::{Actor, Command};
use ledger::entitlement::Award;
use ledger::ids::{ChildId, FamilyId};
use ledger::money::Yen;
use ledger::time::{FiscalYear, Month, next_day};
use serde::Serialize;
use uuid::Uuid;

use super::figures::{Figures, ratio, seconds};
use super::{Bench, Measured, meter, repo};

/// Entitlements that are asked for at once: memory does not grow with their number.
const CHUNK: usize = 20_000;

/// The same rows, by bare statements.
#[derive(Debug, Clone, Serialize)]
pub struct Bare {
    /// How long the program took.
    pub seconds: f64,
    /// How long the bare statements took.
    pub bare_seconds: f64,
    /// The one over the other.
    pub ratio: f64,
    /// The most memory that the program held, in mebibytes.
    pub resident_max_mib: u64,
}

impl Bare {
    fn new(ours: Duration, bare: Duration) -> Self {
        let resident_max_mib = meter::resident_max().unwrap_or(0) >> 20;
        Self { seconds: seconds(ours), bare_seconds: seconds(bare), ratio: ratio(ours, bare), resident_max_mib }
    }
}

impl Bench {
    pub(super) async fn grant(&self) -> anyhow::Result<(Figures, Bare)> {
        let (ledger, municipality, scheme) = (&self.city.ledger, self.city.municipality(), self.city.setting.scheme);
        let month = Month::of(ledger.clock.today());
        let year = FiscalYear::of(month.first_day());
        let budget = Yen::new(10_000).times(i64::try_from(self.size.count)?)?;
        ledger.appropriate(municipality, Command::new(Actor::Staff("予算係".to_owned()), "bench/budget", &year), (scheme, year), budget).await?;
        repo::settle(&self.city.owner).await?;
        let before = self.meter.read(&self.city.owner).await?;
        let began = Instant::now();
        let mut times = Vec::new();
        let mut granted: usize = 0;
        while granted < self.size.count {
            let chunk = CHUNK.min(self.size.count.saturating_sub(granted));
            let awards: Vec<_> = (granted..granted.saturating_add(chunk)).map(|number| award(number, month)).collect();
            let asked = Instant::now();
            let run = ledger.grant(municipality, scheme, &Actor::Staff("交付係".to_owned()), &awards).await?;
            anyhow::ensure!(run.count == chunk, "{} of {chunk} were granted", run.count);
            times.push(asked.elapsed() / u32::try_from(chunk)?);
            granted = granted.saturating_add(chunk);
        }
        let wall = began.elapsed();
        ledger.pool.close().await;
        let times = times.into_iter().flat_map(|time| std::iter::repeat_n(time, CHUNK)).take(self.size.count).collect();
        let check = self.city.check_with(&self.database);
        let figures = self.figures(Measured { wall, times, before }, check).await?;
        let began = Instant::now();
        repo::copy_grants(&self.city.owner).await?;
        Ok((figures, Bare::new(wall, began.elapsed())))
    }

    pub(super) async fn close(&self) -> anyhow::Result<(Figures, Bare)> {
        let (municipality, today) = (self.city.municipality(), self.city.ledger.clock.today());
        self.city.payers(self.size.payers).await?;
        self.city.payees(self.size.payees).await?;
        repo::fill(&self.city.owner, municipality, self.city.ledger.clock.now(), self.size.count.saturating_mul(2)).await?;
        self.city.ledger.pool.close().await;
        // Two months on, the statement month and the calendar month are over.
        let later = today.checked_add_months(Months::new(2)).unwrap_or(today);
        let city = super::MeasuredCity::found(self.database.connect(super::CONNECTIONS).await?, self.city.owner.clone(), later).await?;
        repo::settle(&self.city.owner).await?;
        let month = Month::of(today);
        let before = self.meter.read(&self.city.owner).await?;
        let clerk = |name: &str, key: &str| Command::new(Actor::Staff(name.to_owned()), format!("bench/{key}"), &month);
        let began = Instant::now();
        let drawn = city.ledger.draw_statements(municipality, &clerk("審査係", "draw"), month).await?;
        let mut wall = began.elapsed();
        anyhow::ensure!(usize::try_from(drawn)? == self.size.payees, "{drawn} statements were drawn");
        let statements: Vec<_> = city.ledger.list_statements(municipality, None, Some(month)).await?.into_iter().map(|statement| statement.id).collect();
        for statement in &statements {
            city.ledger.claim_statement(municipality, &clerk("受付", &format!("claim/{statement}")), *statement).await?;
        }
        let began = Instant::now();
        city.ledger.examine_statements(municipality, &clerk("審査係", "examine"), &statements).await?;
        city.ledger.approve_statements(municipality, &clerk("課長", "approve"), &statements).await?;
        city.ledger.close_month(municipality, &clerk("課長", "close"), month).await?;
        wall += began.elapsed();
        city.ledger.pool.close().await;
        let times = vec![wall / u32::try_from(self.size.count)?; self.size.count];
        let check = self.city.check_with(&self.database);
        let figures = self.figures(Measured { wall, times, before }, check).await?;
        let began = Instant::now();
        repo::copy_close(&self.city.owner, municipality).await?;
        Ok((figures, Bare::new(wall, began.elapsed())))
    }
}

/// A month's money for a child of its own.
fn award(number: usize, month: Month) -> Award {
    let number = u128::try_from(number).unwrap_or_default();
    Award {
        child: ChildId::new(Uuid::from_u128((1 << 66) | number)),
        family: FamilyId::new(Uuid::from_u128((1 << 67) | number)),
        amount: Yen::new(10_000),
        visits: None,
        face: Yen::new(1),
        period_from: month.first_day(),
        service_from: month.first_day(),
        service_to: month.last_day(),
        opens_on: month.plus_months(-1).day(16),
        closes_on: next_day(month.plus_months(1).day(14)),
    }
}
