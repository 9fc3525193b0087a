//! The four cities: every worked figure, and the rules around them, through the shipped files. A case is written as a clerk writes it.

use super::{Case, Catalog, Quote, quote};

/// The answer of a shipped scheme to a case.
fn answer(scheme: &str, case: &str) -> Quote {
    let catalog = Catalog::shipped().unwrap();
    let case = Case::parse(case).unwrap();
    quote(catalog.get(scheme).unwrap(), &case).unwrap()
}

fn osaka(case: &str) -> Quote {
    answer("osaka-juku", case)
}

fn fukuoka(case: &str) -> Quote {
    answer("fukuoka-naraigoto", case)
}

fn kumamoto(case: &str) -> Quote {
    let facts = "facts = { resident = \"kumamoto\", age = 2, nth_child = 3, care_at_home = true, shotokuwari = 300_999 }";
    answer("kumamoto-tashi", &if case.contains("facts") { case.to_owned() } else { format!("{facts}\n{case}") })
}

fn kobe(school: &str, case: &str) -> Quote {
    answer("kobe-tsugaku", &format!("facts = {{ resident = \"kobe\", fiscal_age = 17, school_city = \"{school}\" }}\n{case}"))
}

/// City, family, facility, merchant.
fn amounts(quote: &Quote) -> [i64; 4] {
    [quote.city_yen, quote.family_yen, quote.facility_yen, quote.merchant_yen].map(foundation::money::Yen::get)
}

fn balance(quote: &Quote) -> Option<i64> {
    quote.balance_after_yen.map(foundation::money::Yen::get)
}

/// Amount, opening and closing day.
fn grant(quote: &Quote) -> Option<(i64, String, String)> {
    let grant = quote.grant.as_ref()?;
    Some((grant.amount_yen?.get(), grant.opens_on.to_string(), grant.closes_on?.to_string()))
}

fn given(amount: i64, opens_on: &str, closes_on: &str) -> (i64, String, String) {
    (amount, opens_on.to_owned(), closes_on.to_owned())
}

fn codes(quote: &Quote) -> Vec<&'static str> {
    quote.reasons.iter().map(|reason| &*reason.code().leak()).collect()
}

const PUPIL: &str = "facts = { resident = \"osaka\", grade = \"J1\" }";

#[test]
fn osaka_opens_on_the_16th_before_and_closes_on_the_15th_after() {
    let quote = osaka(&format!("on = 2025-05-20\n{PUPIL}\nprice_yen = 12_345"));
    assert_eq!(amounts(&quote), [10_000, 2_345, 0, 12_345]);
    assert_eq!((balance(&quote), grant(&quote)), (Some(0), Some(given(10_000, "2025-04-16", "2025-06-15"))));
}

#[test]
fn osaka_joins_july_and_august_and_december_and_january() {
    for (on, opens_on, closes_on) in [
        ("2025-07-01", "2025-06-16", "2025-09-15"),
        ("2025-08-31", "2025-06-16", "2025-09-15"),
        ("2025-12-01", "2025-11-16", "2026-02-15"),
        ("2026-01-31", "2025-11-16", "2026-02-15"),
    ] {
        let quote = osaka(&format!("on = {on}\n{PUPIL}\nprice_yen = 25_000"));
        assert_eq!((amounts(&quote), grant(&quote)), ([20_000, 5_000, 0, 25_000], Some(given(20_000, opens_on, closes_on))), "{on}");
    }
}

#[test]
fn osaka_gives_ten_thousand_to_who_begins_in_the_second_of_two_joined_months() {
    let pupil = |since: &str| format!("facts = {{ resident = \"osaka\", grade = \"J1\", since = {since} }}");
    let august = osaka(&format!("on = 2025-08-20\n{}\nprice_yen = 20_000", pupil("2025-08-05")));
    assert_eq!((amounts(&august), grant(&august)), ([10_000, 10_000, 0, 20_000], Some(given(10_000, "2025-07-16", "2025-09-15"))));
    let january = osaka(&format!("on = 2026-01-20\n{}\nprice_yen = 20_000", pupil("2026-01-01")));
    assert_eq!(grant(&january), Some(given(10_000, "2025-12-16", "2026-02-15")));
    let july = osaka(&format!("on = 2025-07-20\n{}\nprice_yen = 20_000", pupil("2025-08-05")));
    assert_eq!((july.eligible, codes(&july), &july.grant), (false, vec!["not_yet"], &None));
    let whole = osaka(&format!("on = 2025-07-20\n{}\nprice_yen = 20_000", pupil("2025-07-20")));
    assert_eq!(grant(&whole), Some(given(20_000, "2025-06-16", "2025-09-15")));
}

