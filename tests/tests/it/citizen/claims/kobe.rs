//! Kobe: one claim a year for passes, split over versions by the dates of the costs, by day, without the months that do not count.

use ledger::actor::Actor;
use serde_json::{Value, json};

use super::*;
use crate::claims::{KOBE, kobe_roster};

const CLAIMS: &str = "/citizen/v1/claims";
const ESTIMATES: &str = "/citizen/v1/claims/estimates";
const SCHEME: &str = "kobe-tsugaku";

fn year() -> [Value; 2] {
    [pass(100_000, "2024-04-01", "2024-08-31"), pass(140_000, "2024-09-01", "2025-03-31")]
}

#[tokio::test]
async fn a_year_of_passes_is_split_over_the_rules_by_date_and_claimed_once() {
    let bureau = Bureau::kobe("2025-01-10", 2024).await;
    let (family, child) = bureau.family(1).await;
    let schemes = family.get(&format!("/citizen/v1/children/{child}/claim-schemes")).await.ok();
    let scheme = &schemes["schemes"][0];
    assert_eq!((&scheme["open"], &scheme["opens_on"], &scheme["shuts_on"]), (&json!(true), &json!("2025-01-05"), &json!("2025-04-10")));
    assert_eq!((&scheme["once_per"], &scheme["claim"], &scheme["evidence"]), (&json!("year"), &Value::Null, &json!(["student_id", "pass_face"])));

    let asked = form(child, SCHEME, &year());
    let estimate = family.post(ESTIMATES, "", &asked).await.ok();
    let parts: Vec<_> = estimate["lines"].as_array().unwrap().iter().map(|line| (line["rules_from"].clone(), line["payable_yen"].clone())).collect();
    assert_eq!(parts, [(json!("2024-04-01"), json!(20_000)), (json!("2024-09-01"), json!(140_000))]);
    let claim = family.post(CLAIMS, "year", &asked).await.ok();
    assert_eq!((&claim["reserved_yen"], &claim["requested_yen"], &claim["fiscal_year"]), (&json!(160_000), &json!(240_000), &json!(2024)));

    let second = family.post(CLAIMS, "second", &asked).await;
    assert_eq!((second.problem(), &second.json()["claim"]), ((409, "claim-already".to_owned()), &claim["claim"]));
    let schemes = family.get(&format!("/citizen/v1/children/{child}/claim-schemes")).await.ok();
    assert_eq!(schemes["schemes"][0]["claim"], claim["claim"]);
    // The school of the other child lies outside: one threshold for the year.
    let (other, outside) = bureau.family(2).await;
    assert_eq!(other.post(ESTIMATES, "", &form(outside, SCHEME, &year())).await.ok()["payable_yen"], 48_000);
    bureau.world.assert_sound().await;
}

#[tokio::test]
async fn a_pass_that_begins_before_the_scheme_counts_by_day() {
    let bureau = Bureau::kobe("2023-01-10", 2022).await;
    let (family, child) = bureau.family(1).await;
    let asked = form(child, SCHEME, &[pass(36_600, "2022-04-01", "2022-09-30"), pass(180_000, "2022-10-01", "2023-03-31")]);
    let estimate = family.post(ESTIMATES, "", &asked).await.ok();
    let counted: i64 = estimate["lines"].as_array().unwrap().iter().map(|line| line["counted_yen"].as_i64().unwrap()).sum();
    assert_eq!((counted, &estimate["payable_yen"]), (6_000 + 180_000, &json!((186_000 - 84_000) / 2)));
}

#[tokio::test]
async fn months_under_public_assistance_are_left_out() {
    let bureau = Bureau::kobe("2023-01-10", 2022).await;
    for (since, status) in [("2022-11-01", "seikatsuhogo"), ("2023-01-01", "")] {
        let roster = kobe_roster(since).replacen("須磨区1-1,,kobe", &format!("須磨区1-1,{status},kobe"), 1);
        bureau.world.ledger().import_roster(KOBE, &Actor::Staff("roster".to_owned()), roster.as_bytes(), &mut |_| {}).await.unwrap();
    }
    let (family, child) = bureau.family(1).await;
    let months = [("2022-09-01", "2022-09-30"), ("2022-10-01", "2022-10-31"), ("2022-11-01", "2022-11-30"), ("2022-12-01", "2022-12-31")];
    let later = [("2023-01-01", "2023-01-31"), ("2023-02-01", "2023-02-28"), ("2023-03-01", "2023-03-31")];
    let passes: Vec<_> = months.iter().chain(&later).map(|(from, to)| pass(20_000, from, to)).collect();
    let claim = family.post(CLAIMS, "year", &form(child, SCHEME, &passes)).await.ok();
    assert_eq!(claim["reserved_yen"], 20_000, "(5 × 20,000 − 5 × 12,000) / 2");
}

#[tokio::test]
async fn outside_its_window_a_claim_is_refused_with_the_days_but_a_returned_one_corrected() {
    let bureau = Bureau::kobe("2025-04-10", 2024).await;
    let (family, child) = bureau.family(1).await;
    let claim = family.post(CLAIMS, "last-day", &form(child, SCHEME, &year())).await.ok();
    let back = json!({"message": "定期券の写真を添えてください"});
    bureau.clerk("sato").await.post(&format!("/ops/v1/claims/{}/return", id(&claim)), "back", &back).await;
    bureau.world.test.set("2025-04-11");
    let (other, outside) = bureau.family(2).await;
    let late = other.post(CLAIMS, "late", &form(outside, SCHEME, &year())).await;
    assert_eq!(late.problem(), (409, "claim-window".to_owned()));
    let said = other.with("accept-language", "en").post(ESTIMATES, "", &form(outside, SCHEME, &year())).await.json();
    assert_eq!((&said["opens_on"], &said["shuts_on"]), (&json!("2026-01-05"), &json!("2026-04-10")));
    assert_eq!(said["detail"], "claims are taken from 2026-01-05 to 2026-04-10");
    let again = family.post(&format!("{CLAIMS}/{}/filings", id(&claim)), "again", &json!({"costs": year()})).await.ok();
    assert_eq!((&again["filing"], &again["fiscal_year"]), (&json!(2), &json!(2024)));
}

#[tokio::test]
async fn what_exceeds_nothing_is_nothing_and_says_so() {
    let bureau = Bureau::kobe("2023-01-10", 2022).await;
    let (family, child) = bureau.family(1).await;
    let asked = form(child, SCHEME, &[pass(84_000, "2022-09-01", "2023-03-31")]);
    assert_eq!(family.post(ESTIMATES, "", &asked).await.ok()["payable_yen"], 0);
    let refused = family.post(CLAIMS, "nothing", &asked).await;
    assert_eq!(refused.problem(), (409, "nothing-payable".to_owned()));
    assert_eq!(family.get(CLAIMS).await.ok()["claims"], json!([]));
    // The refused command left its key free.
    let more = form(child, SCHEME, &[pass(120_000, "2022-09-01", "2023-03-31")]);
    assert_eq!(family.post(CLAIMS, "nothing", &more).await.ok()["reserved_yen"], 18_000);
}
