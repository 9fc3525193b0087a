//! Families' own money goes back to them.

use chrono::NaiveDate;

use crate::books::{Account, Draft, Event, Kind, Transfer};
use crate::ids::FamilyId;
use crate::money::Yen;

/// A family asks for its own money back: it is owed to it, and paid with the next bank file.
#[must_use]
pub fn pay_back(family: FamilyId, amount: Yen, on: NaiveDate) -> Draft {
    let payable = Account::of_owner(Kind::FamilyPayable, family.uuid());
    let transfer = Transfer::new(Account::of_owner(Kind::OwnMoney, family.uuid()).id, payable.id, amount);
    Draft::new(Event::PayBack, on, vec![transfer]).opening([payable])
}
