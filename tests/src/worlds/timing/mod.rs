//! Whether the time of an answer tells who pays: pairs of requests that differ in nothing else, in random order, on one connection.
//!
//! One city, one merchant, one price. One family pays with two schemes and its own money, the others with their own money alone. Beside the question
//! itself there are two controls on the same machine in the same hour: own money against own money must not be told apart, and own money against own
//! money with 20 microseconds planted must be.

pub mod figures;

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use ledger::actor::Actor;
use ledger::entitlement::Award;
use ledger::ids::FamilyId;
use ledger::money::Yen;
use ledger::payment::HoldPayment;
use process::serve::Reached;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::history::Dice;
use crate::support::city::date;
use crate::support::database::TestDatabase;
use crate::support::test_city::{TestCity, staff, tuition};
use crate::support::town::HOST;
use figures::Figures;

/// What is planted for the positive control.
const PLANTED: Duration = Duration::from_micros(20);
/// The price of every payment.
const PRICE: i64 = 1_000;
/// The requests that are timed, for each payment in this order.
pub const ENDPOINTS: [&str; 4] = ["capture", "refused capture", "refund", "receipt"];

/// Half of the price, and a quarter of it: with own money three sources for every payment.
const SCHEMES: [&str; 2] = [
    r#"[scheme]
id = "half"
[[version]]
from = 2026-04-01
who = { unit = "child", test = { age_below = 19 } }
grant = { kind = "yen", amount = 1_000, cycle = "year" }
cost = { expenses = ["tuition"] }
share = { rate = [1, 2] }
route = [{ kind = "redeem" }]
"#,
    r#"[scheme]
id = "quarter"
[[version]]
from = 2026-04-01
who = { unit = "child", test = { age_below = 19 } }
grant = { kind = "yen", amount = 1_000, cycle = "year" }
cost = { expenses = ["tuition"] }
share = { rate = [1, 4] }
route = [{ kind = "redeem" }]
"#,
];

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Schemes and own money against own money.
    FundedOrOwn,
    /// Own money against own money: nothing must be seen.
    OwnOrOwn,
    /// The same with something planted: it must be seen.
    Planted,
}

/// One question at one endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Answered {
    /// The question.
    pub question: Question,
    /// The request.
    pub endpoint: &'static str,
    /// The figures.
    pub figures: Figures,
}

impl Question {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::FundedOrOwn, Self::OwnOrOwn, Self::Planted];

    /// As reports write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FundedOrOwn => "funded or own",
            Self::OwnOrOwn => "own or own (negative control)",
            Self::Planted => "own or own with 20 µs (positive control)",
        }
    }
}

impl Answered {
    /// Whether the answer is as it must be: no difference, or a planted one that is seen.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.figures.is_blind() != (self.question == Question::Planted)
    }
}

/// A city that is served at a socket, and families with more money than a campaign takes.
struct Range {
    city: TestCity,
    /// Who pays: with schemes, and twice with own money.
    payers: [HoldPayment; 3],
    desk: String,
    connection: TcpStream,
    buffer: Vec<u8>,
    _database: TestDatabase,
}

/// Times `pairs` payments for each question; answers figures for each question and endpoint.
pub async fn measure(seed: u64, pairs: usize, mut progress: impl FnMut()) -> Vec<Answered> {
    let mut range = Range::open(pairs).await;
    let mut answered = Vec::new();
    for question in Question::ALL {
        let mut times: [Vec<(u64, u64)>; ENDPOINTS.len()] = Default::default();
        let mut dice = Dice::new(seed, question.as_str());
        for pair in 0..pairs {
            let both = range.pair(question, pair, &mut dice).await;
            times.iter_mut().zip(both).for_each(|(times, pair)| times.push(pair));
            progress();
        }
        answered.extend(ENDPOINTS.iter().zip(&times).map(|(endpoint, times)| Answered { question, endpoint, figures: Figures::of(times) }));
    }
    answered
}

impl Range {
    async fn open(pairs: usize) -> Self {
        let database = TestDatabase::new().await;
        let city = TestCity::found(&database, "nikkan", "2026-05-20", &SCHEMES).await;
        city.roster(&[("1", "H1", "2013-09-10", "2026-04-01"), ("2", "H2", "2013-09-10", "2026-04-01"), ("3", "H3", "2013-09-10", "2026-04-01")]).await;
        let class = city.class("one").await;
        let enough = PRICE * i64::try_from(pairs + 1).expect("a number of pairs") * 8;
        let mut payers = Vec::new();
        for number in ["1", "2", "3"] {
            let (family, child) = (city.family(&format!("H{number}")).await, city.child(number).await);
            city.top_up(family, enough).await;
            payers.push(HoldPayment { own_money: true, ..tuition(family, &[child], class, PRICE) });
        }
        for scheme in ["half", "quarter"] {
            city.appropriate(scheme, 2026, enough).await;
            grant(&city, scheme, &payers[0], enough).await;
        }
        let (_, token) = city.ledger().add_terminal(city.municipality, &staff("a", "desk"), class, "受付").await.expect("a desk");
        let desk = ledger::token::CityToken::new(city.municipality, token).to_string();
        let routes = process::serve::router(city.ledger(), &Reached::directly(HOST));
        let connection = serve(routes.layer(from_fn(plant))).await;
        Self { city, payers: payers.try_into().expect("three families"), desk, connection, buffer: Vec::new(), _database: database }
    }

