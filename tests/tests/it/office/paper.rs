//! Booklets and cards at the counter: issued, printed, printed again, taken back, each with its row in the log; and what stands on the paper.

use ledger::code::{Code, CodeKind};
use ledger::staff::Role::Auditor;
use serde_json::{Value, json};
use tests::support::qr::{rasterise, read_by_zbar};

use super::month::{Staffed, text};
use super::{Answer, Office};

const HOST: &str = "HTTPS://VOUCHER.CITY.EXAMPLE/V/";

/// A city in May 2026 with a child that has something to spend, own money, and a school.
struct Counter<'a> {
    staff: Staffed<'a>,
    family: String,
    child: String,
    merchant: String,
}

impl<'a> Counter<'a> {
    async fn new(office: &'a Office) -> Self {
        let staff = Staffed::new(office).await;
        staff.granted().await;
        let (merchant, _) = staff.merchant("one", "1234567").await;
        let families = staff.preparer.get("/families?limit=100").await.made();
        let mut found = None;
        for family in families["items"].as_array().expect("families") {
            let shown = staff.preparer.get(&format!("/families/{}", text(&family["family"]))).await.made();
            let children = shown["children"].as_array().expect("children");
            let spends = children.iter().find(|child| child["entitlements"].as_array().is_some_and(|list| !list.is_empty()));
            found = found.or_else(|| spends.map(|child| (text(&family["family"]), text(&child["child"]))));
        }
        let (family, child) = found.expect("somebody was granted something");
        let id = family.parse().expect("an id");
        let top_up = ledger::events::bank::top_up(id, ledger::money::Yen::new(100_000), "2026-05-20".parse().expect("a day"));
        let command = ledger::actor::Command::new(ledger::actor::Actor::Job("test"), "top-up", &());
        office.ledger().post(super::CITY, command, top_up).await.expect("own money");
        staff.approver.post("/booklet-kinds", "kind", &json!({"kind": "lesson", "face_yen": 500, "expense": "tuition"})).await.made();
        Self { staff, family, child, merchant }
    }

    async fn issue(&self, key: &str, children: &[&str], own_money: bool) -> Value {
        let asked = json!({"kind": "lesson", "tickets": 12, "children": children, "own_money": own_money});
        self.staff.preparer.post(&format!("/families/{}/booklets", self.family), key, &asked).await.made()
    }

    async fn print(&self, path: &str) -> String {
        let page = self.staff.preparer.post(path, "print", &json!({"reason": "窓口で交付"})).await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
        assert!(page.headers["content-security-policy"].to_str().is_ok_and(|policy| policy.starts_with("default-src 'none'; style-src 'unsafe-inline'")));
        assert_eq!(page.headers["cache-control"], "no-store");
        page.text()
    }
}

/// The symbols of a page with what is typed beside each.
fn codes(page: &str) -> Vec<(String, String)> {
    let symbols = page.split("<svg").skip(1).map(|rest| format!("<svg{}</svg>", rest.split("</svg>").next().expect("an end")));
    let typed = page.split("code\">").skip(1).filter_map(|rest| rest.split("</p>").next()).filter(|groups| groups.starts_with("<b>"));
    let typed = typed.map(|groups| groups.replace("<b>", "").replace("</b>", ""));
    symbols.zip(typed).collect()
}

/// What a page says beside its codes: without symbols and typed codes.
fn words(page: &str) -> String {
    let parts: Vec<_> = page.split("<svg").enumerate().map(|(at, part)| if at == 0 { part } else { part.split("</svg>").nth(1).expect("an end") }).collect();
    let whole = parts.join("");
    let typed: Vec<_> = whole.split("code\">").enumerate().map(|(at, part)| if at == 0 { part } else { part.split_once("</p>").expect("an end").1 }).collect();
    typed.join("")
}

#[tokio::test]
async fn every_symbol_of_a_printed_booklet_reads_back_as_the_code_of_its_ticket() {
    let office = Office::at("2026-05-20").await;
    let counter = Counter::new(&office).await;
    let booklet = counter.issue("b", &[&counter.child], false).await;
    let page = counter.print(&format!("/booklets/{}/print", text(&booklet["booklet"]))).await;
    let codes = codes(&page);
    assert_eq!(codes.len(), 12);
    for (symbol, typed) in &codes {
        let picture = rasterise(symbol);
        assert!(picture.margin_modules >= 4, "a quiet zone of four modules");
        assert_eq!(Code::parse(typed).map(|code| code.kind()), Ok(CodeKind::Ticket));
        if let Some(read) = read_by_zbar(&picture) {
            assert_eq!(read, format!("{HOST}{typed}"));
        }
    }
    assert!(page.contains("2026年6月15日まで") && page.contains("月謝・受講料"), "{page}");
    assert_eq!(page.matches("No. 12").count(), 1);
    // Ten tickets on a sheet, behind a cover.
    assert_eq!(page.matches("<section class=\"page").count(), 3);
}

