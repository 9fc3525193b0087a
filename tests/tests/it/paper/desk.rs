//! The desk's side over HTTP: a ticket and a card are captured as a phone's code is, and whatever does not pay gets the one refusal.

use axum::http::StatusCode;
use serde_json::{Value, json};
use tests::support::town::{Answer, Town};

use super::*;

async fn capture(town: &Town, desk: usize, key: &str, code: &str, yen: i64) -> Answer {
    town.desk(desk).post("/merchant/v1/captures", key, &json!({"code": code, "amount_yen": yen})).await
}

/// A receipt without what differs between any two: its number, and the digits that follow from it.
fn shape(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::CREATED, "{answer}");
    let mut body = answer.json();
    for name in ["receipt", "match_code"] {
        let length = body[name].as_str().expect("text").len();
        body[name] = json!(length);
    }
    body
}

struct Paper {
    town: Town,
    tickets: [PrintedBooklet; 2],
    card: String,
}

/// Kumamoto's training city: a booklet that a scheme pays, one that a family pays, and a card with 500 yen reserved at the first desk.
async fn paper(database: &TestDatabase) -> Paper {
    let town = Town::named(database.pool(), "kumamoto").await;
    let (ledger, city) = (&town.test.ledger, town.municipality());
    let kind = BookletKind { expense: "care_fee".to_owned(), ..care() };
    ledger.make_booklet_kind(city, &staff("b", "kind"), &kind).await.expect("a kind");
    let family = town.family(0);
    let child = family.children[0].0;
    let asked = |children: Vec<ChildId>| NewBooklet {
        family: family.id,
        own_money: children.is_empty(),
        children,
        kind: "care".to_owned(),
        tickets: 5,
        valid_through: None,
    };
    let mut tickets = Vec::new();
    for (key, asked) in [("scheme", asked(vec![child])), ("own", asked(vec![]))] {
        let booklet = ledger.issue_booklet(city, &staff("a", key), &asked).await.expect("a booklet");
        tickets.push(ledger.print_booklet(city, booklet.id).await.expect("a print"));
    }
    let card = ledger.issue_card(city, &staff("a", "card"), family.id).await.expect("a card");
    let code = ledger.print_card(city, card.id).await.expect("a print").code.grouped();
    let merchant = ledger.get_merchant(city, town.merchant(0).id).await.unwrap().expect("a merchant");
    let reserve = Reserve {
        children: vec![child],
        merchant: merchant.id,
        expense: "care_fee".to_owned(),
        service: Some(merchant.services[0].0.category.clone()),
        price: Yen::new(500),
        own_money: false,
    };
    ledger.reserve(city, &staff("a", "reserve"), card.id, &reserve).await.expect("a reservation");
    Paper { town, tickets: tickets.try_into().expect("two"), card: code }
}

#[tokio::test]
async fn a_receipt_is_the_same_for_a_schemes_ticket_an_own_money_one_a_card_and_a_phone() {
    let database = TestDatabase::new().await;
    let Paper { town, tickets, card } = paper(&database).await;
    let phone = HoldPayment { expense: "care_fee".to_owned(), own_money: true, ..tuition(town.family(0).id, &[], town.merchant(0).id, 500) };
    let phone = town.test.ledger.hold(town.municipality(), "phone", &phone).await.expect("a hold");
    let phone = town.test.ledger.payment_code(&phone).grouped();
    let codes = [tickets[0].tickets[0].code.grouped(), tickets[1].tickets[0].code.grouped(), card, phone];
    let mut answers = Vec::new();
    for (at, code) in codes.iter().enumerate() {
        answers.push(capture(&town, 0, &format!("k{at}"), code, 500).await);
    }
    for answer in &answers {
        assert_eq!(shape(answer), shape(&answers[0]));
        assert_eq!(answer.body.len(), answers[0].body.len());
        let (mut one, mut other) = (answer.headers.clone(), answers[0].headers.clone());
        for headers in [&mut one, &mut other] {
            headers.remove("x-request-id");
            headers.remove("location");
        }
        assert_eq!(one, other);
    }
    // One entry, one transfer, one receipt each.
    let sql = "SELECT count(*) FROM captures c JOIN transfers t USING (municipality, entry_id) GROUP BY c.hold_id";
    let counts: Vec<i64> = sqlx::query_scalar(sql).fetch_all(database.pool()).await.unwrap();
    assert_eq!(counts, [1; 4]);
}

