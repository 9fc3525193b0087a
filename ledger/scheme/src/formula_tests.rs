//! Properties of the formula and of quotes over many bills: everything adds up, nothing goes beyond its bound, and more never pays less.

use proptest::prelude::*;

use super::formula::{Allowance, Item, Part, Purse, pay};
use super::limit::Per;
use super::ratio::Ratio;
use super::share::Stage;
use super::{Case, Catalog, quote};
use foundation::money::Yen;

fn yen(most: i64) -> impl Strategy<Value = Yen> {
    (0..=most).prop_map(Yen::new)
}

fn rate() -> impl Strategy<Value = Ratio> {
    (1_i64..=12).prop_flat_map(|denominator| (0..=denominator).prop_map(move |numerator| Ratio::new(numerator, denominator).unwrap()))
}

prop_compose! {
    fn item()(counted in yen(300_000), days in 1_i64..=183, deduct in yen(90_000), rate in rate(), provider_rate in rate()) -> Item {
        let counted = Ratio::whole(counted).times(Ratio::new(days, 183).unwrap()).unwrap();
        Item { counted, deduct, flat: None, rate, unit: Yen::new(1), scope: (Stage::Final, 0), provider_rate, limits: vec![0] }
    }
}

fn limit(most: Yen) -> Vec<Allowance> {
    vec![Allowance { per: Per::Month, yen: Some(most), count: None }]
}

fn paid(parts: &[Part]) -> Yen {
    Yen::sum(parts.iter().map(|part| part.paid)).unwrap()
}

proptest! {
    #[test]
    fn nothing_is_paid_beyond_balance_limit_or_cost(items in prop::collection::vec(item(), 1..6), left in yen(200_000), most in yen(200_000)) {
        let mut purse = Purse::Yen { left, face: None };
        let parts = pay(&items, Yen::ZERO, &mut limit(most), &mut purse).unwrap();
        let counted = items.iter().try_fold(Ratio::ZERO, |sum, item| sum.plus(item.counted)).unwrap();
        prop_assert!(paid(&parts) <= left && paid(&parts) <= most && paid(&parts) <= counted.floor().unwrap());
        prop_assert_eq!(purse, Purse::Yen { left: left.minus(paid(&parts)).unwrap(), face: None });
        prop_assert!(parts.iter().all(|part| part.paid >= Yen::ZERO && part.provider >= Yen::ZERO));
        prop_assert!(Yen::sum(parts.iter().map(|part| part.provider)).unwrap() <= paid(&parts));
    }

    #[test]
    fn items_cut_together_come_to_the_cut_of_their_sum(items in prop::collection::vec(item(), 1..6), unit in prop::sample::select(vec![1, 10, 100])) {
        let items: Vec<_> = items.into_iter().map(|item| Item { unit: Yen::new(unit), limits: Vec::new(), deduct: Yen::ZERO, ..item }).collect();
        let parts = pay(&items, Yen::ZERO, &mut [], &mut Purse::Unbounded).unwrap();
        let exact = items.iter().try_fold(Ratio::ZERO, |sum, item| sum.plus(item.counted.times(item.rate)?)).unwrap();
        prop_assert_eq!(paid(&parts), exact.floor().unwrap().floor_to(Yen::new(unit)));
    }

    #[test]
    fn tickets_are_paid_whole(items in prop::collection::vec(item(), 1..6), left in yen(50_000), face in prop::sample::select(vec![1, 300, 500, 1_000])) {
        let mut purse = Purse::Yen { left, face: Some(Yen::new(face)) };
        let parts = pay(&items, Yen::ZERO, &mut limit(Yen::MAX), &mut purse).unwrap();
        prop_assert_eq!(paid(&parts), paid(&parts).floor_to(Yen::new(face)));
        let free = pay(&items, Yen::ZERO, &mut limit(Yen::MAX), &mut Purse::Yen { left, face: None }).unwrap();
        prop_assert_eq!(paid(&parts), paid(&free).floor_to(Yen::new(face)));
        prop_assert_eq!(purse, Purse::Yen { left: left.minus(paid(&parts)).unwrap(), face: Some(Yen::new(face)) });
    }

    #[test]
    fn a_higher_cost_a_larger_balance_or_a_higher_limit_never_pays_less(item in item(), more in yen(50_000), left in yen(100_000), most in yen(100_000)) {
        let of = |item: &Item, left: Yen, most: Yen| paid(&pay(std::slice::from_ref(item), Yen::ZERO, &mut limit(most), &mut Purse::Yen { left, face: None }).unwrap());
        let base = of(&item, left, most);
        let dearer = Item { counted: item.counted.plus(Ratio::whole(more)).unwrap(), ..item.clone() };
        prop_assert!(base <= of(&dearer, left, most));
        prop_assert!(base <= of(&item, left.plus(more).unwrap(), most));
        prop_assert!(base <= of(&item, left, most.plus(more).unwrap()));
    }

    #[test]
    fn two_purses_pay_what_one_with_both_balances_would(items in prop::collection::vec(item(), 1..4), first in yen(100_000), second in yen(100_000)) {
        let items: Vec<_> = items.into_iter().map(|item| Item { limits: Vec::new(), ..item }).collect();
        let of = |already: Yen, left: Yen| paid(&pay(&items, already, &mut [], &mut Purse::Yen { left, face: None }).unwrap());
        let one = of(Yen::ZERO, first);
        prop_assert_eq!(one.plus(of(one, second)).unwrap(), of(Yen::ZERO, first.plus(second).unwrap()));
    }
}

