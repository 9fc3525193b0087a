//! When a card pays no more must not tell who pays: a reservation's end is fixed first, and only what stays open until then pays for it.

use ledger::actor::{Actor, Command};
use ledger::entitlement::Award;
use ledger::ids::MerchantId;
use ledger::money::Yen;
use ledger::paper::{Card, Rejected, Reservation, Reserve};
use ledger::payment::{Capture, HoldRejected};
use tests::support::city::{date, noon};
use tests::support::database::TestDatabase;
use tests::support::test_city::{TestCity, rejection, staff};

const SCHEME: &str = r#"[scheme]
id = "year"
[[version]]
from = 2026-04-01
who = { unit = "child", test = { age_below = 19 } }
grant = { kind = "yen", amount = 60_000, cycle = "year" }
cost = { expenses = ["tuition"] }
share = { rate = [1, 1] }
route = [{ kind = "redeem" }]
"#;

struct World {
    city: TestCity,
    class: MerchantId,
    _database: TestDatabase,
}

impl World {
    /// One child has an entitlement of its own that closes on this day.
    async fn new(closes_on: &str) -> Self {
        let database = TestDatabase::new().await;
        let city = TestCity::found(&database, "nikkan", "2026-05-20", &[SCHEME]).await;
        city.roster(&[("1", "H1", "2013-09-10", "2026-04-01"), ("2", "H2", "2013-09-10", "2026-04-01")]).await;
        city.appropriate("year", 2026, 100_000).await;
        let (child, family) = (city.child("1").await, city.family("H1").await);
        let award = Award {
            child,
            family,
            amount: Yen::new(60_000),
            face: Yen::new(1),
            visits: None,
            period_from: date("2026-04-01"),
            service_from: date("2026-04-01"),
            service_to: date("2027-03-31"),
            opens_on: date("2026-04-01"),
            closes_on: date(closes_on),
        };
        city.ledger().grant(city.municipality, "year", &Actor::Staff("grants".to_owned()), &[award]).await.expect("a grant");
        let class = city.class("one").await;
        Self { city, class, _database: database }
    }

    async fn reserve(&self, number: &str) -> (Card, Result<Reservation, Rejected>) {
        let (ledger, city, family) = (self.city.ledger(), self.city.municipality, self.city.family(&format!("H{number}")).await);
        let card = ledger.issue_card(city, &staff("a", &format!("card {number}")), family).await.expect("a card");
        let children = vec![self.city.child(number).await];
        let asked = Reserve { children, merchant: self.class, expense: "tuition".to_owned(), service: None, price: Yen::new(8_000), own_money: true };
        let command = Command::new(Actor::Family(family), "reserve", &asked);
        let reserved = rejection(ledger.reserve(city, &command, card.id, &asked).await);
        (card, reserved)
    }

    async fn capture(&self, card: &Card) -> Option<Yen> {
        let code = self.city.ledger().print_card(self.city.municipality, card.id).await.expect("a print").code;
        let asked = Capture { merchant: self.class, terminal: None, amount: Yen::new(8_000) };
        rejection(self.city.ledger().capture(self.city.municipality, &card.number, &code, &asked).await).ok().map(|receipt| receipt.amount)
    }
}

#[tokio::test]
async fn a_reservation_ends_at_the_same_instant_whoever_pays_and_works_until_then() {
    let world = World::new("2026-06-20").await;
    world.city.top_up(world.city.family("H2").await, 8_000).await;
    let (funded, reserved) = world.reserve("1").await;
    let (own, same) = world.reserve("2").await;
    let end = noon("2026-06-20");
    assert_eq!([reserved, same].map(|reserved| reserved.expect("a reservation").expires_at), [end, end], "a month");
    assert_eq!(world.city.spendable(&[world.city.child("1").await]).await, [52_000]);
    world.city.test.clock.set(end - chrono::TimeDelta::seconds(1));
    assert_eq!([world.capture(&funded).await, world.capture(&own).await], [Some(Yen::new(8_000)); 2]);
    world.city.assert_sound().await;
}

#[tokio::test]
async fn what_lapses_before_a_reservation_ends_pays_for_none_of_it() {
    let world = World::new("2026-06-19").await;
    let (_, short) = world.reserve("1").await;
    assert!(matches!(short, Err(Rejected::Hold(HoldRejected::Short(short))) if short.missing == Yen::new(8_000)), "{short:?}");
    world.city.top_up(world.city.family("H2").await, 8_000).await;
    let (_, own) = world.reserve("2").await;
    assert_eq!(own.expect("a reservation").expires_at, noon("2026-06-20"));
    assert_eq!(world.city.spendable(&[world.city.child("1").await]).await, [60_000], "nothing is taken");
    world.city.assert_sound().await;
}
