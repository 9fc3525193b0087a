//! The split of one payment over what may pay for it. Pure.
//!
//! Soonest to lapse first, whole tickets where tickets are counted, own money last.

use chrono::NaiveDate;

pub use super::error::Short;
use crate::ids::{AccountId, ChildId};
use crate::money::Yen;

/// Something that may pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The account it stands in.
    pub account: AccountId,
    /// The child and the scheme whose entitlement it is; none for own money.
    pub entitlement: Option<(ChildId, String)>,
    /// The most it may pay of this price: its balance, its share, its caps and limits, the least of them.
    pub most: Yen,
    /// It pays in whole multiples of this; 1 where every yen counts.
    pub face: Yen,
    /// The last day on which it may be spent; none for own money.
    pub closes_on: Option<NaiveDate>,
}

impl Source {
    /// Own money: every yen counts, and it lapses on no day.
    #[must_use]
    pub const fn own_money(account: AccountId, most: Yen) -> Self {
        Self { account, entitlement: None, most, face: Yen::new(1), closes_on: None }
    }
}

/// What one source pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The source.
    pub source: Source,
    /// More than zero, a whole multiple of the source's face.
    pub amount: Yen,
}

/// Splits `price` over `sources`.
///
/// Entitlements come in the order in which they lapse, those of one day in the order given; own money comes last.
///
/// # Errors
/// [`Short`] when everything together does not reach `price`: nothing is taken.
pub fn split(price: Yen, mut sources: Vec<Source>) -> Result<Vec<Part>, Short> {
    sources.sort_by_key(|source| (source.closes_on.is_none(), source.closes_on));
    let mut missing = price;
    let mut parts = Vec::new();
    for source in sources {
        let amount = source.most.min(missing).floor_to(source.face);
        if amount.is_positive() {
            missing = missing.minus(amount).unwrap_or(Yen::ZERO);
            parts.push(Part { source, amount });
        }
    }
    if missing.is_positive() { Err(Short { missing }) } else { Ok(parts) }
}

/// What a part gives back when, after a refund, only some of it remains used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Returned {
    /// Back to where it came from, in whole tickets where tickets are counted.
    pub to_source: Yen,
    /// The rest of a ticket: no change is given, so it returns to the scheme's budget.
    pub to_budget: Yen,
}

/// What each part of a split gives back when `refunded` of the payment has been refunded in all.
///
/// The payment that remains is split as before, so what paid last is returned first: own money, then what lapses last.
/// `parts` are (amount, face) in the order of the split.
#[must_use]
pub fn returned(parts: &[(Yen, Yen)], refunded: Yen) -> Vec<Returned> {
    let mut left = refunded;
    let mut returned: Vec<_> = parts
        .iter()
        .rev()
        .map(|&(amount, face)| {
            let back = amount.min(left);
            left = left.minus(back).unwrap_or(Yen::ZERO);
            let to_source = back.floor_to(face);
            Returned { to_source, to_budget: back.minus(to_source).unwrap_or(Yen::ZERO) }
        })
        .collect();
    returned.reverse();
    returned
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn source(id: u128, most: i64, face: i64, closes_on: Option<&str>) -> Source {
        Source {
            account: AccountId::new(Uuid::from_u128(id)),
            entitlement: None,
            most: Yen::new(most),
            face: Yen::new(face),
            closes_on: closes_on.map(|day| day.parse().unwrap()),
        }
    }

    fn amounts(parts: &[Part]) -> Vec<(u128, i64)> {
        parts.iter().map(|part| (part.source.account.uuid().as_u128(), part.amount.get())).collect()
    }

    #[test]
    fn soonest_to_lapse_pays_first_and_own_money_last() {
        let sources = vec![source(1, 5_000, 1, None), source(2, 10_000, 1, Some("2026-08-15")), source(3, 4_000, 1, Some("2026-07-15"))];
        assert_eq!(amounts(&split(Yen::new(15_000), sources).unwrap()), [(3, 4_000), (2, 10_000), (1, 1_000)]);
    }

    #[test]
    fn two_siblings_pay_one_bill_and_own_money_the_rest() {
        let sources = vec![source(1, 10_000, 1, Some("2026-06-15")), source(2, 10_000, 1, Some("2026-06-15")), source(3, 9_999, 1, None)];
        assert_eq!(amounts(&split(Yen::new(21_560), sources).unwrap()), [(1, 10_000), (2, 10_000), (3, 1_560)]);
    }

    #[test]
    fn tickets_pay_whole_and_the_family_the_rest() {
        let sources = vec![source(1, 15_000, 500, Some("2023-03-31")), source(2, 400, 1, None)];
        assert_eq!(amounts(&split(Yen::new(2_400), sources.clone()).unwrap()), [(1, 2_000), (2, 400)]);
        assert_eq!(split(Yen::new(2_450), sources), Err(Short { missing: Yen::new(50) }));
    }

    #[test]
    fn a_refund_returns_own_money_first_and_gives_no_change_on_a_ticket() {
        let parts = [(Yen::new(2_000), Yen::new(500)), (Yen::new(400), Yen::new(1))];
        let back = returned(&parts, Yen::new(1_150));
        assert_eq!(back[1], Returned { to_source: Yen::new(400), to_budget: Yen::ZERO });
        assert_eq!(back[0], Returned { to_source: Yen::new(500), to_budget: Yen::new(250) });
    }

    fn sources() -> impl Strategy<Value = Vec<Source>> {
        let one = (0_i64..30_000, prop_oneof![Just(1_i64), Just(500)], 0_u32..40);
        prop::collection::vec(one, 0..6).prop_map(|all| {
            let day = |offset: u32| NaiveDate::from_ymd_opt(2026, 4, 1).map(|first| first + chrono::Days::new(offset.into()));
            let made = (0_u128..).zip(all);
            made.map(|(id, (most, face, closes))| Source {
                account: AccountId::new(Uuid::from_u128(id)),
                entitlement: None,
                most: Yen::new(most),
                face: Yen::new(face),
                closes_on: day(closes).filter(|_| closes < 35),
            })
            .collect()
        })
    }

    proptest! {
        #[test]
        fn a_split_adds_up_and_no_source_pays_more_than_it_may(price in 1_i64..60_000, sources in sources()) {
            let Ok(parts) = split(Yen::new(price), sources) else { return Ok(()) };
            prop_assert_eq!(Yen::sum(parts.iter().map(|part| part.amount)).unwrap(), Yen::new(price));
            for part in &parts {
                prop_assert!(part.amount.is_positive() && part.amount <= part.source.most);
                prop_assert_eq!(part.amount.floor_to(part.source.face), part.amount);
            }
        }

        #[test]
        fn a_refund_gives_back_exactly_what_was_refunded(price in 1_i64..60_000, sources in sources(), kept in 0_i64..60_000) {
            let Ok(parts) = split(Yen::new(price), sources) else { return Ok(()) };
            let refunded = Yen::new(price.saturating_sub(kept).max(0));
            let parts: Vec<_> = parts.iter().map(|part| (part.amount, part.source.face)).collect();
            let back = returned(&parts, refunded);
            let sum = Yen::sum(back.iter().flat_map(|back| [back.to_source, back.to_budget])).unwrap();
            prop_assert_eq!(sum, refunded);
            prop_assert!(back.iter().zip(&parts).all(|(back, part)| back.to_source <= part.0 && back.to_budget < part.1));
        }
    }
}