#[tokio::test]
async fn a_booklet_bears_no_name_and_no_scheme_and_is_the_same_for_whoever_pays() {
    let office = Office::at("2026-05-20").await;
    let counter = Counter::new(&office).await;
    let mut pages = Vec::new();
    for (key, children, own_money) in [("scheme", vec![counter.child.as_str()], false), ("own", vec![], true), ("both", vec![counter.child.as_str()], true)] {
        let booklet = counter.issue(key, &children, own_money).await;
        let number = text(&booklet["number"]);
        let page = counter.print(&format!("/booklets/{}/print", text(&booklet["booklet"]))).await;
        pages.push(words(&page).replace(&format!("{} {}", &number[..4], &number[4..]), "0000 0000"));
    }
    assert!(pages[0] == pages[1] && pages[1] == pages[2]);
    let opened = counter.staff.preparer.post(&format!("/families/{}/reveal", counter.family), "", &json!({"reason": "照合"})).await.made();
    let child = &opened["children"][0];
    for personal in [&child["name"], &child["address"], &opened["guardians"][0]["name"], &json!("osaka-juku"), &json!("塾代助成"), &opened["payer_number"]]
    {
        assert!(!pages[0].contains(&text(personal)), "{personal}");
    }
}

#[tokio::test]
async fn a_lost_booklet_is_replaced_a_returned_one_ends_and_each_step_is_written_down() {
    let office = Office::at("2026-05-20").await;
    let counter = Counter::new(&office).await;
    let booklet = text(&counter.issue("b", &[], true).await["booklet"]);
    let path = |step: &str| format!("/booklets/{booklet}/{step}");
    let first = counter.print(&path("print")).await;
    let before = office.log().await.len();
    let preparer = &counter.staff.preparer;
    for silent in [path("print"), path("reissue"), path("cancel")] {
        assert_eq!(preparer.post(&silent, "silent", &json!({})).await.status, 422, "{silent}");
    }
    let again = preparer.post(&path("reissue"), "lost", &json!({"reason": "紛失の届け"})).await.made();
    assert_eq!((&again["edition"], &again["unused"]), (&json!(2), &json!(12)));
    let second = counter.print(&path("print")).await;
    let (old, new) = (codes(&first), codes(&second));
    assert!(new.len() == 12 && old.iter().all(|(_, typed)| new.iter().all(|(_, other)| other != typed)));
    let ended = preparer.post(&path("cancel"), "back", &json!({"reason": "返却"})).await.made();
    assert!(ended["ended_at"].is_string() && ended["unused"] == json!(0));
    let refused = preparer.post(&path("print"), "late", &json!({"reason": "再印刷"})).await.problem();
    assert_eq!((refused.0, refused.2.as_str()), (409, "paper_ended"));
    let log = office.log().await;
    let rows: Vec<_> = log[before..].iter().map(|row| (row.action.as_str(), row.outcome.as_str(), row.reason.as_deref())).collect();
    let expected = [
        ("booklet.print", "refused", None),
        ("booklet.reissue", "refused", None),
        ("booklet.cancel", "refused", None),
        ("booklet.reissue", "done", Some("紛失の届け")),
        ("booklet.print", "done", Some("窓口で交付")),
        ("booklet.cancel", "done", Some("返却")),
        ("booklet.print", "refused", Some("再印刷")),
    ];
    assert_eq!(rows, expected);
    assert!(log[before + 3..].iter().all(|row| row.subject.as_deref() == Some(&booklet)));
    let whole = format!("{log:?}");
    assert!(new.iter().chain(&old).all(|(_, typed)| !whole.contains(typed)), "the log holds no code");
    office.books_are_sound().await;
}

