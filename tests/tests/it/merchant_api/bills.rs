//! Bills: listed, cancelled, made by the month. A bill ends once, whoever comes first; a batch makes nothing twice and nothing half.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use ledger::error::Error;
use ledger::money::Yen;
use ledger::payment::invoice::{Bill, Billed, InvoiceState, PayInvoice};
use serde_json::{Value, json};
use tests::support::database::TestDatabase;
use tests::support::town::{Client, Town};
use tests::support::{qr, race};

const INVOICES: &str = "/merchant/v1/invoices";
const BATCH: &str = "/merchant/v1/invoices/batch";
const CSV: &str = "text/csv";

fn bill(reference: &str, yen: i64) -> Value {
    json!({"reference": reference, "amount_yen": yen, "expense": "tuition"})
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn pay(town: &Town, family: &Client, key: &str, invoice: &str) -> tests::support::town::Answer {
    let asked = json!({"children": town.payment(0, 0, 1)["children"], "own_money": true});
    family.post(&format!("/citizen/v1/invoices/{invoice}/payments"), key, &asked).await
}

#[tokio::test]
async fn bills_are_listed_newest_first_by_state_and_page_by_page() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (family, desk) = (town.signed_in(0).await, town.desk(0));
    let mut made = Vec::new();
    for number in 1..=5 {
        town.test.clock.advance(chrono::TimeDelta::seconds(number % 2));
        made.push(text(&desk.post(INVOICES, &number.to_string(), &bill(&number.to_string(), number)).await.ok()["invoice"]));
    }
    pay(&town, &family, "pay", &made[1]).await.ok();
    desk.post(&format!("{INVOICES}/{}/cancel", made[3]), "cancel", &json!({})).await.ok();
    let list = async |state: &str| {
        let (mut seen, mut next) = (Vec::new(), String::new());
        loop {
            let page = desk.get(&format!("{INVOICES}?limit=2{state}{next}")).await.ok();
            seen.extend(page["invoices"].as_array().unwrap().iter().map(|one| text(&one["invoice"])));
            let Some(after) = page["next"].as_str() else { break seen };
            next = format!("&after={after}");
        }
    };
    let all = list("").await;
    assert_eq!(all.iter().collect::<BTreeSet<_>>(), made.iter().collect());
    assert_eq!((&all[0], all.len()), (&made[4], 5), "the newest is first, and none comes twice");
    assert_eq!(list("&state=paid").await, [made[1].clone()]);
    assert_eq!(list("&state=cancelled").await, [made[3].clone()]);
    assert_eq!(list("&state=open").await.len(), 3);
    assert_eq!(desk.get(&format!("{INVOICES}?state=lost")).await.json()["errors"][0]["parameter"], "state");
    assert_eq!(town.desk(1).get(INVOICES).await.ok()["invoices"], json!([]));
}

