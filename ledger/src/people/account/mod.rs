//! Where a family is paid: by what a roster said, or by what the family registered since, whichever was said last.
//!
//! Who holds somebody's phone must not be able to send money elsewhere at once: an account that is registered waits some days, in which it can be seen and
//! withdrawn on every phone of the family, and then for a second person, who calls back. Invariant: until it is approved nothing is paid to it.

mod error;
mod repo;
mod state;

use chrono::{NaiveDate, TimeDelta};

pub use error::Rejected;
pub use repo::InList;
pub use state::Waiting;

use super::repo::known;
use super::sealed::{self, Keys};
use super::sealed_account::SealedAccount;
use super::state::{Stated, in_force};
use crate::actor::{Actor, Command};
use crate::bank::account::{BankAccount, Written};
use crate::bank::directory;
use crate::city;
use crate::error::{Error, Failure};
use crate::idempotency::{self, Claim};
use crate::ids::{FamilyId, Municipality};
use crate::time::{Instant, tokyo_date, tokyo_instant};
use crate::vault::{DataKey, KeyOwner};
use crate::{Ledger, Tx};

/// An account can be approved after so long. No source gives a number for a city's payees: a parameter.
pub const COOLING_OFF: TimeDelta = TimeDelta::days(3);
/// The most characters of a reason.
const REASON_MAX: usize = 400;

/// Where a family is paid, and what waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Where it is paid now; none if the city knows no account.
    pub in_force: Option<BankAccount>,
    /// What waits to take its place.
    pub waiting: Option<(Waiting, BankAccount)>,
    /// Why the one that was registered last was refused.
    pub refused_because: Option<String>,
}

