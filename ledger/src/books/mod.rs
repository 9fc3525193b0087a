//! The books: accounts, entries, transfers, balances, trial balance.
//!
//! A transfer is one row and cannot be unbalanced; nothing is updated or deleted; no guarded balance goes below zero.

pub mod account;
pub mod entry;
pub mod repo;
mod trial_balance;

pub use account::{Account, Kind, Unit};
pub use entry::{Draft, Event, Opening, Outcome, Posting, Refused, Transfer};
pub use trial_balance::{Line, TrialBalance};

use sqlx::{PgConnection, PgPool};

use crate::actor::{Actor, Command};
use crate::batch::{Claims, Work};
use crate::entropy::Draw;
use crate::error::Failure;
use crate::ids::{EntryId, Municipality};
use crate::{Ledger, Tx};

/// Postings that arrive together.
pub struct Posts {
    ledger: Ledger,
    municipality: Municipality,
}

impl Work for Posts {
    type Item = Posting;
    type Answer = Outcome;

    fn pool(&self) -> &PgPool {
        &self.ledger.pool
    }

    async fn run(&self, connection: &mut PgConnection, items: &[&Posting]) -> Result<Vec<Outcome>, Failure> {
        repo::post_batch(connection, self.municipality, self.ledger.clock.now(), items.iter().copied()).await
    }
}

/// Its key is its own, and so is what it debits; what it credits others may credit as well.
fn claims(posting: &Posting) -> Claims {
    let own = Claims::default().taking((&posting.command.actor, &posting.command.key));
    let transfers = posting.draft.transfers.iter();
    transfers.fold(own, |claims, transfer| claims.taking(transfer.debit).giving(transfer.credit))
}

impl Ledger {
    /// The posting of `draft` for `command`: its entry id is drawn from the command.
    #[must_use]
    pub fn posting(&self, municipality: Municipality, command: Command, draft: Draft) -> Posting {
        let scope = command.scope(municipality);
        let draw = Draw { command: &scope, purpose: "entry", index: 0 };
        let entry = EntryId::new(self.entropy.uuid(draw, self.clock.now()));
        Posting { command, entry, draft }
    }

    /// Posts one entry in `tx`.
    pub async fn post_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, posting: &Posting) -> Result<Outcome, Failure> {
        let outcomes = repo::post_batch(tx, municipality, self.clock.now(), std::iter::once(posting)).await?;
        outcomes.first().copied().ok_or_else(|| Failure::inconsistent("post_batch", "no outcome"))
    }

    /// Posts entries that do not depend on each other, each answered on its own, in one database transaction.
    pub async fn post_batch(&self, municipality: Municipality, postings: &[Posting]) -> Result<Vec<Outcome>, Failure> {
        let mut connection = self.pool.acquire().await?;
        repo::post_batch(&mut connection, municipality, self.clock.now(), postings.iter()).await
    }

    /// Posts one entry, together with what arrives at the same time.
    pub async fn post(&self, municipality: Municipality, command: Command, draft: Draft) -> Result<Outcome, Failure> {
        let posting = self.posting(municipality, command, draft);
        let claims = claims(&posting);
        let work = || Posts { ledger: self.clone(), municipality };
        self.together.posts.ask(municipality, work, posting, claims).await.unwrap_or(Ok(Outcome::Rejected(Refused::Busy)))
    }

    /// Undoes an entry: the same transfers the other way round, in the open month. An entry can be reversed once.
    pub async fn reverse(&self, municipality: Municipality, command: Command, entry: EntryId, reason: &str) -> Result<Outcome, Failure> {
        let mut tx = self.pool.begin().await?;
        let transfers = repo::list_transfers_in_tx(&mut tx, municipality, entry).await?;
        if transfers.is_empty() {
            return Err(Failure::inconsistent("entries", format!("there is no entry {entry} to reverse")));
        }
        let back = transfers.into_iter().map(|transfer| Transfer::new(transfer.credit, transfer.debit, transfer.amount)).collect();
        let draft = Draft { reverses: Some(entry), ..Draft::new(Event::Correct, self.clock.today(), back).because(reason) };
        let outcome = self.post_in_tx(&mut tx, municipality, &self.posting(municipality, command, draft)).await?;
        tx.commit().await?;
        Ok(outcome)
    }

    /// The trial balance (試算表), from the transfers alone.
    pub async fn trial_balance(&self, municipality: Municipality) -> Result<TrialBalance, Failure> {
        let mut tx = self.pool.begin().await?;
        Ok(TrialBalance::new(repo::list_turnovers_in_tx(&mut tx, municipality).await?))
    }

    /// Sums delta rows up into totals; returns how many.
    pub async fn fold_deltas(&self, municipality: Municipality) -> Result<i64, Failure> {
        let mut tx = self.pool.begin().await?;
        let folded = repo::fold_deltas_in_tx(&mut tx, municipality).await?;
        tx.commit().await?;
        Ok(folded)
    }

    /// Opens the accounts that every city has one of.
    pub async fn open_city_accounts(&self, municipality: Municipality) -> Result<(), Failure> {
        let kinds = Kind::ALL
            .iter()
            .copied()
            .filter(|kind| !kind.guarded() && !matches!(kind, Kind::MerchantPayable | Kind::MerchantReceivable | Kind::FamilyPayable | Kind::FamilyReceivable));
        let draft = Draft::new(Event::Correct, self.clock.today(), Vec::new()).opening(kinds.map(Account::of_city)).because("accounts of the city");
        let command = Command::new(Actor::Job("set-up"), "city accounts", &municipality);
        self.post(municipality, command, draft).await.map(|_| ())
    }
}
