//! `post`, and `raw`: the same rows by the barest SQL.

use std::sync::{Arc, Mutex, PoisonError};

use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::batch::{Batches, Claims, Work};
use ledger::books::{Account, Draft, Event, Outcome, Posting, Transfer};
use ledger::error::Failure;
use ledger::ids::{FamilyId, Municipality};
use ledger::money::Yen;
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};

use super::figures::Figures;
use super::{Bench, repo};

/// Whom operation `index` debits and credits.
#[derive(Clone)]
struct Plan {
    run: &'static str,
    payers: Arc<Vec<Account>>,
    payees: Arc<Vec<Account>>,
}

impl Plan {
    /// One entry of one transfer, under a key of its own.
    fn entry(&self, index: usize, ledger: &Ledger) -> anyhow::Result<(Command, Draft)> {
        let of = |accounts: &[Account]| index.checked_rem(accounts.len()).and_then(|at| accounts.get(at).cloned());
        let (payer, payee) = of(&self.payers).zip(of(&self.payees)).ok_or_else(|| anyhow::anyhow!("nobody pays or is paid"))?;
        let family = FamilyId::new(payer.owner.unwrap_or_default());
        let command = Command::new(Actor::Family(family), format!("{}-{index}", self.run), &(index, payer.id, payee.id));
        Ok((command, Draft::new(Event::Correct, ledger.clock.today(), vec![Transfer::new(payer.id, payee.id, Yen::new(1))])))
    }
}

impl Bench {
    pub(super) async fn post(&self) -> anyhow::Result<Figures> {
        let plan = self.plan("post").await?;
        let (ledger, municipality) = (self.stage.ledger.clone(), self.stage.municipality());
        let measured = self
            .measure(move |index| {
                let (ledger, plan) = (ledger.clone(), plan.clone());
                async move {
                    let (command, draft) = plan.entry(index, &ledger)?;
                    let outcome = ledger.post(municipality, command, draft).await?;
                    anyhow::ensure!(matches!(outcome, Outcome::Posted(_)), "not posted: {outcome:?}");
                    Ok(())
                }
            })
            .await?;
        self.stage.ledger.pool.close().await;
        let check = self.entries_check(measured.times.len());
        self.figures(measured, check).await
    }

    /// Unbatched, each caller on a connection of its own; then gathered.
    pub(super) async fn raw(&self) -> anyhow::Result<(Figures, Figures)> {
        repo::create_raw(&self.stage.owner).await?;
        let (ledger, municipality) = (self.stage.ledger.clone(), self.stage.municipality());
        let plan = self.plan("raw").await?;
        self.stage.ledger.pool.close().await;
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
        let check = self.stage.check_with(&self.database);
        let alone = self.figures(measured, check).await?;
        Ok((alone, self.raw_coalesced(Plan { run: "raw-coalesced", ..plan }).await?))
    }

    async fn raw_coalesced(&self, plan: Plan) -> anyhow::Result<Figures> {
        let (ledger, municipality) = (self.stage.ledger.clone(), self.stage.municipality());
        let pool = self.database.connect(super::CONNECTIONS).await?;
        let batches = Arc::new(Batches::<Raw>::default());
        let measured = self
            .measure({
                let pool = pool.clone();
                move |index| {
                    let (ledger, plan, pool, batches) = (ledger.clone(), plan.clone(), pool.clone(), batches.clone());
                    async move {
                        let (command, draft) = plan.entry(index, &ledger)?;
                        let posting = ledger.posting(municipality, command, draft);
                        let work = || Raw { pool, ledger, municipality };
                        // Nothing is claimed: the sum of what is taken from an account is taken at once.
                        Ok(batches.ask(municipality, work, posting, Claims::default()).await??)
                    }
                }
            })
            .await?;
        pool.close().await;
        let check = self.stage.check_with(&self.database);
        self.figures(measured, check).await
    }

    async fn plan(&self, run: &'static str) -> anyhow::Result<Plan> {
        let (payers, payees) = self.stage.accounts(self.size.payers, self.size.payees).await?;
        Ok(Plan { run, payers: Arc::new(payers), payees: Arc::new(payees) })
    }

    /// The books prove themselves, and hold every entry that was answered.
    async fn entries_check(&self, answered: usize) -> anyhow::Result<String> {
        let check = self.stage.check_with(&self.database).await?;
        let held = repo::count_entries_of_families(&self.stage.owner).await?;
        Ok(if check == "ok" && held != i64::try_from(answered)? { format!("{answered} were answered, {held} are there") } else { check })
    }
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
