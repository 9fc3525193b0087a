//! Money that leaves through the bank: sent, confirmed, given back. "Sent" is never "paid".

use chrono::NaiveDate;
use uuid::Uuid;

use crate::books::{Account, Draft, Event, Kind, Transfer};
use crate::ids::AccountId;
use crate::money::Yen;

/// One payable that a bank line pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The payable of a merchant or family.
    pub payable: AccountId,
    /// What the bank pays of it; more than zero.
    pub amount: Yen,
}

/// A file is handed to the bank: every payable that it pays goes into transit, one transfer each.
#[must_use]
pub fn payout(parts: &[Part], on: NaiveDate) -> Draft {
    let transit = Account::of_city(Kind::PayoutsInTransit).id;
    Draft::new(Event::Payout, on, parts.iter().map(|part| Transfer::new(part.payable, transit, part.amount)).collect())
}

/// The bank has debited the total of a file.
#[must_use]
pub fn confirm_payout(total: Yen, on: NaiveDate) -> Draft {
    let transfer = Transfer::new(Account::of_city(Kind::PayoutsInTransit).id, Account::of_city(Kind::Bank).id, total);
    Draft::new(Event::ConfirmPayout, on, vec![transfer])
}

/// Where the money of a return stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// The bank has not debited the line yet, and will not.
    InTransit,
    /// It has just been credited at the bank.
    AtBank,
    /// It was credited earlier, and nobody knew what it was.
    InSuspense,
}

impl Returned {
    const fn kind(self) -> Kind {
        match self {
            Self::InTransit => Kind::PayoutsInTransit,
            Self::AtBank => Kind::Bank,
            Self::InSuspense => Kind::Suspense,
        }
    }
}

/// The bank gives a line back: every payable that it was made of is open again.
#[must_use]
pub fn return_payout(parts: &[Part], money: Returned, on: NaiveDate) -> Draft {
    let from = Account::of_city(money.kind()).id;
    Draft::new(Event::ReturnPayout, on, parts.iter().map(|part| Transfer::new(from, part.payable, part.amount)).collect())
}

/// The fee that the bank kept of a return: it was never credited.
#[must_use]
pub fn return_fee(fee: Yen, money: Returned, on: NaiveDate) -> Draft {
    let transfer = Transfer::new(Account::of_city(Kind::Fees).id, Account::of_city(money.kind()).id, fee);
    Draft::new(Event::BankFee, on, vec![transfer])
}

/// What a merchant owes is kept from what it is paid, with its recorded consent: `(merchant, amount)`.
#[must_use]
pub fn net(kept: &[(Uuid, Yen)], on: NaiveDate) -> Draft {
    let transfer = |(merchant, amount): &(Uuid, Yen)| {
        let payable = Account::of_owner(Kind::MerchantPayable, *merchant).id;
        Transfer::new(payable, Account::of_owner(Kind::MerchantReceivable, *merchant).id, *amount)
    };
    Draft::new(Event::MerchantRepays, on, kept.iter().map(transfer).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_return_before_the_debit_undoes_the_payout(amounts in prop::collection::vec(1_i64..1_000_000, 1..20)) {
            let part = |(index, amount): (u128, i64)| Part { payable: AccountId::new(Uuid::from_u128(index)), amount: Yen::new(amount) };
            let parts: Vec<_> = (1_u128..).zip(amounts).map(part).collect();
            let sent = payout(&parts, NaiveDate::MIN).transfers;
            let undone: Vec<_> = sent.iter().map(|sent| Transfer::new(sent.credit, sent.debit, sent.amount)).collect();
            prop_assert_eq!(return_payout(&parts, Returned::InTransit, NaiveDate::MIN).transfers, undone);
        }

        #[test]
        fn a_return_is_the_mirror_of_the_payout_over_the_bank(amounts in prop::collection::vec(1_i64..1_000_000, 1..20)) {
            let part = |(index, amount): (u128, i64)| Part { payable: AccountId::new(Uuid::from_u128(index)), amount: Yen::new(amount) };
            let parts: Vec<_> = (1_u128..).zip(amounts).map(part).collect();
            let sent = payout(&parts, NaiveDate::MIN).transfers;
            let back = return_payout(&parts, Returned::AtBank, NaiveDate::MIN).transfers;
            prop_assert_eq!(sent.len(), back.len());
            for (sent, back) in sent.iter().zip(&back) {
                prop_assert_eq!((sent.debit, sent.amount), (back.credit, back.amount));
            }
        }
    }
}
