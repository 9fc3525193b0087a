//! The demo as somebody new meets it: what it prints works as it stands, and loading it twice changes nothing. And what every answer carries.

use std::process::Command;

use axum::http::StatusCode;
use chrono::TimeDelta;
use process::serve::Reached;
use rehearsal::demo::Guide;
use serde_json::{Value, json};
use tests::support::city::TestLedger;
use tests::support::database::TestDatabase;
use tests::support::log::Log;
use tests::support::town::{TODAY, Town};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// What the commands of a shell print: one JSON answer a line.
async fn tried(commands: String) -> Vec<Value> {
    let shell = tokio::task::spawn_blocking(move || Command::new("bash").args(["-euo", "pipefail", "-c", &commands]).output().unwrap());
    let output = shell.await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}{said}", String::from_utf8_lossy(&output.stderr));
    said.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("one answer a line: {said}"))).collect()
}

/// A family signs in, looks, and pays; the desk takes it and sees its receipt; its manager sees the account; the clerk sees the budget. In Kobe the family claims, and the clerk
/// opens the claim.
fn assert_answers(guide: &Guide, answers: &[Value]) {
    let Some((children, rest)) = answers.split_first() else { panic!("no answers") };
    assert!(children["children"].as_array().is_some_and(|children| !children.is_empty()), "{children}");
    let (claimed, rest) = rest.split_at(if guide.setting.slug == "kobe" { 5 } else { 0 });
    let [held, receipt, receipts, account, budgets, opened @ ..] = rest else { panic!("{rest:?}") };
    assert_eq!((&held["status"], &held["price_yen"]), (&json!("held"), &receipt["amount_yen"]), "{held} {receipt}");
    assert!(receipts["receipts"].as_array().unwrap().contains(receipt), "{receipts}");
    assert!(account["in_force"]["bank"].as_str().is_some_and(|bank| bank.starts_with("999")), "{account}");
    assert_eq!(budgets["budgets"][0]["scheme"], guide.setting.scheme, "{budgets}");
    let by_source: Vec<_> = held["parts"].as_array().unwrap().iter().map(|part| part["source"].as_str().unwrap()).collect();
    match (guide.setting.slug, claimed, opened) {
        ("kobe", [offers, estimate, claim, student, pass], [queue, opened]) => {
            assert_eq!((&offers["schemes"][0]["open"], &by_source[..]), (&json!(true), &["own_money"][..]));
            assert!(estimate["payable_yen"].as_i64().unwrap() > 0 && claim["reserved_yen"] == estimate["payable_yen"], "{estimate} {claim}");
            assert_eq!((&student["kind"], &pass["kind"]), (&json!("student_id"), &json!("pass_face")), "{student} {pass}");
            let waits = queue["items"].as_array().unwrap().iter().any(|waiting| waiting["claim"] == claim["claim"]);
            assert!(waits && opened["missing_evidence"] == json!([]) && opened["costs"][0]["paid_to"].is_string(), "{queue} {opened}");
        }
        (_, [], []) => assert!(!by_source.is_empty(), "{held}"),
        _ => panic!("{answers:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_commands_that_the_demo_prints_work_as_they_stand_at_every_start() {
    let database = TestDatabase::new().await;
    let test = TestLedger::at(database.pool(), TODAY);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let routes = process::serve::router(&test.ledger, &Reached::directly(address.to_string()));
    let serving = tokio::spawn(process::serve::serve(listener, routes, async {
        let _ = stopped.await;
    }));
    rehearsal::demo::health::ask(address).await.expect("a healthy service");
    for _start in 0..2 {
        let guides = rehearsal::demo::load(&test.ledger).await.expect("four training cities");
        assert_eq!(guides.iter().map(|guide| guide.setting.slug).collect::<Vec<_>>(), ["osaka", "fukuoka", "kumamoto", "kobe"]);
        for guide in &guides {
            let commands = guide.commands(address).expect("something to try");
            assert!(guide.text(address).contains(&commands), "what is tried here is what is printed");
            assert_answers(guide, &tried(commands).await);
        }
        test.clock.advance(TimeDelta::hours(1));
    }
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    assert!(rehearsal::demo::health::ask(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn loading_the_training_cities_again_changes_nothing() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let before = town.test.ledger.trial_balance(town.municipality()).await.unwrap();
    let again = Town::osaka(database.pool()).await;
    assert_eq!(again.test.ledger.trial_balance(town.municipality()).await.unwrap().lines, before.lines);
    assert_eq!(again.merchant(0).token.to_string(), town.merchant(0).token.to_string());
    assert_eq!(again.family(0).code, town.family(0).code);
}

#[tokio::test]
async fn every_answer_is_dated_by_our_clock_and_kept_by_nobody() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let stranger = town.stranger();
    let (data, page) = (
        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    for (path, policy) in
        [("/health", data), ("/nowhere", data), ("/citizen/v1/children", data), ("/V/0000000000000000000000000000", page), ("/citizen/v1/cities", data)]
    {
        let headers = stranger.get(path).await.headers;
        let expected = [
            ("date", "Wed, 20 May 2026 03:00:00 GMT"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("content-security-policy", policy),
        ];
        for (name, value) in expected {
            assert_eq!(headers.get_all(name).iter().collect::<Vec<_>>(), [value], "{path} {name}");
        }
    }
    assert_eq!(stranger.get("/health").await.json(), json!({"status": "ok"}));
    assert_eq!(stranger.delete("/health").await.problem(), (405, "method-not-allowed".to_owned()));
}

#[tokio::test]
async fn the_log_has_one_line_a_request_and_no_token_code_name_or_path() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let log = Log::begin();
    let family = town.signed_in(0).await;
    let held = family.post("/citizen/v1/payments", "key", &town.payment(0, 0, 4_000)).await.ok();
    town.desk(0).post("/merchant/v1/captures", "scan", &json!({"code": held["code"], "amount_yen": 4_000})).await.ok();
    town.stranger().get(&format!("/V/{}", held["code"].as_str().unwrap().replace('-', ""))).await;
    town.stranger().bearer("271004-nonsense").get("/citizen/v1/children?name=%E9%9D%92").await;
    let text = log.end();
    let answered: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).filter(|line: &Value| line["target"] == "web::outer").collect();
    let routes: Vec<_> = answered.iter().map(|line| line["fields"]["route"].as_str().unwrap()).collect();
    assert_eq!(routes, ["/citizen/v1/sessions", "/citizen/v1/payments", "/merchant/v1/captures", "/V/{code}", "/citizen/v1/children"]);
    let code = held["code"].as_str().unwrap();
    let secrets =
        [code.to_owned(), code.replace('-', ""), town.merchant(0).token.to_string(), town.family(0).code.grouped(), "nonsense".to_owned(), "%E9".to_owned()];
    for secret in secrets.iter().chain([&town.family(0).children[0].1]) {
        assert!(!text.contains(secret.as_str()), "{secret} in the log");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_said_with_place_and_reason_in_the_readers_language() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let family = town.signed_in(0).await;
    let path = "/citizen/v1/payments";
    let broken = family.post_text(path, "a", "{\"children\": [,]}").await;
    assert_eq!(broken.problem(), (400, "malformed-json".to_owned()));
    assert!(broken.json()["detail"].as_str().unwrap().starts_with("1 行"), "{broken}");
    assert_eq!(family.post_text(path, "a", "[]").await.problem(), (400, "malformed-json".to_owned()));
    let large = format!("{{\"expense\": \"{}\"}}", "x".repeat(70_000));
    assert_eq!(family.post_text(path, "a", &large).await.problem(), (413, "body-too-large".to_owned()));

    let wrong = json!({"children": ["chd_x"], "merchant": 5, "price_yen": 0, "expense": "\u{0}", "pirce": 1});
    let english = family.clone().with("accept-language", "en-GB, ja;q=0.5").post(path, "a", &wrong).await;
    let japanese = family.post(path, "a", &wrong).await;
    let errors = |answer: &Value| -> Vec<(String, String)> {
        let errors = answer["errors"].as_array().unwrap().iter();
        errors.map(|error| (error["pointer"].as_str().unwrap().to_owned(), error["code"].as_str().unwrap().to_owned())).collect()
    };
    let expected = [("#/children/0", "form"), ("#/merchant", "type"), ("#/expense", "form"), ("#/price_yen", "range"), ("#/pirce", "unknown")];
    let expected: Vec<_> = expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())).into();
    assert_eq!((errors(&english.json()), errors(&japanese.json())), (expected.clone(), expected));
    assert_eq!((&english.headers["content-language"], &japanese.headers["content-language"]), (&"en".parse().unwrap(), &"ja".parse().unwrap()));
    assert_eq!(english.json()["errors"][3]["detail"], "Write a whole number from 1 to 9999999.");
    assert_eq!(japanese.json()["errors"][3]["detail"], "1 から 9999999 までの整数で書いてください。");
    assert_eq!(english.status, StatusCode::UNPROCESSABLE_ENTITY);
}
