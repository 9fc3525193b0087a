//! Decisions over two children, four schemes and own money: each property at every price, and the examples of booklets.

use std::sync::LazyLock;

use chrono::NaiveDate;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::books::Account;
use crate::entitlement::Spendable;
use crate::ids::ChildId;
use crate::payment::sources::Use;
use crate::scheme::{Catalog, Rules, file};
use crate::time::{Instant, next_day, tokyo_midnight};

const TODAY: &str = "2026-05-20";
const OWN: u128 = 99;

/// Coupons within limits, tickets, half of the price, and visits; and the shipped schemes.
static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let scheme = |id: &str, tables: &str| {
        let text = format!(
            "[scheme]\nid = \"{id}\"\n[[version]]\nfrom = 2026-04-01\nwho = {{ unit = \"child\", test = {{ age_below = 19 }} }}\ncost = {{ expenses = \
             [\"tuition\"] }}\nroute = [{{ kind = \"redeem\" }}]\n{tables}"
        );
        file::parse(&text).unwrap_or_else(|problems| panic!("{problems:?}"))
    };
    let coupon = "grant = { kind = \"yen\", amount = 3_000, cycle = \"year\" }\nshare = { rate = [1, 1] }\nlimit = [{ per = \"day\", max_count = 2 }, { per = \
                  \"month\", max_yen = 5_000 }]";
    let ticket = "grant = { kind = \"count\", amount = 8, face = 500, cycle = \"year\" }\nshare = { rate = [1, 1] }";
    let half = "grant = { kind = \"yen\", amount = 30_000, cycle = \"year\" }\nshare = { rate = [1, 2] }";
    let visit = "grant = { kind = \"count\", amount = 2, cycle = \"year\" }\nshare = { cost_cap = 6_300, deduct = 1_800, rate = [1, 1] }";
    [("coupon", coupon), ("ticket", ticket), ("half", half), ("visit", visit)]
        .into_iter()
        .fold(Catalog::shipped().unwrap(), |catalog, (id, tables)| catalog.with(scheme(id, tables)))
});

fn day(day: &str) -> NaiveDate {
    day.parse().unwrap()
}

fn midnight_after(date: &str) -> Instant {
    tokyo_midnight(next_day(day(date)))
}

fn account(id: u128) -> AccountId {
    AccountId::new(Uuid::from_u128(id))
}

fn entitlement(id: u128, scheme: &str, balance: i64, closes_on: &str) -> Spendable {
    let face = if matches!(scheme, "ticket" | "kumamoto-tashi") { 500 } else { 1 };
    Spendable {
        account: account(id),
        scheme: scheme.to_owned(),
        child: ChildId::new(Uuid::from_u128(id % 2)),
        service_from: day("2026-04-01"),
        service_to: day("2027-03-31"),
        closes_on: day(closes_on),
        face: Yen::new(face),
        balance: Yen::new(balance),
        visits: (scheme == "visit").then(|| (account(id | 1_024), 1)),
    }
}

/// What is asked, as it is at hand.
#[derive(Debug, Clone)]
struct Case {
    spendable: Vec<Spendable>,
    own: Option<i64>,
    /// What is left in windows that have been opened.
    windows: BTreeMap<AccountId, i64>,
    until: Instant,
    /// What is paid for, and in which service.
    of: (&'static str, Option<String>),
    on: Option<NaiveDate>,
}

impl Case {
    fn today(spendable: Vec<Spendable>, own: Option<i64>) -> Self {
        Self { spendable, own, windows: BTreeMap::new(), until: midnight_after(TODAY), of: ("tuition", None), on: Some(day(TODAY)) }
    }

    fn tickets(spendable: Vec<Spendable>, own: Option<i64>) -> Self {
        Self { until: midnight_after("2027-03-31"), of: ("care_fee", Some("sick_child".to_owned())), on: None, ..Self::today(spendable, own) }
    }

    fn balances(&self) -> Balances {
        let own = self.own.map(|own| (account(OWN), own));
        self.windows.iter().map(|(account, left)| (*account, *left)).chain(own).map(|(account, left)| (account, Yen::new(left))).collect()
    }

