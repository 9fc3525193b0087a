//! Who pays for each ticket of a booklet. Pure.
//!
//! Each ticket is a purchase of its face, split as every other: soonest to lapse first, whole tickets where tickets are counted, own money last.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::BookletKind;
use crate::entitlement::Spendable;
use crate::error::{Error, Failure};
use crate::ids::ChildId;
use crate::money::Yen;
use crate::payment::sources::{self, Purchase};
use crate::payment::split::{Part, Short, Source, split};
use crate::scheme::{Catalog, Facts, Rules};

/// What may pay.
pub(super) struct Means<'a> {
    pub(super) rules: (&'a Catalog, Rules),
    pub(super) facts: &'a BTreeMap<ChildId, Facts>,
    /// What the children may spend now, in the order in which it is to pay.
    pub(super) spendable: Vec<Spendable>,
    /// The family's own money.
    pub(super) own_money: Option<Source>,
}

/// The split of each of so many tickets that are valid through `through`.
///
/// # Errors
/// [`Short`]: everything together does not reach; `missing` is what all tickets together lack.
pub(super) fn fund(kind: &BookletKind, tickets: u16, (on, through): (NaiveDate, NaiveDate), mut means: Means<'_>) -> Result<Vec<Vec<Part>>, Error<Short>> {
    let (catalog, rules) = means.rules;
    means.spendable.retain(|entitlement| {
        let version = catalog.get(&entitlement.scheme).and_then(|scheme| scheme.rules_on(entitlement.service_from, rules));
        entitlement.closes_on >= through && entitlement.visits.is_none() && version.is_some_and(|version| kind.is_paid_by(version))
    });
    let service = kind.services.first().map(String::as_str);
    let purchase = Purchase { price: kind.face, expense: &kind.expense, service, month: None, on };
    let mut funded = Vec::new();
    for ticket in 0..tickets {
        let groups = sources::groups(means.rules, &purchase, means.spendable.clone(), means.facts);
        let mut sources = sources::sources(kind.face, &groups, &BTreeMap::new())?;
        sources.extend(means.own_money.clone());
        let parts = split(kind.face, sources).map_err(|short| missing(kind, tickets.saturating_sub(ticket), short))?;
        for part in &parts {
            means.take(part)?;
        }
        funded.push(parts);
    }
    Ok(funded)
}

/// What this ticket lacks, and all of those behind it: nothing is left for them.
fn missing(kind: &BookletKind, left: u16, short: Short) -> Error<Short> {
    let behind = kind.face.times(i64::from(left.saturating_sub(1)));
    match behind.and_then(|behind| behind.plus(short.missing)) {
        Ok(missing) => Error::Rejected(Short { missing }),
        Err(overflow) => Error::Failed(overflow.into()),
    }
}

impl Means<'_> {
    fn take(&mut self, part: &Part) -> Result<(), Failure> {
        let of_child = self.spendable.iter_mut().filter(|entitlement| entitlement.account == part.source.account).map(|entitlement| &mut entitlement.balance);
        let own = self.own_money.iter_mut().filter(|source| source.account == part.source.account).map(|source| &mut source.most);
        of_child.chain(own).try_for_each(|left| left.minus(part.amount).map(|rest| *left = rest))?;
        self.spendable.retain(|entitlement| entitlement.balance > Yen::ZERO);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::ids::AccountId;

    fn kind() -> BookletKind {
        BookletKind { kind: "care".to_owned(), face: Yen::new(500), expense: "care_fee".to_owned(), services: vec!["sick_child".to_owned()] }
    }

    fn entitlement(id: u128, balance: i64, closes_on: &str) -> Spendable {
        let day = |day: &str| day.parse().unwrap();
        Spendable {
            account: AccountId::new(Uuid::from_u128(id)),
            scheme: "kumamoto-tashi".to_owned(),
            child: ChildId::new(Uuid::from_u128(id)),
            service_from: day("2026-04-01"),
            service_to: day("2027-03-31"),
            closes_on: day(closes_on),
            face: Yen::new(500),
            balance: Yen::new(balance),
            visits: None,
        }
    }

    fn own(yen: i64) -> Source {
        Source::own_money(AccountId::new(Uuid::from_u128(99)), Yen::new(yen))
    }

    fn funded(tickets: u16, spendable: Vec<Spendable>, own_money: Option<Source>) -> Result<Vec<Vec<(u128, i64)>>, i64> {
        let (catalog, facts) = (Catalog::shipped().unwrap(), BTreeMap::new());
        let means = Means { rules: (&catalog, Rules::Rehearsal), facts: &facts, spendable, own_money };
        let days = ("2026-06-01".parse().unwrap(), "2027-03-31".parse().unwrap());
        match fund(&kind(), tickets, days, means) {
            Ok(all) => Ok(all.iter().map(|parts| parts.iter().map(|part| (part.source.account.uuid().as_u128(), part.amount.get())).collect()).collect()),
            Err(Error::Rejected(short)) => Err(short.missing.get()),
            Err(Error::Failed(failure)) => panic!("{failure}"),
        }
    }

    #[test]
    fn tickets_of_a_scheme_pay_whole_and_own_money_the_rest_of_the_booklet() {
        let both = funded(4, vec![entitlement(1, 1_200, "2027-03-31")], Some(own(1_100))).unwrap();
        assert_eq!(both, [vec![(1, 500)], vec![(1, 500)], vec![(99, 500)], vec![(99, 500)]]);
        assert_eq!(funded(3, vec![], Some(own(1_500))).unwrap().concat(), [(99, 500); 3]);
    }

    #[test]
    fn what_lapses_before_the_booklet_pays_for_none_of_it() {
        assert_eq!(funded(2, vec![entitlement(1, 5_000, "2027-03-30")], None), Err(1_000));
        assert_eq!(funded(2, vec![entitlement(1, 5_000, "2027-03-30"), entitlement(2, 500, "2027-03-31")], Some(own(300))), Err(200));
    }

    proptest! {
        #[test]
        fn every_ticket_is_paid_in_full_and_nobody_pays_more_than_is_there(tickets in 1_u16..40, left in prop::collection::vec(0_i64..12_000, 0..4), own_yen in 0_i64..9_000) {
            let spendable: Vec<_> = (1_u128..).zip(&left).map(|(id, left)| entitlement(id, *left, "2027-03-31")).filter(|one| one.balance > Yen::ZERO).collect();
            let whole: i64 = left.iter().map(|left| left.saturating_sub(left % 500)).sum();
            match funded(tickets, spendable, Some(own(own_yen))) {
                Ok(all) => {
                    prop_assert_eq!(all.len(), usize::from(tickets));
                    prop_assert!(all.iter().all(|parts| parts.iter().map(|part| part.1).sum::<i64>() == 500));
                    for (id, most) in (1_u128..).zip(&left).chain([(99, &own_yen)]) {
                        let paid: i64 = all.iter().flatten().filter(|part| part.0 == id).map(|part| part.1).sum();
                        prop_assert!(paid <= *most);
                    }
                }
                Err(missing) => prop_assert_eq!(missing, i64::from(tickets).saturating_mul(500).saturating_sub(whole).saturating_sub(own_yen)),
            }
        }
    }
}
