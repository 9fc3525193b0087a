//! The demo as somebody new meets it: what it prints works as it stands, and loading it twice changes nothing. And what every answer carries.

use std::process::Command;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tests::support::database::TestDatabase;
use tests::support::town::Town;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_commands_that_the_demo_prints_work_as_they_stand() {
    let database = TestDatabase::new().await;
    let towns = [Town::osaka(database.pool()).await, Town::named(database.pool(), "fukuoka").await];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let routes = ops::serve::router(&towns[0].test.ledger, &address.to_string());
    let serving = tokio::spawn(ops::serve::serve(listener, routes, async {
        let _ = stopped.await;
    }));
    ops::demo::health::ask(address).await.expect("a healthy service");
    for town in &towns {
        let commands = town.guide.commands(address).expect("something to try");
        let shell = tokio::task::spawn_blocking(move || Command::new("bash").args(["-euo", "pipefail", "-c", &commands]).output().unwrap());
        let output = shell.await.unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{}{said}", String::from_utf8_lossy(&output.stderr));
        let answers: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect("one answer a line")).collect();
        let [children, held, receipt, history] = &answers[..] else { panic!("four answers in {said}") };
        assert!(children["children"].as_array().is_some_and(|children| !children.is_empty()), "{children}");
        assert_eq!(held["status"], "held");
        assert_eq!((&history["payments"][0]["status"], &history["payments"][0]["match_code"]), (&json!("paid"), &receipt["match_code"]));
    }
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    assert!(ops::demo::health::ask(address).await.is_err(), "nobody listens any more");
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
    for path in ["/health", "/nowhere", "/citizen/v1/children", "/V/0000000000000000000000000000", "/citizen/v1/cities"] {
        let headers = stranger.get(path).await.headers;
        let expected = [
            ("date", "Wed, 20 May 2026 03:00:00 GMT"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("content-security-policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
        ];
        for (name, value) in expected {
            assert_eq!(headers.get_all(name).iter().collect::<Vec<_>>(), [value], "{path} {name}");
        }
    }
    assert_eq!(stranger.get("/health").await.json(), json!({"status": "ok"}));
    assert_eq!(stranger.delete("/health").await.problem(), (405, "method-not-allowed".to_owned()));
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
    let expected = [("#/children/0", "form"), ("#/merchant", "type"), ("#/expense", "characters"), ("#/price_yen", "range"), ("#/pirce", "unknown")];
    let expected: Vec<_> = expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())).into();
    assert_eq!((errors(&english.json()), errors(&japanese.json())), (expected.clone(), expected));
    assert_eq!((&english.headers["content-language"], &japanese.headers["content-language"]), (&"en".parse().unwrap(), &"ja".parse().unwrap()));
    assert_eq!(english.json()["errors"][3]["detail"], "Write a whole number from 1 to 9999999.");
    assert_eq!(japanese.json()["errors"][3]["detail"], "1 から 9999999 までの整数で書いてください。");
    assert_eq!(english.status, StatusCode::UNPROCESSABLE_ENTITY);
}
