//! What the rest of the program asks of a scheme: which periods open, what is granted, what may be redeemed, when claims are made.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Catalog, Fact, Facts, Grade, NotRedeemable, Reason, Rules, Scheme};
use foundation::money::Yen;
use foundation::time::{FiscalYear, Month};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn shipped(id: &str) -> Scheme {
    Catalog::shipped().unwrap().get(id).unwrap().clone()
}

fn opening(scheme: &Scheme, first: &str, last: &str, rules: Rules) -> Vec<(String, String)> {
    let periods = scheme.periods_opening(day(first), day(last), rules);
    periods.into_iter().map(|(_, period)| (period.service_from.to_string(), period.opens_on.to_string())).collect()
}

#[test]
fn a_year_of_osaka_opens_ten_times_and_never_twice_the_same() {
    let periods = opening(&shipped("osaka-juku"), "2025-04-01", "2026-03-31", Rules::Real);
    let opens: Vec<_> = periods.iter().map(|(_, opens_on)| &opens_on[5..]).collect();
    assert_eq!(opens, ["04-16", "05-16", "06-16", "08-16", "09-16", "10-16", "11-16", "01-16", "02-16", "03-16"]);
    let months: Vec<_> = periods.iter().map(|(service, _)| service.as_str()).collect();
    assert_eq!(months[2..4], ["2025-07-01", "2025-09-01"]);
}

#[test]
fn service_periods_of_osaka_follow_one_another_without_a_gap() {
    let scheme = shipped("osaka-juku");
    let periods = scheme.periods_opening(day("2012-01-01"), day("2030-12-31"), Rules::Real);
    assert_eq!(periods[0].1.service_from, day("2012-09-01"));
    assert!(periods.windows(2).all(|pair| pair[0].1.service_to.succ_opt() == Some(pair[1].1.service_from)));
    assert!(periods.iter().all(|(version, period)| version.covers(period.service_from) && period.opens_on <= period.closes_on));
}

#[test]
fn april_s_money_of_osaka_goes_to_who_is_in_the_grade_in_april() {
    let scheme = shipped("osaka-juku");
    let periods = scheme.periods_opening(day("2026-03-16"), day("2026-03-16"), Rules::Real);
    let [(version, period)] = periods.as_slice() else { panic!("one period opens") };
    // Grade 4 in March, grade 5 in April.
    let facts = |on| Facts::for_child(day("2015-06-01"), on).with(Fact::Resident, "osaka");
    assert!(version.decide(&facts(period.service_from)).eligible && !version.decide(&facts(period.opens_on)).eligible);
    let grant = version.grant_in(*period, &facts(period.service_from), None).unwrap().unwrap();
    assert_eq!((grant.amount_yen, grant.period.closes_on), (Some(Yen::new(10_000)), day("2026-05-15")));
}

#[test]
fn the_june_job_gives_half_to_who_will_begin_in_august() {
    let scheme = shipped("osaka-juku");
    let periods = scheme.periods_opening(day("2025-06-16"), day("2025-06-16"), Rules::Real);
    let (version, period) = periods[0];
    let amount = |facts: &Facts| version.grant_in(period, facts, None).map(|grant| grant.unwrap().amount_yen.unwrap().get());
    assert_eq!((amount(&Facts::new()), amount(&Facts::new().since(day("2025-08-10")))), (Ok(20_000), Ok(10_000)));
    assert_eq!(amount(&Facts::new().since(day("2025-09-01"))), Err(Reason::NoMonthQualifies));
    let july = BTreeSet::from(["2025-07".parse::<Month>().unwrap()]);
    assert_eq!(version.grant_in(period, &Facts::new(), Some(&july)).unwrap().unwrap().amount_yen, Some(Yen::new(10_000)));
}

#[test]
fn fukuoka_changes_from_months_to_years() {
    let scheme = shipped("fukuoka-naraigoto");
    assert_eq!(opening(&scheme, "2023-04-01", "2024-03-31", Rules::Real).len(), 12);
    assert_eq!(opening(&scheme, "2024-04-01", "2026-03-31", Rules::Real), ["2024-04-01", "2025-04-01"].map(|day| (day.to_owned(), day.to_owned())));
}

