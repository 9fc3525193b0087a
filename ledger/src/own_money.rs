//! Families' own money goes back to them when they ask. It comes in by the bank and is spent by payments.

use crate::Ledger;
use crate::actor::{Actor, Command};
use crate::books::{self, Account, Kind, Outcome, Refused};
use crate::error::{Error, Failure};
use crate::events;
use crate::ids::{EntryId, FamilyId, Municipality};
use crate::money::Yen;

/// Why own money is not paid back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PayBackRejected {
    /// Only the family itself, or staff for it.
    #[error("この操作はできません。")]
    NotAllowed,
    /// The amount is not one.
    #[error("金額は 1 円以上で入力してください。")]
    Amount,
    /// More than the city holds for the family.
    #[error("払い戻せるのは残高 {balance} 円までです。")]
    Short {
        /// What it holds.
        balance: Yen,
    },
    /// The key was used for another request.
    #[error("この操作番号は別の操作に使われています。")]
    Conflict,
    /// The day is closed.
    #[error("この日の帳簿は締め切られています。")]
    Closed,
}

impl PayBackRejected {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAllowed => "not_allowed",
            Self::Amount => "amount",
            Self::Short { .. } => "short",
            Self::Conflict => "conflict",
            Self::Closed => "closed",
        }
    }
}

impl Ledger {
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
        let draft = events::own_money::pay_back(family, amount, self.clock.today());
        match self.post(municipality, command.clone(), draft).await? {
            Outcome::Posted(entry) | Outcome::Replayed(entry) => Ok(entry),
            Outcome::Rejected(Refused::Short | Refused::UnknownAccount) => {
                Err(Error::Rejected(PayBackRejected::Short { balance: self.own_money(municipality, family).await? }))
            }
            Outcome::Rejected(Refused::Conflict) => Err(Error::Rejected(PayBackRejected::Conflict)),
            Outcome::Rejected(Refused::Closed) => Err(Error::Rejected(PayBackRejected::Closed)),
            Outcome::Rejected(other) => Err(Failure::inconsistent("entries", other.to_string()).into()),
        }
    }
}
