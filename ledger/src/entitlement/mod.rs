//! What children may spend: grant runs, lapse, and taking back.
//!
//! A child is granted a period once, whatever is retried; what is left after the last day returns to the budget it came from.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::actor::{Actor, Command};
use crate::books::{self, Event, Outcome, Refused};
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::events::grant::{self, NewEntitlement};
use crate::ids::{AccountId, ChildId, FamilyId, Municipality};
use crate::money::Yen;
use crate::time::FiscalYear;
use crate::{Ledger, Tx};

mod error;
pub mod repo;
mod run;

pub use error::RunRejected;
pub use run::GrantRun;

/// How many entitlements one entry grants or lets lapse: memory stays flat, and a run that stops goes on where it was.
const CHUNK: usize = 5_000;

/// What a child is to be granted for one service period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Award {
    /// The child.
    pub child: ChildId,
    /// The child's family.
    pub family: FamilyId,
    /// How much, a whole multiple of `face`; where visits are counted, what the city commits for them.
    pub amount: Yen,
    /// How many visits, where they are counted.
    pub visits: Option<i64>,
    /// Whole tickets of this many yen; 1 where every yen counts.
    pub face: Yen,
    /// The first day of the scheme's period: a child is granted it once.
    pub period_from: NaiveDate,
    /// The first day of service that this child is granted.
    pub service_from: NaiveDate,
    /// The last.
    pub service_to: NaiveDate,
    /// The first day on which it may be spent.
    pub opens_on: NaiveDate,
    /// The last.
    pub closes_on: NaiveDate,
}

impl Award {
    /// The budget year: that of the service period.
    #[must_use]
    pub fn fiscal_year(&self) -> FiscalYear {
        FiscalYear::of(self.period_from)
    }
}

/// An entitlement that may pay now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spendable {
    /// The account.
    pub account: AccountId,
    /// The scheme.
    pub scheme: String,
    /// Whose it is.
    pub child: ChildId,
    /// The first day of the service period.
    pub service_from: NaiveDate,
    /// The last.
    pub service_to: NaiveDate,
    /// The last day on which it may be spent.
    pub closes_on: NaiveDate,
    /// It pays in whole multiples of this.
    pub face: Yen,
    /// What is left.
    pub balance: Yen,
    /// Its account in visits and how many are left, where visits are counted: a payment takes one.
    pub visits: Option<(AccountId, i64)>,
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Run {
    /// How many entitlements.
    pub count: usize,
    /// Their amount.
    pub amount: Yen,
}

impl Run {
    fn add(&mut self, count: usize, amount: Yen) -> Result<(), Failure> {
        self.count = self.count.saturating_add(count);
        self.amount = self.amount.plus(amount)?;
        Ok(())
    }
}

impl Ledger {
    /// Grants `awards`, all of one scheme and service period, in order of children; those granted already are passed over.
    pub async fn grant(&self, municipality: Municipality, scheme: &str, actor: &Actor, awards: &[Award]) -> Result<Run, Error<RunRejected>> {
        let mut run = Run::default();
        for chunk in awards.chunks(CHUNK) {
            let mut tx = self.pool.begin().await?;
            let granted = self.grant_chunk_in_tx(&mut tx, municipality, scheme, actor, chunk).await?;
            tx.commit().await?;
            run.add(granted.count, granted.amount)?;
        }
        Ok(run)
    }

