//! How much the mere fact of paying by code says: counted from the books, told to the city, a warning to families that would give something away, and
//! nothing to merchants.

use axum::http::{Method, StatusCode};
use ledger::cover::state::{Colour, Families};
use ledger::ids::{ChildId, FamilyId, MerchantId};
use ledger::job::Job;
use ledger::money::Yen;
use ledger::payment::HoldPayment;
use ledger::payment::invoice::Bill;
use ledger::session::SignIn;
use ledger::time::tokyo_midnight;
use process::serve::Reached;
use serde_json::{Value, json};
use tests::support::city::date;
use tests::support::database::TestDatabase;
use tests::support::test_city::{TestCity, staff, tuition};
use tests::support::town::{Answer, Client, HOST};
use tests::worlds::view::operations;

use crate::program::Program;

/// For the small ones; it also repays receipts.
const SCHEME: &str = r#"[scheme]
id = "small"
name = "小さな子の助成"
[[version]]
from = 2026-04-01
who = { unit = "child", test = { age_below = 10 } }
grant = { kind = "yen", amount = 50_000, cycle = "year" }
cost = { expenses = ["tuition"] }
share = { rate = [1, 1] }
route = [{ kind = "redeem" }, { kind = "claim" }]
"#;
const FUNDED: usize = 10;
const FAMILIES: usize = 40;

/// Ten families of forty are funded. A class is paid by all of them and ten others, one by everybody, one by five.
struct World {
    city: TestCity,
    families: Vec<(FamilyId, ChildId)>,
    seen: MerchantId,
    covered: MerchantId,
    few: MerchantId,
    database: TestDatabase,
}

impl World {
    async fn new() -> Self {
        let database = TestDatabase::new().await;
        let city = TestCity::found(&database, "nikkan", "2026-05-20", &[SCHEME]).await;
        let lines: Vec<_> = (0..FAMILIES).map(|at| (format!("{}", at + 1), format!("H{at}"), if at < FUNDED { "2019-05-05" } else { "2012-05-05" })).collect();
        let lines: Vec<_> = lines.iter().map(|(child, household, birth)| (child.as_str(), household.as_str(), *birth, "2026-04-01")).collect();
        city.roster(&lines).await;
        city.appropriate("small", 2026, 5_000_000).await;
        city.grant("small", "2026-05-20").await.expect("a grant");
        let (seen, covered, few) = (city.class("seen").await, city.class("covered").await, city.class("few").await);
        let mut families = Vec::new();
        for (child, household, ..) in &lines {
            let (family, child) = (city.family(household).await, city.child(child).await);
            city.top_up(family, 10_000).await;
            families.push((family, child));
        }
        let world = Self { city, families, seen, covered, few, database };
        for family in 0..FAMILIES {
            for (class, pays) in [(seen, family < 20), (covered, true), (few, family < 5)] {
                if pays {
                    world.pay(family, class).await;
                }
            }
        }
        // Twice is once: families are counted, not payments.
        world.city.test.clock.advance(chrono::TimeDelta::days(1));
        world.pay(0, covered).await;
        world
    }

    async fn pay(&self, family: usize, class: MerchantId) {
        let (id, child) = self.families[family];
        let key = format!("{family}/{class}/{}", self.city.ledger().clock.now());
        self.city.pay(&key, &HoldPayment { own_money: true, ..tuition(id, &[child], class, 1_000) }).await;
    }

    /// A month later, after the job has looked back; or before.
    async fn look_back(&self, day: &str) {
        let slot = tokyo_midnight(date(day));
        self.city.ledger().work(self.city.municipality, Job::Cover, slot).await.unwrap_or_else(|stopped| panic!("{stopped}"));
    }

    fn service(&self) -> Client {
        Client::of(process::serve::router(self.city.ledger(), &Reached::directly(HOST)))
    }

    async fn phone(&self, family: usize) -> Client {
        let (ledger, city) = (self.city.ledger(), self.city.municipality);
        let code = ledger.activation_code(city, self.families[family].0).await.unwrap().expect("a code");
        let session = ledger.sign_in(city, &SignIn { code: Some(code), origin: String::new() }).await.expect("a session");
        self.service().bearer(&session.token.to_string())
    }
}