#[test]
fn osaka_let_the_provider_bear_a_tenth_in_the_first_years() {
    let quote = osaka(&format!("on = 2014-06-10\n{PUPIL}\nprice_yen = 10_000\nbalance_yen = 10_000"));
    assert_eq!((amounts(&quote), balance(&quote)), ([9_000, 0, 1_000, 9_000], Some(0)));
    let odd = osaka(&format!("on = 2014-06-10\n{PUPIL}\nprice_yen = 1_999"));
    assert_eq!((amounts(&odd), balance(&odd)), ([1_800, 0, 199, 1_800], Some(8_001)));
    let now = osaka(&format!("on = 2025-06-10\n{PUPIL}\nprice_yen = 10_000"));
    assert_eq!(amounts(&now), [10_000, 0, 0, 10_000]);
}

#[test]
fn osaka_lets_two_siblings_pay_one_bill() {
    let child = format!("[[child]]\n{PUPIL}\n");
    let quote = osaka(&format!("on = 2025-05-20\nprice_yen = 21_560\n{child}{child}"));
    assert_eq!((amounts(&quote), balance(&quote)), ([20_000, 1_560, 0, 21_560], Some(0)));
    let per_child: Vec<_> = quote.lines.iter().map(|line| (line.child, line.city_yen.get())).collect();
    assert_eq!(per_child, [(Some(1), 10_000), (Some(2), 10_000)]);
}

#[test]
fn siblings_pay_in_the_order_listed_and_the_second_pays_only_the_rest() {
    let case = format!("on = 2025-05-20\nprice_yen = 7_000\n[[child]]\n{PUPIL}\nbalance_yen = 3_000\n[[child]]\n{PUPIL}\nbalance_yen = 9_000\n");
    let quote = osaka(&case);
    let per_child: Vec<_> = quote.lines.iter().map(|line| (line.city_yen.get(), line.balance_after_yen.unwrap().get())).collect();
    assert_eq!((per_child, balance(&quote)), (vec![(3_000, 0), (4_000, 5_000)], Some(5_000)));
}

#[test]
fn a_sibling_who_does_not_qualify_pays_nothing() {
    let case = format!("on = 2025-05-20\nprice_yen = 15_000\n[[child]]\nfacts = {{ resident = \"osaka\", grade = \"E4\" }}\n[[child]]\n{PUPIL}\n");
    let quote = osaka(&case);
    assert_eq!((quote.eligible, amounts(&quote), codes(&quote)), (true, [10_000, 5_000, 0, 15_000], vec!["grade_not_met"]));
}

#[test]
fn osaka_pays_what_the_provider_sells_and_no_bookshop() {
    let rows = [("joining", 1_000), ("materials_from_provider", 2_000), ("isp", 4_000), ("bookshop", 800)];
    let rows = rows.map(|(expense, amount)| format!("[[cost]]\nexpense = \"{expense}\"\namount_yen = {amount}\n")).concat();
    let quote = osaka(&format!("on = 2025-05-20\n{PUPIL}\n{rows}"));
    assert_eq!((quote.eligible, amounts(&quote)), (true, [3_000, 4_800, 0, 7_800]));
    let refused: Vec<_> = quote.lines.iter().filter(|line| line.reason.is_some()).map(|line| (line.expense.as_deref().unwrap(), line.city_yen.get())).collect();
    assert_eq!((refused, codes(&quote)), (vec![("isp", 0), ("bookshop", 0)], vec!["expense_not_covered", "expense_not_covered"]));
}