    /// One payment of each class, through every endpoint, in an order that dice choose anew each time.
    async fn pair(&mut self, question: Question, pair: usize, dice: &mut Dice) -> [(u64, u64); ENDPOINTS.len()] {
        let first = usize::from(question != Question::FundedOrOwn);
        let mut codes = Vec::new();
        for (class, payer) in [(0, first), (1, 2)] {
            let key = format!("{question:?}/{pair}/{class}");
            let held = self.city.hold(&key, &self.payers[payer]).await.expect("a hold");
            codes.push(held.code.grouped());
        }
        let mut receipts = [String::new(), String::new()];
        let mut times = [(0, 0); ENDPOINTS.len()];
        for (endpoint, times) in times.iter_mut().enumerate() {
            let swapped = dice.happens(50);
            for class in if swapped { [1, 0] } else { [0, 1] } {
                let (method, path, body) = match endpoint {
                    0 | 1 => ("POST", "/merchant/v1/captures".to_owned(), json!({"code": codes[class], "amount_yen": PRICE})),
                    2 => ("POST", format!("/merchant/v1/receipts/{}/refunds", receipts[class]), json!({"amount_yen": 300, "reason": "欠席"})),
                    _ => ("GET", format!("/merchant/v1/receipts/{}", receipts[class]), Value::Null),
                };
                let planted = question == Question::Planted && class == 0;
                let key = format!("{question:?}/{pair}/{class}/{endpoint}");
                let (nanoseconds, answer) = self.ask((method, &path), &key, &body, planted).await;
                if endpoint == 0 {
                    answer["receipt"].as_str().expect("a receipt").clone_into(&mut receipts[class]);
                }
                *if class == 0 { &mut times.0 } else { &mut times.1 } = nanoseconds;
            }
        }
        times
    }

    /// Sends a request and waits for the last byte of its answer. Requests of both classes are as long as each other.
    async fn ask(&mut self, (method, path): (&str, &str), key: &str, body: &Value, planted: bool) -> (u64, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\nidempotency-key: {}\r\nx-planted: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.desk,
            key.replace(' ', "-"),
            u8::from(planted),
            body.len()
        );
        self.buffer.clear();
        let began = Instant::now();
        self.connection.write_all(request.as_bytes()).await.expect("the service takes a request");
        let body = loop {
            let read = self.connection.read_buf(&mut self.buffer).await.expect("an answer");
            assert!(read > 0, "the service closed the connection");
            if let Some(body) = whole(&self.buffer) {
                break body;
            }
        };
        let nanoseconds = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        (nanoseconds, serde_json::from_slice(&self.buffer[body..]).expect("a JSON answer"))
    }
}

/// Where the body begins, once all of it is there.
fn whole(answer: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(answer);
    let (head, _) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse::<usize>().ok()?;
    let body = head.len() + 4;
    (answer.len() >= body + length).then_some(body)
}

/// Where something is planted, an answer takes a little longer. Every request carries the header.
async fn plant(request: Request, next: Next) -> Response {
    let planted = request.headers().get("x-planted").is_some_and(|planted| planted == "1");
    let until = Instant::now() + PLANTED;
    while planted && Instant::now() < until {
        std::hint::spin_loop();
    }
    next.run(request).await
}

async fn serve(routes: Router) -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(process::serve::serve(listener, routes, std::future::pending()));
    let connection = TcpStream::connect(address).await.expect("a connection");
    connection.set_nodelay(true).expect("a socket's option");
    connection
}

async fn grant(city: &TestCity, scheme: &str, payer: &HoldPayment, yen: i64) {
    let family: FamilyId = payer.family;
    let award = Award {
        child: payer.children[0],
        family,
        amount: Yen::new(yen),
        face: Yen::new(1),
        visits: None,
        period_from: date("2026-04-01"),
        service_from: date("2026-04-01"),
        service_to: date("2027-03-31"),
        opens_on: date("2026-04-01"),
        closes_on: date("2027-03-31"),
    };
    city.ledger().grant(city.municipality, scheme, &Actor::Staff("grants".to_owned()), &[award]).await.expect("a grant");
}
