//! Who may stand at the desk: people who sign in by a code, terminals that a manager registers. What ends, ends at once.

use axum::http::StatusCode;
use chrono::TimeDelta;
use ledger::actor::{Actor, Command};
use ledger::merchant::people::PersonRole;
use serde_json::{Value, json};
use tests::support::database::TestDatabase;
use tests::support::race;
use tests::support::town::{Answer, TODAY, Town};

const SESSIONS: &str = "/merchant/v1/sessions";
const PEOPLE: &str = "/merchant/v1/people";
const TERMINALS: &str = "/merchant/v1/terminals";
const ME: &str = "/merchant/v1/me";

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn sign_in(town: &Town, code: &str) -> Answer {
    town.stranger().post(SESSIONS, "", &json!({"city": "osaka", "code": code})).await
}

#[tokio::test]
async fn a_manager_invites_and_a_code_signs_in_once() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let manager = town.manager(0).await;
    let invited = manager.post(PEOPLE, "yamada", &json!({"name": "受付 山田", "role": "desk"})).await;
    assert_eq!(manager.post(PEOPLE, "yamada", &json!({"name": "受付 山田", "role": "desk"})).await, invited, "the same bytes");
    let code = text(&invited.ok()["code"]);
    let session = sign_in(&town, &code).await.ok();
    assert_eq!(
        (&session["me"]["name"], &session["me"]["role"], &session["me"]["merchant_name"]),
        (&json!("受付 山田"), &json!("desk"), &json!(town.merchant(0).name))
    );
    let yamada = town.stranger().bearer(session["token"].as_str().unwrap());
    assert_eq!(yamada.get(ME).await.ok(), session["me"]);

    let refused = sign_in(&town, &code).await;
    assert_eq!(refused.problem(), (401, "merchant-sign-in-refused".to_owned()));
    let person = text(&invited.ok()["person"]["person"]);
    let newer = text(&manager.post(&format!("{PEOPLE}/{person}/code"), "new", &json!({})).await.ok()["code"]);
    let family = town.family(0).code.grouped();
    for wrong in [&newer[1..], "", "nonsense", &family, &code] {
        assert_eq!(sign_in(&town, wrong).await, refused, "{wrong}");
    }
    town.test.clock.advance(TimeDelta::days(14));
    assert_eq!(sign_in(&town, &newer).await.body, refused.body, "an old code");
    assert_eq!(town.stranger().post(SESSIONS, "", &json!({"city": "atlantis", "code": newer})).await.json()["errors"][0]["code"], "unknown-city");
    let names: Vec<u8> = sqlx::query_scalar("SELECT string_agg(name_sealed, '') FROM merchant_people").fetch_one(database.pool()).await.unwrap();
    assert!(!names.windows("山田".len()).any(|part| part == "山田".as_bytes()), "a name is sealed");
}

