//! Families' own money: it comes in by the bank, is spent by payments, and goes back when the family asks.
//!
//! Invariant: what moves it other than by a payment is recorded with the family, so that its statement adds up to its balance.

mod error;
mod movements;
pub(crate) mod repo;

pub use error::PayBackRejected;
pub use movements::{Moved, Movement};

use crate::actor::{Actor, Command};
use crate::books::{self, Account, Draft, Kind, Outcome, Refused};
use crate::error::{Error, Failure};
use crate::events;
use crate::ids::{EntryId, FamilyId, Municipality};
use crate::money::Yen;
use crate::{Ledger, remittance};

/// What stands between a family and the city, beside what its children may spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Own money that the city holds.
    pub own_money: Yen,
    /// What the city owes the family: it leaves with the next bank file.
    pub to_be_paid: Yen,
    /// What the family owes the city.
    pub owes: Yen,
}

impl Ledger {
    /// What stands between a family and the city.
    pub async fn family_standing(&self, municipality: Municipality, family: FamilyId) -> Result<Standing, Failure> {
        let of = |kind| Account::of_owner(kind, family.uuid()).id;
        let (payable, receivable) = (of(Kind::FamilyPayable), of(Kind::FamilyReceivable));
        let mut tx = self.pool.begin().await?;
        let own_money = books::repo::find_guarded_balance_in_tx(&mut tx, municipality, of(Kind::OwnMoney)).await?.unwrap_or_default();
        let balances = remittance::repo::list_balances_in_tx(&mut tx, municipality, &[payable, receivable]).await?;
        let balance = |account| balances.get(&account).copied().unwrap_or_default();
        // A receivable is a debit balance.
        Ok(Standing { own_money, to_be_paid: balance(payable), owes: Yen::ZERO.minus(balance(receivable))? })
    }

    /// A family's own money came in, told by whoever knows: a training city, a test. Bank statements load it by themselves.
    pub async fn load_own_money(
        &self,
        municipality: Municipality,
        command: &Command,
        family: FamilyId,
        amount: Yen,
    ) -> Result<EntryId, Error<PayBackRejected>> {
        let draft = events::bank::top_up(family, amount, self.clock.today());
        self.move_own_money(municipality, command, family, draft).await
    }

    /// What the city holds of a family's own money.
    pub async fn own_money(&self, municipality: Municipality, family: FamilyId) -> Result<Yen, Failure> {
        let mut tx = self.pool.begin().await?;
        let account = Account::of_owner(Kind::OwnMoney, family.uuid()).id;
        Ok(books::repo::find_guarded_balance_in_tx(&mut tx, municipality, account).await?.unwrap_or_default())
    }

    /// A family asks for some of its own money back: it leaves with the next bank file. The same command again: the same entry again.
    ///
    /// # Errors
    /// [`PayBackRejected`]: more than there is, not this family's, the day is closed.
    pub async fn pay_back_own_money(
        &self,
        municipality: Municipality,
        command: &Command,
        family: FamilyId,
        amount: Yen,
    ) -> Result<EntryId, Error<PayBackRejected>> {
        let allowed = match &command.actor {
            Actor::Family(asking) => *asking == family,
            Actor::Staff(_) => true,
            Actor::Merchant(_) | Actor::Applicant | Actor::Job(_) => false,
        };
        if !allowed {
            return Err(Error::Rejected(PayBackRejected::NotAllowed));
        }
        if !amount.is_positive() {
            return Err(Error::Rejected(PayBackRejected::Amount));
        }
        if self.bank_account_of_family(municipality, family, self.clock.today()).await?.is_none() {
            return Err(Error::Rejected(PayBackRejected::NoAccount));
        }
        let draft = events::own_money::pay_back(family, amount, self.clock.today());
        self.move_own_money(municipality, command, family, draft).await
    }

    async fn move_own_money(&self, municipality: Municipality, command: &Command, family: FamilyId, draft: Draft) -> Result<EntryId, Error<PayBackRejected>> {
        let mut tx = self.pool.begin().await?;
        match self.post_in_tx(&mut tx, municipality, &self.posting(municipality, command.clone(), draft)).await? {
            Outcome::Posted(entry) => {
                repo::insert_in_tx(&mut tx, municipality, &[(family, entry)]).await?;
                tx.commit().await?;
                Ok(entry)
            }
            Outcome::Replayed(entry) => Ok(entry),
            Outcome::Rejected(Refused::Short | Refused::UnknownAccount) => {
                Err(Error::Rejected(PayBackRejected::Short { balance: self.own_money(municipality, family).await? }))
            }
            Outcome::Rejected(Refused::Conflict) => Err(Error::Rejected(PayBackRejected::Conflict)),
            Outcome::Rejected(Refused::Closed) => Err(Error::Rejected(PayBackRejected::Closed)),
            Outcome::Rejected(other) => Err(Failure::inconsistent("entries", other.to_string()).into()),
        }
    }
}