#[test]
fn osaka_widened_by_grade_and_income_as_the_years_went() {
    let eligible = |on: &str, facts: &str| osaka(&format!("on = {on}\nfacts = {{ resident = \"osaka\", {facts} }}\nprice_yen = 1")).eligible;
    assert!(!eligible("2012-08-31", "grade = \"J1\""));
    let trial = "grade = \"J1\", ward = \"nishinari\", status = [\"shugakuenjo\"]";
    assert!(eligible("2012-09-01", trial) && !eligible("2012-09-01", &trial.replace("nishinari", "kita")));
    assert!(eligible("2013-12-01", "grade = \"J3\""));
    assert!(!eligible("2023-03-31", "grade = \"E5\"") && eligible("2023-04-01", "grade = \"E5\""));
    let above = "grade = \"J2\", status = [\"shotoku_chouka\"]";
    assert!(eligible("2015-09-30", above) && !eligible("2015-10-01", above) && !eligible("2024-09-30", above) && eligible("2024-10-01", above));
    let aided = "grade = \"J2\", status = [\"shotoku_chouka\", \"shugakuenjo\"]";
    assert!(!eligible("2021-03-31", aided) && eligible("2021-04-01", aided) && eligible("2022-03-31", aided) && !eligible("2022-04-01", aided));
}

#[test]
fn who_does_not_qualify_pays_all() {
    let quote = osaka("on = 2025-05-20\nfacts = { resident = \"sakai\", grade = \"J1\" }\nprice_yen = 8_000\nbalance_yen = 10_000");
    assert_eq!((quote.eligible, amounts(&quote), balance(&quote)), (false, [0, 8_000, 0, 8_000], Some(10_000)));
    assert_eq!((codes(&quote), &quote.grant), (vec!["resident_not_met"], &None));
}

const AIDED: &str = "resident = \"fukuoka\", grade = \"J1\", status = [\"jidofuyo\"]";

#[test]
fn fukuoka_gives_ten_thousand_a_calendar_month_at_first() {
    let quote = fukuoka(&format!("on = 2023-02-10\nfacts = {{ {AIDED} }}\nprice_yen = 12_000"));
    assert_eq!((amounts(&quote), grant(&quote)), ([10_000, 2_000, 0, 12_000], Some(given(10_000, "2023-02-01", "2023-02-28"))));
}

#[test]
fn fukuoka_gives_a_year_and_twelfths_to_those_who_come_later() {
    let whole = fukuoka(&format!("on = 2025-10-20\nfacts = {{ {AIDED} }}\nprice_yen = 0"));
    assert_eq!(grant(&whole), Some(given(120_000, "2025-04-01", "2026-03-31")));
    for (since, amount) in [("2025-10-01", 60_000), ("2025-10-31", 60_000), ("2026-03-31", 10_000), ("2025-04-30", 120_000), ("2024-06-01", 120_000)] {
        let quote = fukuoka(&format!("on = 2026-03-31\nfacts = {{ {AIDED}, since = {since} }}\nprice_yen = 0"));
        assert_eq!(grant(&quote).map(|(amount, ..)| amount), Some(amount), "{since}");
    }
}

#[test]
fn a_claim_by_receipt_draws_on_the_same_balance() {
    let case = |balance: &str| fukuoka(&format!("on = 2025-10-20\nfacts = {{ {AIDED} }}\nprice_yen = 30_000\n{balance}"));
    assert_eq!((balance(&case("")), balance(&case("balance_yen = 45_000"))), (Some(90_000), Some(15_000)));
    let short = case("balance_yen = 12_000");
    assert_eq!((amounts(&short), balance(&short)), ([12_000, 18_000, 0, 30_000], Some(0)));
}

#[test]
fn fukuoka_admits_by_status_and_later_by_medical_aid_too() {
    let eligible = |on: &str, status: &str| {
        fukuoka(&format!("on = {on}\nfacts = {{ resident = \"fukuoka\", grade = \"E5\", status = [\"{status}\"] }}\nprice_yen = 1")).eligible
    };
    assert!(eligible("2022-07-01", "seikatsuhogo") && eligible("2025-07-01", "seikatsuhogo"));
    assert!(!eligible("2022-07-01", "hitorioya_iryo") && eligible("2025-07-01", "hitorioya_iryo"));
    assert!(!eligible("2025-07-01", "shugakuenjo"));
}

const CARE: &str = "service = \"temporary_care\"";

