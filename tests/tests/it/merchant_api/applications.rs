//! How a merchant comes to be, and how it changes its account: it asks, the city decides, and nobody decides alone.

use axum::http::StatusCode;
use ledger::actor::{Actor, Command};
use ledger::error::Error;
use ledger::ids::MerchantId;
use ledger::merchant::Rejected;
use serde_json::{Value, json};
use tests::support::database::TestDatabase;
use tests::support::town::{Client, Town};

const APPLICATIONS: &str = "/merchant/v1/applications";
const CURRENT: &str = "/merchant/v1/applications/current";
const ACCOUNT: &str = "/merchant/v1/account";
const CHANGES: &str = "/merchant/v1/account/changes";

pub(crate) fn application(name: &str) -> Value {
    json!({
        "city": "osaka", "name": name, "kana": "ミライオンガク", "area": "北区", "services": [{"category": "culture", "expense": "tuition"}],
        "bank": "9998", "branch": "001", "account_kind": "1", "account_number": "7654321", "holder": "カ)ミライオンガク",
    })
}

fn by(name: &str, what: &str) -> Command {
    Command::new(Actor::Staff(name.to_owned()), format!("{name}/{what}"), &what)
}

fn pointers(answer: &Value) -> Vec<String> {
    answer["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
}

async fn apply(town: &Town, key: &str, body: &Value) -> (MerchantId, Client) {
    let applied = town.stranger().post(APPLICATIONS, key, body).await.ok();
    (applied["merchant"].as_str().unwrap().parse().unwrap(), town.stranger().bearer(applied["token"].as_str().unwrap()))
}

fn rejected<T>(result: Result<T, Error<Rejected>>) -> &'static str {
    match result {
        Err(Error::Rejected(rejected)) => rejected.code(),
        Err(Error::Failed(failure)) => panic!("{failure}"),
        Ok(_) => "done",
    }
}

#[tokio::test]
async fn one_person_receives_an_application_another_approves_it_and_its_token_follows_it() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (ledger, city) = (&town.test.ledger, town.municipality());
    let (merchant, applicant) = apply(&town, "first", &application("みらい音楽教室")).await;
    let again = town.stranger().post(APPLICATIONS, "first", &application("みらい音楽教室")).await;
    assert_eq!(again.ok()["merchant"], json!(merchant));
    assert_eq!(town.stranger().post(APPLICATIONS, "first", &application("別の教室")).await.problem(), (409, "idempotency-conflict".to_owned()));
    let state = applicant.get(CURRENT).await.ok();
    assert_eq!((&state["state"], &state["services"][0]["approved"], &state["reason"]), (&json!("applied"), &json!(false), &Value::Null));
    assert_eq!(applicant.get("/merchant/v1/me").await.status, StatusCode::UNAUTHORIZED, "an applicant is no merchant");

    assert_eq!(rejected(ledger.approve_merchant(city, &by("佐藤", "early"), merchant).await), "not_received");
    ledger.receive_application(city, &by("佐藤", "receive"), merchant).await.unwrap();
    assert_eq!(rejected(ledger.approve_merchant(city, &by("佐藤", "approve"), merchant).await), "same_person");
    for alone in [
        "UPDATE merchants SET state = 'approved', decided_at = applied_at, decided_by = received_by WHERE applied_by = 'applicant'",
        "UPDATE merchants SET state = 'approved', decided_at = applied_at, decided_by = 'x', received_at = NULL, received_by = NULL WHERE applied_by = 'applicant'",
    ] {
        assert!(sqlx::query(alone).execute(database.pool()).await.is_err(), "{alone}");
    }
    ledger.approve_merchant(city, &by("鈴木", "approve"), merchant).await.unwrap();
    let state = applicant.get(CURRENT).await.ok();
    assert_eq!((&state["state"], &state["services"][0]["approved"]), (&json!("approved"), &json!(true)));

    let (refused, applicant) = apply(&town, "second", &application("あやしい教室")).await;
    ledger.refuse_merchant(city, &by("鈴木", "refuse"), refused, "所在地を確認できません").await.unwrap();
    let state = applicant.get(CURRENT).await.ok();
    assert_eq!((&state["state"], &state["reason"]), (&json!("refused"), &json!("所在地を確認できません")));
    let forged = town.stranger().bearer(&town.merchant(0).token.to_string()).get(CURRENT).await;
    assert_eq!(forged.problem(), (401, "unauthorized".to_owned()), "a terminal is no applicant");
}

