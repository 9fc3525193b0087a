//! The merchants' face over HTTP, against a real database: one refusal for every code that does not pay, and nothing that depends on who pays.
//!
//! `bills` shows bills one by one and by the month, `people` who may stand at the desk, `applications` how a merchant comes to be and changes its
//! account, `money` the month and the payments for it, `streams` what a screen at the desk hears.

pub(crate) mod applications;
mod bills;
mod money;
mod people;
mod streams;

use std::collections::BTreeSet;

use axum::http::StatusCode;
use ledger::actor::{Actor, Command};
use serde_json::{Value, json};
use tests::support::database::TestDatabase;
use tests::support::town::{Answer, Client, TODAY, Town};

const CAPTURES: &str = "/merchant/v1/captures";

/// Every key that answers to a merchant have. A new one is added here by somebody who has thought about what it tells.
const KEYS: [&str; 68] = [
    "amount_yen",
    "applied_at",
    "approved",
    "approved_at",
    "at",
    "bank",
    "branch",
    "category",
    "code",
    "column",
    "detail",
    "due_on",
    "errors",
    "expense",
    "expires_at",
    "from",
    "gross_yen",
    "in_force",
    "invoice",
    "invoices",
    "known",
    "label",
    "left_yen",
    "line",
    "lines",
    "link",
    "made",
    "match_code",
    "merchant",
    "merchant_name",
    "month",
    "months",
    "name",
    "net_yen",
    "next",
    "number",
    "number_masked",
    "outcome",
    "paid_at",
    "parameter",
    "pay_on",
    "payouts",
    "people",
    "person",
    "pointer",
    "qr",
    "reason",
    "receipt",
    "receipts",
    "reference",
    "refund",
    "refunded_at",
    "refunded_yen",
    "refused",
    "registration",
    "role",
    "request_id",
    "services",
    "state",
    "statements",
    "status",
    "terminal",
    "terminals",
    "title",
    "to",
    "token",
    "type",
    "waiting",
];

async fn held(town: &Town, family: &Client, key: &str, merchant: usize, yen: i64) -> String {
    let held = family.post("/citizen/v1/payments", key, &town.payment(0, merchant, yen)).await.ok();
    held["code"].as_str().unwrap().to_owned()
}

fn scan(code: &str, yen: i64) -> Value {
    json!({"code": code, "amount_yen": yen})
}

#[tokio::test]
async fn every_code_that_does_not_pay_gets_the_same_status_headers_and_bytes() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let family = town.signed_in(0).await;
    let desk = town.desk(0);
    let used = held(&town, &family, "used", 0, 1_000).await;
    desk.post(CAPTURES, "pays", &scan(&used, 1_000)).await.ok();
    let foreign = held(&town, &family, "foreign", 1, 1_000).await;
    let other_amount = held(&town, &family, "amount", 0, 1_001).await;
    let taken_back = family.post("/citizen/v1/payments", "void", &town.payment(0, 0, 1_000)).await.ok();
    family.delete(&format!("/citizen/v1/payments/{}", taken_back["payment"].as_str().unwrap())).await.ok();
    let expired = held(&town, &family, "expired", 0, 1_000).await;
    let bill = json!({"reference": "1", "amount_yen": 1_000, "expense": "tuition"});
    let of_a_bill = desk.post("/merchant/v1/invoices", "bill", &bill).await.ok();
    let live = held(&town, &family, "live", 0, 1_000).await;
    let unknown = ledger::code::Code::new(ledger::code::CodeKind::OneTime, [9; 16]).grouped();
    town.test.clock.advance(chrono::TimeDelta::minutes(10));
    let refused = desk.post(CAPTURES, "a", &scan(&unknown, 1_000)).await;
    assert_eq!(refused.problem(), (409, "code-refused".to_owned()));
    let cases = [
        ("used", used.as_str()),
        ("foreign", &foreign),
        ("other amount", &other_amount),
        ("taken back", taken_back["code"].as_str().unwrap()),
        ("expired", &expired),
        ("expired while the desk typed", &live),
        ("of a bill", of_a_bill["code"].as_str().unwrap()),
        ("mistyped", &unknown[1..]),
        ("empty", ""),
        ("nonsense", "\u{0}💥'; DROP TABLE holds; --"),
        ("another link", "https://evil.example/V/x"),
    ];
    for (index, (why, code)) in cases.iter().enumerate() {
        assert_eq!(desk.post(CAPTURES, &format!("case {index}").replace(' ', "-"), &scan(code, 1_000)).await, refused, "{why}");
        // Nor does a key that stands for a capture already tell whether a code exists.
        assert_eq!(desk.post(CAPTURES, "pays", &scan(code, 999)).await, refused, "{why}, with a used key");
    }
}