#[tokio::test]
async fn a_camera_that_opens_a_code_sees_the_same_page_for_every_code_and_nothing_is_done() {
    let database = TestDatabase::new().await;
    let Paper { town, tickets, card } = paper(&database).await;
    let code = tickets[0].tickets[0].code.clone();
    let made_up = Code::new(ledger::code::CodeKind::Ticket, [3; 16]).token();
    let mut pages = Vec::new();
    for path in [
        format!("/V/{}", code.token()),
        format!("/v/{}", code.token().to_lowercase()),
        format!("/V/{}", card.replace('-', "")),
        format!("/V/{made_up}"),
        "/V/x".to_owned(),
    ] {
        let page = town.stranger().get(&path).await;
        assert_eq!(
            (page.status, page.headers["referrer-policy"].to_str().unwrap(), page.headers["cache-control"].to_str().unwrap()),
            (StatusCode::OK, "no-referrer", "no-store")
        );
        pages.push(page.body);
    }
    assert!(pages.iter().all(|page| *page == pages[0]));
    capture(&town, 0, "control", &code.grouped(), 500).await.ok();
}

#[tokio::test]
async fn whatever_does_not_pay_gets_the_same_bytes() {
    let database = TestDatabase::new().await;
    let Paper { town, tickets, card } = paper(&database).await;
    let (ledger, city) = (&town.test.ledger, town.municipality());
    let unknown = capture(&town, 0, "unknown", &Code::new(ledger::code::CodeKind::OneTime, [9; 16]).grouped(), 500).await;
    assert_eq!(unknown.problem(), (409, "code-refused".to_owned()), "{unknown}");
    let [scheme, own] = &tickets;
    let first = |printed: &PrintedBooklet| printed.tickets[0].code.grouped();
    capture(&town, 0, "used", &first(scheme), 500).await.ok();
    let cancelled = ledger.cancel_booklet(city, &staff("a", "back"), own.booklet.id).await.expect("an end");
    let old = scheme.tickets[1].code.grouped();
    ledger.reissue_booklet(city, &staff("a", "lost"), scheme.booklet.id).await.expect("a reissue");
    let empty = ledger.issue_card(city, &staff("a", "empty"), town.family(0).id).await.expect("a card");
    let empty = ledger.print_card(city, empty.id).await.expect("a print").code.grouped();
    let made_up = |kind| Code::new(kind, [8; 16]).grouped();
    let cases = [
        ("a used ticket", 0, first(scheme), 500),
        ("a ticket given back", 0, first(own), 500),
        ("a ticket printed again", 0, old, 500),
        ("a ticket for another amount", 0, scheme.tickets[2].code.grouped(), 1_000),
        ("a ticket nobody printed", 0, made_up(ledger::code::CodeKind::Ticket), 500),
        ("a card nobody printed", 0, made_up(ledger::code::CodeKind::Card), 500),
        ("a card with nothing reserved", 0, empty, 500),
        ("a card for another amount", 0, card.clone(), 501),
        ("a card at another merchant", 1, card.clone(), 500),
        ("no code", 0, "0000000-0000000-0000000-0000000".to_owned(), 500),
    ];
    for (why, desk, code, yen) in cases {
        let refused = capture(&town, desk, &why.replace(' ', "-"), &code, yen).await;
        assert_eq!(refused.status, unknown.status, "{why}");
        let (mut body, mut expected) = (refused.json(), unknown.json());
        for problem in [&mut body, &mut expected] {
            problem["request_id"] = json!("");
        }
        assert_eq!(body, expected, "{why}");
        assert_eq!(refused.body.len(), unknown.body.len(), "{why}");
    }
    assert!(cancelled.ended_at.is_some());
    capture(&town, 0, "control", &card, 500).await.ok();
}