    fn ask<T>(&self, price: i64, answer: impl FnOnce(Question<'_>) -> T) -> T {
        let facts = BTreeMap::new();
        let of = Use { expense: self.of.0, services: self.of.1.as_slice(), on: self.on };
        let purchase = Purchase { price: Yen::new(price), of, month: None, until: self.until };
        let spending = Spending { catalog: &CATALOG, rules: Rules::Rehearsal, spendable: self.spendable.clone(), facts: &facts };
        answer(Question::new(&purchase, spending, self.own.map(|_| account(OWN))))
    }

    fn decide(&self, price: i64) -> Result<Decision, i64> {
        self.ask(price, |question| question.decide(&self.balances())).map_err(missing)
    }

    fn decide_each(&self, price: i64, count: u16) -> Result<Vec<Vec<(u128, i64)>>, i64> {
        let decided = self.ask(price, |question| question.decide_each(count, self.balances())).map_err(missing)?;
        Ok(decided.iter().map(amounts).collect())
    }
}

fn paid_by(decision: &Decision, scheme: &str) -> i64 {
    let of_scheme = |part: &&Part| part.source.entitlement.as_ref().is_some_and(|(_, of)| of == scheme);
    decision.parts.iter().filter(of_scheme).map(|part| part.amount.get()).sum()
}

fn missing(why: Undecided) -> i64 {
    match why {
        Undecided::Short(short) => short.missing.get(),
        Undecided::Overflow(overflow) => panic!("{overflow}"),
    }
}

fn amounts(decision: &Decision) -> Vec<(u128, i64)> {
    decision.parts.iter().map(|part| (part.source.account.uuid().as_u128(), part.amount.get())).collect()
}

/// The windows of a child's coupons: uses of the day, yen of the month.
fn windows(child: u128) -> [AccountId; 2] {
    ["day:2026-05-20/uses", "month:2026-05/yen"].map(|name| Account::allowance(Uuid::from_u128(child), "coupon", name).id)
}

#[test]
fn soonest_to_lapse_pays_first_whole_tickets_pay_and_own_money_last() {
    let spendable = vec![entitlement(1, "coupon", 700, "2026-06-15"), entitlement(2, "ticket", 4_000, "2027-03-31")];
    let decision = Case::today(spendable, Some(900)).decide(2_000).unwrap();
    assert_eq!(amounts(&decision), [(1, 700), (2, 1_000), (OWN, 300)]);
    assert_eq!(decision.opens.iter().map(|window| window.account.id).collect::<Vec<_>>(), windows(1));
    assert_eq!(decision.used.iter().map(|used| (used.debit, used.amount.get())).collect::<Vec<_>>(), [(windows(1)[0], 1), (windows(1)[1], 700)]);
}

#[test]
fn a_window_that_is_used_up_lets_nothing_pay_and_is_not_opened() {
    let case =
        Case { windows: [(windows(1)[0], 0), (windows(1)[1], 4_000)].into(), ..Case::today(vec![entitlement(1, "coupon", 700, "2026-06-15")], Some(900)) };
    let decision = case.decide(800).unwrap();
    assert_eq!((amounts(&decision), decision.used.len(), decision.opens.len()), (vec![(OWN, 800)], 0, 0));
    assert_eq!(case.decide(1_000), Err(100));
}

#[test]
fn what_lapses_before_the_hold_ends_pays_for_none_of_it() {
    let case = Case { until: midnight_after("2026-06-16"), ..Case::today(vec![entitlement(1, "half", 700, "2026-06-15")], Some(300)) };
    assert_eq!(case.decide(500), Err(200));
    assert_eq!(amounts(&Case { until: midnight_after("2026-06-15"), ..case }.decide(500).unwrap()), [(1, 250), (OWN, 250)]);
}

#[test]
fn what_has_limits_or_counts_visits_pays_for_no_use_whose_day_is_not_known() {
    let spendable = ["coupon", "visit", "half"].iter().zip(1_u128..).map(|(scheme, id)| entitlement(id, scheme, 3_000, "2027-03-31")).collect();
    let case = Case { on: None, ..Case::today(spendable, Some(5_000)) };
    assert_eq!(amounts(&case.decide(1_000).unwrap()), [(3, 500), (OWN, 500)]);
}

#[test]
fn tickets_of_a_scheme_pay_whole_and_own_money_the_rest_of_the_booklet() {
    let both = Case::tickets(vec![entitlement(1, "kumamoto-tashi", 1_200, "2027-03-31")], Some(1_100)).decide_each(500, 4).unwrap();
    assert_eq!(both, [vec![(1, 500)], vec![(1, 500)], vec![(OWN, 500)], vec![(OWN, 500)]]);
    assert_eq!(Case::tickets(vec![], Some(1_500)).decide_each(500, 3).unwrap().concat(), [(OWN, 500); 3]);
}

#[test]
fn what_lapses_before_the_booklet_pays_for_none_of_it() {
    let early = entitlement(1, "kumamoto-tashi", 5_000, "2027-03-30");
    assert_eq!(Case::tickets(vec![early.clone()], None).decide_each(500, 2), Err(1_000));
    assert_eq!(Case::tickets(vec![early, entitlement(2, "kumamoto-tashi", 500, "2027-03-31")], Some(300)).decide_each(500, 2), Err(200));
}

/// Up to six entitlements of two children, in the order in which they pay; own money; windows opened or not.
fn cases() -> impl Strategy<Value = Case> {
    let one =
        (prop::sample::select(vec!["coupon", "ticket", "half", "visit"]), 1_i64..6_000, prop::sample::select(vec!["2026-06-15", "2026-07-15", "2027-03-31"]));
    let left = prop::collection::vec(prop::option::of((0_i64..3, 0_i64..5_001)), 2);
    (prop::collection::vec(one, 0..6), prop::option::of(0_i64..6_000), left).prop_map(|(all, own, left)| {
        let mut spendable: Vec<_> = (1_u128..).zip(all).map(|(id, (scheme, balance, closes_on))| entitlement(id, scheme, balance, closes_on)).collect();
        spendable.sort_by_key(|one| one.closes_on);
        let opened = (0_u128..).zip(left).filter_map(|(child, left)| Some((windows(child), left?)));
        let windows = opened.flat_map(|([uses, yen], (uses_left, yen_left))| [(uses, uses_left), (yen, yen_left)]).collect();
        Case { windows, ..Case::today(spendable, own) }
    })
}

proptest! {
    #[test]
    fn parts_add_up_to_the_price_and_no_source_pays_more_than_it_holds(case in cases(), price in 1_i64..12_000) {
        let Ok(decision) = case.decide(price) else { return Ok(()) };
        prop_assert_eq!(Yen::sum(decision.parts.iter().map(|part| part.amount)).unwrap(), Yen::new(price));
        for part in &decision.parts {
            let held = case.spendable.iter().find(|one| one.account == part.source.account).map_or(case.own.unwrap_or(0), |one| one.balance.get());
            prop_assert!(part.amount.is_positive() && part.amount.get() <= held);
            prop_assert_eq!(part.amount.floor_to(part.source.face), part.amount, "whole tickets only");
        }
        prop_assert!(paid_by(&decision, "half") <= price / 2 && paid_by(&decision, "visit") <= 4_500, "no scheme pays more than its share");
    }

    #[test]
    fn soonest_to_lapse_pays_first_and_own_money_what_is_left(case in cases(), price in 1_i64..12_000) {
        let Ok(decision) = case.decide(price) else { return Ok(()) };
        prop_assert!(decision.parts.is_sorted_by_key(|part| (part.source.closes_on.is_none(), part.source.closes_on)));
        let paid = |account| decision.parts.iter().find(|part| part.source.account == account).map_or(0, |part| part.amount.get());
        for ticket in case.spendable.iter().filter(|one| one.scheme == "ticket" && one.balance.get().saturating_sub(paid(one.account)) >= 500) {
            let later = decision.parts.iter().filter(|part| part.source.closes_on.is_none_or(|on| on > ticket.closes_on));
            prop_assert!(later.map(|part| part.amount.get()).sum::<i64>() < 500, "a whole ticket was left, and something later paid as much");
        }
    }

    #[test]
    fn what_is_used_of_a_window_is_there_and_what_is_opened_was_not(case in cases(), price in 1_i64..12_000) {
        let Ok(decision) = case.decide(price) else { return Ok(()) };
        for child in 0..2 {
            let of_child = |part: &&Part| part.source.entitlement.as_ref().is_some_and(|(of, scheme)| scheme == "coupon" && *of == ChildId::new(Uuid::from_u128(child)));
            let paid: i64 = decision.parts.iter().filter(of_child).map(|part| part.amount.get()).sum();
            let has_coupon = case.spendable.iter().any(|one| one.scheme == "coupon" && one.child == ChildId::new(Uuid::from_u128(child)));
            let [uses, yen] = windows(child);
            for (window, full, expected) in [(uses, 2, i64::from(paid > 0)), (yen, 5_000, paid)] {
                let used: i64 = decision.used.iter().filter(|used| used.debit == window).map(|used| used.amount.get()).sum();
                prop_assert!(used == expected && used <= case.windows.get(&window).copied().unwrap_or(full));
                let opens = decision.opens.iter().any(|opened| opened.account.id == window);
                prop_assert_eq!(opens, has_coupon && !case.windows.contains_key(&window), "a window is opened once");
            }
        }
    }

    #[test]
    fn what_is_missing_is_exactly_what_own_money_would_have_to_add(case in cases(), price in 1_i64..12_000) {
        let Err(missing) = case.decide(price) else { return Ok(()) };
        let with = |more: i64| Case { own: Some(case.own.unwrap_or(0).saturating_add(more)), ..case.clone() }.decide(price);
        prop_assert!(with(missing).is_ok());
        prop_assert_eq!(with(missing.saturating_sub(1)).map(|_| ()), Err(1));
    }

    #[test]
    fn every_ticket_is_paid_in_full_and_nobody_pays_more_than_is_there(
        count in 1_u16..40,
        left in prop::collection::vec(0_i64..12_000, 0..4),
        own in 0_i64..9_000,
    ) {
        let spendable = (1_u128..).zip(&left).map(|(id, left)| entitlement(id, "kumamoto-tashi", *left, "2027-03-31")).collect();
        let whole: i64 = left.iter().map(|left| left.saturating_sub(left % 500)).sum();
        match Case::tickets(spendable, Some(own)).decide_each(500, count) {
            Ok(all) => {
                prop_assert_eq!(all.len(), usize::from(count));
                prop_assert!(all.iter().all(|parts| parts.iter().map(|part| part.1).sum::<i64>() == 500));
                for (id, most) in (1_u128..).zip(&left).chain([(OWN, &own)]) {
                    let paid: i64 = all.iter().flatten().filter(|part| part.0 == id).map(|part| part.1).sum();
                    prop_assert!(paid <= *most);
                }
            }
            Err(missing) => prop_assert_eq!(missing, i64::from(count).saturating_mul(500).saturating_sub(whole).saturating_sub(own)),
        }
    }
}