#[test]
fn kumamoto_pays_whole_tickets() {
    let quote = kumamoto(&format!("on = 2022-06-01\n{CARE}\nprice_yen = 2_400"));
    assert_eq!((amounts(&quote), balance(&quote)), ([2_000, 400, 0, 2_400], Some(13_000)));
    let view = quote.grant.clone().unwrap();
    assert_eq!((view.kind, view.amount_count, grant(&quote)), ("count", Some(30), Some(given(15_000, "2022-04-01", "2023-03-31"))));
    let small = kumamoto(&format!("on = 2022-06-01\n{CARE}\nprice_yen = 499"));
    assert_eq!((amounts(&small), balance(&small)), ([0, 499, 0, 499], Some(15_000)));
    let odd = kumamoto(&format!("on = 2022-06-01\n{CARE}\nprice_yen = 2_400\nbalance_yen = 1_700"));
    assert_eq!((amounts(&odd), balance(&odd)), ([1_500, 900, 0, 2_400], Some(200)));
}

#[test]
fn kumamoto_counts_tickets_on_the_whole_bill() {
    let cost = "[[cost]]\namount_yen = 700\n";
    let quote = kumamoto(&format!(
        "on = 2022-06-01\n{CARE}\nfacts = {{ resident = \"kumamoto\", age = 0, multiple = true, care_at_home = true, shotokuwari = 0 }}\n{cost}{cost}"
    ));
    assert_eq!(amounts(&quote), [1_000, 400, 0, 1_400]);
}

#[test]
fn kumamoto_is_closed_to_new_grants_and_honours_the_tickets_that_are_held() {
    let last = kumamoto(&format!("on = 2023-03-31\n{CARE}\nprice_yen = 2_400"));
    assert!(last.eligible && last.grant.is_some());
    let closed = kumamoto(&format!("on = 2023-04-01\n{CARE}\nprice_yen = 2_400"));
    assert_eq!((closed.eligible, &closed.grant, codes(&closed), amounts(&closed)), (false, &None, vec!["closed_to_new"], [0, 2_400, 0, 2_400]));
    let held = kumamoto(&format!("on = 2023-06-01\n{CARE}\nprice_yen = 2_400\nbalance_yen = 5_000"));
    assert_eq!((held.eligible, &held.grant, amounts(&held), balance(&held)), (true, &None, [2_000, 400, 0, 2_400], Some(3_000)));
}

#[test]
fn who_qualifies_on_the_last_day_before_the_closing_is_still_granted() {
    let facts = "resident = \"kumamoto\", age = 2, nth_child = 3, care_at_home = true, shotokuwari = 0, since = 2023-03-31";
    let quote = kumamoto(&format!("on = 2023-03-31\n{CARE}\nfacts = {{ {facts} }}\nprice_yen = 500"));
    assert_eq!((quote.eligible, grant(&quote)), (true, Some(given(15_000, "2023-03-01", "2023-03-31"))));
}

#[test]
fn kumamoto_pays_for_six_services_with_which_the_child_is_registered() {
    let case = |service: &str, registered: &str| {
        kumamoto(&format!(
            "on = 2022-06-01\n{service}\nfacts = {{ resident = \"kumamoto\", age = 1, nth_child = 4, care_at_home = true, shotokuwari = 0{registered} }}\nprice_yen = 1_000"
        ))
    };
    for service in ["sick_child", "family_support", "temporary_care", "home_help", "short_stay", "postnatal_care"] {
        assert_eq!(amounts(&case(&format!("service = \"{service}\""), ""))[0], 1_000);
    }
    let refused = |service, registered| codes(&case(service, registered)).join(" ");
    assert_eq!(refused("", ""), "", "a case that names no service asks about one of those that count");
    assert_eq!(refused("service = \"swimming\"", ""), "service_not_covered");
    assert_eq!(refused(CARE, ", registered_services = [\"sick_child\"]"), "service_not_registered");
    assert_eq!(refused(CARE, ", registered_services = [\"temporary_care\"]"), "");
}