    async fn grant_chunk_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        scheme: &str,
        actor: &Actor,
        chunk: &[Award],
    ) -> Result<Run, Error<RunRejected>> {
        repo::lock_run_in_tx(tx, municipality).await?;
        let Some(period_from) = chunk.first().map(|award| award.period_from) else { return Ok(Run::default()) };
        let children: Vec<_> = chunk.iter().map(|award| award.child.uuid()).collect();
        let granted: BTreeSet<_> = repo::list_granted_in_tx(tx, municipality, scheme, period_from, &children).await?.into_iter().collect();
        let due: Vec<_> = chunk.iter().filter(|award| !granted.contains(&award.child)).collect();
        let Some(first) = due.first() else { return Ok(Run::default()) };

        let key = format!("grant/{scheme}/{period_from}/{}", first.child);
        let accounts: Vec<_> = due.iter().map(|award| (self.entitlement_id(scheme, award), *award)).collect();
        let entitlements: Vec<_> = accounts.iter().map(|&(account, award)| new_entitlement(account, award)).collect();
        let draft = grant::grant(scheme, first.fiscal_year(), self.clock.today(), &entitlements);
        let posting = self.posting(municipality, Command::new(actor.clone(), key, &children), draft);
        match self.post_in_tx(tx, municipality, &posting).await? {
            Outcome::Posted(entry) => repo::insert_in_tx(tx, municipality, scheme, entry, &accounts).await?,
            Outcome::Replayed(entry) => return Err(Failure::inconsistent("entitlements", format!("{entry} granted nothing")).into()),
            Outcome::Rejected(refused) => return Err(run_rejected(refused)),
        }
        let amount = Yen::sum(due.iter().map(|award| award.amount))?;
        Ok(Run { count: due.len(), amount })
    }

    /// A child's entitlement for one scheme and period has one id, whoever grants it and when.
    fn entitlement_id(&self, scheme: &str, award: &Award) -> AccountId {
        let command = format!("{scheme}/{}/{}", award.child, award.period_from);
        AccountId::new(self.entropy.uuid(Draw { command: &command, purpose: "entitlement", index: 0 }, self.clock.now()))
    }

    /// Lets everything lapse that closed before today. Safe to repeat: what has lapsed has nothing left.
    pub async fn lapse(&self, municipality: Municipality) -> Result<Run, Error<RunRejected>> {
        let mut run = Run::default();
        let limit = i64::try_from(CHUNK).unwrap_or(i64::MAX);
        let mut after = None;
        loop {
            let mut tx = self.pool.begin().await?;
            repo::lock_run_in_tx(&mut tx, municipality).await?;
            let mut leftovers = repo::list_leftovers_in_tx(&mut tx, municipality, self.clock.today(), after, limit).await?;
            let Some(last) = leftovers.last() else { return Ok(run) };
            after = Some(last.account);
            let mut number = repo::count_lapses_in_tx(&mut tx, municipality, self.clock.today()).await?;
            leftovers.sort_by(|one, next| (&one.scheme, one.year).cmp(&(&next.scheme, next.year)));
            for budget in leftovers.chunk_by(|one, next| one.scheme == next.scheme && one.year == next.year) {
                number = number.saturating_add(1);
                let amount = self.lapse_chunk_in_tx(&mut tx, municipality, number, budget).await?;
                run.add(budget.len(), amount)?;
            }
            tx.commit().await?;
        }
    }

    /// `number` counts the lapses of the day: money may come back to what has lapsed on the same day, and lapses again.
    async fn lapse_chunk_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, number: i64, chunk: &[repo::Leftover]) -> Result<Yen, Error<RunRejected>> {
        let Some(first) = chunk.first() else { return Ok(Yen::ZERO) };
        let today = self.clock.today();
        let left: Vec<_> = chunk.iter().map(repo::Leftover::left).collect();
        let key = format!("lapse/{today}/{number}");
        let draft = grant::take_back(Event::Lapse, &first.scheme, first.year, today, &left);
        let posting = self.posting(municipality, Command::new(Actor::Job("lapse"), key, &today), draft);
        match self.post_in_tx(tx, municipality, &posting).await? {
            Outcome::Posted(_) => Ok(Yen::sum(left.iter().map(|left| left.amount))?),
            Outcome::Replayed(entry) => Err(Failure::inconsistent("entitlements", format!("{entry} let nothing lapse")).into()),
            Outcome::Rejected(refused) => Err(run_rejected(refused)),
        }
    }

    /// Takes back what is left of an entitlement: the child no longer qualifies, has moved, or it was granted by mistake.
    pub async fn revoke(&self, municipality: Municipality, command: Command, entitlement: AccountId, reason: &str) -> Result<Yen, Error<RunRejected>> {
        let mut tx = self.pool.begin().await?;
        let leftover = repo::find_leftover_in_tx(&mut tx, municipality, entitlement).await?.ok_or(Error::Rejected(RunRejected::Nothing))?;
        if let Some(Outcome::Replayed(entry)) = books::repo::find_command_in_tx(&mut tx, municipality, &command).await? {
            let transfers = books::repo::list_transfers_in_tx(&mut tx, municipality, entry).await?;
            return Ok(Yen::sum(transfers.iter().filter(|transfer| transfer.debit == entitlement).map(|transfer| transfer.amount))?);
        }
        let left = [leftover.left()];
        if left.iter().all(|left| !left.amount.is_positive() && left.visits.is_none_or(|(_, count)| count == 0)) {
            return Err(Error::Rejected(RunRejected::Nothing));
        }
        let draft = grant::take_back(Event::Revoke, &leftover.scheme, leftover.year, self.clock.today(), &left).because(reason);
        match self.post_in_tx(&mut tx, municipality, &self.posting(municipality, command, draft)).await? {
            Outcome::Posted(_) => tx.commit().await?,
            Outcome::Replayed(entry) => return Err(Failure::inconsistent("commands", format!("{entry} came between")).into()),
            Outcome::Rejected(refused) => return Err(run_rejected(refused)),
        }
        Ok(leftover.balance)
    }

    /// What these children may spend now.
    pub async fn spendable(&self, municipality: Municipality, children: &[ChildId]) -> Result<Vec<Spendable>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_spendable_in_tx(&mut tx, municipality, children, self.clock.now()).await
    }
}

fn new_entitlement(account: AccountId, award: &Award) -> NewEntitlement {
    NewEntitlement { account, child: award.child, amount: award.amount, visits: award.visits, opens_on: award.opens_on, closes_on: award.closes_on }
}

fn run_rejected(refused: Refused) -> Error<RunRejected> {
    match refused {
        // A budget without an account is one to which nothing was ever appropriated.
        Refused::Short | Refused::UnknownAccount => Error::Rejected(RunRejected::Budget),
        Refused::Closed => Error::Rejected(RunRejected::Closed),
        Refused::Conflict => Error::Rejected(RunRejected::Conflict),
        other => Error::Failed(Failure::inconsistent("entitlements", other.to_string())),
    }
}
