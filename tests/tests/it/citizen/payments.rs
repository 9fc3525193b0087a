//! The families' face over HTTP, against a real database: what a family can do, what it sees, and what it cannot learn of others.

use axum::http::StatusCode;
use serde_json::{Value, json};
use tests::support::city::noon;
use tests::support::database::TestDatabase;
use tests::support::qr;
use tests::support::town::{HOST, TODAY, Town};

const PAYMENTS: &str = "/citizen/v1/payments";

#[tokio::test]
async fn a_family_signs_in_and_pays_and_both_screens_show_the_same_match_code() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let family = town.signed_in(0).await;
    let held = family.post(PAYMENTS, "first", &town.payment(0, 0, 4_000)).await.ok();
    assert_eq!((&held["status"], &held["match_code"]), (&json!("held"), &Value::Null));

    let receipt = town.desk(0).post("/merchant/v1/captures", "scan", &json!({"code": held["code"], "amount_yen": 4_000})).await.ok();
    let paid = family.get(&format!("{PAYMENTS}/{}", held["payment"].as_str().unwrap())).await.ok();
    assert_eq!((&paid["status"], &paid["receipt"], &paid["match_code"]), (&json!("paid"), &receipt["receipt"], &receipt["match_code"]));
    assert_eq!(paid["match_code"].as_str().unwrap().len(), 4);
    assert_eq!((&paid["code"], &paid["link"], &paid["qr"]), (&Value::Null, &Value::Null, &Value::Null), "a used code is shown no more");
}

#[tokio::test]
async fn a_phone_that_watches_hears_of_the_payment_and_then_nothing_more() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let family = town.signed_in(0).await;
    let held = family.post(PAYMENTS, "first", &town.payment(0, 0, 4_000)).await.ok();
    let path = format!("{PAYMENTS}/{}/events", held["payment"].as_str().unwrap());
    let mut stream = family.follow(&path).await;
    assert_eq!(stream.headers["cache-control"], "no-store");
    assert_eq!(stream.next().await.unwrap()["status"], "held");
    let receipt = town.desk(0).post("/merchant/v1/captures", "scan", &json!({"code": held["code"], "amount_yen": 4_000})).await.ok();
    let paid = stream.next().await.unwrap();
    assert_eq!((&paid["status"], &paid["match_code"]), (&json!("paid"), &receipt["match_code"]));
    assert_eq!(stream.next().await, None);
    let other = town.signed_in(1).await;
    assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_qr_symbol_is_read_by_a_decoder_that_is_not_ours() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let family = town.signed_in(0).await;
    let held = family.post(PAYMENTS, "first", &town.payment(0, 0, 4_000)).await.ok();
    let symbol = family.get(&format!("/citizen/v1/{}", held["qr"].as_str().unwrap())).await;
    assert_eq!((symbol.status, &symbol.headers["content-type"]), (StatusCode::OK, &"image/svg+xml".parse().unwrap()));

    let link = held["link"].as_str().unwrap();
    assert_eq!(link, format!("HTTPS://{}/V/{}", HOST.to_uppercase(), held["code"].as_str().unwrap().replace('-', "")));
    let picture = qr::rasterise(&symbol.text());
    assert!(picture.margin_modules >= 4, "a quiet zone of four modules, not {}", picture.margin_modules);
    if let Some(read) = qr::read_by_zbar(&picture) {
        assert_eq!(read, link);
    }
}

#[tokio::test]
async fn a_family_sees_who_pays_what_soonest_to_lapse_first_and_own_money_last() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let family = town.signed_in(0).await;
    let children = family.get("/citizen/v1/children").await.ok();
    let balances: Vec<_> = children["children"].as_array().unwrap().iter().flat_map(|child| child["balances"].as_array().unwrap().clone()).collect();
    let funds: i64 = balances.iter().map(|balance| balance["balance_yen"].as_i64().unwrap()).sum();
    assert!(balances.iter().all(|balance| balance["scheme"] == "osaka-juku" && balance["spend_until"].as_str() >= Some(TODAY)), "{balances:?}");

    let held = family.post(PAYMENTS, "all-and-more", &town.payment(0, 0, funds + 1_560)).await.ok();
    let parts = held["parts"].as_array().unwrap();
    assert_eq!(parts.iter().map(|part| part["amount_yen"].as_i64().unwrap()).sum::<i64>(), funds + 1_560);
    let sources: Vec<_> = parts.iter().map(|part| part["source"].as_str().unwrap()).collect();
    assert_eq!((sources.last(), sources.iter().filter(|source| **source == "own_money").count()), (Some(&"own_money"), 1));
    assert_eq!(parts.last().unwrap()["amount_yen"], 1_560);
    assert_eq!(family.get("/citizen/v1/own-money").await.ok()["balance_yen"], 20_000 - 1_560);
}

