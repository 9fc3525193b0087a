//! One world: a city whose families have their money as its secret says. It plays events, and notes what merchants see.

mod city;
mod desks;
mod families;
mod office;
mod paper;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use chrono::NaiveDate;
use http_body_util::BodyExt as _;
use ledger::Ledger;
use ledger::ids::{AccountId, FamilyId, Municipality};
use ledger::time::{Month, tokyo_date};
use serde_json::Value;
use tower::ServiceExt as _;

use super::cast::{self, Cast, FIRST_DAY, FIRST_MONTH, Secret};
use super::history::Event;
use super::leaks::Planted;
use super::view::{Exercised, Seen};
use crate::support::city::{date, noon};
use crate::support::test_city::{PaymentCode, TestCity};
use crate::support::town::Answer;

/// Where the merchants' face is.
pub const ROOT: &str = "/merchant/v1";
/// No later than this day: budgets of the year last, and the bank's holidays are known.
const LAST_DAY: &str = "2026-11-01";

/// A payment that a family has set aside.
struct Payment {
    family: usize,
    merchant: usize,
    price: i64,
    hold: AccountId,
    code: PaymentCode,
    /// What a desk sent for it last: its desk, key and amount.
    sent: Option<(usize, String, i64)>,
}

/// A bill.
struct Bill {
    id: String,
    merchant: usize,
    price: i64,
    /// As it was sent, to be sent again.
    sent: (String, Value),
}

/// A receipt.
struct Receipt {
    id: String,
    merchant: usize,
    price: i64,
    /// The refund that was asked for last.
    sent: Option<(String, Value)>,
}

/// A request of a desk.
struct Ask<'a> {
    /// Which merchant, and which of its callers; nobody where there is none.
    desk: Option<(usize, usize)>,
    method: Method,
    path: String,
    key: Option<&'a str>,
    body: Option<String>,
    media: &'static str,
    english: bool,
    /// So many parts of a stream are waited for, and no more; all of an answer that ends.
    parts: Option<usize>,
}

/// A city, its people, and what has happened so far.
pub struct World {
    city: TestCity,
    cast: Cast,
    secret: Secret,
    routes: Router,
    /// The families' face.
    phones: Router,
    planted: Arc<Planted>,
    payments: Vec<Payment>,
    bills: Vec<Bill>,
    receipts: Vec<Receipt>,
    /// Bills that families let settle by themselves: which, and whose.
    consents: Vec<(usize, usize)>,
    people: office::People,
    followed: Option<(usize, Body)>,
    keys: u64,
    seen: Vec<Seen>,
    exercised: Exercised,
    /// Whether families' wishes were granted: the only thing that worlds have in common beside what merchants see.
    accepted: Vec<String>,
}

impl World {
    /// A world of `cast` in `city`, behind these routes: the merchants', and the families'.
    #[must_use]
    pub fn new(city: TestCity, cast: Cast, (routes, phones): (Router, Router), planted: Arc<Planted>) -> Self {
        Self {
            city,
            cast,
            secret: Secret::OwnMoney,
            routes,
            phones,
            planted,
            payments: Vec::new(),
            bills: Vec::new(),
            receipts: Vec::new(),
            consents: Vec::new(),
            people: office::People::default(),
            followed: None,
            keys: 0,
            seen: Vec::new(),
            exercised: Exercised::default(),
            accepted: Vec::new(),
        }
    }

    /// Gives the families what they have at the beginning.
    pub async fn endow(&self, secret: Secret) {
        cast::endow(&self.city, &self.cast, secret).await;
    }

    /// Begins a history: it is noon of the first day, and nothing has happened. The database is as its secret has it.
    pub fn begin(&mut self, secret: Secret) {
        self.secret = secret;
        self.payments.clear();
        self.bills.clear();
        self.receipts.clear();
        self.consents.clear();
        self.people = office::People::default();
        self.followed = None;
        self.keys = 0;
        self.planted.forget();
        self.city.test.clock.set(noon(FIRST_DAY));
    }

    /// Plays one event; answers what merchants saw of it, and whether families' wishes were granted: worlds are comparable only while these are alike.
    pub async fn play(&mut self, event: &Event) -> Vec<Seen> {
        self.keys += 1;
        match *event {
            Event::Hold { .. } | Event::HoldTooMuch { .. } | Event::TakeBack { .. } | Event::PayBill { .. } | Event::Consent { .. } => {
                self.of_family(event).await;
            }
            Event::Reserve { .. } | Event::Booklet { .. } | Event::LoseCard { .. } => self.of_paper(event).await,
            Event::Scan { .. } | Event::Bill { .. } | Event::Refund { .. } | Event::Look { .. } | Event::Probe(_) | Event::Claim { .. } => {
                self.of_desk(event).await;
            }
            Event::Follow { merchant } => self.follow(merchant).await,
            Event::Office { merchant, what } => self.of_office(merchant, what).await,
            _ => self.of_city(event).await,
        }
        let wishes = Seen::other("whether families' wishes were granted", std::mem::take(&mut self.accepted).join("\n"));
        std::iter::once(wishes).chain(std::mem::take(&mut self.seen)).collect()
    }

