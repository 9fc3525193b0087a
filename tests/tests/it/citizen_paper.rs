//! What a family does about its paper over HTTP: it sees its booklets and cards without their codes, reserves for a card, and takes back.

use axum::http::StatusCode;
use ledger::actor::{Actor, Command};
use ledger::money::Yen;
use ledger::paper::{BookletKind, Card, NewBooklet};
use serde_json::json;
use tests::support::database::TestDatabase;
use tests::support::town::Town;

fn staff(key: &str) -> Command {
    Command::new(Actor::Staff("sato".to_owned()), key, &key)
}

async fn card(town: &Town, family: usize) -> Card {
    let family = town.family(family).id;
    town.test.ledger.issue_card(town.municipality(), &staff(&format!("card {family}")), family).await.expect("a card")
}

#[tokio::test]
async fn a_family_reserves_for_its_card_sees_it_and_takes_it_back() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (mine, theirs) = (card(&town, 0).await, card(&town, 1).await);
    let family = town.signed_in(0).await;
    assert_eq!(family.get("/citizen/v1/cards").await.ok()["cards"][0]["number"], json!(mine.number));
    let asked = town.payment(0, 0, 3_000);
    let path = format!("/citizen/v1/cards/{}/reservations", mine.id);
    let reserved = family.post(&path, "r", &asked).await;
    assert_eq!(reserved.status, StatusCode::CREATED, "{reserved}");
    let payment = reserved.json()["payment"].as_str().expect("a payment").to_owned();
    assert_eq!(family.post(&path, "r", &asked).await.json(), reserved.json(), "the same command");
    assert_eq!(family.post(&path, "r2", &asked).await.problem(), (409, "card-reserved".to_owned()));
    // It is a payment, and no code on a phone captures it.
    let shown = family.get(&format!("/citizen/v1/payments/{payment}")).await.ok();
    assert_eq!((&shown["status"], &shown["code"], &shown["link"], &shown["qr"]), (&json!("held"), &json!(null), &json!(null), &json!(null)));
    assert_eq!(family.get(&format!("/citizen/v1/payments/{payment}/qr.svg")).await.problem().0, 404);
    assert_eq!(family.get("/citizen/v1/cards").await.ok()["cards"][0]["reservations"][0]["payment"], json!(payment));
    let printed = town.test.ledger.print_card(town.municipality(), mine.id).await.expect("a print");
    for answer in [family.get("/citizen/v1/cards").await, reserved] {
        assert!(!answer.text().contains(&printed.code.token()) && !answer.text().contains(&printed.code.grouped()));
    }
    family.delete(&format!("/citizen/v1/payments/{payment}")).await.ok();
    let refused = town.desk(0).post("/merchant/v1/captures", "d", &json!({"code": printed.code.grouped(), "amount_yen": 3_000})).await;
    assert_eq!(refused.problem(), (409, "code-refused".to_owned()));
    // Another family's card is one that nobody made.
    let foreign = family.post(&format!("/citizen/v1/cards/{}/reservations", theirs.id), "f", &asked).await;
    assert_eq!(foreign.problem(), (404, "not-found".to_owned()));
    let short = json!({"children": [], "merchant": town.merchant(0).id, "expense": "tuition", "price_yen": 9_999_999, "own_money": true});
    assert_eq!(family.post(&path, "s", &short).await.problem(), (409, "short-of-money".to_owned()));
    let wrong = family.post(&path, "w", &json!({"children": ["chd_1"], "price_yen": 0})).await;
    assert_eq!(wrong.problem(), (422, "invalid-fields".to_owned()));
    town.test.ledger.end_card(town.municipality(), &staff("end"), mine.id).await.expect("an end");
    assert_eq!(family.post(&path, "late", &asked).await.problem(), (409, "paper-ended".to_owned()));
}

#[tokio::test]
async fn a_family_sees_how_many_tickets_are_left_and_never_their_codes() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (ledger, city) = (&town.test.ledger, town.municipality());
    let kind = BookletKind { kind: "lesson".to_owned(), face: Yen::new(500), expense: "tuition".to_owned(), services: vec![] };
    ledger.make_booklet_kind(city, &staff("kind"), &kind).await.expect("a kind");
    let family = town.family(0);
    let asked =
        NewBooklet { family: family.id, children: vec![family.children[0].0], own_money: false, kind: "lesson".to_owned(), tickets: 4, valid_through: None };
    let booklet = ledger.issue_booklet(city, &staff("issue"), &asked).await.expect("a booklet");
    let printed = ledger.print_booklet(city, booklet.id).await.expect("a print");
    let receipt = town.desk(0).post("/merchant/v1/captures", "d", &json!({"code": printed.tickets[0].code.grouped(), "amount_yen": 500})).await;
    assert_eq!(receipt.status, StatusCode::CREATED, "{receipt}");
    let phone = town.signed_in(0).await;
    let seen = phone.get("/citizen/v1/booklets").await;
    let body = seen.ok();
    let one = &body["booklets"][0];
    assert_eq!((&one["unused"], &one["used"], &one["works"], &one["ticket_yen"]), (&json!(3), &json!(1), &json!(true), &json!(500)));
    assert!(printed.tickets.iter().all(|ticket| !seen.text().contains(&ticket.code.token())));
    assert_eq!(town.signed_in(1).await.get("/citizen/v1/booklets").await.ok()["booklets"], json!([]));
}