#[tokio::test]
async fn staff_reserve_for_a_card_and_the_printed_one_captures_it() {
    let office = Office::at("2026-05-20").await;
    let counter = Counter::new(&office).await;
    let preparer = &counter.staff.preparer;
    let card = text(&preparer.post(&format!("/families/{}/cards", counter.family), "card", &json!({})).await.made()["card"]);
    let page = counter.print(&format!("/cards/{card}/print")).await;
    let codes = codes(&page);
    let [(symbol, typed)] = codes.as_slice() else { panic!("one code") };
    if let Some(read) = read_by_zbar(&rasterise(symbol)) {
        assert_eq!(read, format!("{HOST}{typed}"));
    }
    let reserve = json!({"merchant": counter.merchant, "expense": "tuition", "price_yen": 8_000, "children": [counter.child], "own_money": true});
    let path = format!("/cards/{card}/reservations");
    let reserved = preparer.post(&path, "r", &reserve).await.made();
    assert_eq!(preparer.post(&path, "r", &reserve).await.made(), reserved, "the same command");
    let twice = preparer.post(&path, "r2", &reserve).await.problem();
    assert_eq!((twice.0, twice.2.as_str()), (409, "card_reserved"));
    let short = preparer.post(&path, "r3", &json!({"merchant": counter.merchant, "expense": "tuition", "price_yen": 9_000_000, "own_money": true})).await;
    assert_eq!((short.status, short.problem().2.as_str()), (409, "short"));
    let desk = preparer.post(&format!("/merchants/{}/terminals", counter.merchant), "desk", &json!({"label": "受付"})).await.made();
    let captured = capture(&office, &text(&desk["token"]), typed, 8_000).await;
    assert_eq!(captured.status, 201, "{}", captured.text());
    assert_eq!(preparer.get(&format!("/cards/{card}")).await.made()["reservations"], json!([]));
    let other = text(&preparer.post(&path, "r4", &reserve).await.made()["reservation"]);
    preparer.post(&format!("{path}/{other}/cancel"), "c", &json!({"reason": "電話で取消"})).await.made();
    let gone = preparer.post(&format!("{path}/{other}/cancel"), "c2", &json!({"reason": "もう一度"})).await;
    assert_eq!(gone.status, 404);
    preparer.post(&format!("/cards/{card}/end"), "end", &json!({"reason": "返却"})).await.made();
    assert_eq!(preparer.post(&path, "late", &reserve).await.problem().2, "paper_ended");
    office.books_are_sound().await;
}

async fn capture(office: &Office, token: &str, code: &str, yen: i64) -> Answer {
    use axum::http::Request;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;
    let request = Request::post("/merchant/v1/captures")
        .header("authorization", format!("Bearer {token}"))
        .header("idempotency-key", "capture")
        .header("content-type", "application/json")
        .body(axum::body::Body::from(json!({"code": code, "amount_yen": yen}).to_string()))
        .expect("a request");
    let (parts, body) = office.routes.clone().oneshot(request).await.expect("an answer").into_parts();
    let body = body.collect().await.expect("a body").to_bytes().to_vec();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body }
}

#[tokio::test]
async fn kinds_are_listed_with_the_citys_days_and_what_is_not_right_is_named() {
    let office = Office::at("2026-05-20").await;
    let counter = Counter::new(&office).await;
    let kinds = office.clerk("kansa", &[Auditor]).await.get("/booklet-kinds").await.made();
    assert_eq!(kinds["kinds"][0]["valid_through"], json!(["2026-06-15", "2026-07-15"]));
    let path = format!("/families/{}/booklets", counter.family);
    let wrong = counter.staff.preparer.post(&path, "x", &json!({"kind": "Lesson", "tickets": 31, "valid_through": "soon"})).await;
    let errors = wrong.json()["errors"].as_array().expect("errors").iter().map(|error| text(&error["pointer"])).collect::<Vec<_>>();
    assert_eq!((wrong.status, errors), (422, vec!["#/kind".to_owned(), "#/tickets".to_owned(), "#/valid_through".to_owned()]));
    for (key, asked, code) in [
        ("kind", json!({"kind": "swim", "tickets": 1}), "unknown_booklet_kind"),
        ("day", json!({"kind": "lesson", "tickets": 1, "own_money": true, "valid_through": "2026-12-31"}), "booklet_valid_through"),
        ("short", json!({"kind": "lesson", "tickets": 1}), "short"),
    ] {
        assert_eq!(counter.staff.preparer.post(&path, key, &asked).await.problem().2, code);
    }
}
