//! A training city over HTTP: families that can sign in, desks that can take payments, and the whole service as one router without a socket.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use ledger::actor::{Actor, Command};
use ledger::ids::Municipality;
use ledger::merchant::people::{NewPerson, PersonRole};
use ledger::session::SignIn;
use process::serve::Reached;
use rehearsal::demo::{Family, Guide, Merchant};
use rehearsal::rehearse::Setting;
use serde_json::{Value, json};
use sqlx::PgPool;
use tower::ServiceExt as _;

use super::city::TestLedger;

/// The day on which tests of the faces happen.
pub const TODAY: &str = "2026-05-20";
/// The host in links.
pub const HOST: &str = "voucher.city.example";

/// A training city and the service that it is served by.
pub struct Town {
    /// The ledger and its clock.
    pub test: TestLedger,
    /// What is known of the city.
    pub guide: Guide,
    routes: Router,
}

/// An answer, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
}

/// A live stream, as far as it has been heard.
#[derive(Debug)]
pub struct Stream {
    /// The headers of its answer.
    pub headers: HeaderMap,
    body: Body,
}

/// Somebody who asks: a bearer token or none, a language or none.
#[derive(Debug, Clone, Default)]
pub struct Client {
    routes: Router,
    headers: Vec<(&'static str, String)>,
}

impl Town {
    /// Osaka in training, at noon of [`TODAY`].
    pub async fn osaka(pool: &PgPool) -> Self {
        Self::named(pool, "osaka").await
    }

    /// A training city at noon of [`TODAY`].
    pub async fn named(pool: &PgPool, slug: &str) -> Self {
        let test = TestLedger::at(pool, TODAY);
        let setting = Setting::named(slug).expect("a training city");
        let guide = rehearsal::demo::city::load(&test.ledger, setting).await.expect("a training city that loads");
        let reached = Reached { look_again: Duration::from_millis(1), ..Reached::directly(HOST) };
        let routes = process::serve::router(&test.ledger, &reached);
        Self { test, guide, routes }
    }

    /// Its code.
    #[must_use]
    pub fn municipality(&self) -> Municipality {
        self.guide.setting.municipality()
    }

    /// A family with something to spend.
    #[must_use]
    pub fn family(&self, index: usize) -> &Family {
        &self.guide.families[index]
    }

    /// A class.
    #[must_use]
    pub fn merchant(&self, index: usize) -> &Merchant {
        &self.guide.merchants[index]
    }

    /// Somebody who is not signed in.
    #[must_use]
    pub fn stranger(&self) -> Client {
        Client::of(self.routes.clone())
    }

    /// A desk of a class.
    #[must_use]
    pub fn desk(&self, index: usize) -> Client {
        self.stranger().bearer(&self.merchant(index).token.to_string())
    }

    /// Somebody of a class who has signed in, by a code that the city issued.
    pub async fn person(&self, index: usize, role: PersonRole) -> Client {
        self.stranger().bearer(&self.person_token(index, role).await)
    }

    /// What they show.
    pub async fn person_token(&self, index: usize, role: PersonRole) -> String {
        let (ledger, merchant) = (&self.test.ledger, self.merchant(index).id);
        let new = NewPerson { name: format!("{role} さん"), role };
        let count = ledger.list_people(self.municipality(), merchant).await.expect("people").len();
        let command = Command::new(Actor::Staff("受付".to_owned()), format!("person/{merchant}/{count}"), &new);
        let code = ledger.invite_person(self.municipality(), &command, merchant, &new).await.expect("an invitation").code;
        let attempt = SignIn { code: Some(code), origin: String::new() };
        ledger.sign_in_person(self.municipality(), &attempt).await.expect("a session").token.to_string()
    }

    /// A manager of a class.
    pub async fn manager(&self, index: usize) -> Client {
        self.person(index, PersonRole::Manager).await
    }

    /// A family that has signed in over HTTP.
    pub async fn signed_in(&self, index: usize) -> Client {
        let code = self.family(index).code.grouped();
        let answer = self.stranger().post("/citizen/v1/sessions", "", &json!({"city": self.guide.setting.slug, "activation_code": code})).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer}");
        self.stranger().bearer(answer.json()["token"].as_str().expect("a token"))
    }

    /// A payment of one family's children at one class, from entitlements first and then own money.
    #[must_use]
    pub fn payment(&self, family: usize, merchant: usize, price_yen: i64) -> Value {
        let children: Vec<_> = self.family(family).children.iter().map(|(child, _)| child.to_string()).collect();
        json!({"children": children, "merchant": self.merchant(merchant).id, "expense": "tuition", "price_yen": price_yen, "own_money": true})
    }
}

