//! What the operations of a benchmark happen on: a training city on a database of its own, with payers and payees.

use std::sync::Arc;

use anyhow::Context as _;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::books::{Account, Draft, Event, Kind, Opening, Outcome, Transfer};
use ledger::entropy::KeyedEntropy;
use ledger::ids::{ChildId, FamilyId, MerchantId, Municipality, TerminalId};
use ledger::money::Yen;
use ledger::people::roster::{Encoding, write_csv};
use ledger::scheme::Catalog;
use ledger::time::{Clock, FiscalYear, tokyo_instant};
use ledger::token::CityToken;
use ledger::token::Token;
use ledger::vault::Vault;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use crate::rehearse::cast;
use crate::rehearse::classes;
use crate::rehearse::dice::Dice;
use crate::rehearse::{SETTINGS, Setting};
use database::Database;

/// What each payer and each entitlement has: enough for any run.
const ENOUGH: Yen = Yen::new(1_000_000_000);

/// The machine's clock, moved to a day on which everything is granted and open.
struct Moved {
    by: TimeDelta,
    real: ledger::time::SystemClock,
}

impl Clock for Moved {
    fn now(&self) -> DateTime<Utc> {
        self.real.now().checked_add_signed(self.by).unwrap_or_default()
    }
}

/// A city to measure on.
pub(super) struct MeasuredCity {
    /// The ledger.
    pub(super) ledger: Ledger,
    /// The owner of the tables: for what the program may not do.
    pub(super) owner: PgPool,
    /// What the city is like.
    pub(super) setting: &'static Setting,
}

/// A family with a child that may spend something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Payer {
    /// The family.
    pub(super) family: FamilyId,
    /// The child.
    pub(super) child: ChildId,
}

/// A class with a desk.
#[derive(Debug, Clone)]
pub(super) struct Payee {
    /// The merchant.
    pub(super) merchant: MerchantId,
    /// Its desk.
    pub(super) terminal: TerminalId,
    /// What opens the Till for it.
    pub(super) token: CityToken,
}

fn by(name: &str, key: &str, request: &impl Serialize) -> Command {
    Command::new(Actor::Staff(name.to_owned()), format!("bench/{key}"), request)
}

impl MeasuredCity {
    /// Founds the city at noon of `day`.
    pub(super) async fn found(pool: PgPool, owner: PgPool, day: NaiveDate) -> anyhow::Result<Self> {
        let [setting, ..] = &SETTINGS;
        let noon = tokyo_instant(day, NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default());
        let real = ledger::time::SystemClock;
        let by = noon.signed_duration_since(real.now());
        let schemes = Catalog::shipped().map_err(|problems| anyhow::anyhow!("a shipped scheme is not sound: {problems:?}"))?;
        let ledger = Ledger {
            pool,
            clock: Arc::new(Moved { by, real }),
            entropy: Arc::new(KeyedEntropy::new(b"bench")),
            vault: Arc::new(Vault::new(&[7; 32], 1)),
            schemes: Arc::new(schemes),
            together: Arc::default(),
        };
        ledger.found_city(&setting.city()).await?;
        Ok(Self { ledger, owner, setting })
    }

    /// Its code.
    #[must_use]
    pub(super) const fn municipality(&self) -> Municipality {
        self.setting.municipality()
    }

    /// Opens accounts of payers, with enough on them, and of payees.
    pub(super) async fn accounts(&self, payers: usize, payees: usize) -> anyhow::Result<(Vec<Account>, Vec<Account>)> {
        let named = |kind, first: u128, count: usize| (first..).take(count).map(move |number| Account::of_owner(kind, Uuid::from_u128(number)));
        let payers: Vec<_> = named(Kind::OwnMoney, 1 << 64, payers).collect();
        let payees: Vec<_> = named(Kind::MerchantPayable, 1 << 65, payees).collect();
        let bank = Account::of_city(Kind::Bank).id;
        let loaded = payers.iter().map(|payer| Transfer::new(bank, payer.id, ENOUGH)).collect();
        let openings = payers.iter().chain(&payees).cloned().map(Opening::from);
        let draft = Draft::new(Event::TopUp, self.ledger.clock.today(), loaded).opening(openings);
        let outcome = self.ledger.post(self.municipality(), by("出納係", "accounts", &(payers.len(), payees.len())), draft).await?;
        anyhow::ensure!(matches!(outcome, Outcome::Posted(_)), "the accounts could not be opened: {outcome:?}");
        Ok((payers, payees))
    }