#[tokio::test]
async fn a_payment_that_does_not_suffice_takes_nothing_and_says_how_much_is_missing() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let family = town.signed_in(0).await;
    let before = family.get("/citizen/v1/children").await.body;
    let mut payment = town.payment(0, 0, 900_000);
    payment["own_money"] = json!(false);
    let refused = family.post(PAYMENTS, "too-much", &payment).await;
    assert_eq!(refused.problem(), (409, "short-of-money".to_owned()));
    assert!(refused.json()["missing_yen"].as_i64().unwrap() > 0);
    assert_eq!(family.get("/citizen/v1/children").await.body, before);
    // The refused command left its key free.
    assert_eq!(family.post(PAYMENTS, "too-much", &town.payment(0, 0, 1_000)).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn the_same_key_is_answered_the_same_again_and_stands_for_no_other_payment() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let family = town.signed_in(0).await;
    let first = family.post(PAYMENTS, "key", &town.payment(0, 0, 4_000)).await;
    assert_eq!(family.post(PAYMENTS, "key", &town.payment(0, 0, 4_000)).await, first, "status, headers and bytes");
    assert_eq!(family.post(PAYMENTS, "key", &town.payment(0, 0, 4_001)).await.problem(), (409, "idempotency-conflict".to_owned()));
    assert_eq!(family.get(PAYMENTS).await.ok()["payments"].as_array().unwrap().len(), 1);
    assert_eq!(family.post(PAYMENTS, "", &town.payment(0, 0, 4_000)).await.problem(), (400, "idempotency-key".to_owned()));
}

#[tokio::test]
async fn what_is_taken_back_is_whole_again_and_what_was_paid_stays_paid() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let family = town.signed_in(0).await;
    let before = family.get("/citizen/v1/children").await.body;
    let held = family.post(PAYMENTS, "one", &town.payment(0, 0, 4_000)).await.ok();
    let path = format!("{PAYMENTS}/{}", held["payment"].as_str().unwrap());
    assert_ne!(family.get("/citizen/v1/children").await.body, before);
    for _ in 0..2 {
        assert_eq!(family.delete(&path).await.ok()["status"], "taken_back");
    }
    assert_eq!(family.get("/citizen/v1/children").await.body, before);
    assert_eq!(family.get(&format!("{path}/qr.svg")).await.status, StatusCode::NOT_FOUND);

    let held = family.post(PAYMENTS, "two", &town.payment(0, 0, 4_000)).await.ok();
    town.desk(0).post("/merchant/v1/captures", "scan", &json!({"code": held["code"], "amount_yen": 4_000})).await.ok();
    let path = format!("{PAYMENTS}/{}", held["payment"].as_str().unwrap());
    assert_eq!(family.delete(&path).await.problem(), (409, "paid-already".to_owned()));
    assert_eq!(family.get(&path).await.ok()["status"], "paid");
}

