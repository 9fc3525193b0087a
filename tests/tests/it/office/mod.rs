//! The office over HTTP: staff in every role, and the whole service as one router without a socket.
//!
//! `matrix` shows who may do what, from the permission table and the list of routes; `log` that every request leaves one row; `month` a whole month
//! driven by three people; `two_people` that nobody does both sides; `reveals` that nothing personal is shown without a reason;
//! `paper` what is issued and printed; `protection` what of a protected family stands in no list and no letter.

mod command_line;
mod log;
mod matrix;
pub(crate) mod month;
mod paper;
mod protection;
mod reveals;
mod two_people;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use chrono::TimeDelta;
use http_body_util::BodyExt as _;
use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::city::{City, Remitter};
use ledger::ids::Municipality;
use ledger::staff::audit::{Row, Which};
use ledger::staff::{Invitation, Role};
use serde_json::{Value, json};
use tests::support::city::TestLedger;
use tests::support::database::TestDatabase;
use tests::support::test_city::catalog;
use tower::ServiceExt as _;

pub(crate) const CITY: Municipality = Municipality::new(271_004);
pub(crate) const OTHER: Municipality = Municipality::new(401_307);

/// A scheme of its own by which Osaka repays passes: shipped, it takes no claims.
const PASSES: &str = r#"
[scheme]
id = "osaka-passes"
city = "osaka"
[[version]]
from = 2020-04-01
who = { unit = "child", test = { resident = "osaka" } }
grant = { kind = "none" }
cost = { expenses = ["commuter_pass"] }
share = { rate = [1, 1] }
route = [ { kind = "claim" } ]
settle = { payee = "family" }
"#;

/// Two training cities and their offices.
pub(crate) struct Office {
    pub(crate) database: TestDatabase,
    pub(crate) test: TestLedger,
    pub(crate) routes: Router,
}

/// An answer, whole.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Somebody who asks, in their own name.
#[derive(Clone)]
pub(crate) struct Clerk {
    routes: Router,
    token: Option<String>,
}

fn city(municipality: Municipality, slug: &str) -> City {
    let remitter = Remitter {
        consignor_code: "0000012345".to_owned(),
        name_kana: "ﾃｽﾄｼ ｶｲｹｲｶﾝﾘｼﾔ".to_owned(),
        bank: "9999".to_owned(),
        branch: "001".to_owned(),
        account_kind: "1".to_owned(),
        account_number: "0001234".to_owned(),
    };
    City {
        municipality,
        slug: slug.to_owned(),
        name: format!("{slug}（訓練）"),
        training: true,
        own_money_custodian: Some("会計管理者".to_owned()),
        closing_day: 15,
        pay_day: 10,
        hold: TimeDelta::minutes(10),
        remitter,
    }
}

impl Office {
    /// Both cities at noon of `day`, each with an administrator called `root`.
    pub(crate) async fn at(day: &str) -> Self {
        let database = TestDatabase::new().await;
        let mut test = TestLedger::at(database.pool(), day);
        test.ledger.schemes = catalog(&[PASSES]).into();
        for (municipality, slug) in [(CITY, "osaka"), (OTHER, "fukuoka")] {
            test.ledger.found_city(&city(municipality, slug)).await.expect("a city");
            invite(&test.ledger, municipality, Actor::Job("command line"), "root", &[Role::Administrator]).await;
        }
        let routes = process::serve::router(&test.ledger, &process::serve::Reached::directly("voucher.city.example"));
        Self { database, test, routes }
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.test.ledger
    }

    pub(crate) fn stranger(&self) -> Clerk {
        Clerk { routes: self.routes.clone(), token: None }
    }

    /// Somebody new with these roles, signed in over HTTP.
    pub(crate) async fn clerk(&self, name: &str, roles: &[Role]) -> Clerk {
        self.clerk_of(CITY, "osaka", name, roles).await
    }

    /// The same in the other city.
    pub(crate) async fn stranger_from_fukuoka(&self, name: &str, roles: &[Role]) -> Clerk {
        self.clerk_of(OTHER, "fukuoka", name, roles).await
    }

    async fn clerk_of(&self, municipality: Municipality, slug: &str, name: &str, roles: &[Role]) -> Clerk {
        let code = invite(self.ledger(), municipality, Actor::Staff("root".to_owned()), name, roles).await;
        self.signed_in(slug, name, &code).await
    }

    /// Somebody known, signed in again with a new code: the day has moved on and the old session has ended.
    pub(crate) async fn again(&self, name: &str) -> Clerk {
        let key = format!("again/{name}/{}", self.log().await.len());
        let command = Command::new(Actor::Staff("root".to_owned()), key, &name);
        let code = self.ledger().issue_staff_code(CITY, &command, name).await.expect("a code").code.grouped();
        self.signed_in("osaka", name, &code).await
    }

    async fn signed_in(&self, slug: &str, name: &str, code: &str) -> Clerk {
        let answer = self.stranger().post("/sessions", "", &json!({"city": slug, "name": name, "code": code})).await;
        let token = answer.made()["token"].as_str().expect("a token").to_owned();
        Clerk { routes: self.routes.clone(), token: Some(token) }
    }

    /// The whole audit log, oldest first.
    pub(crate) async fn log(&self) -> Vec<Row> {
        let which = Which { limit: 100_000, ..Which::default() };
        let mut rows = self.ledger().list_staff_actions(CITY, &which).await.expect("the log");
        rows.reverse();
        rows
    }

    pub(crate) async fn books_are_sound(&self) {
        let verified = self.ledger().verify(CITY).await.expect("a proof");
        assert_eq!(verified.differences, Vec::<String>::new());
    }
}

/// Invites somebody; answers their code.
pub(crate) async fn invite(ledger: &Ledger, municipality: Municipality, by: Actor, name: &str, roles: &[Role]) -> String {
    let invitation = Invitation { name: name.to_owned(), display_name: format!("{name} さん"), roles: roles.iter().copied().collect() };
    let command = Command::new(by, format!("invite/{name}"), &invitation);
    ledger.invite_staff(municipality, &command, &invitation).await.expect("an invitation").code.grouped()
}

impl Clerk {
    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { routes: self.routes.clone(), token: Some(token.to_owned()) }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, "", "application/json", Vec::new()).await
    }

    pub(crate) async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.ask(Method::POST, path, key, "application/json", body.to_string().into_bytes()).await
    }

    pub(crate) async fn upload(&self, path: &str, key: &str, file: &[u8]) -> Answer {
        self.ask(Method::POST, path, key, "text/csv", file.to_vec()).await
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, key: &str, kind: &str, body: Vec<u8>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/ops/v1{path}")).header("accept-language", "en");
        request = request.header("content-type", kind);
        if !key.is_empty() {
            request = request.header("idempotency-key", key);
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Body::from(body)).expect("a request");
        let response = self.routes.clone().oneshot(request).await.expect("a router always answers");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body of an answer that must be well.
    pub(crate) fn made(&self) -> Value {
        assert!(StatusCode::from_u16(self.status).is_ok_and(|status| status.is_success()), "{} {}", self.status, self.text());
        self.json()
    }

    /// Status, problem code and the ledger's own code of a refusal.
    pub(crate) fn problem(&self) -> (u16, String, String) {
        let body = self.json();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        (self.status, text("code"), text("refusal"))
    }
}
