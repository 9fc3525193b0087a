//! `post`: one entry of one transfer.

use std::sync::Arc;

use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::books::{Account, Draft, Event, Outcome, Transfer};
use ledger::ids::FamilyId;
use ledger::money::Yen;

use super::figures::Figures;
use super::{Bench, repo};

/// Whom operation `index` debits and credits.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) run: &'static str,
    payers: Arc<Vec<Account>>,
    payees: Arc<Vec<Account>>,
}

impl Plan {
    /// The same under other keys.
    pub(super) fn named(&self, run: &'static str) -> Self {
        Self { run, ..self.clone() }
    }

    /// Who pays, and who is paid.
    pub(super) fn of(&self, index: usize) -> anyhow::Result<(Account, Account)> {
        let of = |accounts: &[Account]| index.checked_rem(accounts.len()).and_then(|at| accounts.get(at).cloned());
        of(&self.payers).zip(of(&self.payees)).ok_or_else(|| anyhow::anyhow!("nobody pays or is paid"))
    }

    /// One entry of one transfer, under a key of its own.
    pub(super) fn entry(&self, index: usize, ledger: &Ledger) -> anyhow::Result<(Command, Draft)> {
        let (payer, payee) = self.of(index)?;
        let family = FamilyId::new(payer.owner.unwrap_or_default());
        let command = Command::new(Actor::Family(family), format!("{}-{index}", self.run), &(index, payer.id, payee.id));
        Ok((command, Draft::new(Event::Correct, ledger.clock.today(), vec![Transfer::new(payer.id, payee.id, Yen::new(1))])))
    }
}

impl Bench {
    pub(super) async fn post(&self) -> anyhow::Result<Figures> {
        let plan = self.plan("post").await?;
        let (ledger, municipality) = (self.city.ledger.clone(), self.city.municipality());
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
        self.city.ledger.pool.close().await;
        let check = self.entries_check(measured.times.len());
        self.figures(measured, check).await
    }

    pub(super) async fn plan(&self, run: &'static str) -> anyhow::Result<Plan> {
        let (payers, payees) = self.city.accounts(self.size.payers, self.size.payees).await?;
        Ok(Plan { run, payers: Arc::new(payers), payees: Arc::new(payees) })
    }

    /// The books prove themselves, and hold every entry that was answered.
    async fn entries_check(&self, answered: usize) -> anyhow::Result<String> {
        let check = self.city.check_with(&self.database).await?;
        let held = repo::count_entries_of_families(&self.city.owner).await?;
        Ok(if check == "ok" && held != i64::try_from(answered)? { format!("{answered} were answered, {held} are there") } else { check })
    }
}