#[tokio::test]
async fn another_familys_payment_is_as_unknown_as_one_that_nobody_made() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (one, other) = (town.signed_in(0).await, town.signed_in(1).await);
    let held = one.post(PAYMENTS, "one", &town.payment(0, 0, 4_000)).await.ok();
    let theirs = format!("{PAYMENTS}/{}", held["payment"].as_str().unwrap());
    let nobodys = format!("{PAYMENTS}/pay_{:032x}", 7);
    for (theirs, nobodys) in
        [(theirs.clone(), nobodys.clone()), (format!("{theirs}/qr.svg"), format!("{nobodys}/qr.svg")), (theirs.clone(), format!("{PAYMENTS}/x"))]
    {
        assert_eq!(other.get(&theirs).await, other.get(&nobodys).await);
        assert_eq!(other.get(&theirs).await.problem(), (404, "not-found".to_owned()));
    }
    assert_eq!(other.delete(&theirs).await, other.delete(&nobodys).await);
    assert_eq!(one.get(&theirs).await.ok()["status"], "held");
    assert_eq!(other.get(PAYMENTS).await.ok()["payments"], json!([]));
    // Nor can it pay with another family's children.
    let stolen = other.post(PAYMENTS, "steal", &town.payment(0, 0, 4_000)).await;
    assert_eq!((stolen.problem(), &stolen.json()["errors"][0]["pointer"]), ((422, "invalid-fields".to_owned()), &json!("#/children/0")));
}

#[tokio::test]
async fn a_wrong_code_gets_one_refusal_and_after_many_nothing_is_looked_at_for_a_while() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let right = town.family(0).code.grouped();
    let attempt = async |code: &str| town.stranger().post("/citizen/v1/sessions", "", &json!({"city": "osaka", "activation_code": code})).await;
    let refused = attempt("no code at all").await;
    assert_eq!(refused.problem(), (401, "sign-in-refused".to_owned()));
    let replaced = town.test.ledger.renew_activation_code(town.municipality(), town.family(0).id).await.unwrap().unwrap().grouped();
    for wrong in [right.as_str(), &right[1..], "", "0000000-0000000-0000000-0000000"] {
        assert_eq!(attempt(wrong).await, refused, "{wrong}");
    }
    for _ in 5..20 {
        assert_eq!(attempt(&right).await.status, StatusCode::UNAUTHORIZED);
    }
    let blocked = attempt(&replaced).await;
    assert_eq!((blocked.problem(), blocked.headers["retry-after"].to_str().unwrap()), ((429, "too-many-attempts".to_owned()), "900"));
    town.test.clock.advance(chrono::TimeDelta::minutes(15));
    assert_eq!(attempt(&replaced).await.status, StatusCode::CREATED);
    let unknown = town.stranger().post("/citizen/v1/sessions", "", &json!({"city": "atlantis", "activation_code": right})).await;
    assert_eq!(unknown.json()["errors"][0]["code"], "unknown-city");
}

#[tokio::test]
async fn a_session_ends_by_signing_out_by_lying_idle_and_by_age() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let children = "/citizen/v1/children";
    let family = town.signed_in(0).await;
    assert_eq!(family.delete("/citizen/v1/sessions/current").await.status, StatusCode::NO_CONTENT);
    let ended = family.get(children).await;
    assert_eq!(ended.problem(), (401, "unauthorized".to_owned()));
    for token in ["", "x", "271004-00", &format!("271004-{:064x}", 5), &format!("999999-{:064x}", 5)] {
        assert_eq!(town.stranger().bearer(token).get(children).await, ended, "{token}");
    }
    assert_eq!(town.stranger().get(children).await, ended);

    let (idle, used) = (town.signed_in(0).await, town.signed_in(0).await);
    for day in ["2026-07-01", "2026-07-20", "2026-09-10", "2026-11-01"] {
        town.test.set(day);
        used.get(children).await.ok();
    }
    assert_eq!(idle.get(children).await.status, StatusCode::UNAUTHORIZED);
    town.test.clock.set(noon("2026-11-16"));
    assert_eq!(used.get(children).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_family_s_newest_ten_sessions_are_alive() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let mut phones = Vec::new();
    for _ in 0..11 {
        town.test.clock.advance(chrono::TimeDelta::seconds(1));
        phones.push(town.signed_in(0).await);
    }
    let mut alive = Vec::new();
    for phone in &phones {
        alive.push(phone.get("/citizen/v1/children").await.status == StatusCode::OK);
    }
    assert_eq!((alive.first(), alive.iter().filter(|alive| **alive).count()), (Some(&false), 10));
}

