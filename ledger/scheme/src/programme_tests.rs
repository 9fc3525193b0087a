//! Other cities' programmes, written as scheme files: the same tables and the same formula express them, with no Rust of their own.
//! Figures that are not verified are samples; what is shown is the shape.

use super::{Case, Facts, NotRedeemable, Purse, Quote, Reason, Scheme, file, quote};
use foundation::money::Yen;

fn scheme(tables: &str) -> Scheme {
    file::parse(&format!("[scheme]\nid = \"test\"\n{tables}")).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn answer(scheme: &Scheme, case: &str) -> Quote {
    quote(scheme, &Case::parse(case).unwrap_or_else(|problems| panic!("{problems:?}"))).unwrap()
}

fn amounts(quote: &Quote) -> [i64; 4] {
    [quote.city_yen, quote.family_yen, quote.facility_yen, quote.merchant_yen].map(Yen::get)
}

const SAGAMIHARA: &str = r#"
[[class]]
id = "exempt"
test = { status = ["seikatsuhogo", "hikazei"] }
[[class]]
id = "normal"
[[class]]
id = "multiple"
test = { multiple = true }
[[class]]
id = "birth"
[[version]]
from = 2020-04-01
grant = { kind = "count", amount = { birth = 20, multiple = 30 }, cycle = "year" }
share = { cost_cap = 6_300, deduct = { normal = 1_800, exempt = 0 }, rate = [1, 1] }
limit = [ { per = "day", max_count = 2 }, { per = "use", max_minutes = 120 } ]
route = [ { kind = "redeem" } ]
"#;

#[test]
fn sagamihara_pays_visits_but_for_a_fixed_part() {
    let scheme = scheme(SAGAMIHARA);
    let case = |price: i64| answer(&scheme, &format!("on = 2025-05-01\nprice_yen = {price}"));
    assert_eq!(amounts(&case(6_300)), [4_500, 1_800, 0, 6_300]);
    assert_eq!(amounts(&case(7_000)), [4_500, 2_500, 0, 7_000]);
    assert_eq!(amounts(&case(1_000)), [0, 1_000, 0, 1_000]);
    assert_eq!((case(6_300).grant.unwrap().amount_count, case(6_300).balance_after_yen), (Some(20), None));
    let exempt = answer(&scheme, "on = 2025-05-01\nfacts = { status = [\"hikazei\"], multiple = true }\nprice_yen = 6_300");
    assert_eq!((amounts(&exempt), exempt.grant.unwrap().amount_count), ([6_300, 0, 0, 6_300], Some(30)));
}

#[test]
fn a_limit_per_day_counts_uses_of_one_day_only() {
    let visit = |day: &str| format!("[[cost]]\namount_yen = 6_300\non = {day}\n");
    let case = format!("on = 2025-05-01\n{}{}{}{}", visit("2025-05-01"), visit("2025-05-01"), visit("2025-05-01"), visit("2025-05-02"));
    let quote = answer(&scheme(SAGAMIHARA), &case);
    let paid: Vec<_> = quote.lines.iter().map(|line| line.city_yen.get()).collect();
    assert_eq!((paid, quote.city_yen.get()), (vec![4_500, 4_500, 0, 4_500], 13_500));
    assert!(quote.lines[2].reason.as_ref().is_some_and(|reason| reason.code() == "limit_day"));
}

#[test]
fn visits_end_with_the_count_that_is_left() {
    let visit = |day: u32| format!("[[cost]]\namount_yen = 6_300\non = 2025-05-{day:02}\n");
    let visits: String = (1..=3).map(visit).collect();
    assert_eq!(answer(&scheme(SAGAMIHARA), &format!("on = 2025-05-01\nbalance_count = 2\n{visits}")).city_yen.get(), 9_000);
}

#[test]
fn one_visit_commits_the_most_that_the_city_can_pay_for_it() {
    let scheme = scheme(SAGAMIHARA);
    let version = scheme.version_on("2025-05-01".parse().unwrap()).unwrap();
    assert_eq!(version.most_per_use(&Facts::new()), Ok(Some(Yen::new(4_500))));
    assert_eq!(version.most_per_use(&Facts::new().with_status(["hikazei"])), Ok(Some(Yen::new(6_300))));
}

#[test]
fn kawasaki_shares_a_rent_with_the_facility() {
    let scheme = scheme(
        r#"
[[version]]
from = 2020-04-01
who = { unit = "staff", test = { months_since_hire_below = 108 } }
grant = { kind = "none" }
share = { cost_cap = 82_000, rate = [3, 4] }
route = [ { kind = "facility" } ]
"#,
    );
    let case = |months: i64, rent: i64| answer(&scheme, &format!("on = 2025-05-01\nfacts = {{ months_since_hire = {months} }}\nprice_yen = {rent}"));
    assert_eq!(amounts(&case(107, 82_000)), [61_500, 0, 20_500, 82_000]);
    assert_eq!(amounts(&case(0, 90_000)), [61_500, 0, 28_500, 90_000]);
    assert_eq!((case(108, 82_000).eligible, amounts(&case(108, 82_000))), (false, [0, 0, 82_000, 82_000]));
}

#[test]
fn a_limit_per_month_holds_for_each_month_apart() {
    let scheme = scheme(
        r#"
[[version]]
from = 2020-04-01
grant = { kind = "none" }
share = { rate = [1, 2] }
limit = [ { per = "month", max_yen = 10_000 } ]
route = [ { kind = "claim", evidence = ["receipt", "attendance"] } ]
"#,
    );
    let cost = |amount: i64, on: &str| format!("[[cost]]\namount_yen = {amount}\non = {on}\n");
    let quote = answer(&scheme, &format!("on = 2025-05-01\n{}{}{}", cost(15_000, "2025-05-01"), cost(15_000, "2025-05-20"), cost(30_000, "2025-06-01")));
    assert_eq!(quote.lines.iter().map(|line| line.city_yen.get()).collect::<Vec<_>>(), [7_500, 2_500, 10_000]);
    assert_eq!(amounts(&quote), [20_000, 40_000, 0, 60_000]);
}

#[test]
fn amounts_are_cut_to_the_unit_where_the_stage_says() {
    let of = |stage: &str| {
        scheme(&format!(
            "[[version]]\nfrom = 2020-04-01\n[version.share]\nrate = [1, 2]\nunit = 10\nstage = \"{stage}\"\n[[version.route]]\nkind = \"claim\"\n"
        ))
    };
    let costs = "on = 2025-05-01\n[[cost]]\namount_yen = 1_035\n[[cost]]\namount_yen = 1_035\n";
    // 517.5 twice: 1,035 → 1,030 when cut once, 510 + 510 when each is cut.
    assert_eq!(answer(&of("final"), costs).city_yen.get(), 1_030);
    assert_eq!(answer(&of("cost"), costs).city_yen.get(), 1_020);
}

#[test]
fn funders_bear_the_city_part_to_the_last_yen() {
    let scheme = scheme(
        r#"
[[version]]
from = 2020-04-01
who = { unit = "facility" }
share = { rate = [1, 1], funders = { nation = [2, 3], city = [1, 3] } }
limit = [ { per = "year", max_yen = 3_526_000 } ]
route = [ { kind = "facility" } ]
"#,
    );
    let quote = answer(&scheme, "on = 2025-05-01\nprice_yen = 4_000_000");
    assert_eq!(amounts(&quote), [3_526_000, 0, 474_000, 4_000_000]);
    assert_eq!(quote.lines[0].funders, [("nation".to_owned(), Yen::new(2_350_666)), ("city".to_owned(), Yen::new(1_175_334))]);
}

#[test]
fn a_flat_amount_by_class_is_paid_up_to_the_cost() {
    let scheme = scheme(
        r#"
[[class]]
id = "h160"
test = { hours_at_least = 160 }
[[class]]
id = "h120"
test = { hours = [120, 159] }
[[version]]
from = 2020-04-01
who = { unit = "facility" }
share = { flat = { h160 = 408_800, h120 = 314_600 } }
route = [ { kind = "facility" } ]
"#,
    );
    let case = |hours: i64, price: i64| answer(&scheme, &format!("on = 2025-05-01\nfacts = {{ hours = {hours} }}\nprice_yen = {price}"));
    assert_eq!([case(160, 500_000), case(120, 500_000), case(120, 1_000)].map(|quote| quote.city_yen.get()), [408_800, 314_600, 1_000]);
    assert_eq!(case(100, 500_000).reasons, [Reason::NoClass]);
}

#[test]
fn a_gift_at_birth_is_given_once_and_saitama_by_the_year() {
    let gift =
        scheme("[[version]]\nfrom = 2022-10-01\n[version.grant]\nkind = \"yen\"\namount = 30_000\ncycle = \"once\"\nevent = \"birth\"\nvalid_months = 12\n");
    let quote = answer(&gift, "on = 2023-05-01\nfacts = { since = 2023-02-10 }\nprice_yen = 10_000");
    let grant = quote.grant.unwrap();
    assert_eq!((grant.opens_on.to_string(), grant.closes_on.unwrap().to_string()), ("2023-02-10".to_owned(), "2024-02-09".to_owned()));
    let saitama = scheme("[[version]]\nfrom = 2020-04-01\n[version.grant]\nkind = \"yen\"\namount = [20_000, 20_000, 10_000]\ncycle = \"year\"\n");
    let in_year = |on: &str| {
        answer(&saitama, &format!("on = {on}\nfacts = {{ since = 2022-06-01 }}\nprice_yen = 0")).grant.and_then(|grant| grant.amount_yen).map(Yen::get)
    };
    assert_eq!(["2022-07-01", "2023-07-01", "2024-07-01", "2025-07-01"].map(in_year), [Some(20_000), Some(20_000), Some(10_000), None]);
}

#[test]
fn a_pass_moves_no_money() {
    let scheme =
        scheme("[[version]]\nfrom = 2020-04-01\ngrant = { kind = \"pass\", cycle = \"year\" }\nroute = [ { kind = \"show\", honoured_by = [\"seiro\"] } ]\n");
    let quote = answer(&scheme, "on = 2025-05-01\nprice_yen = 1_000");
    assert_eq!((quote.eligible, amounts(&quote), quote.grant.unwrap().kind), (true, [0, 1_000, 0, 1_000], "pass"));
    assert_eq!(scheme.versions[0].redeemable(), Err(NotRedeemable::NoRoute));
}

#[test]
fn a_family_fee_stays_the_family_s_where_others_are_paid() {
    let scheme = scheme(
        r#"
[[class]]
id = "hogo"
test = { status = "seikatsuhogo" }
[[class]]
id = "normal"
[[version]]
from = 2020-04-01
grant = { kind = "count", amount = 7, cycle = "month" }
share = { rate = [1, 1], deduct = { hogo = 0, normal = 4_500 } }
route = [ { kind = "facility", payee = "foster_home" } ]
"#,
    );
    assert_eq!(amounts(&answer(&scheme, "on = 2025-05-01\nprice_yen = 9_000")), [4_500, 4_500, 0, 9_000]);
}

#[test]
fn one_payment_keeps_to_what_is_left() {
    let scheme = scheme(SAGAMIHARA);
    let version = &scheme.versions[0];
    let day = "2025-05-01".parse().unwrap();
    let limits = version.limits_for(&Facts::new(), None);
    assert_eq!(limits.iter().map(|(limit, _)| limit.window_key(day)).collect::<Vec<_>>(), [Some("day:2025-05-01".to_owned()), None]);
    let mut left: Vec<_> = limits.iter().map(|(_, allowance)| *allowance).collect();
    let pay = |left: &[super::Allowance], count| version.payable(Yen::new(6_300), &Facts::new(), left, Purse::Count { left: count }).unwrap().paid.get();
    assert_eq!((pay(&left, 1), pay(&left, 0)), (4_500, 0));
    left[0].count = Some(0);
    assert_eq!(pay(&left, 1), 0);
}

#[test]
fn the_grant_that_closes_soonest_pays_first() {
    let gift = scheme("[[version]]\nfrom = 2022-10-01\n[version.grant]\nkind = \"yen\"\namount = 30_000\ncycle = \"once\"\nvalid_months = 12\n");
    let child = |since: &str| format!("[[child]]\nfacts = {{ since = {since} }}\n");
    let quote = answer(&gift, &format!("on = 2023-05-01\nprice_yen = 40_000\n{}{}", child("2023-04-10"), child("2022-11-10")));
    let paid: Vec<_> = quote.lines.iter().map(|line| (line.child.unwrap(), line.city_yen.get())).collect();
    assert_eq!((paid, quote.balance_after_yen), (vec![(2, 30_000), (1, 10_000)], Some(Yen::new(20_000))));
    assert_eq!(quote.grant.unwrap().closes_on.unwrap().to_string(), "2023-11-09");
}

#[test]
fn one_version_that_pools_the_year_takes_in_the_others_with_the_same_terms() {
    let kobe = scheme(
        r#"
[[class]]
id = "in_city"
test = { school_city = "kobe" }
[[class]]
id = "out_city"
test = { not = { school_city = "kobe" } }
[[version]]
from = 2024-04-01
to = 2024-08-31
  [version.share]
  rate = [1, 2]
  deduct_per_month = 12000
[[version]]
from = 2024-09-01
to = 2025-03-31
  [version.share.in_city]
  rate = [1, 1]
  [version.share.out_city]
  rate = [1, 2]
  deduct_per_month = 12000
  pool = "year"
"#,
    );
    let cost = |amount: i64, on: &str| format!("[[cost]]\namount_yen = {amount}\non = {on}\n");
    let case = |city: &str| format!("on = 2025-01-10\nfacts = {{ school_city = \"{city}\" }}\n{}{}", cost(40_000, "2024-05-01"), cost(140_000, "2024-10-01"));
    assert_eq!((answer(&kobe, &case("akashi")).city_yen.get(), answer(&kobe, &case("kobe")).city_yen.get()), (18_000, 140_000));
}

#[test]
fn a_cost_is_taken_or_refused_by_the_rules_of_its_own_date() {
    let scheme = scheme(
        "[[version]]\nfrom = 2024-04-01\n[version.cost]\nexpenses = [\"bus\"]\n[[version]]\nfrom = 2024-09-01\n[version.cost]\nexpenses = [\"bus\", \"bicycle\"]\n",
    );
    let cost = |expense: &str, on: &str| format!("[[cost]]\nexpense = \"{expense}\"\namount_yen = 1_000\non = {on}\n");
    let quote = answer(&scheme, &format!("on = 2024-10-01\n{}{}", cost("bicycle", "2024-08-31"), cost("bicycle", "2024-09-01")));
    assert_eq!(quote.lines.iter().map(|line| line.city_yen.get()).collect::<Vec<_>>(), [0, 1_000]);
    assert_eq!(quote.reasons[0].code(), "expense_not_covered");
}

#[test]
fn what_excludes_a_whole_period_is_not_mended_by_naming_months() {
    let of = |per: &str| scheme(&format!("[[version]]\nfrom = 2024-04-01\nlife = {{ excluded_with = \"seikatsuhogo\", excluded_per = \"{per}\" }}\n"));
    let case = "on = 2024-10-01\nfacts = { status = [\"seikatsuhogo\"] }\nmonths = [\"2024-10\"]\nprice_yen = 1_000\n";
    assert_eq!([of("month"), of("period")].map(|scheme| answer(&scheme, case).city_yen.get()), [1_000, 0]);
}
