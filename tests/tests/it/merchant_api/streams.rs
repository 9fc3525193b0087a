//! What a screen at the desk hears: a bill that is paid on a phone, and every payment once.

use serde_json::json;
use tests::support::database::TestDatabase;
use tests::support::town::Town;

#[tokio::test]
async fn a_desk_that_shows_a_bill_hears_that_it_is_paid_and_then_nothing_more() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (family, desk) = (town.signed_in(0).await, town.desk(0));
    let bill = json!({"reference": "1", "amount_yen": 700, "expense": "tuition"});
    let invoice = desk.post("/merchant/v1/invoices", "bill", &bill).await.ok()["invoice"].as_str().unwrap().to_owned();
    let path = format!("/merchant/v1/invoices/{invoice}/events");
    let asked = json!({"children": town.payment(0, 0, 1)["children"], "own_money": true});
    let mut stream = desk.follow(&path).await;
    assert_eq!(stream.next().await.unwrap()["state"], "open");
    let paid = family.post(&format!("/citizen/v1/invoices/{invoice}/payments"), "pay", &asked).await.ok();
    let told = stream.next().await.unwrap();
    assert_eq!((&told["state"], &told["receipt"]), (&json!("paid"), &paid["receipt"]));
    assert_eq!(stream.next().await, None);
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
    let mut stream = desk.follow("/merchant/v1/receipts/events").await;
    let mut said = Vec::new();
    for (key, yen) in [("one", 200), ("two", 300)] {
        let receipt = take(key, yen).await;
        assert_eq!(stream.next().await.as_ref(), Some(&receipt), "as the desk that took it saw it");
        said.push(receipt);
    }
    assert_ne!(said[0], said[1]);
    assert_eq!(town.stranger().get("/merchant/v1/receipts/events").await.problem().0, 401);
}