#[tokio::test]
async fn a_bill_is_looked_at_by_its_code_and_paid_from_home_once() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (family, other) = (town.signed_in(0).await, town.signed_in(1).await);
    let bill = json!({"reference": "2026-05/17", "amount_yen": 6_000, "expense": "tuition"});
    let invoice = town.desk(0).post("/merchant/v1/invoices", "bill", &bill).await.ok();
    let seen = family.post("/citizen/v1/invoices/lookup", "", &json!({"code": invoice["code"]})).await.ok();
    assert_eq!((&seen["merchant_name"], &seen["price_yen"], &seen["paid"]), (&json!(town.merchant(0).name), &json!(6_000), &json!(false)));

    let path = format!("/citizen/v1/invoices/{}/payments", seen["invoice"].as_str().unwrap());
    let asked = |index: usize| json!({"children": town.payment(index, 0, 1)["children"], "own_money": true});
    let paid = family.post(&path, "pay", &asked(0)).await;
    assert_eq!(family.post(&path, "pay", &asked(0)).await, paid);
    assert_eq!(other.post(&path, "pay", &asked(1)).await.problem(), (409, "paid-already".to_owned()));
    let shown = town.desk(0).get(&format!("/merchant/v1/invoices/{}", seen["invoice"].as_str().unwrap())).await.ok();
    assert_eq!(shown["receipt"], paid.ok()["receipt"]);
    assert_eq!(family.post("/citizen/v1/invoices/lookup", "", &json!({"code": "1234"})).await.json()["errors"][0]["code"], "code_length");
    // The second family's attempt took nothing.
    assert_eq!(other.get(PAYMENTS).await.ok()["payments"], json!([]));
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_overlap() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let family = town.signed_in(0).await;
    let mut made = Vec::new();
    for price in 1..=7 {
        // Two at each instant: the order does not rest on time alone.
        town.test.clock.advance(chrono::TimeDelta::seconds(price % 2));
        made.push(family.post(PAYMENTS, &price.to_string(), &town.payment(0, 0, price)).await.ok()["payment"].clone());
    }
    let read = async |path: &str, items: &str, id: &str| {
        let (mut seen, mut next) = (Vec::new(), String::new());
        loop {
            let page = family.get(&format!("{path}?limit=3{next}")).await.ok();
            let items = page[items].as_array().unwrap().clone();
            assert!(items.len() <= 3);
            seen.extend(items.iter().map(|item| item[id].clone()));
            let Some(after) = page["next"].as_str() else { break seen };
            next = format!("&after={after}");
        }
    };
    let mut seen = read(PAYMENTS, "payments", "payment").await;
    assert_eq!(seen.len(), 7);
    seen.sort_by_key(ToString::to_string);
    made.sort_by_key(ToString::to_string);
    assert_eq!(seen, made);
    let merchants = read("/citizen/v1/merchants", "merchants", "merchant").await;
    assert_eq!(merchants.len(), town.guide.merchants.len());
    assert_eq!(family.get(&format!("{PAYMENTS}?after=pay_{:032x}", 1)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(family.get(&format!("{PAYMENTS}?after=x")).await.json()["errors"][0]["parameter"], "after");
}

#[tokio::test]
async fn a_class_is_found_by_area_kind_and_reading() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let family = town.signed_in(0).await;
    let found = async |query: &str| {
        let list = family.get(&format!("/citizen/v1/merchants?{query}")).await.ok();
        list["merchants"].as_array().unwrap().iter().map(|merchant| merchant["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let hiragana = "name=%E3%81%99%E3%81%84%E3%81%BF%E3%82%93%E3%81%90";
    let swimming = found(hiragana).await;
    assert!(matches!(&swimming[..], [name] if name.starts_with("みらいスイミング")), "{swimming:?}");
    assert!(found("category=culture").await.iter().all(|name| name.contains("書道") || name.contains("ピアノ")));
    assert_eq!(found("category=culture&name=%25").await, Vec::<String>::new(), "a percent sign is a letter like others");
    let all = family.get("/citizen/v1/merchants").await.ok();
    let area = all["merchants"][0]["area"].as_str().unwrap();
    let encoded = area.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
    assert!(found(&format!("area={encoded}")).await.contains(&all["merchants"][0]["name"].as_str().unwrap().to_owned()));
}