#[tokio::test]
async fn whoever_pays_the_merchant_sees_the_same_bytes() {
    // Two worlds of one seed: in one the city pays, in the other the family alone. Statuses, headers, bodies, receipts, refunds, pages.
    let mut worlds = Vec::new();
    for children in [true, false] {
        let database = TestDatabase::new().await;
        let town = Town::osaka(database.pool()).await;
        let (family, desk) = (town.signed_in(0).await, town.desk(0));
        let mut payment = town.payment(0, 0, 5_000);
        if !children {
            payment["children"] = json!([]);
        }
        let held = family.post("/citizen/v1/payments", "pay", &payment).await.ok();
        assert_eq!(held["parts"][0]["source"], if children { "scheme" } else { "own_money" });
        let captured = desk.post(CAPTURES, "scan", &scan(held["code"].as_str().unwrap(), 5_000)).await;
        let receipt = captured.ok()["receipt"].as_str().unwrap().to_owned();
        let refund = json!({"amount_yen": 2_000, "reason": "欠席"});
        let mut view: Vec<Answer> = vec![
            captured,
            desk.post(CAPTURES, "again", &scan(held["code"].as_str().unwrap(), 5_000)).await,
            desk.post(&format!("/merchant/v1/receipts/{receipt}/refunds"), "refund", &refund).await,
            desk.get(&format!("/merchant/v1/receipts/{receipt}")).await,
            desk.get(&format!("/merchant/v1/receipts?first={TODAY}&last={TODAY}")).await,
        ];
        town.test.ledger.settle_refunds(town.municipality()).await.unwrap();
        view.push(desk.get(&format!("/merchant/v1/receipts/{receipt}")).await);
        worlds.push(view);
    }
    assert_eq!(worlds[0], worlds[1]);
}

#[tokio::test]
async fn answers_to_a_merchant_hold_only_what_is_on_the_list() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (family, desk) = (town.signed_in(0).await, town.desk(0));
    let code = held(&town, &family, "pay", 0, 5_000).await;
    let receipt = desk.post(CAPTURES, "scan", &scan(&code, 5_000)).await;
    let path = format!("/merchant/v1/receipts/{}", receipt.ok()["receipt"].as_str().unwrap());
    let invoice = desk.post("/merchant/v1/invoices", "bill", &json!({"reference": "1", "amount_yen": 1, "expense": "tuition"})).await;
    town.test.set("2026-06-16");
    town.test.ledger.settle_refunds(town.municipality()).await.unwrap();
    let draw = Command::new(Actor::Staff("係".to_owned()), "draw", &"2026-05");
    town.test.ledger.draw_statements(town.municipality(), &draw, "2026-05".parse().unwrap()).await.unwrap();
    let manager = town.manager(0).await;
    let applied = town.stranger().post("/merchant/v1/applications", "apply", &applications::application("丙")).await;
    let applicant = town.stranger().bearer(applied.ok()["token"].as_str().unwrap());
    let answers = [
        manager.get("/merchant/v1/statements/2026-05").await,
        desk.post(CAPTURES, "wrong", &json!({"code": 1})).await,
        desk.get(&path).await,
        manager.post(&format!("{path}/refunds"), "refund", &json!({"amount_yen": 1_000, "reason": "x"})).await,
        manager.post(&format!("{path}/refunds"), "more", &json!({"amount_yen": 4_001, "reason": "x"})).await,
        desk.get(&format!("/merchant/v1/receipts?first={TODAY}&last={TODAY}&limit=1")).await,
        desk.get("/merchant/v1/receipts?first=x&limit=0&color=red").await,
        desk.get(&format!("/merchant/v1/invoices/{}", invoice.ok()["invoice"].as_str().unwrap())).await,
        desk.post("/merchant/v1/invoices", "other", &json!({"reference": "1", "amount_yen": 1, "expense": "tuition"})).await,
        desk.post("/merchant/v1/invoices", "third", &json!({"reference": "2", "amount_yen": 1, "expense": "gambling"})).await,
        manager.get("/merchant/v1/statements/2026-04").await,
        desk.post(CAPTURES, "b", &scan(&code, 5_000)).await,
        desk.post(CAPTURES, "", &scan(&code, 5_000)).await,
        town.stranger().post(CAPTURES, "c", &scan(&code, 5_000)).await,
        receipt,
        invoice,
        desk.post("/merchant/v1/invoices/batch", "batch", &json!({"invoices": [{"reference": "9", "amount_yen": 1, "expense": "gambling"}]})).await,
        desk.get("/merchant/v1/invoices?limit=1").await,
        manager.get("/merchant/v1/statements").await,
        manager.get("/merchant/v1/statements/2026-05/receipts").await,
        manager.get("/merchant/v1/payouts").await,
        manager.get("/merchant/v1/me").await,
        manager.post("/merchant/v1/people", "p", &json!({"name": "甲", "role": "desk"})).await,
        manager.get("/merchant/v1/people").await,
        manager.post("/merchant/v1/terminals", "t", &json!({"label": "乙"})).await,
        manager.get("/merchant/v1/terminals").await,
        manager.get("/merchant/v1/account").await,
        applied,
        applicant.get("/merchant/v1/applications/current").await,
    ];
    // What broke names the request; nothing breaks here. A payout names its months; nothing is paid out yet.
    let mut seen = BTreeSet::from(["request_id".to_owned(), "months".to_owned()]);
    for answer in answers {
        collect_keys(&answer.json(), &mut seen);
        for word in ["osaka-juku", "scheme", "child", "family", "balance", "own_money", "chd_", "fam_", "pay_0", "acc_"] {
            assert!(!answer.text().contains(word), "{word} in {answer}");
        }
    }
    assert_eq!(seen, KEYS.map(str::to_owned).into());
}

