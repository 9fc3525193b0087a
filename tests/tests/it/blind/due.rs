//! Bills that settle by themselves in the morning of their day: whoever pays, at the same hour, once.

use axum::http::{Method, StatusCode};
use chrono::{NaiveTime, TimeDelta};
use ledger::job::Job;
use ledger::time::tokyo_instant;
use serde_json::{Value, json};
use tests::support::city::date;
use tests::support::database::TestDatabase;
use tests::support::town::{Client, TODAY, Town};

async fn bill(desk: &Client, reference: &str, yen: i64, due_on: Option<&str>) -> String {
    let body = json!({"reference": reference, "amount_yen": yen, "expense": "tuition", "due_on": due_on});
    desk.post("/merchant/v1/invoices", reference, &body).await.ok()["invoice"].as_str().unwrap().to_owned()
}

async fn set(town: &Town, phone: &Client, family: usize, invoice: &str) -> tests::support::town::Answer {
    let children: Vec<_> = town.family(family).children.iter().map(|(child, _)| child.to_string()).collect();
    phone.put(&format!("/citizen/v1/invoices/{invoice}/settlement"), &json!({"children": children, "own_money": true})).await
}

fn at(town: &Town, day: &str, hour: u32) {
    town.test.clock.set(tokyo_instant(date(day), NaiveTime::from_hms_opt(hour, 0, 0).unwrap()));
}

async fn run_jobs(town: &Town) -> i64 {
    let ended = town.test.ledger.run_due_jobs(town.municipality(), "test").await.unwrap();
    ended.iter().filter(|ended| ended.job == Job::Due).map(|ended| ended.items).sum()
}

async fn states(phone: &Client) -> Vec<(String, String)> {
    let list = phone.get("/citizen/v1/settlements").await.ok();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    list["settlements"].as_array().unwrap().iter().map(|one| (text(&one["reference"]), text(&one["state"]))).collect()
}

#[tokio::test]
async fn a_bill_settles_in_the_morning_of_its_day_whoever_pays_it() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (first, second, desk) = (town.signed_in(0).await, town.signed_in(1).await, town.desk(0));
    // The first family has own money, the second an entitlement only; a third bill is more than the second family has.
    let bills = [
        bill(&desk, "A", 12_000, Some("2026-05-25")).await,
        bill(&desk, "B", 5_000, Some("2026-05-25")).await,
        bill(&desk, "C", 90_000, Some("2026-05-25")).await,
    ];
    assert_eq!(set(&town, &first, 0, &bills[0]).await.ok()["state"], "waiting");
    set(&town, &second, 1, &bills[1]).await.ok();
    set(&town, &second, 1, &bills[2]).await.ok();
    at(&town, "2026-05-24", 23);
    run_jobs(&town).await;
    assert_eq!(states(&second).await, [("B".to_owned(), "waiting".to_owned()), ("C".to_owned(), "waiting".to_owned())]);
    at(&town, "2026-05-25", 7);
    assert_eq!(run_jobs(&town).await, 2);
    let receipts = desk.get("/merchant/v1/receipts?first=2026-05-25&last=2026-05-25").await.ok();
    let mut paid: Vec<_> =
        receipts["receipts"].as_array().unwrap().iter().map(|receipt| (receipt["invoice"].as_str().unwrap(), receipt["paid_at"].as_str().unwrap())).collect();
    paid.sort_unstable();
    assert_eq!(paid, [("A", "2026-05-25T07:00:00.000+09:00"), ("B", "2026-05-25T07:00:00.000+09:00")]);
    assert_eq!(states(&second).await, [("B".to_owned(), "settled".to_owned()), ("C".to_owned(), "short".to_owned())]);
    // What did not settle is the family's to see; it is not tried again, for that would tell when money came.
    let notices = second.get("/citizen/v1/notices").await.ok();
    assert_eq!(notices["notices"].as_array().unwrap().len(), 2);
    at(&town, "2026-05-26", 7);
    assert_eq!(run_jobs(&town).await, 0);
    assert_eq!(desk.get(&format!("/merchant/v1/invoices/{}", bills[2])).await.ok()["state"], "open");
    assert_eq!(set(&town, &second, 1, &bills[2]).await.problem(), (409, "due-day".to_owned()));
}

#[tokio::test]
async fn a_family_thinks_better_of_it_or_is_told_why_it_cannot_be() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (family, desk) = (town.signed_in(0).await, town.desk(0));
    let (plain, today, later) =
        (bill(&desk, "plain", 100, None).await, bill(&desk, "today", 100, Some(TODAY)).await, bill(&desk, "later", 100, Some("2026-05-25")).await);
    assert_eq!(set(&town, &family, 0, &plain).await.problem(), (409, "no-due-day".to_owned()));
    assert_eq!(set(&town, &family, 0, &today).await.problem(), (409, "due-day".to_owned()));
    assert_eq!(set(&town, &family, 0, &format!("inv_{:032x}", 1)).await.problem().0, 404);
    let path = format!("/citizen/v1/invoices/{later}/settlement");
    assert_eq!(family.delete(&path).await.problem().0, 404, "never set");
    let theirs = family.put(&path, &json!({"children": [town.family(1).children[0].0.to_string()]})).await;
    assert_eq!(theirs.problem(), (422, "invalid-fields".to_owned()), "another family's child");
    let waiting = set(&town, &family, 0, &later).await;
    assert_eq!(set(&town, &family, 0, &later).await, waiting, "set twice is set once");
    for _ in 0..2 {
        assert_eq!(family.delete(&path).await.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(states(&family).await, []);
    set(&town, &family, 0, &later).await.ok();
    // The merchant takes it back: the day comes, and nothing is paid.
    desk.post(&format!("/merchant/v1/invoices/{later}/cancel"), "cancel", &json!({})).await.ok();
    at(&town, "2026-05-25", 6);
    assert_eq!(run_jobs(&town).await, 0);
    assert_eq!(states(&family).await, [("later".to_owned(), "ended".to_owned())]);
    assert_eq!(family.delete(&path).await.problem(), (409, "due-day".to_owned()));
    assert_eq!(family.ask(Method::GET, "/citizen/v1/settlements").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_job_that_broke_off_pays_nothing_twice() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (family, desk) = (town.signed_in(0).await, town.desk(0));
    let invoice = bill(&desk, "A", 1_000, Some("2026-05-25")).await;
    set(&town, &family, 0, &invoice).await.ok();
    at(&town, "2026-05-25", 6);
    town.test.ledger.settle_due_invoices(town.municipality()).await.unwrap();
    // As if it had been paid and not noted.
    sqlx::query("UPDATE invoice_consents SET tried_at = NULL").execute(database.pool()).await.unwrap();
    town.test.clock.advance(TimeDelta::minutes(1));
    town.test.ledger.settle_due_invoices(town.municipality()).await.unwrap();
    assert_eq!(states(&family).await, [("A".to_owned(), "settled".to_owned())]);
    let captures: i64 = sqlx::query_scalar("SELECT count(*) FROM captures").fetch_one(database.pool()).await.unwrap();
    assert_eq!(captures, 1);
}