    /// What has been asked since it was taken last.
    pub fn take_exercised(&mut self) -> Exercised {
        std::mem::take(&mut self.exercised)
    }

    fn ledger(&self) -> &Ledger {
        self.city.ledger()
    }

    fn municipality(&self) -> Municipality {
        self.city.municipality
    }

    fn today(&self) -> NaiveDate {
        tokyo_date(self.ledger().clock.now())
    }

    /// A key that no event before has used, and the same in every world.
    fn key(&self) -> String {
        format!("key-{}", self.keys)
    }

    fn family(&self, index: usize) -> FamilyId {
        self.cast.families[index].id
    }

    /// The last statement month whose days are over; the first one while none is.
    fn month(&self) -> Month {
        let mut month: Month = FIRST_MONTH.parse().expect("a month");
        let over = |month: Month| ledger::statement::state::days(month, 15).1 < self.today();
        while over(month.plus_months(1)) {
            month = month.plus_months(1);
        }
        month
    }

    fn may_still_pass(&self) -> bool {
        self.today() < date(LAST_DAY)
    }

    /// Notes what a family's phone shows where others see it too.
    async fn show_phone(&mut self, family: usize, path: &str) {
        let request = Request::builder().uri(path).header(header::AUTHORIZATION, format!("Bearer {}", self.cast.families[family].phone));
        let request = request.body(Body::empty()).expect("a request");
        let (parts, body) = self.phones.clone().oneshot(request).await.expect("a router always answers").into_parts();
        let body = body.collect().await.expect("a body").to_bytes().to_vec();
        let mut answer = Answer { status: parts.status, headers: parts.headers, body };
        self.planted.show(path, &mut answer);
        self.seen.push(Seen::answer(format!("whoever looks at the phone of family {family}: {path}"), &answer));
    }

    /// Asks as a desk would, and notes what it was told. Answers what was answered before a leak rewrote it: the history goes on.
    async fn ask(&mut self, ask: Ask<'_>) -> Answer {
        let token = ask.desk.map(|(merchant, desk)| self.cast.merchants[merchant].callers[desk].clone());
        self.ask_with(token.as_deref(), ask).await
    }

    async fn ask_with(&mut self, token: Option<&str>, ask: Ask<'_>) -> Answer {
        let mut request = Request::builder().method(&ask.method).uri(&ask.path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = ask.key {
            request = request.header("idempotency-key", key);
        }
        if ask.body.is_some() {
            request = request.header(header::CONTENT_TYPE, ask.media);
        }
        if ask.english {
            request = request.header(header::ACCEPT_LANGUAGE, "en");
        }
        let request = request.body(ask.body.map_or_else(Body::empty, Body::from)).expect("a request");
        let (parts, body) = self.routes.clone().oneshot(request).await.expect("a router always answers").into_parts();
        let body = match ask.parts {
            None => body.collect().await.expect("a body").to_bytes().to_vec(),
            Some(parts) => first_parts(body, parts).await.0,
        };
        let answer = Answer { status: parts.status, headers: parts.headers, body };
        self.exercised.note(&ask.method, &ask.path, &answer);
        let mut told = answer.clone();
        self.planted.rewrite(&ask.path, &mut told);
        let who = ask.desk.map_or_else(|| "a stranger".to_owned(), |(merchant, desk)| format!("merchant {merchant}, caller {desk}"));
        self.seen.push(Seen::answer(format!("{who}: {} {}", ask.method, ask.path), &told));
        answer
    }
}

impl<'a> Ask<'a> {
    fn get(desk: (usize, usize), path: impl AsRef<str>) -> Self {
        Self { desk: Some(desk), method: Method::GET, path: format!("{ROOT}{}", path.as_ref()), ..Self::default() }
    }

    fn post(desk: (usize, usize), path: impl AsRef<str>, key: &'a str, body: &Value) -> Self {
        let (key, body) = (Some(key), Some(body.to_string()));
        Self { desk: Some(desk), method: Method::POST, path: format!("{ROOT}{}", path.as_ref()), key, body, ..Self::default() }
    }

    fn delete(desk: (usize, usize), path: impl AsRef<str>) -> Self {
        Self { method: Method::DELETE, ..Self::get(desk, path) }
    }
}

impl Default for Ask<'_> {
    fn default() -> Self {
        Self { desk: None, method: Method::GET, path: String::new(), key: None, body: None, media: "application/json", english: false, parts: None }
    }
}

/// The first parts of a stream, and the rest of it.
async fn first_parts(mut body: Body, parts: usize) -> (Vec<u8>, Body) {
    let mut bytes = Vec::new();
    for _ in 0..parts {
        let Some(frame) = body.frame().await else { break };
        bytes.extend_from_slice(frame.expect("a part").data_ref().expect("data"));
    }
    (bytes, body)
}