#[tokio::test]
async fn of_eight_who_try_one_code_one_is_signed_in_and_many_refusals_close_the_place() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let manager = town.manager(0).await;
    let code = text(&manager.post(PEOPLE, "k", &json!({"name": "甲", "role": "manager"})).await.ok()["code"]);
    let stranger = town.stranger();
    let statuses = race(8, move |_| {
        let (stranger, body) = (stranger.clone(), json!({"city": "osaka", "code": code}));
        async move { stranger.post(SESSIONS, "", &body).await.status }
    })
    .await;
    assert_eq!(statuses.iter().filter(|status| **status == StatusCode::CREATED).count(), 1);
    assert!(statuses.iter().all(|status| [StatusCode::CREATED, StatusCode::UNAUTHORIZED].contains(status)), "{statuses:?}");
    for _ in 7..20 {
        assert_eq!(sign_in(&town, "x").await.status, StatusCode::UNAUTHORIZED);
    }
    let right = text(&manager.post(PEOPLE, "l", &json!({"name": "乙", "role": "desk"})).await.ok()["code"]);
    let closed = sign_in(&town, &right).await;
    assert_eq!((closed.problem(), closed.headers["retry-after"].to_str().unwrap()), ((429, "too-many-attempts".to_owned()), "900"));
    town.test.clock.advance(TimeDelta::minutes(15));
    assert_eq!(sign_in(&town, &right).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn whoever_is_removed_signed_out_idle_or_of_a_suspended_merchant_opens_nothing() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let manager = town.manager(0).await;
    let refused = town.stranger().get(ME).await;
    let invited = manager.post(PEOPLE, "k", &json!({"name": "甲", "role": "desk"})).await.ok();
    let desk = town.stranger().bearer(sign_in(&town, &text(&invited["code"])).await.ok()["token"].as_str().unwrap());
    desk.get(ME).await.ok();
    let person = format!("{PEOPLE}/{}", text(&invited["person"]["person"]));
    assert_eq!(town.manager(1).await.delete(&person).await.status, StatusCode::NOT_FOUND, "another merchant's people are unknown");
    for _ in 0..2 {
        assert_eq!(manager.delete(&person).await.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(desk.get(ME).await, refused);
    assert_eq!(manager.post(PEOPLE, "k", &json!({"name": "甲", "role": "desk"})).await.ok(), invited, "the same answer again; its code is dead");
    assert_eq!(sign_in(&town, &text(&invited["code"])).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(manager.post(&format!("{person}/code"), "late", &json!({})).await.status, StatusCode::NOT_FOUND);
    let own = text(&manager.get(ME).await.ok()["number"]);
    assert_eq!(manager.delete(&format!("{PEOPLE}/{own}")).await.problem(), (409, "oneself".to_owned()));

    let out = town.person(0, PersonRole::Desk).await;
    assert_eq!(out.delete("/merchant/v1/sessions/current").await.status, StatusCode::NO_CONTENT);
    assert_eq!(out.get(ME).await, refused);
    let (idle, used) = (town.person(0, PersonRole::Desk).await, town.person(0, PersonRole::Desk).await);
    for day in ["2026-07-01", "2026-08-15", "2026-10-01"] {
        town.test.set(day);
        used.get(ME).await.ok();
    }
    assert_eq!(idle.get(ME).await.body, refused.body);

    let merchant = town.merchant(0).id;
    let by = |name: &str| Command::new(Actor::Staff(name.to_owned()), "stop", &merchant);
    town.test.ledger.suspend_merchant(town.municipality(), &by("係"), merchant, "調査").await.unwrap();
    assert_eq!(used.get(ME).await.body, refused.body);
    assert_eq!(town.desk(0).get(ME).await.body, refused.body);
    town.test.ledger.resume_merchant(town.municipality(), &by("課長"), merchant, "解決").await.unwrap();
    used.get(ME).await.ok();
}

#[tokio::test]
async fn a_manager_registers_a_terminal_that_takes_payments_until_it_is_revoked() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (manager, family) = (town.manager(0).await, town.signed_in(0).await);
    let registered = manager.post(TERMINALS, "front", &json!({"label": "受付 2"})).await;
    assert_eq!(manager.post(TERMINALS, "front", &json!({"label": "受付 2"})).await, registered);
    assert_eq!(manager.post(TERMINALS, "front", &json!({"label": "受付 3"})).await.problem(), (409, "idempotency-conflict".to_owned()));
    let (terminal, token) = (text(&registered.ok()["terminal"]), text(&registered.ok()["token"]));
    let desk = town.stranger().bearer(&token);
    assert_eq!(desk.get(ME).await.ok()["name"], "受付 2");
    let held = family.post("/citizen/v1/payments", "pay", &town.payment(0, 0, 900)).await.ok();
    desk.post("/merchant/v1/captures", "scan", &json!({"code": held["code"]})).await.ok();
    let labels = manager.get(TERMINALS).await.ok();
    assert!(labels["terminals"].as_array().unwrap().iter().any(|one| one["label"] == "受付 2"), "{labels}");
    assert!(!labels.to_string().contains(&token), "a token is shown once");

    let path = format!("{TERMINALS}/{terminal}");
    assert_eq!(town.manager(1).await.delete(&path).await.status, StatusCode::NOT_FOUND);
    for _ in 0..2 {
        assert_eq!(manager.delete(&path).await.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(desk.get(ME).await.problem(), (401, "unauthorized".to_owned()));
}

#[tokio::test]
async fn a_desk_refunds_receipts_of_the_day_and_a_manager_those_of_any_day() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (family, desk, person, manager) = (town.signed_in(0).await, town.desk(0), town.person(0, PersonRole::Desk).await, town.manager(0).await);
    let held = family.post("/citizen/v1/payments", "pay", &town.payment(0, 0, 900)).await.ok();
    let receipt = text(&person.post("/merchant/v1/captures", "scan", &json!({"code": held["code"]})).await.ok()["receipt"]);
    let refunds = format!("/merchant/v1/receipts/{receipt}/refunds");
    let refund = |yen: i64| json!({"amount_yen": yen, "reason": "休講"});
    let done = desk.post(&refunds, "today", &refund(100)).await;
    town.test.set("2026-05-21");
    for client in [&desk, &person] {
        assert_eq!(client.post(&refunds, "tomorrow", &refund(100)).await.problem(), (403, "forbidden".to_owned()));
    }
    assert_eq!(desk.post(&refunds, "today", &refund(100)).await.body, done.body, "what was done is answered again, also on another day");
    manager.post(&refunds, "manager", &refund(200)).await.ok();
    assert_eq!(manager.get(&format!("/merchant/v1/receipts?first={TODAY}&last={TODAY}")).await.ok()["receipts"][0]["refunded_yen"], 300);
}
