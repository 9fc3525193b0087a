//! What a bank statement brings besides payouts: own money, repayments, fees, and credits that nobody knows.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::books::{Account, Draft, Event, Kind, Transfer};
use crate::ids::{FamilyId, MerchantId};
use crate::money::Yen;

fn one(event: Event, debit: Kind, credit: &Account, amount: Yen, on: NaiveDate) -> Draft {
    Draft::new(event, on, vec![Transfer::new(Account::of_city(debit).id, credit.id, amount)])
}

/// What a credit in suspense turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Credit {
    /// A family loaded own money.
    TopUp(FamilyId),
    /// A merchant repaid what it owed.
    MerchantRepays(MerchantId),
    /// A family repaid what it owed.
    FamilyRepays(FamilyId),
    /// City money arrived.
    Fund,
}

impl Credit {
    /// Whose it is; none for the city's money.
    #[must_use]
    pub const fn owner(self) -> Option<Uuid> {
        match self {
            Self::TopUp(family) | Self::FamilyRepays(family) => Some(family.uuid()),
            Self::MerchantRepays(merchant) => Some(merchant.uuid()),
            Self::Fund => None,
        }
    }

    fn account(self) -> Account {
        match self {
            Self::TopUp(family) => Account::of_owner(Kind::OwnMoney, family.uuid()),
            Self::MerchantRepays(merchant) => Account::of_owner(Kind::MerchantReceivable, merchant.uuid()),
            Self::FamilyRepays(family) => Account::of_owner(Kind::FamilyReceivable, family.uuid()),
            Self::Fund => Account::of_city(Kind::CityFunding),
        }
    }
}

/// A family loads own money. Its account comes into being with the first load.
#[must_use]
pub fn top_up(family: FamilyId, amount: Yen, on: NaiveDate) -> Draft {
    let own = Account::of_owner(Kind::OwnMoney, family.uuid());
    one(Event::TopUp, Kind::Bank, &own, amount, on).opening([own])
}

/// The meaning of a credit in suspense becomes known.
#[must_use]
pub fn explain_credit(what: Credit, amount: Yen, on: NaiveDate) -> Draft {
    let account = what.account();
    one(Event::ExplainCredit, Kind::Suspense, &account, amount, on).opening([account])
}

/// A credit that nobody can explain yet.
#[must_use]
pub fn unknown_credit(amount: Yen, on: NaiveDate) -> Draft {
    one(Event::UnknownCredit, Kind::Bank, &Account::of_city(Kind::Suspense), amount, on)
}

/// The bank takes its fee.
#[must_use]
pub fn bank_fee(fee: Yen, on: NaiveDate) -> Draft {
    one(Event::BankFee, Kind::Fees, &Account::of_city(Kind::Bank), fee, on)
}