#[tokio::test]
async fn a_cancelled_bill_is_not_paid_and_a_paid_one_not_cancelled() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (family, desk) = (town.signed_in(0).await, town.desk(0));
    let [gone, paid] = [desk.post(INVOICES, "1", &bill("1", 100)).await.ok(), desk.post(INVOICES, "2", &bill("2", 200)).await.ok()];
    let cancel = |invoice: &Value| format!("{INVOICES}/{}/cancel", text(&invoice["invoice"]));
    let cancelled = desk.post(&cancel(&gone), "c", &json!({})).await;
    assert_eq!(cancelled.ok()["state"], "cancelled");
    assert_eq!(desk.post(&cancel(&gone), "c", &json!({})).await, cancelled);
    assert_eq!(desk.post(&cancel(&gone), "d", &json!({})).await, cancelled, "cancelled already: the same answer");
    assert_eq!(pay(&town, &family, "p1", &text(&gone["invoice"])).await.problem(), (409, "bill-cancelled".to_owned()));
    assert_eq!(desk.get(&format!("/merchant/v1/{}", text(&gone["qr"]))).await.status, StatusCode::NOT_FOUND);

    let symbol = desk.get(&format!("/merchant/v1/{}", text(&paid["qr"]))).await;
    assert_eq!((symbol.status, &symbol.headers["content-type"]), (StatusCode::OK, &"image/svg+xml".parse().unwrap()));
    if let Some(read) = qr::read_by_zbar(&qr::rasterise(&symbol.text())) {
        assert_eq!(read, text(&paid["link"]));
    }
    assert!(text(&paid["link"]).ends_with(&text(&paid["code"]).replace('-', "")));
    pay(&town, &family, "p2", &text(&paid["invoice"])).await.ok();
    assert_eq!(desk.post(&cancel(&paid), "e", &json!({})).await.problem(), (409, "paid-already".to_owned()));
    assert_eq!(desk.get(&format!("{INVOICES}/{}", text(&paid["invoice"]))).await.ok()["state"], "paid");
    assert_eq!(town.desk(1).post(&cancel(&paid), "e", &json!({})).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn payments_and_cancellations_that_race_end_a_bill_once() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (city, merchant, family) = (town.municipality(), town.merchant(0).id, town.family(0).clone());
    for round in 0..4 {
        let bill = Bill { merchant, reference: round.to_string(), expense: "tuition".to_owned(), service: None, amount: Yen::new(500), due_on: None };
        let invoice = town.test.ledger.bill(city, &round.to_string(), &bill).await.unwrap().id;
        let ledger = town.test.ledger.clone();
        let asked = PayInvoice { family: family.id, children: family.children.iter().map(|(child, _)| *child).collect(), own_money: true };
        let ended = race(8, move |runner| {
            let (ledger, asked, key) = (ledger.clone(), asked.clone(), format!("{round}/{runner}"));
            async move {
                match runner % 2 {
                    0 => ledger.pay_invoice(city, &key, invoice, &asked).await.map(|_| "paid").map_err(|error| matches!(error, Error::Rejected(_))),
                    _ => ledger.cancel_invoice(city, &key, merchant, invoice).await.map(|_| "cancelled").map_err(|error| matches!(error, Error::Rejected(_))),
                }
            }
        })
        .await;
        assert!(ended.iter().all(|end| *end != Err(false)), "nothing broke: {ended:?}");
        let how: BTreeSet<_> = ended.iter().flatten().collect();
        assert_eq!(how.len(), 1, "{ended:?}");
        assert!(ended.iter().filter(|end| **end == Ok("paid")).count() <= 1, "paid once: {ended:?}");
        let stands = town.test.ledger.invoice(city, merchant, invoice).await.unwrap().unwrap().state();
        assert_eq!(stands == InvoiceState::Paid, how.contains(&"paid"));
    }
    assert_eq!(town.test.ledger.verify(city).await.unwrap().differences, Vec::<String>::new());
}

