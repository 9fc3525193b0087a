//! The owner matrix, made from the OpenAPI document: every operation is asked by nobody, by the family whose things it is about, and by another family.
//! An operation that is added to the document and not said here how to be asked ends the test, so that none is forgotten.

use std::path::Path;

use axum::http::{Method, StatusCode};
use chrono::{Days, TimeDelta};
use ledger::actor::{Actor, Command};
use ledger::ids::{CardId, ChildId, InvoiceId, MerchantId};
use ledger::merchant::people::PersonRole;
use ledger::money::Yen;
use ledger::payment::invoice::Bill;
use serde_json::{Value, json};
use tests::support::access::{assert_kept, cell, drawn};
use tests::support::town::{Answer, Client, Town};

use super::bureau::{Bureau, form, id, receipt, show};
use crate::claims::picture;

const BASE: &str = "/citizen/v1";

const SAID: &str = "# Who may ask what: the families' API

Asked about things of one family in Fukuoka. `yes`: the request is looked at; a number: the status of the refusal. *Another* family asks
about the first one's things: what has an id is unknown to it (404), lists show its own, and a child that a body names is not registered (422, in a cell `yes`).
Kept by `tests/tests/it/citizen/owners.rs`.";

/// An operation of the document.
struct Operation {
    name: String,
    method: Method,
    path: String,
    signed_in: bool,
    sends: bool,
}

/// What the first family has.
struct Things {
    child: ChildId,
    held: String,
    paid: String,
    claim: String,
    session: String,
    card: CardId,
    merchant: MerchantId,
    invoice: InvoiceId,
    /// A bill that is due later.
    due: InvoiceId,
    code: String,
    bill_code: String,
}

/// Whose things a path parameter names.
#[derive(Clone, Copy, PartialEq)]
enum Whose {
    /// A family's: to another one they are as unknown as things that are not there.
    Own,
    /// Everybody's.
    Public,
}

fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&web::openapi::text(&citizen_api::openapi::document())).unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            found.push(Operation {
                name: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                signed_in: operation.get("security").is_some(),
                sends: operation.get("requestBody").is_some(),
            });
        }
    }
    // What ends something comes last, and signing out at the very end.
    let late = |name: &str| match name {
        "sign_out" | "sign_out_everywhere" => 3,
        "change_activation_code" => 2,
        "sign_out_phone" | "take_back_payment" | "withdraw_claim" | "withdraw_bank_account" | "withdraw_settlement" => 1,
        _ => 0,
    };
    found.sort_by_key(|operation| late(&operation.name));
    found
}

impl Things {
    async fn made(bureau: &Bureau, family: &Client, child: ChildId) -> Self {
        let (ledger, city) = (bureau.world.ledger(), bureau.world.municipality);
        let merchant = bureau.world.class().await;
        let own = Command::new(Actor::Job("test"), "own-money", &());
        ledger.load_own_money(city, &own, bureau.world.family(1).await.0, Yen::new(50_000)).await.unwrap();
        let home = json!({"children": [child], "expense": "tuition", "month": "2025-11", "price_yen": 4_000});
        let paid = family.post(&format!("{BASE}/merchants/{merchant}/payments"), "made", &home).await.ok();
        let payment = json!({"children": [child], "merchant": merchant, "expense": "tuition", "price_yen": 3_000});
        let held = family.post(&format!("{BASE}/payments"), "made", &payment).await.ok();
        let claim = family.post(&format!("{BASE}/claims"), "made", &form(child, "fukuoka-naraigoto", &[receipt("tuition", 5_000, "2025-10-20")])).await.ok();
        show(family, &claim, "receipt", 1).await.ok();
        bureau.world.test.clock.advance(TimeDelta::seconds(1));
        bureau.family(1).await;
        let sessions = family.get(&format!("{BASE}/sessions")).await.ok();
        let other_phone = sessions["sessions"].as_array().unwrap().iter().find(|phone| phone["current"] == false).unwrap();
        let bill = Bill { merchant, reference: "1".to_owned(), expense: "tuition".to_owned(), service: None, amount: Yen::new(2_000), due_on: None };
        let invoice = ledger.bill(city, "bill", &bill).await.unwrap();
        let later = Some(ledger.clock.today() + Days::new(10));
        let due = ledger.bill(city, "due", &Bill { reference: "2".to_owned(), due_on: later, ..bill }).await.unwrap();
        let issue = Command::new(Actor::Staff("sato".to_owned()), "card", &());
        let card = ledger.issue_card(city, &issue, bureau.world.family(1).await.0).await.unwrap();
        let code = ledger.activation_code(city, bureau.world.family(1).await.0).await.unwrap().unwrap().grouped();
        Self {
            child,
            held: held["payment"].as_str().unwrap().to_owned(),
            paid: paid["payment"].as_str().unwrap().to_owned(),
            claim: id(&claim).to_owned(),
            session: other_phone["session"].as_str().unwrap().to_owned(),
            card: card.id,
            merchant,
            invoice: invoice.id,
            due: due.id,
            code,
            bill_code: invoice.code.grouped(),
        }
    }

