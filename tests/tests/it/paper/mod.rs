//! Booklets and cards through the façade and over HTTP: what they capture and what not, that they are alike whoever pays, what a reissue and an end
//! leave, races, and what `verify` finds.

mod booklets;
mod cards;
mod desk;
mod races;
mod tamper;

use std::sync::Arc;

use ledger::code::Code;
use ledger::ids::{ChildId, FamilyId, MerchantId};
use ledger::money::Yen;
use ledger::paper::{Booklet, BookletKind, Card, NewBooklet, PrintedBooklet, Rejected, Reserve};
use ledger::payment::{Capture, CaptureRejected, HoldPayment, NotCapturable, Receipt};
use tests::support::city::date;
use tests::support::database::TestDatabase;
use tests::support::test_city::{TestCity, rejection, staff, tuition};

const TASHI: &str = "kumamoto-tashi";
const SERVICES: [&str; 6] = ["sick_child", "family_support", "temporary_care", "home_help", "short_stay", "postnatal_care"];
const SPENT: CaptureRejected = CaptureRejected::NotCapturable(NotCapturable::Spent);

/// Kumamoto in June 2026 by its training rules: a child with 30 tickets of 500 yen, a family with own money only, two providers and a school.
struct World {
    city: TestCity,
    granted: FamilyId,
    child: ChildId,
    paying: FamilyId,
    nursery: MerchantId,
    clinic: MerchantId,
    school: MerchantId,
    database: TestDatabase,
}

impl World {
    async fn new() -> Arc<Self> {
        let database = TestDatabase::new().await;
        let city = TestCity::found(&database, "kumamoto", "2026-06-01", &[]).await;
        city.roster(&[("1", "H1", "2025-02-03", "2026-04-01"), ("2", "H2", "2015-02-03", "2026-04-01")]).await;
        city.appropriate(TASHI, 2026, 15_000).await;
        city.grant(TASHI, "2026-06-01").await.expect("a grant");
        let nursery = city.merchant("nursery", &[("temporary_care", "care")]).await;
        let clinic = city.merchant("clinic", &[("sick_child", "care"), ("lesson", "tuition")]).await;
        let school = city.merchant("school", &[("lesson", "tuition"), ("lesson", "care")]).await;
        let (granted, paying, child) = (city.family("H1").await, city.family("H2").await, city.child("1").await);
        city.top_up(paying, 20_000).await;
        let world = Self { city, granted, child, paying, nursery, clinic, school, database };
        world.city.ledger().make_booklet_kind(world.city.municipality, &staff("b", "kind"), &care()).await.expect("a kind");
        Arc::new(world)
    }

    fn asked(&self, tickets: u16) -> NewBooklet {
        NewBooklet { family: self.granted, children: vec![self.child], own_money: false, kind: "care".to_owned(), tickets, valid_through: None }
    }

    fn own(&self, tickets: u16) -> NewBooklet {
        NewBooklet { family: self.paying, children: vec![], own_money: true, kind: "care".to_owned(), tickets, valid_through: None }
    }

    async fn try_issue(&self, key: &str, asked: &NewBooklet) -> Result<Booklet, Rejected> {
        rejection(self.city.ledger().issue_booklet(self.city.municipality, &ledger::actor::Command::new(clerk(), key, asked), asked).await)
    }

    /// A booklet and its tickets.
    async fn issue(&self, key: &str, asked: &NewBooklet) -> PrintedBooklet {
        let booklet = self.try_issue(key, asked).await.expect("a booklet");
        self.print(&booklet).await
    }

    async fn print(&self, booklet: &Booklet) -> PrintedBooklet {
        self.city.ledger().print_booklet(self.city.municipality, booklet.id).await.expect("a print")
    }

    async fn booklet(&self, of: &PrintedBooklet) -> Booklet {
        self.city.ledger().booklet(self.city.municipality, of.booklet.id).await.unwrap().expect("a booklet")
    }

    async fn reissue(&self, key: &str, of: &PrintedBooklet) -> Result<Booklet, Rejected> {
        rejection(self.city.ledger().reissue_booklet(self.city.municipality, &staff("a", key), of.booklet.id).await)
    }

    async fn capture(&self, key: &str, code: &Code, merchant: MerchantId, yen: i64) -> Result<Receipt, CaptureRejected> {
        let asked = Capture { merchant, terminal: None, amount: Yen::new(yen) };
        rejection(self.city.ledger().capture(self.city.municipality, key, code, &asked).await)
    }

    async fn card(&self, key: &str, family: FamilyId) -> Card {
        self.city.ledger().issue_card(self.city.municipality, &staff("a", key), family).await.expect("a card")
    }

    async fn code_of(&self, card: &Card) -> Code {
        self.city.ledger().print_card(self.city.municipality, card.id).await.expect("a print").code
    }

    fn care_at(&self, merchant: MerchantId, yen: i64) -> Reserve {
        Reserve {
            children: vec![self.child],
            merchant,
            expense: "care".to_owned(),
            service: Some(if merchant == self.nursery { "temporary_care" } else { "sick_child" }.to_owned()),
            price: Yen::new(yen),
            own_money: true,
        }
    }

    async fn left(&self) -> i64 {
        self.city.spendable(&[self.child]).await[0]
    }
}

fn clerk() -> ledger::actor::Actor {
    ledger::actor::Actor::Staff("a".to_owned())
}

fn care() -> BookletKind {
    BookletKind { kind: "care".to_owned(), face: Yen::new(500), expense: "care".to_owned(), services: SERVICES.map(str::to_owned).to_vec() }
}

fn not(why: NotCapturable) -> CaptureRejected {
    CaptureRejected::NotCapturable(why)
}