#[test]
fn kumamoto_is_for_third_children_or_multiples_under_three_cared_for_at_home() {
    let good = [("age", "2"), ("nth_child", "3"), ("multiple", "false"), ("care_at_home", "true"), ("shotokuwari", "300_999")];
    let case = |changed: &[(&str, &str)]| {
        let facts: Vec<_> =
            good.iter().map(|(fact, value)| (fact, changed.iter().find(|(other, _)| other == fact).map_or(value, |(_, value)| value))).collect();
        let facts: Vec<_> = facts.iter().map(|(fact, value)| format!("{fact} = {value}")).collect();
        kumamoto(&format!("on = 2022-06-01\n{CARE}\nfacts = {{ resident = \"kumamoto\", {} }}\nprice_yen = 500", facts.join(", ")))
    };
    assert!(case(&[]).eligible && case(&[("nth_child", "5")]).eligible && case(&[("nth_child", "1"), ("multiple", "true")]).eligible);
    assert_eq!(codes(&case(&[("age", "3")])), ["age_not_met"]);
    assert_eq!(codes(&case(&[("nth_child", "2")])), ["nth_child_not_met", "multiple_not_met"]);
    assert_eq!(codes(&case(&[("care_at_home", "false"), ("shotokuwari", "301_000")])), ["care_at_home_not_met", "shotokuwari_not_met"]);
}

fn pass(amount: i64, from: &str, to: &str) -> String {
    format!("[[cost]]\nexpense = \"commuter_pass\"\namount_yen = {amount}\nfrom = {from}\nto = {to}\n")
}

#[test]
fn kobe_in_its_first_year_pays_half_of_what_exceeds_the_threshold_of_seven_months() {
    for school in ["kobe", "akashi"] {
        let year = kobe(school, &format!("on = 2023-01-10\n{}", pass(120_000, "2022-09-01", "2023-03-31")));
        assert_eq!((amounts(&year), balance(&year), &year.grant), ([18_000, 102_000, 0, 120_000], None, &None));
        assert_eq!(amounts(&kobe(school, "on = 2023-01-10\nprice_yen = 120_000"))[0], 18_000);
        assert_eq!(amounts(&kobe(school, "on = 2023-01-10\nprice_yen = 84_000")), [0, 84_000, 0, 84_000]);
        assert_eq!(amounts(&kobe(school, "on = 2023-01-10\nprice_yen = 84_003"))[0], 1);
    }
}

#[test]
fn kobe_counts_twelve_thousand_for_each_month_that_qualifies() {
    let quote = kobe("kobe", "on = 2022-11-10\nmonths = [\"2022-09\", \"2022-10\", \"2022-11\"]\nprice_yen = 56_000");
    assert_eq!((amounts(&quote)[0], quote.lines[0].deduct_yen.get(), quote.lines[0].months), (10_000, 36_000, Some(3)));
}

#[test]
fn kobe_counts_a_pass_that_begins_before_the_scheme_by_day() {
    let quote = kobe("kobe", &format!("on = 2022-09-10\nmonths = [\"2022-09\"]\n{}", pass(36_600, "2022-04-01", "2022-09-30")));
    assert_eq!((quote.lines[0].counted_yen.get(), amounts(&quote)[0]), (6_000, 0));
    let more = kobe("kobe", &format!("on = 2022-09-10\nmonths = [\"2022-09\"]\n{}", pass(366_000, "2022-04-01", "2022-09-30")));
    assert_eq!((more.lines[0].counted_yen.get(), amounts(&more)[0]), (60_000, 24_000));
    let over = kobe("kobe", &format!("on = 2022-09-10\n{}", pass(36_600, "2022-03-01", "2022-08-31")));
    assert_eq!((amounts(&over)[0], codes(&over)), (0, vec!["outside_period"]));
}

#[test]
fn kobe_counts_only_the_days_of_months_that_qualify() {
    // October (31 days) and December (31 of 92 days each) count, November does not.
    let quote = kobe("kobe", &format!("on = 2022-12-10\nmonths = [\"2022-10\", \"2022-12\"]\n{}", pass(92_000, "2022-10-01", "2022-12-31")));
    assert_eq!((quote.lines[0].counted_yen.get(), amounts(&quote)[0]), (62_000, 19_000));
}