fn collect_keys(value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                keys.insert(key.clone());
                collect_keys(value, keys);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_keys(item, keys)),
        _ => {}
    }
}

#[tokio::test]
async fn a_token_that_opens_nothing_gets_one_answer_whatever_is_wrong_with_it() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let path = format!("/merchant/v1/receipts?first={TODAY}&last={TODAY}");
    let right = town.merchant(0).token.to_string();
    let refused = town.stranger().get(&path).await;
    assert_eq!(refused.problem(), (401, "unauthorized".to_owned()));
    for token in [&right[1..], &right.replace("271004", "401307"), &format!("271004-{:064x}", 1), "x", &town.family(0).code.grouped()] {
        assert_eq!(town.stranger().bearer(token).get(&path).await, refused, "{token}");
    }
    assert_eq!(town.desk(0).get(&path).await.status, StatusCode::OK);
    let merchant = town.merchant(0).id;
    let terminal = town.test.ledger.list_terminals(town.municipality(), merchant).await.unwrap().pop().unwrap();
    let revoke = Command::new(Actor::Staff("test".to_owned()), "revoke", &merchant);
    town.test.ledger.revoke_terminal(town.municipality(), &revoke, merchant, terminal.id).await.unwrap();
    assert_eq!(town.desk(0).get(&path).await, refused);
}

#[tokio::test]
async fn two_cities_give_two_secrets_to_desks_of_the_same_name() {
    let database = TestDatabase::new().await;
    let (osaka, fukuoka) = (Town::osaka(database.pool()).await, Town::named(database.pool(), "fukuoka").await);
    let secret = |town: &Town| town.merchant(0).token.to_string().split_once('-').unwrap().1.to_owned();
    assert_ne!(secret(&osaka), secret(&fukuoka));
}

#[tokio::test]
async fn captures_refunds_and_bills_are_done_once_for_one_key() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (family, desk) = (town.signed_in(0).await, town.desk(0));
    let code = held(&town, &family, "pay", 0, 5_000).await;
    let captured = desk.post(CAPTURES, "key", &scan(&code, 5_000)).await;
    assert_eq!(desk.post(CAPTURES, "key", &scan(&code, 5_000)).await, captured);
    let refunds = format!("/merchant/v1/receipts/{}/refunds", captured.ok()["receipt"].as_str().unwrap());
    let refund = |yen: i64| json!({"amount_yen": yen, "reason": "欠席"});
    let refunded = desk.post(&refunds, "key", &refund(3_000)).await;
    assert_eq!(desk.post(&refunds, "key", &refund(3_000)).await, refunded);
    assert_eq!(desk.post(&refunds, "key", &refund(3_001)).await.problem(), (409, "idempotency-conflict".to_owned()));
    let too_much = desk.post(&refunds, "more", &refund(2_001)).await;
    assert_eq!((too_much.problem(), &too_much.json()["left_yen"]), ((409, "refund-too-much".to_owned()), &json!(2_000)));
    let bill = json!({"reference": "A-1", "amount_yen": 100, "expense": "tuition"});
    let billed = desk.post("/merchant/v1/invoices", "key", &bill).await;
    assert_eq!(desk.post("/merchant/v1/invoices", "key", &bill).await, billed);
    assert_eq!(desk.post("/merchant/v1/invoices", "new", &bill).await.problem(), (409, "reference-taken".to_owned()));
    assert_eq!(family.get("/citizen/v1/payments").await.ok()["payments"][0]["refunded_yen"], 3_000);
}