#[tokio::test]
async fn a_list_of_bills_is_made_once_and_a_malformed_one_not_at_all() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let desk = town.desk(0);
    let malformed = json!({"invoices": [bill("a", 1), {"reference": "b", "amount_yen": 0, "expense": "tuition"}, {"referense": "c"}]});
    let refused = desk.post(BATCH, "bad", &malformed).await;
    let pointers: Vec<_> = refused.json()["errors"].as_array().unwrap().iter().map(|error| text(&error["pointer"])).collect();
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(pointers[..2], ["#/invoices/1/amount_yen", "#/invoices/2/reference"], "{pointers:?}");
    assert_eq!(desk.get(INVOICES).await.ok()["invoices"], json!([]));

    let month = json!({"invoices": [bill("a", 1), bill("b", 2), bill("a", 1), bill("a", 9), {"reference": "c", "amount_yen": 3, "expense": "gambling"}]});
    let made = desk.post(BATCH, "may", &month).await;
    let outcomes = |answer: &Value| answer["lines"].as_array().unwrap().iter().map(|line| text(&line["outcome"])).collect::<Vec<_>>();
    assert_eq!(outcomes(&made.ok()), ["made", "made", "known", "refused", "refused"]);
    assert_eq!((&made.json()["made"], &made.json()["known"], &made.json()["refused"]), (&json!(2), &json!(1), &json!(2)));
    assert_eq!(
        (&made.json()["lines"][3]["errors"][0]["code"], &made.json()["lines"][4]["errors"][0]["code"]),
        (&json!("reference-taken"), &json!("not-offered"))
    );
    assert_eq!(made.json()["lines"][0]["invoice"], made.json()["lines"][2]["invoice"]);
    assert_eq!(desk.post(BATCH, "may", &month).await, made, "the same key, the same bytes");
    assert_eq!(desk.post(BATCH, "may", &json!({"invoices": [bill("z", 1)]})).await.problem(), (409, "idempotency-conflict".to_owned()));
    let again = desk.post(BATCH, "again", &month).await.ok();
    assert_eq!(outcomes(&again), ["known", "known", "known", "refused", "refused"]);
    assert_eq!(desk.get(INVOICES).await.ok()["invoices"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_file_of_bills_is_refused_line_by_line_with_the_reason_and_the_rest_is_made() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let desk = town.desk(0);
    let file = "請求番号,金額,費目,支払期限\r\n5/001,12000,tuition,2026-05-31\r\n5/002,一万円,tuition,\r\n,3000,tuition,2026-02-30\r\n\r\n5/004,500,tuition\r\n5/005,800,tuition,2026-05-19\r\n5/006,900,materials,\r\n";
    let answer = desk.upload(BATCH, "may", (CSV, file.as_bytes())).await.ok();
    assert_eq!((&answer["made"], &answer["refused"]), (&json!(1), &json!(5)), "{answer}");
    let mistakes: Vec<_> = answer["lines"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|line| {
            line["errors"].as_array().unwrap().iter().map(move |error| (line["line"].as_i64().unwrap(), error["column"].as_str(), text(&error["code"])))
        })
        .collect();
    let expected = [
        (3, Some("金額"), "type"),
        (4, Some("請求番号"), "missing"),
        (4, Some("支払期限"), "form"),
        (6, None, "columns"),
        (7, None, "due"),
        (8, None, "not-offered"),
    ];
    assert_eq!(mistakes.iter().map(|(line, column, code)| (*line, *column, code.as_str())).collect::<Vec<_>>(), expected);
    assert!(text(&answer["lines"][1]["errors"][0]["detail"]).contains("整数"), "Japanese first");
    let english = desk.clone().with("accept-language", "en").upload(BATCH, "may", (CSV, file.as_bytes())).await.ok();
    assert!(text(&english["lines"][1]["errors"][0]["detail"]).contains("whole number"));

    // Corrected and sent again, as a spreadsheet writes it: what was made is known, the rest is made.
    let corrected = file.replace("一万円", "10000").replace("\r\n,3000,tuition,2026-02-30", "").replace("5/004,500,tuition\r", "5/004,500,tuition,\r");
    let (cp932, _, _) = encoding_rs::SHIFT_JIS.encode(&corrected);
    let again = desk.upload(BATCH, "may corrected".replace(' ', "-").as_str(), (CSV, &cp932)).await.ok();
    assert_eq!((&again["known"], &again["made"], &again["refused"]), (&json!(1), &json!(2), &json!(2)), "{again}");
    assert_eq!(desk.get(&format!("{INVOICES}?limit=1")).await.ok()["invoices"][0]["expense"], "tuition");
}

#[tokio::test]
async fn a_file_that_is_none_is_refused_whole_with_what_to_do() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let desk = town.desk(0);
    let many: String = std::iter::once("請求番号,金額,費目\n".to_owned()).chain((0..2_001).map(|n| format!("{n},1,tuition\n"))).collect();
    let cases: [(&[u8], &str); 6] = [
        ("請求番号,金額,費目,生徒名\n".as_bytes(), "生徒名"),
        ("請求番号,金額\n1,2\n".as_bytes(), "費目"),
        ("請求番号,金額,費目,金額\n".as_bytes(), "金額"),
        (b"\x80\xff\x00", "CSV"),
        (many.as_bytes(), "2000"),
        (b"", "請求番号"),
    ];
    for (index, (file, said)) in cases.into_iter().enumerate() {
        let refused = desk.upload(BATCH, &index.to_string(), (CSV, file)).await;
        assert_eq!(refused.problem(), (400, "malformed-file".to_owned()), "{said}");
        assert!(text(&refused.json()["detail"]).contains(said), "{said} in {refused}");
    }
    let large = vec![b'1'; 1_100_000];
    assert_eq!(desk.upload(BATCH, "large", (CSV, &large)).await.problem(), (413, "body-too-large".to_owned()));
    assert_eq!(desk.upload(BATCH, "xml", ("text/xml", b"<a/>")).await.problem(), (415, "media-type".to_owned()));
    assert_eq!(desk.get(INVOICES).await.ok()["invoices"], json!([]));
}