    /// Imports a roster and grants the month; answers families with something to spend, at most `count`.
    pub(super) async fn payers(&self, count: usize) -> anyhow::Result<Vec<Payer>> {
        let (ledger, municipality, today) = (&self.ledger, self.municipality(), self.ledger.clock.today());
        let year = FiscalYear::of(today);
        ledger.appropriate(municipality, by("予算係", "appropriate", &year), (self.setting.scheme, year), ENOUGH).await?;
        // Some families have no child of the right age.
        let children = u64::try_from(count.saturating_mul(3).max(30))?;
        let rows = cast::roster(self.setting, &Dice::new(1), children, (year.first_day(), year.first_day()))?;
        let file = write_csv(&rows, Encoding::Utf8)?;
        let report = ledger.import_roster(municipality, &Actor::Staff("名簿係".to_owned()), &file, &mut |_| {}).await?;
        anyhow::ensure!(report.refused == 0, "the roster was refused in {} lines", report.refused);
        let run = ledger.run_grant(municipality, (self.setting.scheme, today), &Actor::Staff("交付係".to_owned()), &mut |_| {}).await?;
        let mut payers = std::collections::BTreeMap::new();
        let mut after = None;
        loop {
            let page = ledger.eligible_children(municipality, (self.setting.scheme, run.period.service_from), after, 5_000).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.child);
            payers.extend(page.iter().map(|eligible| (eligible.family, eligible.child)));
        }
        anyhow::ensure!(payers.len() >= count, "only {} families have something to spend", payers.len());
        Ok(payers.into_iter().take(count).map(|(family, child)| Payer { family, child }).collect())
    }

    /// Classes that one person took in and another approved, each with a desk.
    pub(super) async fn payees(&self, count: usize) -> anyhow::Result<Vec<Payee>> {
        let classes = classes::classes(self.setting, &Dice::new(1), u64::try_from(count.saturating_mul(30))?);
        let mut payees = Vec::new();
        for (number, class) in classes.into_iter().take(count).enumerate() {
            let (municipality, key) = (self.municipality(), format!("class/{number}"));
            let merchant = self.ledger.apply_merchant(municipality, &by("受付", &key, &class.name), &class.application(), class.account()).await?;
            self.ledger.approve_merchant(municipality, &by("審査", &key, &merchant), merchant).await?;
            let (terminal, secret): (TerminalId, Token) =
                self.ledger.add_terminal(municipality, &by("受付", &format!("{key}/desk"), &merchant), merchant, "受付窓口").await?;
            payees.push(Payee { merchant, terminal, token: CityToken::new(municipality, secret) });
        }
        anyhow::ensure!(payees.len() == count, "there are only {} classes", payees.len());
        Ok(payees)
    }

    /// What the books say of themselves: `ok`, or the first difference.
    pub(super) async fn check_with(&self, database: &Database) -> anyhow::Result<String> {
        // The connections that worked are closed by now.
        let ledger = Ledger { pool: database.connect(1).await?, ..self.ledger.clone() };
        let verified = ledger.verify(self.municipality()).await.context("the proof of the books failed")?;
        ledger.pool.close().await;
        Ok(verified.differences.into_iter().next().unwrap_or_else(|| "ok".to_owned()))
    }
}

/// The day of the benchmarks: in the middle of a month whose money may be spent.
#[must_use]
pub(super) fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, 1).unwrap_or_default().checked_add_days(Days::new(19)).unwrap_or_default()
}