#[tokio::test]
async fn what_belongs_to_another_merchant_is_unknown() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (family, desk, other) = (town.signed_in(0).await, town.desk(0), town.desk(1));
    let code = held(&town, &family, "pay", 0, 5_000).await;
    let receipt = desk.post(CAPTURES, "key", &scan(&code, 5_000)).await.ok();
    let bill = json!({"reference": "A-1", "amount_yen": 100, "expense": "tuition"});
    let invoice = desk.post("/merchant/v1/invoices", "key", &bill).await.ok();
    let theirs = format!("/merchant/v1/receipts/{}", receipt["receipt"].as_str().unwrap());
    let nobodys = format!("/merchant/v1/receipts/rct_{:032x}", 3);
    assert_eq!(other.get(&theirs).await, other.get(&nobodys).await);
    assert_eq!(other.get(&theirs).await, other.get(&format!("/merchant/v1/invoices/{}", invoice["invoice"].as_str().unwrap())).await);
    let refund = json!({"amount_yen": 1, "reason": "x"});
    assert_eq!(other.post(&format!("{theirs}/refunds"), "r", &refund).await, other.post(&format!("{nobodys}/refunds"), "r", &refund).await);
    assert_eq!(other.get(&format!("/merchant/v1/receipts?first={TODAY}&last={TODAY}")).await.ok()["receipts"], json!([]));
}

#[tokio::test]
async fn receipts_come_page_by_page_in_the_order_of_time() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (family, desk) = (town.signed_in(0).await, town.desk(0));
    for yen in 1..=5 {
        town.test.clock.advance(chrono::TimeDelta::seconds(yen % 2));
        let code = held(&town, &family, &yen.to_string(), 0, yen).await;
        desk.post(CAPTURES, &yen.to_string(), &scan(&code, yen)).await.ok();
    }
    let (mut amounts, mut next) = (Vec::new(), String::new());
    loop {
        let page = desk.get(&format!("/merchant/v1/receipts?first={TODAY}&last={TODAY}&limit=2{next}")).await.ok();
        amounts.extend(page["receipts"].as_array().unwrap().iter().map(|receipt| receipt["amount_yen"].as_i64().unwrap()));
        let Some(after) = page["next"].as_str() else { break };
        next = format!("&after={after}");
    }
    amounts.sort_unstable();
    assert_eq!(amounts, [1, 2, 3, 4, 5]);
    let long = desk.get("/merchant/v1/receipts?first=2026-01-01&last=2026-05-20").await;
    assert_eq!(long.json()["errors"][0]["code"], "days");
}

#[tokio::test]
async fn a_merchant_claims_its_month_once_it_is_drawn() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (family, desk, manager) = (town.signed_in(0).await, town.desk(0), town.manager(0).await);
    let code = held(&town, &family, "pay", 0, 5_000).await;
    desk.post(CAPTURES, "key", &scan(&code, 5_000)).await.ok();
    let month = "/merchant/v1/statements/2026-05";
    assert_eq!(manager.get(month).await.status, StatusCode::NOT_FOUND);
    assert_eq!(manager.post(&format!("{month}/claim"), "early", &json!({})).await.status, StatusCode::NOT_FOUND);
    town.test.set("2026-06-16");
    let draw = Command::new(Actor::Staff("係".to_owned()), "draw", &"2026-05");
    town.test.ledger.draw_statements(town.municipality(), &draw, "2026-05".parse().unwrap()).await.unwrap();
    let drawn = manager.get(month).await.ok();
    assert_eq!((&drawn["state"], &drawn["receipts"], &drawn["net_yen"]), (&json!("drawn"), &json!(1), &json!(5_000)));
    let claimed = manager.post(&format!("{month}/claim"), "claim", &json!({})).await;
    assert_eq!(claimed.ok()["state"], "claimed");
    assert_eq!(manager.post(&format!("{month}/claim"), "claim", &json!({})).await, claimed);
    assert_eq!(manager.post(&format!("{month}/claim"), "twice", &json!({})).await.problem(), (409, "statement-state".to_owned()));
}
