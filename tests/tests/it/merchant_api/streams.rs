//! What a screen at the desk hears: a bill that is paid on a phone, and every payment once.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tests::support::database::TestDatabase;
use tests::support::town::{HOST, Town};
use tower::ServiceExt as _;

fn events(text: &str) -> Vec<Value> {
    text.lines().filter_map(|line| line.strip_prefix("data: ")).map(|data| serde_json::from_str(data).unwrap()).collect()
}

#[tokio::test]
async fn a_desk_that_shows_a_bill_hears_that_it_is_paid_and_then_nothing_more() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (family, desk) = (town.signed_in(0).await, town.desk(0));
    let bill = json!({"reference": "1", "amount_yen": 700, "expense": "tuition"});
    let invoice = desk.post("/merchant/v1/invoices", "bill", &bill).await.ok()["invoice"].as_str().unwrap().to_owned();
    let path = format!("/merchant/v1/invoices/{invoice}/events");
    let asked = json!({"children": town.payment(0, 0, 1)["children"], "own_money": true});
    let pay = async { family.post(&format!("/citizen/v1/invoices/{invoice}/payments"), "pay", &asked).await.ok() };
    let (stream, paid) = tokio::join!(desk.get(&path), pay);
    assert_eq!(stream.headers["content-type"], "text/event-stream");
    let said = events(&stream.text());
    let last = said.last().unwrap();
    assert_eq!((&last["state"], &last["receipt"]), (&json!("paid"), &paid["receipt"]));
    assert!(said.len() <= 2 && said.iter().rev().skip(1).all(|event| event["state"] == "open"), "{said:?}");
    assert_eq!(town.desk(1).get(&path).await.problem().0, 404);
}

#[tokio::test]
async fn a_screen_hears_of_each_payment_once_and_of_none_that_was_before() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (family, desk) = (town.signed_in(0).await, town.desk(0));
    let take = async |key: &str, yen: i64| {
        let held = family.post("/citizen/v1/payments", key, &town.payment(0, 0, yen)).await.ok();
        desk.post("/merchant/v1/captures", key, &json!({"code": held["code"]})).await.ok()
    };
    take("before", 100).await;
    let routes = process::serve::router(&town.test.ledger, &process::serve::Reached { host: HOST.to_owned(), behind_proxy: false });
    let request = Request::get("/merchant/v1/receipts/events").header("authorization", format!("Bearer {}", town.merchant(0).token));
    let answer = routes.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let mut body = answer.into_body();
    let mut said = Vec::new();
    for (key, yen) in [("one", 200), ("two", 300)] {
        let receipt = take(key, yen).await;
        let frame = tokio::time::timeout(Duration::from_secs(20), body.frame()).await.expect("an event").unwrap().unwrap();
        let heard = events(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
        assert_eq!(heard, std::slice::from_ref(&receipt), "as the desk that took it saw it");
        said.push(receipt);
    }
    assert_ne!(said[0], said[1]);
    assert_eq!(town.stranger().get("/merchant/v1/receipts/events").await.problem().0, 401);
}
