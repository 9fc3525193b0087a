//! What others see of a family's phone: in counter mode and on a lock screen.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::support::database::TestDatabase;
use tests::support::town::Town;

fn members(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn the_counter_shows_merchant_amount_and_code_and_nothing_of_who_pays() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (family, desk) = (town.signed_in(0).await, town.desk(0));
    let held = family.post("/citizen/v1/payments", "pay", &town.payment(0, 0, 12_000)).await.ok();
    assert_eq!(held["parts"].as_array().unwrap().len(), 2, "a scheme pays some of it");
    let path = format!("/citizen/v1/payments/{}/counter", held["payment"].as_str().unwrap());
    let shown = family.get(&path).await.ok();
    assert_eq!(members(&shown), ["code", "link", "match_code", "merchant_name", "price_yen", "qr", "status"].into());
    assert_eq!((&shown["price_yen"], &shown["code"], &shown["status"], &shown["match_code"]), (&json!(12_000), &held["code"], &json!("held"), &Value::Null));
    let receipt = desk.post("/merchant/v1/captures", "key", &json!({"code": held["code"], "amount_yen": 12_000})).await.ok();
    let paid = family.get(&path).await.ok();
    assert_eq!((&paid["status"], &paid["match_code"], &paid["code"]), (&json!("paid"), &receipt["match_code"], &Value::Null));
    // The stream that tells of it shows the same.
    let told = family.get(&format!("{path}/events")).await.text();
    let told: Value = serde_json::from_str(told.lines().find_map(|line| line.strip_prefix("data: ")).unwrap()).unwrap();
    assert_eq!(told, paid);
    let other = town.signed_in(1).await;
    assert_eq!(other.get(&path).await.problem().0, 404);
}

#[tokio::test]
async fn a_lock_screen_is_told_the_same_whatever_was_paid_and_by_whom() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (family, desk) = (town.signed_in(0).await, town.desk(0));
    for (key, yen, children) in [("mixed", 12_000, true), ("own", 300, false)] {
        town.test.clock.advance(chrono::TimeDelta::minutes(1));
        let mut payment = town.payment(0, 0, yen);
        if !children {
            payment["children"] = json!([]);
        }
        let held = family.post("/citizen/v1/payments", key, &payment).await.ok();
        let receipt = desk.post("/merchant/v1/captures", key, &json!({"code": held["code"], "amount_yen": yen})).await.ok();
        let path = format!("/merchant/v1/receipts/{}/refunds", receipt["receipt"].as_str().unwrap());
        town.test.clock.advance(chrono::TimeDelta::minutes(1));
        desk.post(&path, key, &json!({"amount_yen": 100, "reason": "欠席"})).await.ok();
    }
    let list = family.get("/citizen/v1/notices").await.ok();
    let notices = list["notices"].as_array().unwrap();
    let texts: Vec<_> = notices.iter().map(|notice| notice["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["返金がありました。", "お支払いが完了しました。", "返金がありました。", "お支払いが完了しました。"]);
    let lengths: BTreeSet<_> = notices.iter().map(|notice| notice.to_string().len()).collect();
    assert_eq!(lengths.len(), 1, "each is as long as every other");
    // Page by page, and nothing of anybody else.
    let page = family.get("/citizen/v1/notices?limit=3").await.ok();
    let rest = family.get(&format!("/citizen/v1/notices?limit=3&after={}", page["next"].as_str().unwrap())).await.ok();
    assert_eq!((page["notices"].as_array().unwrap().len(), rest["notices"].as_array().unwrap().len(), &rest["next"]), (3, 1, &Value::Null));
    assert_eq!(town.signed_in(1).await.get("/citizen/v1/notices").await.ok()["notices"], json!([]));
    assert_eq!(family.get("/citizen/v1/notices?after=x").await.status.as_u16(), 422);
}