    /// What nobody but the first family may meet in an answer.
    fn secrets(&self) -> [String; 7] {
        let (child, card) = (self.child.to_string(), self.card.to_string());
        [child, card, self.held.clone(), self.paid.clone(), self.claim.clone(), self.session.clone(), self.code.clone()]
    }

    /// What a path parameter stands for, whose it is, and the same for something that is not there.
    fn parameter(&self, operation: &str, name: &str) -> (String, Whose, String) {
        let nothing = |prefix: &str| format!("{prefix}_{:032x}", 7);
        match name {
            "child" => (self.child.to_string(), Whose::Own, nothing("chd")),
            "payment" if matches!(operation, "take_back_payment" | "show_qr") => (self.held.clone(), Whose::Own, nothing("pay")),
            "payment" => (self.paid.clone(), Whose::Own, nothing("pay")),
            "claim" => (self.claim.clone(), Whose::Own, nothing("clm")),
            "card" => (self.card.to_string(), Whose::Own, nothing("crd")),
            "session" => (self.session.clone(), Whose::Own, nothing("ses")),
            // Of the claim before it.
            "number" => ("1".to_owned(), Whose::Public, "1".to_owned()),
            "merchant" => (self.merchant.to_string(), Whose::Public, nothing("mrc")),
            "invoice" if operation.ends_with("_settlement") => (self.due.to_string(), Whose::Public, nothing("inv")),
            "invoice" => (self.invoice.to_string(), Whose::Public, nothing("inv")),
            other => panic!("say whose {{{other}}} is"),
        }
    }

    /// The path as the family asks it, and whether it names something of its own; and the path of what is not there.
    fn path(&self, operation: &Operation) -> (String, Whose, String) {
        let (mut path, mut whose, mut nothing) = (format!("{BASE}{}", operation.path), Whose::Public, format!("{BASE}{}", operation.path));
        for name in operation.path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()) {
            let (value, of, unknown) = self.parameter(&operation.name, name);
            path = path.replace(&format!("{{{name}}}"), &value);
            nothing = nothing.replace(&format!("{{{name}}}"), &unknown);
            whose = if of == Whose::Own { of } else { whose };
        }
        let query = if operation.name == "add_evidence" { "?kind=receipt" } else { "" };
        (format!("{path}{query}"), whose, format!("{nothing}{query}"))
    }

    /// A body that is right when the first family sends it.
    fn body(&self, operation: &str) -> Value {
        let child = self.child;
        match operation {
            "sign_in" => json!({"city": "fukuoka", "activation_code": self.code}),
            "change_activation_code" => json!({"activation_code": self.code}),
            "create_payment" | "reserve_for_card" => json!({"children": [child], "merchant": self.merchant, "expense": "tuition", "price_yen": 1_000}),
            "pay_from_home" => json!({"children": [child], "expense": "tuition", "month": "2025-11", "price_yen": 1_000}),
            "look_up_invoice" => json!({"code": self.bill_code}),
            "pay_invoice" | "set_settlement" => json!({"children": [child]}),
            "file_claim" | "estimate_claim" => form(child, "fukuoka-naraigoto", &[receipt("tuition", 1_000, "2025-10-21")]),
            "file_claim_again" | "estimate_claim_again" => json!({"costs": [receipt("tuition", 6_000, "2025-10-20")]}),
            "pay_back_own_money" => json!({"amount_yen": 1_000}),
            "register_bank_account" => json!({"bank": "9997", "branch": "001", "account_kind": "1", "account_number": "555", "holder": "イクミ タロウ"}),
            other => panic!("say with what {other} is asked"),
        }
    }

    async fn ask(&self, who: &Client, operation: &Operation, path: &str) -> Answer {
        match (operation.sends, operation.name.as_str()) {
            (true, "add_evidence") => who.upload(path, &operation.name, ("image/jpeg", &picture(2))).await,
            (true, name) if operation.method == Method::PUT => who.put(path, &self.body(name)).await,
            (true, name) => who.post(path, name, &self.body(name)).await,
            (false, "follow_notices") => who.look_in(path).await,
            (false, name) if operation.method == Method::POST => who.post(path, name, &json!({})).await,
            (false, _) => who.ask(operation.method.clone(), path).await,
        }
    }
}

/// Whoever is no family of the city, each with the heading of a column: no credential, nonsense, and what opens the other doors.
async fn strangers(bureau: &Bureau) -> Vec<(&'static str, Client)> {
    let town = Town::named(bureau.world.database.pool(), "osaka").await;
    vec![
        ("nobody", bureau.stranger()),
        ("nonsense", bureau.stranger().bearer("nonsense")),
        ("a terminal", bureau.stranger().bearer(&town.merchant(0).token.to_string())),
        ("a manager", bureau.stranger().bearer(&town.person_token(0, PersonRole::Manager).await)),
        ("the city's staff", bureau.clerk("sato").await),
    ]
}

/// What an answer says of who may ask.
fn said(answer: &Answer, own: bool) -> String {
    let code = if answer.headers.get("content-type").is_some_and(|kind| kind == "application/problem+json") { answer.problem().1 } else { String::new() };
    cell(answer.status, &code, own)
}

