//! Decisions about eligibility: kept when they differ, read in pages, made again by new facts.

use ledger::people::{Judged, Question};
use ledger::scheme::{Rules, Scheme, file};

use super::*;

/// Children with 児童扶養手当 in grades E2 to J3 of the test's city.
pub(super) fn question_of_city() -> Scheme {
    let text = r#"
        [scheme]
        id = "test-aid"
        [[version]]
        from = 2020-04-01
          [version.who]
          unit = "child"
          test = { all = [ { resident = "test-271004" }, { grade = ["E2", "J3"] }, { status = "jidofuyo" } ] }
          [version.grant]
          kind = "yen"
          amount = 10000
          cycle = "month"
    "#;
    file::parse(text).unwrap()
}

async fn decide(city: &City, period_from: &str, on: &str) -> [usize; 3] {
    let scheme = question_of_city();
    let question = Question { scheme: &scheme, rules: Rules::Real, period_from: period_from.parse().unwrap(), on: on.parse().unwrap() };
    let clerk = Actor::Job("eligibility");
    let Judged { children, eligible, changed } = city.ledger().decide_eligibility(city.municipality, question, &clerk, &mut |_| {}).await.unwrap();
    [children, eligible, changed]
}

/// The eligible by their 宛名番号, and since when.
async fn eligible(city: &City, period_from: &str) -> Vec<(&'static str, String)> {
    let list = city.ledger().eligible_children(city.municipality, ("test-aid", period_from.parse().unwrap()), None, 100).await.unwrap();
    let mut named = Vec::new();
    for number in ["00001", "00002", "00003"] {
        let child = city.ledger().find_child_by_number(city.municipality, number).await.unwrap();
        named.extend(list.iter().filter(|eligible| Some(eligible.child) == child).map(|eligible| (number, eligible.since.to_string())));
    }
    assert_eq!(named.len(), list.len());
    named
}

async fn reasons(city: &City, number: &str) -> Vec<String> {
    sqlx::query_scalar("SELECT array_to_string(reasons, ' ') FROM eligibility_decisions WHERE child_id = $1 ORDER BY decision")
        .bind(city.child(number).await.uuid())
        .fetch_all(city.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn each_child_is_decided_with_its_reason_and_the_same_facts_give_no_new_decision() {
    let city = City::new().await;
    city.import(&[HANAKO, JIRO, SAKURA]).await;
    assert_eq!(decide(&city, "2026-05-01", "2026-05-20").await, [3, 2, 3]);
    assert_eq!(eligible(&city, "2026-05-01").await, [("00001", "2026-04-01".to_owned()), ("00002", "2026-04-01".to_owned())]);
    assert_eq!((reasons(&city, "00001").await, reasons(&city, "00003").await), (vec!["qualifies".to_owned()], vec!["status_not_met".to_owned()]));
    let before = city.rows().await;
    assert_eq!(decide(&city, "2026-05-01", "2026-05-21").await, [3, 2, 0]);
    assert_eq!(city.rows().await, before);
}

#[tokio::test]
async fn new_facts_make_a_new_decision_and_keep_the_old_one() {
    let city = City::new().await;
    city.import(&[HANAKO, SAKURA]).await;
    decide(&city, "2026-05-01", "2026-05-20").await;
    let lost = HANAKO.replace("jidofuyo", "").replace("2026-04-01", "2026-05-25");
    let gained = SAKURA.replace("2-2,,", "2-2,jidofuyo,").replace("2026-04-01", "2026-05-25");
    city.import(&[&lost, &gained]).await;
    assert_eq!(decide(&city, "2026-05-01", "2026-05-24").await, [2, 1, 0]);
    assert_eq!(decide(&city, "2026-05-01", "2026-05-25").await, [2, 1, 2]);
    assert_eq!(eligible(&city, "2026-05-01").await, [("00003", "2026-05-25".to_owned())]);
    assert_eq!(reasons(&city, "00001").await, ["qualifies", "status_not_met"]);
}

#[tokio::test]
async fn a_period_that_has_not_begun_is_judged_by_what_will_hold_on_its_first_day() {
    let city = City::new().await;
    let soon = SAKURA.replace("2-2,,", "2-2,jidofuyo,").replace("2026-04-01", "2026-06-01");
    city.import(&[SAKURA]).await;
    city.import(&[&soon]).await;
    assert_eq!(decide(&city, "2026-06-01", "2026-05-16").await, [1, 1, 1]);
    assert_eq!(eligible(&city, "2026-06-01").await, [("00003", "2026-06-01".to_owned())]);
}

#[tokio::test]
async fn pages_of_the_eligible_join_without_gap_or_overlap() {
    let city = City::new().await;
    let lines: Vec<_> = many(1_203).iter().map(|line| line.replace("2-2,,", "2-2,jidofuyo,")).collect();
    city.import(&lines.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert_eq!(decide(&city, "2026-05-01", "2026-05-20").await, [1_203, 1_203, 1_203]);
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = city.ledger().eligible_children(city.municipality, ("test-aid", "2026-05-01".parse().unwrap()), after, 250).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.child);
        all.extend(page.iter().map(|eligible| eligible.child));
    }
    assert_eq!(all.len(), 1_203);
    assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
    let facts = city.ledger().scheme_facts(city.municipality, &all[..10], "2026-05-20".parse().unwrap()).await.unwrap();
    assert!(facts.len() == 10 && facts.values().all(|facts| facts.has(ledger::scheme::Fact::Status, "jidofuyo")));
}