#[tokio::test]
async fn batches_that_race_make_each_bill_once_and_never_block_each_other() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (ledger, city, merchant) = (town.test.ledger.clone(), town.municipality(), town.merchant(0).id);
    let bill = move |reference: i64| Bill {
        merchant,
        reference: reference.to_string(),
        expense: "tuition".to_owned(),
        service: None,
        amount: Yen::new(reference + 1),
        due_on: None,
    };
    let made = race(8, move |runner| {
        let ledger = ledger.clone();
        // Half of them the other way round.
        let mut bills: Vec<_> = (0..60).map(bill).collect();
        if runner % 2 == 1 {
            bills.reverse();
        }
        async move {
            let billed = ledger.bill_batch(city, &runner.to_string(), merchant, &bills).await.unwrap();
            assert!(billed.iter().all(|line| !matches!(line, Billed::Refused(_))), "the same bills are no refusals");
            billed.iter().filter(|line| matches!(line, Billed::Made(_))).count()
        }
    })
    .await;
    assert_eq!(made.iter().sum::<usize>(), 60, "{made:?}");
}

#[tokio::test]
async fn a_bill_is_due_on_a_day_to_come_and_a_desk_may_scan_without_an_amount() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (family, desk) = (town.signed_in(0).await, town.desk(0));
    let due = |day: &str| json!({"reference": day, "amount_yen": 1, "expense": "tuition", "due_on": day});
    for day in ["2026-05-19", "2027-06-01"] {
        let refused = desk.post(INVOICES, day, &due(day)).await;
        assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("#/due_on")), "{day}");
    }
    assert_eq!(desk.post(INVOICES, "due", &due("2026-05-20")).await.ok()["due_on"], "2026-05-20");

    let held = family.post("/citizen/v1/payments", "pay", &town.payment(0, 0, 4_321)).await.ok();
    let scan = json!({"code": held["code"]});
    let captured = desk.post("/merchant/v1/captures", "scan", &scan).await;
    assert_eq!(captured.ok()["amount_yen"], 4_321);
    assert_eq!(desk.post("/merchant/v1/captures", "scan", &scan).await, captured);
    let refused = desk.post("/merchant/v1/captures", "again", &scan).await;
    assert_eq!(refused, desk.post("/merchant/v1/captures", "other", &json!({"code": "nonsense"})).await);
    let foreign = family.post("/citizen/v1/payments", "foreign", &town.payment(0, 1, 77)).await.ok();
    assert_eq!(desk.post("/merchant/v1/captures", "foreign", &json!({"code": foreign["code"]})).await, refused);
}