#[tokio::test]
async fn every_operation_serves_its_family_refuses_strangers_and_tells_others_nothing() {
    let bureau = Bureau::fukuoka().await;
    let (mut family, child) = bureau.family(1).await;
    let mut other = bureau.family(2).await.0;
    let things = Things::made(&bureau, &family, child).await;
    let strangers = strangers(&bureau).await;
    let mut rows = Vec::new();
    let (mut owned, mut asked) = (0, 0);
    for operation in operations() {
        if operation.name.starts_with("sign_out") {
            (family, other) = (bureau.family(1).await.0, bureau.family(2).await.0);
        }
        let (path, whose, nothing) = things.path(&operation);
        let what = format!("{} {path}", operation.method);
        let mut cells = Vec::new();
        for (_, stranger) in &strangers {
            let answer = things.ask(stranger, &operation, &path).await;
            cells.push(said(&answer, false));
            if operation.signed_in {
                assert_eq!(answer.problem(), (401, "unauthorized".to_owned()), "{what}");
            }
        }
        let theirs = things.ask(&other, &operation, &path).await;
        cells.push(said(&theirs, false));
        if operation.signed_in {
            if whose == Whose::Own {
                assert_eq!(theirs, things.ask(&other, &operation, &nothing).await, "{what}: as unknown as what nobody made");
                owned += 1;
            }
            if operation.sends && operation.name != "add_evidence" && things.body(&operation.name).to_string().contains(&child.to_string()) {
                let errors = theirs.json()["errors"].to_string();
                assert!(theirs.status == StatusCode::UNPROCESSABLE_ENTITY && errors.contains("unknown-child"), "{what}: {theirs}");
            } else if whose == Whose::Own {
                assert_eq!(theirs.status, StatusCode::NOT_FOUND, "{what}: {theirs}");
            }
            let text = String::from_utf8_lossy(&theirs.body).into_owned();
            for secret in things.secrets() {
                // Signing in and changing the code with a code that somebody else knows is refused by the code itself.
                assert!(!text.contains(&secret), "{what} tells another family {secret}: {text}");
            }
        }
        let own = things.ask(&family, &operation, &path).await;
        assert!(own.status.is_success(), "{what}: {own}");
        cells.push(said(&own, true));
        rows.push((operation.name, cells));
        asked += 1;
    }
    rows.sort();
    let columns: Vec<_> = strangers.iter().map(|(name, _)| *name).chain(["another family", "the family"]).collect();
    assert_kept("citizen", SAID, &drawn(&columns, &rows), Path::new(env!("CARGO_TARGET_TMPDIR")));
    assert!(owned >= 11 && asked >= 35, "{owned} {asked}");
    bureau.world.assert_sound().await;
}

#[tokio::test]
async fn whatever_an_operation_answers_stands_in_the_document() {
    let document: Value = serde_json::from_str(&web::openapi::text(&citizen_api::openapi::document())).unwrap();
    let bureau = Bureau::fukuoka().await;
    let (family, child) = bureau.family(1).await;
    let other = bureau.family(2).await.0;
    let things = Things::made(&bureau, &family, child).await;
    for operation in operations() {
        let responses = &document["paths"][&operation.path][operation.method.as_str().to_lowercase()]["responses"];
        let (path, _, nothing) = things.path(&operation);
        let mut answers = vec![
            things.ask(&bureau.stranger(), &operation, &path).await,
            things.ask(&other, &operation, &nothing).await,
            things.ask(&other, &operation, &path).await,
        ];
        if operation.sends {
            let send = async |key: &str, kind: &str, text: &str| other.send_as(operation.method.clone(), &path, key, (kind, text.as_bytes())).await;
            answers.push(send("text", "application/json", "{").await);
            answers.push(send("text", "application/json", "[]").await);
            answers.push(send("", "application/json", "{\"unknown\": 1}").await);
            answers.push(send("text", "text/html", "<html>").await);
            answers.push(send("large", "application/json", &format!("\"{}\"", "x".repeat(9 * 1024 * 1024))).await);
        }
        if operation.method == Method::GET {
            answers.push(things.ask(&other, &operation, &format!("{}?limit=0&nonsense=1", path.split('?').next().unwrap())).await);
        }
        answers.push(things.ask(&family, &operation, &path).await);
        for answer in answers {
            let status = answer.status.as_u16().to_string();
            let kind = answer.headers.get("content-type").map(|kind| kind.to_str().unwrap().to_owned()).unwrap_or_default();
            let known = &responses[&status];
            assert!(known.is_object(), "{} {} answers {status}: {}", operation.method, operation.path, String::from_utf8_lossy(&answer.body));
            let kinds: Vec<_> = known["content"].as_object().into_iter().flatten().map(|(kind, _)| kind.as_str()).collect();
            assert!(
                answer.body.is_empty() || kinds.contains(&kind.as_str()),
                "{} {} answers {status} as {kind}, not {kinds:?}",
                operation.method,
                operation.path
            );
        }
    }
}
