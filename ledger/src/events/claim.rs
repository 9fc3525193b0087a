//! Claims: money is set aside when a family files, owed to the family when two people have decided, and given back where it is not granted.

use chrono::NaiveDate;

use crate::books::{Account, Draft, Event, Kind, Transfer};
use crate::ids::{AccountId, ClaimId, FamilyId};
use crate::money::Yen;
use crate::time::FiscalYear;

/// A claim's own account in the books.
#[must_use]
pub const fn account(claim: ClaimId) -> AccountId {
    AccountId::new(claim.uuid())
}

/// Sets a filed claim's money aside, from entitlements or the scheme's budget. Filed again after a correction, the difference: `more` is taken, and
/// `back` returns where it came from, or to the budget where that has lapsed. Both are (account, amount).
#[must_use]
pub fn file(claim: ClaimId, family: FamilyId, on: NaiveDate, more: &[(AccountId, Yen)], back: &[(AccountId, Yen)]) -> Draft {
    let own = Account::of_thing(Kind::ClaimsReserved, claim.uuid(), Some(family.uuid()));
    let taken = more.iter().map(|&(source, amount)| Transfer::new(source, own.id, amount));
    let returned = back.iter().map(|&(to, amount)| Transfer::new(own.id, to, amount));
    Draft::new(Event::FileClaim, on, taken.chain(returned).collect()).opening([own])
}

/// Two people have decided, or the family has taken the claim back: what is granted is owed to the family, and `back` (account, amount) returns
/// where it came from.
#[must_use]
pub fn decide(claim: ClaimId, family: FamilyId, on: NaiveDate, granted: Yen, back: &[(AccountId, Yen)]) -> Draft {
    let payable = Account::of_owner(Kind::FamilyPayable, family.uuid());
    let owed = Some(Transfer::new(account(claim), payable.id, granted)).filter(|transfer| transfer.amount.is_positive());
    let returned = back.iter().map(|&(to, amount)| Transfer::new(account(claim), to, amount));
    Draft::new(Event::DecideClaim, on, owed.into_iter().chain(returned).collect()).opening(owed.map(|_| payable))
}

/// A family must give money back: it owes it to the scheme's budget of the year. The merchant is untouched.
#[must_use]
pub fn clawback(family: FamilyId, scheme: &str, year: FiscalYear, amount: Yen, on: NaiveDate) -> Draft {
    let receivable = Account::of_owner(Kind::FamilyReceivable, family.uuid());
    let transfer = Transfer::new(receivable.id, Account::budget(scheme, year).id, amount);
    Draft::new(Event::Clawback, on, vec![transfer]).opening([receivable])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const CLAIM: ClaimId = ClaimId::new(Uuid::from_u128(1));
    const FAMILY: FamilyId = FamilyId::new(Uuid::from_u128(2));

    fn net(drafts: &[Draft], account: AccountId) -> Yen {
        let transfers = || drafts.iter().flat_map(|draft| &draft.transfers);
        let sum = |of: &dyn Fn(&Transfer) -> bool| Yen::sum(transfers().filter(|transfer| of(transfer)).map(|transfer| transfer.amount)).unwrap();
        sum(&|transfer| transfer.credit == account).minus(sum(&|transfer| transfer.debit == account)).unwrap()
    }

    proptest! {
        #[test]
        fn what_is_set_aside_is_granted_or_given_back(parts in prop::collection::vec((1_i64..100_000).prop_flat_map(|taken| (Just(taken), 0..=taken)), 1..5)) {
            let source = |at: u128| AccountId::new(Uuid::from_u128(at));
            let taken: Vec<_> = (100..).zip(&parts).map(|(at, (taken, _))| (source(at), Yen::new(*taken))).collect();
            let back: Vec<_> = (100..).zip(&parts).map(|(at, (_, back))| (source(at), Yen::new(*back))).filter(|(_, back)| back.is_positive()).collect();
            let sum = |parts: &[(AccountId, Yen)]| Yen::sum(parts.iter().map(|(_, amount)| *amount)).unwrap();
            let granted = sum(&taken).minus(sum(&back)).unwrap();
            let drafts = [file(CLAIM, FAMILY, NaiveDate::MIN, &taken, &[]), decide(CLAIM, FAMILY, NaiveDate::MIN, granted, &back)];
            prop_assert_eq!(net(&drafts, account(CLAIM)), Yen::ZERO);
            prop_assert_eq!(net(&drafts, Account::of_owner(Kind::FamilyPayable, FAMILY.uuid()).id), granted);
        }
    }
}