#[test]
fn kobe_in_fiscal_2024_splits_one_claim_by_the_dates_of_its_costs() {
    let costs = format!("{}{}", pass(100_000, "2024-04-01", "2024-08-31"), pass(140_000, "2024-09-01", "2025-03-31"));
    for on in ["2024-05-01", "2025-01-10"] {
        assert_eq!(amounts(&kobe("kobe", &format!("on = {on}\n{costs}"))), [160_000, 80_000, 0, 240_000]);
        assert_eq!(amounts(&kobe("akashi", &format!("on = {on}\n{costs}"))), [48_000, 192_000, 0, 240_000]);
    }
    // 40,000 in spring alone lie below its 60,000: the year's threshold takes them in.
    let uneven = format!("{}{}", pass(40_000, "2024-04-01", "2024-08-31"), pass(140_000, "2024-09-01", "2025-03-31"));
    assert_eq!(amounts(&kobe("akashi", &format!("on = 2025-01-10\n{uneven}")))[0], 18_000);
    assert_eq!(amounts(&kobe("kobe", &format!("on = 2025-01-10\n{uneven}")))[0], 140_000);
}

#[test]
fn kobe_cuts_once_what_a_pass_over_two_versions_comes_to() {
    let costs = format!("{}{}", pass(100_000, "2024-04-01", "2024-08-31"), pass(50_000, "2024-04-01", "2024-09-30"));
    // (100,000 + 50,000 × 153/183 − 60,000) / 2 + 50,000 × 30/183 = 49,098.36…; cut apart it would be one yen less.
    let quote = kobe("kobe", &format!("on = 2025-01-10\n{costs}"));
    assert_eq!(amounts(&quote)[0], 49_098);
    assert_eq!(quote.lines.iter().map(|line| line.city_yen.get()).sum::<i64>(), 49_098);
}

#[test]
fn kobe_by_the_other_versions() {
    assert_eq!(amounts(&kobe("akashi", "on = 2023-12-10\nprice_yen = 200_000"))[0], 28_000);
    assert_eq!(amounts(&kobe("kobe", "on = 2025-06-10\nprice_yen = 200_001"))[0], 200_001);
    assert_eq!(amounts(&kobe("akashi", "on = 2025-06-10\nprice_yen = 200_001"))[0], 100_000);
}

#[test]
fn kobe_admits_to_twenty_only_since_2025() {
    let eligible = |on: &str, age: i64| {
        answer("kobe-tsugaku", &format!("on = {on}\nfacts = {{ resident = \"kobe\", fiscal_age = {age}, school_city = \"kobe\" }}\nprice_yen = 1")).eligible
    };
    assert!(
        eligible("2025-03-31", 18) && !eligible("2025-03-31", 19) && eligible("2025-04-01", 20) && !eligible("2025-04-01", 21) && !eligible("2025-04-01", 15)
    );
    assert!(!eligible("2022-08-31", 17));
}

#[test]
fn kobe_does_not_pay_for_months_in_which_another_scheme_does() {
    let case = |months: &str| {
        let facts = "facts = { resident = \"kobe\", fiscal_age = 17, school_city = \"kobe\", status = [\"seikatsuhogo\"] }";
        answer("kobe-tsugaku", &format!("on = 2025-06-10\n{facts}\n{months}\n{}", pass(12_200, "2025-04-01", "2025-05-31")))
    };
    assert_eq!((codes(&case("")), amounts(&case(""))[0]), (vec!["excluded_with"], 0));
    assert_eq!(amounts(&case("months = [\"2025-05\"]"))[0], 6_200);
}

#[test]
fn kobe_pays_no_express_pass_and_no_cost_of_another_year() {
    let express = "[[cost]]\nexpense = \"express\"\namount_yen = 1_000\non = 2025-05-01\n";
    let old = "[[cost]]\nexpense = \"commuter_pass\"\namount_yen = 2_000\non = 2025-03-31\n";
    let quote = kobe("kobe", &format!("on = 2025-06-10\n{express}{old}{}", pass(10_000, "2025-06-01", "2025-06-30")));
    assert_eq!((amounts(&quote), codes(&quote)), ([10_000, 3_000, 0, 13_000], vec!["expense_not_covered", "outside_period"]));
}

#[test]
fn kobe_needs_to_know_where_the_school_is_once_it_matters() {
    let case = |on: &str| answer("kobe-tsugaku", &format!("on = {on}\nfacts = {{ resident = \"kobe\", fiscal_age = 17 }}\nprice_yen = 100_000"));
    assert_eq!(amounts(&case("2023-01-10"))[0], 8_000);
    assert_eq!((amounts(&case("2025-06-10"))[0], codes(&case("2025-06-10"))), (0, vec!["school_city_unknown"]));
}