#[test]
fn what_was_granted_by_the_year_may_be_spent_to_the_end_of_march() {
    let scheme = shipped("fukuoka-naraigoto");
    let version = scheme.version_on(day("2025-10-15")).unwrap();
    let grant = version.grant_for(day("2025-10-15"), &Facts::new().since(day("2025-10-15")), None).unwrap().unwrap();
    assert_eq!((grant.amount_yen, grant.period.service_from, grant.period.closes_on), (Some(Yen::new(60_000)), day("2025-10-01"), day("2026-03-31")));
    assert!(grant.period.is_open(day("2026-03-31")) && !grant.period.is_open(day("2026-04-01")));
}

#[test]
fn rehearsals_use_a_training_version_where_the_real_scheme_is_closed() {
    let scheme = shipped("kumamoto-tashi");
    let on = day("2026-05-01");
    let real = scheme.rules_on(on, Rules::Real).unwrap();
    assert!(!real.training && real.redeemable().is_ok());
    assert_eq!(real.grant_for(on, &Facts::new(), None), Err(Reason::ClosedToNew(day("2023-03-31"))));
    let training = scheme.rules_on(on, Rules::Rehearsal).unwrap();
    assert!(training.training && training.grant_for(on, &Facts::new(), None).unwrap().is_some());
    let osaka = shipped("osaka-juku");
    assert_eq!(osaka.rules_on(on, Rules::Rehearsal), osaka.version_on(on));
}

#[test]
fn a_provider_share_is_refused_for_redemption_as_not_blind() {
    let osaka = shipped("osaka-juku");
    assert_eq!(osaka.version_on(day("2014-06-01")).unwrap().redeemable(), Err(NotRedeemable::NotBlind));
    assert_eq!(osaka.version_on(day("2025-06-01")).unwrap().redeemable(), Ok(()));
    assert_eq!(shipped("kobe-tsugaku").version_on(day("2025-06-01")).unwrap().redeemable(), Err(NotRedeemable::NoRoute));
}

#[test]
fn claims_are_made_in_their_window_after_the_turn_of_the_year() {
    let kobe = shipped("kobe-tsugaku");
    let version = kobe.version_on(day("2025-06-01")).unwrap();
    let route = version.claim_route().unwrap();
    assert_eq!(route.window.unwrap().days(FiscalYear::new(2025)), Some((day("2026-01-05"), day("2026-04-10"))));
    assert_eq!(route.evidence, ["student_id", "pass_face"]);
    assert!(shipped("fukuoka-naraigoto").version_on(day("2023-06-01")).unwrap().claim_route().is_none());
}

#[test]
fn osaka_closes_a_month_on_the_15th_after_and_pays_on_the_10th_after_that() {
    let osaka = shipped("osaka-juku");
    let settle = &osaka.version_on(day("2025-06-01")).unwrap().settle;
    let may = "2025-05".parse().unwrap();
    assert_eq!((settle.closes_on(may), settle.pays_on(may)), (Some(day("2025-06-15")), Some(day("2025-07-10"))));
}

#[test]
fn reasons_have_a_code_and_a_sentence_in_both_languages() {
    let osaka = shipped("osaka-juku");
    let facts = Facts::new().with(Fact::Resident, "sakai").with(Fact::Grade, "E4".parse::<Grade>().unwrap());
    let decision = osaka.version_on(day("2025-06-01")).unwrap().decide(&facts);
    let codes: Vec<_> = decision.reasons.iter().map(Reason::code).collect();
    assert_eq!((decision.eligible, codes), (false, vec!["resident_not_met".to_owned(), "grade_not_met".to_owned()]));
    assert_eq!(decision.reasons[1].japanese(), "学年の要件（E5–J3）を満たしていません");
    assert_eq!(decision.reasons[1].to_string(), "grade_not_met: the scheme asks for grade E5–J3");
}
