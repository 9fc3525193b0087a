//! Paying a class from home by month, what each child's schemes pay there, and the history of it all.

use ledger::actor::{Actor, Command};
use ledger::bank::account::Written;
use ledger::merchant::{Application, Service};
use ledger::money::Yen;
use ledger::payment::invoice::Bill;
use serde_json::{Value, json};
use tests::support::city::date;
use tests::support::database::TestDatabase;
use tests::support::test_city::TestCity;
use tests::support::town::{Client, HOST, Town};

use super::bureau::{Bureau, form, id, receipt, show};

fn home(town: &Town, family: usize, price_yen: i64, month: &str) -> Value {
    let children: Vec<_> = town.family(family).children.iter().map(|(child, _)| child.to_string()).collect();
    json!({"children": children, "expense": "tuition", "month": month, "price_yen": price_yen, "own_money": true})
}

#[tokio::test]
async fn a_class_is_paid_from_home_for_a_month_and_sees_a_receipt_like_any_other() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let family = town.signed_in(0).await;
    let path = format!("/citizen/v1/merchants/{}/payments", town.merchant(0).id);
    let paid = family.post(&path, "may", &home(&town, 0, 4_000, "2026-05")).await;
    assert_eq!(family.post(&path, "may", &home(&town, 0, 4_000, "2026-05")).await, paid, "the same click twice: status, headers and bytes");
    assert_eq!(family.post(&path, "may", &home(&town, 0, 4_001, "2026-05")).await.problem().1, "idempotency-conflict");
    let paid = paid.ok();
    assert_eq!((&paid["status"], &paid["code"], &paid["price_yen"]), (&json!("paid"), &Value::Null, &json!(4_000)));

    let held = family.post("/citizen/v1/payments", "desk", &town.payment(0, 0, 4_000)).await.ok();
    town.desk(0).post("/merchant/v1/captures", "scan", &json!({"code": held["code"], "amount_yen": 4_000})).await.ok();
    let receipts = town.desk(0).get("/merchant/v1/receipts?first=2026-05-20&last=2026-05-20").await.ok();
    let listed = receipts["receipts"].as_array().unwrap();
    let of = |receipt: &Value| listed.iter().find(|listed| listed["receipt"] == *receipt).unwrap().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let at_desk = family.get(&format!("/citizen/v1/payments/{}", held["payment"].as_str().unwrap())).await.ok();
    assert_eq!(of(&paid["receipt"]), of(&at_desk["receipt"]), "the same items, whoever pays and from where");
    assert_eq!(listed.len(), 2);
}

#[tokio::test]
async fn only_money_of_the_month_pays_for_it_and_what_cannot_be_paid_takes_nothing() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let family = town.signed_in(0).await;
    let path = format!("/citizen/v1/merchants/{}/payments", town.merchant(0).id);
    // A month whose money has not opened: own money alone pays.
    let later = family.post(&path, "later", &home(&town, 0, 3_000, "2026-12")).await.ok();
    let sources: Vec<_> = later["parts"].as_array().unwrap().iter().map(|part| part["source"].as_str().unwrap()).collect();
    assert_eq!(sources, ["own_money"]);
    let before = family.get("/citizen/v1/children").await.body;
    let mut without = home(&town, 0, 3_000, "2026-12");
    without["own_money"] = json!(false);
    assert_eq!(family.post(&path, "none", &without).await.problem(), (409, "short-of-money".to_owned()));
    let mut isp = home(&town, 0, 3_000, "2026-05");
    isp["expense"] = json!("isp");
    assert_eq!(family.post(&path, "isp", &isp).await.problem(), (409, "merchant-not-payable".to_owned()));
    let unknown = format!("/citizen/v1/merchants/mrc_{:032x}/payments", 7);
    assert_eq!(family.post(&unknown, "who", &home(&town, 0, 3_000, "2026-05")).await.problem().0, 404);
    let mut no_month = home(&town, 0, 3_000, "2026-05");
    no_month["month"] = json!("2026-13");
    assert_eq!(family.post(&path, "month", &no_month).await.json()["errors"][0]["pointer"], "#/month");
    assert_eq!(family.get("/citizen/v1/children").await.body, before);
}