impl Client {
    /// Somebody who asks these routes and is not signed in.
    #[must_use]
    pub const fn of(routes: Router) -> Self {
        Self { routes, headers: Vec::new() }
    }

    /// With this token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    /// With this header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Asks.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "", Body::empty()).await
    }

    /// Deletes.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, "", Body::empty()).await
    }

    /// Asks by any method, without a body.
    pub async fn ask(&self, method: Method, path: &str) -> Answer {
        self.send(method, path, "", Body::empty()).await
    }

    /// Sends a JSON body, under an idempotency key unless it is empty.
    pub async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, key, Body::from(body.to_string())).await
    }

    /// Puts a JSON body.
    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.clone().with("content-type", "application/json").send(Method::PUT, path, "", Body::from(body.to_string())).await
    }

    /// Sends a file of this kind, under an idempotency key unless it is empty.
    pub async fn upload(&self, path: &str, key: &str, file: (&str, &[u8])) -> Answer {
        self.send_as(Method::POST, path, key, file).await
    }

    /// Sends anything of this kind by any method, under an idempotency key unless it is empty.
    pub async fn send_as(&self, method: Method, path: &str, key: &str, (kind, bytes): (&str, &[u8])) -> Answer {
        self.clone().with("content-type", kind).send(method, path, key, Body::from(bytes.to_vec())).await
    }

    /// Follows a live stream from here on.
    pub async fn follow(&self, path: &str) -> Stream {
        let request = self.request(&Method::GET, path, "", Body::empty());
        let (parts, body) = self.routes.clone().oneshot(request).await.expect("a router always answers").into_parts();
        assert_eq!((parts.status, &parts.headers["content-type"]), (StatusCode::OK, &"text/event-stream".parse().expect("a header")));
        Stream { headers: parts.headers, body }
    }

    /// Asks, and leaves a live stream before it has told anything.
    pub async fn look_in(&self, path: &str) -> Answer {
        let request = self.request(&Method::GET, path, "", Body::empty());
        let (parts, body) = self.routes.clone().oneshot(request).await.expect("a router always answers").into_parts();
        let stream = parts.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let body = if stream { Vec::new() } else { body.collect().await.expect("a body").to_bytes().to_vec() };
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Sends anything as if it were JSON.
    pub async fn post_text(&self, path: &str, key: &str, body: &str) -> Answer {
        self.send(Method::POST, path, key, Body::from(body.to_owned())).await
    }

    /// Asks and looks at the head of the answer only, and at the code of a problem: a live stream would go on for ever.
    pub async fn knock(&self, method: Method, path: &str, key: &str, (kind, bytes): (&str, Vec<u8>)) -> (StatusCode, String) {
        let request = self.clone().with("content-type", kind).request(&method, path, key, Body::from(bytes));
        let response = self.routes.clone().oneshot(request).await.expect("a router always answers");
        let (parts, body) = response.into_parts();
        let problem = parts.headers.get("content-type").is_some_and(|kind| kind == "application/problem+json");
        let body = if problem { body.collect().await.expect("a body").to_bytes().to_vec() } else { Vec::new() };
        let code = serde_json::from_slice::<Value>(&body).ok().and_then(|problem| problem["code"].as_str().map(str::to_owned));
        (parts.status, code.unwrap_or_default())
    }

    async fn send(&self, method: Method, path: &str, key: &str, body: Body) -> Answer {
        let request = self.request(&method, path, key, body);
        let response = self.routes.clone().oneshot(request).await.expect("a router always answers");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a body").to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    fn request(&self, method: &Method, path: &str, key: &str, body: Body) -> Request<Body> {
        let mut request = Request::builder().method(method.clone()).uri(path);
        if *method == Method::POST && !self.headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        if !key.is_empty() {
            request = request.header("idempotency-key", key);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request.body(body).expect("a request")
    }
}

impl Stream {
    /// The data of the next event; none after the last.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            let frame = self.body.frame().await?.expect("a frame");
            let text = std::str::from_utf8(frame.data_ref()?).expect("text");
            // Between events the stream is kept alive by comments.
            if let Some(data) = text.lines().find_map(|line| line.strip_prefix("data: ")) {
                break Some(serde_json::from_str(data).expect("JSON"));
            }
        }
    }
}

impl Answer {
    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("text")
    }

    /// Status and problem code.
    #[must_use]
    pub fn problem(&self) -> (u16, String) {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self}");
        (self.status.as_u16(), self.json()["code"].as_str().expect("a code").to_owned())
    }

    /// The body of an answer that must be well.
    #[expect(clippy::must_use_candidate, reason = "asked for its assertion too")]
    pub fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{self}");
        self.json()
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}