#[tokio::test]
async fn families_are_counted_by_who_pays_and_compared_with_all_of_the_city() {
    let world = World::new().await;
    let cover = world.city.ledger().cover(world.city.municipality, "2026-05".parse().unwrap(), None).await.unwrap();
    assert_eq!(cover.all, Families { funded: 10, own: 30 });
    let of = |class| cover.merchants.iter().find(|of| of.merchant == class).map(|of| (of.payers, of.rating.colour())).unwrap();
    assert_eq!(of(world.seen), (Families { funded: 10, own: 10 }, Some(Colour::Red)));
    assert_eq!(of(world.covered), (Families { funded: 10, own: 30 }, Some(Colour::Green)));
    assert_eq!(of(world.few), (Families { funded: 5, own: 0 }, None), "five families: nothing is said");
    let june = world.city.ledger().cover(world.city.municipality, "2026-06".parse().unwrap(), None).await.unwrap();
    assert_eq!(june.merchants, []);

    let program = Program::on(&world.database);
    let told = |more: &[&str]| program.call(&[&["cover", "--city", "nikkan", "--month", "2026-05", "--json"], more].concat()).document();
    let document = told(&[]);
    let line =
        |document: &Value, class: MerchantId| document["merchants"].as_array().unwrap().iter().find(|line| line["merchant"] == class.to_string()).cloned();
    let counts = ["families", "families_funded", "green", "amber", "red", "unknown"].map(|name| document[name].as_i64().unwrap());
    assert_eq!(counts, [40, 10, 1, 0, 1, 1]);
    let seen = line(&document, world.seen).unwrap();
    assert_eq!((&seen["likelihood_ratio_milli"], &seen["colour"], &seen["families"]), (&json!(3_000), &json!("red"), &json!(20)));
    assert_eq!(line(&document, world.few), None, "not even how few");
    // A roster that knows only those that qualify: the city says how many families there are.
    assert_eq!(line(&told(&["--families", "100"]), world.covered).unwrap()["likelihood_ratio_milli"], 3_000);
}

#[tokio::test]
async fn a_family_that_would_give_itself_away_is_warned_before_paying_and_told_how_else() {
    let world = World::new().await;
    let (ledger, city) = (world.city.ledger(), world.city.municipality);
    let bill = |class, key: &str| Bill {
        merchant: class,
        reference: key.to_owned(),
        expense: "tuition".to_owned(),
        service: None,
        amount: Yen::new(2_000),
        due_on: None,
    };
    let bills = [ledger.bill(city, "seen", &bill(world.seen, "seen")).await.unwrap(), ledger.bill(city, "few", &bill(world.few, "few")).await.unwrap()];
    world.city.test.set("2026-06-02");
    let (funded, own) = (world.phone(0).await, world.phone(30).await);
    let class = |class: MerchantId| format!("/citizen/v1/merchants/{class}");
    assert_eq!(funded.get(&class(world.seen)).await.ok()["warning"], Value::Null, "nobody has looked back yet");
    world.look_back("2026-06-02").await;
    assert_eq!(funded.get(&class(world.seen)).await.ok()["warning"], Value::Null, "that is for the first of a month");
    world.look_back("2026-06-01").await;
    world.look_back("2026-06-01").await;

    let shown = funded.get(&class(world.seen)).await.ok();
    let warning = &shown["warning"];
    assert!(warning["text"].as_str().unwrap().contains("領収書"), "{warning}");
    assert_eq!(warning["reimbursement"], json!([{"child": world.families[0].1.to_string(), "scheme": "small", "scheme_name": "小さな子の助成"}]));
    let looked = funded.post("/citizen/v1/invoices/lookup", "", &json!({"code": bills[0].code.grouped()})).await.ok();
    assert_eq!(&looked["warning"], warning);
    let english = funded.clone().with("accept-language", "en").get(&class(world.seen)).await.ok();
    assert!(english["warning"]["text"].as_str().unwrap().contains("claim it back"), "{english}");
    for (phone, of) in [(&funded, world.covered), (&funded, world.few), (&own, world.seen)] {
        assert_eq!(phone.get(&class(of)).await.ok()["warning"], Value::Null);
    }
    let looked = funded.post("/citizen/v1/invoices/lookup", "", &json!({"code": bills[1].code.grouped()})).await.ok();
    assert_eq!(looked["warning"], Value::Null);
    // In July nothing of June is red.
    world.city.test.set("2026-07-02");
    world.look_back("2026-07-01").await;
    assert_eq!(world.phone(0).await.get(&class(world.seen)).await.ok()["warning"], Value::Null);
}

/// Everything that a caller of a merchant may look at without a number.
async fn looks(caller: &Client) -> Vec<Answer> {
    let mut seen = Vec::new();
    for (_, path) in operations().into_iter().filter(|(method, path)| *method == Method::GET && !path.contains('{') && !path.contains("events")) {
        for query in ["", "?first=2026-05-01&last=2026-06-02", "?limit=5"] {
            seen.push(caller.get(&format!("/merchant/v1{path}{query}")).await);
        }
    }
    seen
}

#[tokio::test]
async fn a_merchant_sees_the_same_before_and_after_it_is_found_red() {
    let world = World::new().await;
    world.city.test.set("2026-06-02");
    let (_, token) = world.city.ledger().add_terminal(world.city.municipality, &staff("a", "desk"), world.seen, "受付").await.expect("a desk");
    let desk = world.service().bearer(&ledger::token::CityToken::new(world.city.municipality, token).to_string());
    let before = looks(&desk).await;
    assert!(before.iter().filter(|answer| answer.status == StatusCode::OK).count() > 5, "it sees something");
    world.look_back("2026-06-01").await;
    let red: i64 = sqlx::query_scalar("SELECT count(*) FROM red_covers").fetch_one(world.database.pool()).await.unwrap();
    assert_eq!(red, 1);
    assert_eq!(looks(&desk).await, before);
    let document = serde_json::to_string(&merchant_api::openapi::document()).unwrap();
    assert!(!["cover", "likelihood", "adoption"].iter().any(|word| document.contains(word)), "nor is anything of it in the document");
}