#[tokio::test]
async fn what_cannot_be_used_is_named_field_by_field_and_nothing_is_taken_in() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let count = async || town.test.ledger.list_merchants(town.municipality()).await.unwrap().len();
    let before = count().await;
    let with = |changes: Value| {
        let mut body = application("教室");
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        body
    };
    let cases = [
        (with(json!({"holder": "株式会社未来"})), "#/holder"),
        (with(json!({"bank": "0000"})), "#/bank"),
        (with(json!({"bank": "0005"})), "#/bank"),
        (with(json!({"branch": "998"})), "#/branch"),
        (with(json!({"account_number": "12345678"})), "#/account_number"),
        (with(json!({"account_kind": "5"})), "#/account_kind"),
        (with(json!({"city": "atlantis"})), "#/city"),
        (with(json!({"services": []})), "#/services"),
        (with(json!({"services": [{"category": "culture", "expense": "授業料"}]})), "#/services/0/expense"),
        (with(json!({"services": [{"category": "culture", "expense": "tuition"}, {"category": "culture", "expense": "tuition"}]})), "#/services"),
        (with(json!({"kana": "", "owner": "山田"})), "#/kana"),
    ];
    for (index, (body, pointer)) in cases.iter().enumerate() {
        let refused = town.stranger().post(APPLICATIONS, &format!("bad-{index}"), body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{pointer}: {refused}");
        assert_eq!(pointers(&refused.json())[0], *pointer, "{refused}");
    }
    let two = town.stranger().post(APPLICATIONS, "two", &with(json!({"holder": "未来", "branch": "1"}))).await;
    assert_eq!(pointers(&two.json()), ["#/branch", "#/holder"], "all of them at once");
    assert!(two.text().contains("漢字"), "in the language of who applies: {two}");
    assert_eq!(count().await, before);
    for number in 0..20 {
        apply(&town, &format!("many-{number}"), &application("教室")).await;
    }
    let closed = town.stranger().post(APPLICATIONS, "more", &application("教室")).await;
    assert_eq!((closed.problem(), closed.headers.contains_key("retry-after")), ((429, "too-many-attempts".to_owned()), true));
    assert_eq!(count().await, before + 20);
}

#[tokio::test]
async fn a_new_account_waits_for_the_city_and_the_old_one_stays_until_then() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (ledger, city, merchant) = (&town.test.ledger, town.municipality(), town.merchant(0).id);
    let manager = town.manager(0).await;
    let before = manager.get(ACCOUNT).await.ok();
    assert_eq!(before["waiting"], Value::Null);
    let account = json!({"bank": "9997", "branch": "001", "account_kind": "1", "account_number": "1112223", "holder": "テスト"});
    let asked = manager.post(CHANGES, "change", &account).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED);
    assert_eq!(manager.post(CHANGES, "change", &account).await, asked);
    let waits = manager.get(ACCOUNT).await;
    assert_eq!((&waits.ok()["in_force"], &waits.ok()["waiting"]["bank"]), (&before["in_force"], &json!("9997")));
    assert_eq!(waits.ok()["waiting"]["number_masked"], "●●●●223");
    assert!(!waits.text().contains("1112223") && !waits.text().contains("ﾃｽﾄ") && !waits.text().contains("テスト"), "{waits}");
    let own = Command::new(Actor::Merchant(merchant), "approve", &merchant);
    assert_eq!(rejected(ledger.approve_merchant_account(city, &own, merchant).await), "not_staff");
    ledger.approve_merchant_account(city, &by("鈴木", "call back"), merchant).await.unwrap();
    let after = manager.get(ACCOUNT).await.ok();
    assert_eq!((&after["in_force"]["bank"], &after["waiting"]), (&json!("9997"), &Value::Null));

    let refused = manager.post(CHANGES, "bad", &json!({"bank": "9998", "branch": "999", "account_kind": "1", "account_number": "1", "holder": "漢字"})).await;
    assert_eq!(pointers(&refused.json()), ["#/holder"]);
    assert_eq!(manager.get(ACCOUNT).await.ok(), after);
}
