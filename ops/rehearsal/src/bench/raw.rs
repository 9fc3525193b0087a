//! `raw`: the rows of a `post`, and those of a redemption, by the barest SQL. No key is looked at, nothing is read, nothing is judged.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::batch::{Batches, Claims, Work};
use ledger::books::Posting;
use ledger::entropy::Draw;
use ledger::error::Failure;
use ledger::events;
use ledger::ids::{AccountId, FamilyId, MerchantId, Municipality};
use ledger::money::Yen;
use serde::Serialize;
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};

use super::Bench;
use super::figures::Figures;
use super::posting::Plan;
use super::repo::{self, Redemption};

/// Raw SQL that is gathered in the program.
#[derive(Debug, Serialize)]
pub struct Gathered {
    /// Postings.
    pub coalesced: Figures,
    /// Holds and their captures.
    pub redemptions: Figures,
}

impl Bench {
    /// Postings, each in a call of its own; then what is gathered.
    pub(super) async fn raw(&self) -> anyhow::Result<(Figures, Gathered)> {
        repo::create_raw(&self.city.owner).await?;
        let plan = self.plan("raw").await?;
        self.city.ledger.pool.close().await;
        let alone = self.raw_alone(plan.clone()).await?;
        let (ledger, municipality) = (&self.city.ledger, self.city.municipality());
        let posting = {
            let (plan, ledger) = (plan.named("raw-coalesced"), ledger.clone());
            move |index| plan.entry(index, &ledger).map(|(command, draft)| ledger.posting(municipality, command, draft))
        };
        let redemption = {
            let (plan, ledger) = (plan.named("raw-redemption"), ledger.clone());
            move |index| redemption(&plan, index, &ledger, municipality)
        };
        let (one, other) = (ledger.clone(), ledger.clone());
        let coalesced = self.gathered(posting, move |pool| Raw { pool, ledger: one.clone(), municipality }).await?;
        let redemptions = self.gathered(redemption, move |pool| RawRedemptions { pool, ledger: other.clone(), municipality }).await?;
        Ok((alone, Gathered { coalesced, redemptions }))
    }

    /// Each caller on a connection of its own.
    async fn raw_alone(&self, plan: Plan) -> anyhow::Result<Figures> {
        let (ledger, municipality) = (self.city.ledger.clone(), self.city.municipality());
        let pool = self.database.connect(u32::try_from(self.size.concurrency)?).await?;
        let mut free: Vec<PoolConnection<Postgres>> = Vec::new();
        for _ in 0..self.size.concurrency {
            free.push(pool.acquire().await?);
        }
        let free = Arc::new(Mutex::new(free));
        let measured = self
            .measure({
                let (ledger, plan, free) = (ledger.clone(), plan.clone(), free.clone());
                move |index| {
                    let (ledger, plan, free) = (ledger.clone(), plan.clone(), free.clone());
                    async move {
                        let (command, draft) = plan.entry(index, &ledger)?;
                        let posting = ledger.posting(municipality, command, draft);
                        let connection = free.lock().unwrap_or_else(PoisonError::into_inner).pop();
                        let mut connection = connection.ok_or_else(|| anyhow::anyhow!("more callers than connections"))?;
                        repo::post_raw(&mut connection, municipality, ledger.clock.now(), std::iter::once(&posting)).await?;
                        free.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
                        Ok(())
                    }
                }
            })
            .await?;
        free.lock().unwrap_or_else(PoisonError::into_inner).clear();
        pool.close().await;
        let check = self.city.check_with(&self.database);
        self.figures(measured, check).await
    }

    /// Gathered in the program. Nothing is claimed: the sum of what is taken from an account is taken at once.
    async fn gathered<W: Work<Answer = ()>>(
        &self,
        item: impl Fn(usize) -> anyhow::Result<W::Item> + Clone + Send + 'static,
        work: impl Fn(PgPool) -> W + Clone + Send + 'static,
    ) -> anyhow::Result<Figures> {
        let municipality = self.city.municipality();
        let pool = self.database.connect(super::CONNECTIONS).await?;
        let batches = Arc::new(Batches::<W>::default());
        let measured = self
            .measure({
                let pool = pool.clone();
                move |index| {
                    let (item, work, pool, batches) = (item(index), work.clone(), pool.clone(), batches.clone());
                    async move { Ok(batches.ask(municipality, move || work(pool), item?, Claims::default()).await??) }
                }
            })
            .await?;
        pool.close().await;
        let check = self.city.check_with(&self.database);
        self.figures(measured, check).await
    }
}

/// A hold of one yen and its capture.
fn redemption(plan: &Plan, index: usize, ledger: &Ledger, municipality: Municipality) -> anyhow::Result<Redemption> {
    let (payer, payee) = plan.of(index)?;
    let (family, merchant) = (FamilyId::new(payer.owner.unwrap_or_default()), MerchantId::new(payee.owner.unwrap_or_default()));
    let (now, today, key) = (ledger.clock.now(), ledger.clock.today(), format!("{}-{index}", plan.run));
    let draw = |purpose| ledger.entropy.uuid(Draw { command: &key, purpose, index: 0 }, now);
    let hold = AccountId::new(draw("hold"));
    let held = events::payment::hold(hold, now + TimeDelta::minutes(5), today, &[(payer.id, Yen::new(1))], &[]);
    let captured = events::payment::capture(hold, merchant, Yen::new(1), today);
    Ok(Redemption {
        family,
        merchant,
        receipt: draw("receipt"),
        digest: ledger.entropy.bits(Draw { command: &key, purpose: "code", index: 0 }),
        hold: ledger.posting(municipality, Command::new(Actor::Family(family), key.as_str(), &hold), held),
        capture: ledger.posting(municipality, Command::new(Actor::Merchant(merchant), key.as_str(), &hold), captured),
    })
}

/// Raw SQL, gathered.
struct Raw {
    pool: PgPool,
    ledger: Ledger,
    municipality: Municipality,
}

impl Work for Raw {
    type Item = Posting;
    type Answer = ();

    fn pool(&self) -> &PgPool {
        &self.pool
    }

    async fn run(&self, connection: &mut PgConnection, items: &[&Posting]) -> Result<Vec<()>, Failure> {
        repo::post_raw(connection, self.municipality, self.ledger.clock.now(), items.iter().copied()).await?;
        Ok(vec![(); items.len()])
    }
}

/// Raw SQL for redemptions, gathered: one call and one commit for all their rows.
struct RawRedemptions {
    pool: PgPool,
    ledger: Ledger,
    municipality: Municipality,
}

impl Work for RawRedemptions {
    type Item = Redemption;
    type Answer = ();

    fn pool(&self) -> &PgPool {
        &self.pool
    }

    async fn run(&self, connection: &mut PgConnection, items: &[&Redemption]) -> Result<Vec<()>, Failure> {
        repo::redeem_raw(connection, self.municipality, self.ledger.clock.now(), items).await?;
        Ok(vec![(); items.len()])
    }
}