#[tokio::test]
async fn what_each_child_may_use_at_a_class_is_shown_with_its_reason() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (ledger, city) = (&town.test.ledger, town.municipality());
    let by = |name: &str| Command::new(Actor::Staff(name.to_owned()), "usable", &());
    let service = |expense: &str| Service { category: "cram_school".to_owned(), expense: expense.to_owned(), registration: None };
    let application = Application {
        name: "両方塾".to_owned(),
        kana: "リョウホウ".to_owned(),
        area: "北区".to_owned(),
        services: vec![service("tuition"), service("travel")],
    };
    let account = Written { bank: "9998", branch: "001", kind: "1", number: "1234567", holder: "テスト" };
    let class = ledger.apply_merchant(city, &by("a"), &application, account).await.unwrap();
    let family = town.signed_in(0).await;
    let path = format!("/citizen/v1/merchants/{class}");
    assert_eq!(family.get(&path).await.problem().0, 404, "nobody can pay there yet");
    ledger.approve_merchant(city, &by("b"), class).await.unwrap();

    let shown = family.get(&path).await.ok();
    let offer = |expense: &str| shown["offers"].as_array().unwrap().iter().find(|offer| offer["expense"] == expense).unwrap().clone();
    let marks = |offer: &Value| offer["usable"].as_array().unwrap().iter().map(|usable| usable["usable"].as_bool().unwrap()).collect::<Vec<_>>();
    let (tuition, travel) = (offer("tuition"), offer("travel"));
    assert!(!marks(&tuition).is_empty() && marks(&tuition).iter().all(|usable| *usable), "{tuition}");
    assert!(marks(&travel).iter().all(|usable| !*usable), "{travel}");
    assert_eq!((&travel["usable"][0]["scheme"], &travel["usable"][0]["reason"]["code"]), (&json!("osaka-juku"), &json!("expense_not_covered")));
    // What is marked is what happens.
    let pay = |expense: &str| json!({"children": home(&town, 0, 1, "2026-05")["children"], "expense": expense, "month": "2026-05", "price_yen": 1_000});
    assert!(family.post(&format!("{path}/payments"), "tuition", &pay("tuition")).await.status.is_success());
    assert_eq!(family.post(&format!("{path}/payments"), "travel", &pay("travel")).await.problem().1, "short-of-money");
}

/// Everything that a family did, read page by page.
async fn history(family: &Client, query: &str) -> Vec<(String, i64)> {
    let (mut seen, mut next) = (Vec::new(), String::new());
    loop {
        let page = family.get(&format!("/citizen/v1/history?limit=2{query}{next}")).await.ok();
        let item = |item: &Value| (item["kind"].as_str().unwrap().to_owned(), item["amount_yen"].as_i64().unwrap());
        seen.extend(page["items"].as_array().unwrap().iter().map(item));
        let Some(after) = page["next"].as_str() else { break seen };
        next = format!("&after={after}");
    }
}

#[tokio::test]
async fn the_history_holds_all_that_money_did_newest_first_by_kind_child_and_day() {
    let bureau = Bureau::fukuoka().await;
    let (family, child) = bureau.family(1).await;
    let (ledger, city, clock) = (bureau.world.ledger(), bureau.world.municipality, &bureau.world.test.clock);
    let whose = bureau.world.family(1).await.0;
    let class = bureau.world.class().await;
    let minute = || clock.advance(chrono::TimeDelta::minutes(1));
    ledger.load_own_money(city, &Command::new(Actor::Job("test"), "load", &()), whose, Yen::new(9_000)).await.unwrap();
    minute();
    let body = json!({"children": [child], "expense": "tuition", "month": "2025-11", "price_yen": 4_000});
    let paid = family.post(&format!("/citizen/v1/merchants/{class}/payments"), "pay", &body).await.ok();
    minute();
    let receipt_id = paid["receipt"].as_str().unwrap().parse().unwrap();
    let refund = ledger::payment::refund::AskRefund { merchant: class, receipt: receipt_id, amount: Yen::new(1_000), reason: "休講".to_owned() };
    ledger.refund(city, "refund", &refund).await.unwrap();
    ledger.settle_refunds(city).await.unwrap();
    minute();
    let claim = family.post("/citizen/v1/claims", "claim", &form(child, "fukuoka-naraigoto", &[receipt("tuition", 30_000, "2025-10-20")])).await.ok();
    show(&family, &claim, "receipt", 1).await.ok();
    minute();
    let own = json!({"children": [], "expense": "tuition", "month": "2025-11", "price_yen": 2_000, "own_money": true});
    family.post(&format!("/citizen/v1/merchants/{class}/payments"), "own", &own).await.ok();
    bureau.world.test.set("2025-11-11");
    family.post("/citizen/v1/own-money/pay-backs", "back", &json!({"amount_yen": 5_000})).await.ok();

    let item = |kind: &str, amount: i64| (kind.to_owned(), amount);
    let all = [item("paid_back", 5_000), item("payment", 2_000), item("claim", 30_000), item("refund", 1_000), item("payment", 4_000), item("loaded", 9_000)];
    assert_eq!(history(&family, "").await, all);
    assert_eq!(history(&family, "&kind=payment").await, [item("payment", 2_000), item("payment", 4_000)]);
    assert_eq!(history(&family, &format!("&child={child}")).await, [item("claim", 30_000), item("refund", 1_000), item("payment", 4_000)]);
    assert_eq!(history(&family, "&from=2025-11-11").await, [item("paid_back", 5_000)]);
    assert_eq!(history(&family, "&to=2025-11-10&kind=loaded").await, [item("loaded", 9_000)]);
    assert_eq!(history(&bureau.family(2).await.0, "").await, []);
    let claimed = family.get("/citizen/v1/history?kind=claim").await.ok();
    assert_eq!((&claimed["items"][0]["claim"], &claimed["items"][0]["status"]), (&json!(id(&claim)), &json!("filed")));
    for wrong in ["kind=gift", "after=x", "from=2025-13-01", "limit=0"] {
        assert_eq!(family.get(&format!("/citizen/v1/history?{wrong}")).await.problem(), (422, "invalid-fields".to_owned()), "{wrong}");
    }

    // The statement of own money adds up to its balance.
    let moves = family.get("/citizen/v1/own-money/movements?limit=100").await.ok();
    let lines = moves["movements"].as_array().unwrap();
    let sum: i64 = lines.iter().map(|line| line["amount_yen"].as_i64().unwrap()).sum();
    assert_eq!((json!(sum), &lines[0]["balance_yen"]), (family.get("/citizen/v1/own-money").await.ok()["balance_yen"].clone(), &json!(sum)));
    assert_eq!(date("2025-11-11").to_string(), lines[0]["on"]);
    bureau.world.assert_sound().await;
}