/// Facts under which each shipped scheme pays, and a day.
const CASES: [(&str, &str); 6] = [
    ("osaka-juku", "on = 2014-07-10\nfacts = { resident = \"osaka\", grade = \"J2\" }"),
    ("osaka-juku", "on = 2025-05-10\nfacts = { resident = \"osaka\", grade = \"J2\" }"),
    ("fukuoka-naraigoto", "on = 2025-10-10\nfacts = { resident = \"fukuoka\", grade = \"J2\", status = [\"jidofuyo\"] }"),
    (
        "kumamoto-tashi",
        "on = 2022-10-10\nservice = \"short_stay\"\nfacts = { resident = \"kumamoto\", age = 1, multiple = true, care_at_home = true, shotokuwari = 0 }",
    ),
    ("kobe-tsugaku", "on = 2025-01-10\nfacts = { resident = \"kobe\", fiscal_age = 16, school_city = \"kobe\" }"),
    ("kobe-tsugaku", "on = 2025-01-10\nfacts = { resident = \"kobe\", fiscal_age = 16, school_city = \"akashi\" }"),
];

proptest! {
    #[test]
    fn city_family_and_facility_pay_the_price_to_the_yen(case in prop::sample::select(CASES.to_vec()), prices in prop::collection::vec(0_i64..200_000, 1..5)) {
        let rows = prices.iter().map(|price| format!("[[cost]]\namount_yen = {price}\n")).collect::<Vec<_>>().concat();
        let catalog = Catalog::shipped().unwrap();
        let quote = quote(catalog.get(case.0).unwrap(), &Case::parse(&format!("{}\n{rows}", case.1)).unwrap()).unwrap();
        let price = Yen::new(prices.iter().sum());
        prop_assert!(quote.eligible);
        prop_assert_eq!(Yen::sum([quote.city_yen, quote.family_yen, quote.facility_yen]).unwrap(), price);
        prop_assert!(quote.city_yen >= Yen::ZERO && quote.family_yen >= Yen::ZERO && quote.facility_yen >= Yen::ZERO);
        prop_assert_eq!(quote.merchant_yen.plus(quote.facility_yen).unwrap(), price);
        prop_assert_eq!(Yen::sum(quote.lines.iter().map(|line| line.city_yen)).unwrap(), quote.city_yen);
        if let (Some(after), Some(grant)) = (quote.balance_after_yen, quote.grant.as_ref().and_then(|grant| grant.amount_yen)) {
            prop_assert_eq!(after.plus(quote.city_yen).unwrap().plus(quote.facility_yen).unwrap(), grant);
        }
    }
}