impl Ledger {
    /// A family, or staff who take in its form, says where it wants to be paid. It waits; one that waited before is replaced.
    ///
    /// # Errors
    /// [`Rejected`]: not this family's, no such family, an account to which money cannot be sent.
    pub async fn register_family_account(
        &self,
        municipality: Municipality,
        command: &Command,
        family: FamilyId,
        written: Written<'_>,
    ) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        let scope = city::repo::get_in_tx(&mut tx, municipality).await?.scope();
        let account = directory::payable(written, scope).map_err(|why| Error::Rejected(why.into()))?;
        if !self.begin_account_in_tx(&mut tx, municipality, command, family).await? {
            return Ok(());
        }
        let act = self.act(command);
        if let Some(waiting) = repo::find_waiting_in_tx(&mut tx, municipality, family).await? {
            repo::mark_ended_in_tx(&mut tx, municipality, (family, waiting.0.number), ("replaced", None), &act).await?;
        }
        let number = repo::next_number_in_tx(&mut tx, municipality, family).await?;
        let key = self.account_key_in_tx(&mut tx, municipality, family).await?;
        let sealed = key.seal_json(sealed::registered_account(family, number), &SealedAccount::from(&account))?;
        repo::insert_in_tx(&mut tx, municipality, (family, number), &sealed, &act, act.at + COOLING_OFF).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The family takes back what it registered and nobody has approved.
    ///
    /// # Errors
    /// [`Rejected::Nothing`].
    pub async fn withdraw_family_account(&self, municipality: Municipality, command: &Command, family: FamilyId) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        if !self.begin_account_in_tx(&mut tx, municipality, command, family).await? {
            return Ok(());
        }
        let (waiting, _) = repo::find_waiting_in_tx(&mut tx, municipality, family).await?.ok_or(Error::Rejected(Rejected::Nothing))?;
        repo::mark_ended_in_tx(&mut tx, municipality, (family, waiting.number), ("withdrawn", None), &self.act(command)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A second person approves the account `number`, after calling the family back at a number known from before.
    ///
    /// # Errors
    /// [`Rejected`]: nothing waits, another one does, the same person, its days are not over.
    pub async fn approve_family_account(
        &self,
        municipality: Municipality,
        command: &Command,
        (family, number): (FamilyId, i16),
    ) -> Result<(), Error<Rejected>> {
        staff(command)?;
        let mut tx = self.pool.begin().await?;
        if !self.begin_account_in_tx(&mut tx, municipality, command, family).await? {
            return Ok(());
        }
        let (waiting, _) = repo::find_waiting_in_tx(&mut tx, municipality, family).await?.ok_or(Error::Rejected(Rejected::Nothing))?;
        let act = self.act(command);
        waiting.approve(number, &act).map_err(Error::Rejected)?;
        repo::mark_approved_in_tx(&mut tx, municipality, (family, number), &act).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Staff refuse the account `number`, with the reason that the family reads.
    ///
    /// # Errors
    /// [`Rejected`]: nothing waits, another one does, no reason.
    pub async fn refuse_family_account(
        &self,
        municipality: Municipality,
        command: &Command,
        (family, number): (FamilyId, i16),
        reason: &str,
    ) -> Result<(), Error<Rejected>> {
        staff(command)?;
        if reason.trim().is_empty() || reason.chars().count() > REASON_MAX {
            return Err(Error::Rejected(Rejected::Reason(REASON_MAX)));
        }
        let mut tx = self.pool.begin().await?;
        if !self.begin_account_in_tx(&mut tx, municipality, command, family).await? {
            return Ok(());
        }
        let (waiting, _) = repo::find_waiting_in_tx(&mut tx, municipality, family).await?.ok_or(Error::Rejected(Rejected::Nothing))?;
        if waiting.number != number {
            return Err(Error::Rejected(Rejected::Changed(waiting.number)));
        }
        let key = self.account_key_in_tx(&mut tx, municipality, family).await?;
        let sealed = key.seal(sealed::refusal_of_account(family, number), reason.as_bytes())?;
        repo::mark_ended_in_tx(&mut tx, municipality, (family, number), ("refused", Some(&sealed)), &self.act(command)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Begins a command about a family's account: claims the key, locks the family. Not if it was done before.
    async fn begin_account_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, command: &Command, family: FamilyId) -> Result<bool, Error<Rejected>> {
        let allowed = match &command.actor {
            Actor::Family(asking) => *asking == family,
            Actor::Staff(_) => true,
            Actor::Merchant(_) | Actor::Applicant | Actor::Job(_) => false,
        };
        if !allowed {
            return Err(Error::Rejected(Rejected::NotAllowed));
        }
        match idempotency::claim_in_tx(tx, municipality, command, family.uuid(), self.clock.now()).await? {
            Claim::Conflict => return Err(Error::Rejected(Rejected::Conflict)),
            Claim::Replayed(_) => return Ok(false),
            Claim::New => {}
        }
        if repo::lock_in_tx(tx, municipality, family).await? { Ok(true) } else { Err(Error::Rejected(Rejected::Unknown(family))) }
    }

    async fn account_key_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, family: FamilyId) -> Result<DataKey, Failure> {
        let key = self.find_vault_key_of_in_tx(tx, municipality, KeyOwner::Family(family)).await?;
        key.ok_or(Failure::Vault("the family's key has been destroyed"))
    }

    /// Where a family is paid, and what waits; none if there is no such family.
    pub async fn family_account(&self, municipality: Municipality, family: FamilyId) -> Result<Option<Standing>, Failure> {
        let mut tx = self.pool.begin().await?;
        if super::repo::read::find_family_in_tx(&mut tx, municipality, family).await?.is_none() {
            return Ok(None);
        }
        let in_force = self.account_in_force_in_tx(&mut tx, municipality, family, self.clock.today()).await?;
        let key = self.account_key_in_tx(&mut tx, municipality, family).await?;
        let waiting = match repo::find_waiting_in_tx(&mut tx, municipality, family).await? {
            Some((waiting, sealed)) => {
                let account = open(&key, (family, waiting.number), &sealed)?;
                Some((waiting, account))
            }
            None => None,
        };
        let refused = repo::find_last_refusal_in_tx(&mut tx, municipality, family).await?;
        let text = |(number, sealed): (i16, Vec<u8>)| {
            let opened = key.open(sealed::refusal_of_account(family, number), &sealed)?;
            String::from_utf8(opened).map_err(|_| Failure::Vault("the sealed reason is no text"))
        };
        Ok(Some(Standing { in_force, waiting, refused_because: refused.map(text).transpose()? }))
    }

    /// Where a family is paid on `day`, if the city knows.
    pub async fn bank_account_of_family(&self, municipality: Municipality, family: FamilyId, day: NaiveDate) -> Result<Option<BankAccount>, Failure> {
        let mut tx = self.pool.begin().await?;
        self.account_in_force_in_tx(&mut tx, municipality, family, day).await
    }

    async fn account_in_force_in_tx(
        &self,
        tx: &mut Tx<'_>,
        municipality: Municipality,
        family: FamilyId,
        day: NaiveDate,
    ) -> Result<Option<BankAccount>, Failure> {
        let rows = known::list_accounts_in_tx(tx, municipality, &[family.uuid()]).await?;
        let said: Vec<_> = rows.into_iter().map(|row| Stated { since: row.since, roster_number: row.roster_number, what: row }).collect();
        let by_roster = in_force(&said, day).map(|stated| &stated.what);
        let registered = repo::find_approved_in_tx(tx, municipality, family).await?.filter(|registered| tokyo_date(registered.approved_at) <= day);
        match (by_roster, registered) {
            (_, Some(registered)) if by_roster.is_none_or(|row| registered.approved_at > said_at(row.since, row.said_at)) => {
                let key = self.account_key_in_tx(tx, municipality, family).await?;
                open(&key, (family, registered.number), &registered.sealed).map(Some)
            }
            (Some(row), _) => {
                let keys = Keys(self.list_vault_keys_in_tx(tx, municipality, &[row.key.uuid()]).await?);
                keys.open_account(row).map(Some)
            }
            (None, _) => Ok(None),
        }
    }

    /// Accounts that wait for a second person, in the order of the families' ids, from the one behind `after`.
    pub async fn list_family_accounts_waiting(&self, municipality: Municipality, after: Option<FamilyId>, limit: i64) -> Result<Vec<InList>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::list_waiting_in_tx(&mut tx, municipality, after, limit).await
    }
}

/// When a roster's word counts from: its import, or the day from which it holds.
pub(crate) fn said_at(since: NaiveDate, imported_at: Instant) -> Instant {
    imported_at.max(tokyo_instant(since, chrono::NaiveTime::MIN))
}

/// What a family registered, opened.
pub(crate) fn open(key: &DataKey, (family, number): (FamilyId, i16), sealed: &[u8]) -> Result<BankAccount, Failure> {
    let account: SealedAccount = key.open_json(sealed::registered_account(family, number), sealed)?;
    account.try_into()
}

fn staff(command: &Command) -> Result<(), Error<Rejected>> {
    if matches!(command.actor, Actor::Staff(_)) { Ok(()) } else { Err(Error::Rejected(Rejected::NotStaff)) }
}