#[tokio::test]
async fn own_money_that_was_set_aside_and_taken_back_stands_twice_in_its_statement() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let family = town.signed_in(0).await;
    town.test.clock.advance(chrono::TimeDelta::minutes(1));
    let mut payment = town.payment(0, 0, 3_000);
    payment["children"] = json!([]);
    let held = family.post("/citizen/v1/payments", "held", &payment).await.ok();
    town.test.clock.advance(chrono::TimeDelta::minutes(1));
    family.delete(&format!("/citizen/v1/payments/{}", held["payment"].as_str().unwrap())).await.ok();
    let (mut seen, mut next) = (Vec::new(), String::new());
    loop {
        let page = family.get(&format!("/citizen/v1/own-money/movements?limit=1{next}")).await.ok();
        seen.extend(page["movements"].as_array().unwrap().iter().map(|line| (line["moved"].clone(), line["amount_yen"].clone(), line["balance_yen"].clone())));
        let Some(after) = page["next"].as_str() else { break };
        next = format!("&after={after}");
    }
    let line = |moved: &str, amount: i64, balance: i64| (json!(moved), json!(amount), json!(balance));
    assert_eq!(seen, [line("given_back", 3_000, 20_000), line("paid", -3_000, 17_000), line("loaded", 20_000, 20_000)]);
}

#[tokio::test]
async fn two_children_share_one_bill_and_own_money_pays_the_rest() {
    let database = TestDatabase::new().await;
    let city = TestCity::found(&database, "osaka", "2026-05-20", &[]).await;
    city.roster(&[("0001", "1", "2013-05-10", "2026-04-01"), ("0002", "1", "2014-06-10", "2026-04-01")]).await;
    city.appropriate("osaka-juku", 2026, 1_000_000).await;
    city.grant("osaka-juku", "2026-05-20").await.unwrap();
    let (class, family) = (city.class("tutor").await, city.family("1").await);
    city.top_up(family, 5_000).await;
    let bill = Bill { merchant: class, reference: "joint".to_owned(), expense: "tuition".to_owned(), service: None, amount: Yen::new(21_560), due_on: None };
    let invoice = city.ledger().bill(city.municipality, "bill", &bill).await.unwrap();
    let routes = process::serve::router(city.ledger(), &process::serve::Reached::directly(HOST));
    let code = city.ledger().activation_code(city.municipality, family).await.unwrap().unwrap().grouped();
    let session = Client::of(routes.clone()).post("/citizen/v1/sessions", "", &json!({"city": "osaka", "activation_code": code})).await.ok();
    let phone = Client::of(routes).bearer(session["token"].as_str().unwrap());

    let children = [city.child("0001").await, city.child("0002").await];
    let path = format!("/citizen/v1/invoices/{}/payments", invoice.id);
    let one = phone.post(&path, "one", &json!({"children": [children[0]], "own_money": true})).await;
    assert_eq!((one.problem().1.as_str(), &one.json()["missing_yen"]), ("short-of-money", &json!(6_560)));
    phone.post(&path, "both", &json!({"children": children, "own_money": true})).await.ok();
    let paid = phone.get("/citizen/v1/payments").await.ok()["payments"][0].clone();
    let parts: Vec<_> = paid["parts"].as_array().unwrap().iter().map(|part| (part["child"].clone(), part["amount_yen"].as_i64().unwrap())).collect();
    assert_eq!(parts, [(json!(children[0]), 10_000), (json!(children[1]), 10_000), (Value::Null, 1_560)]);
    city.assert_sound().await;
}
