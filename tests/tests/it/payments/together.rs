//! Holds and captures that arrive at once and are gathered: every answer and every balance is what it is one by one.

use std::sync::Arc;

use futures_util::future::join_all;
use ledger::batch::Limits;
use ledger::payment::{Capture, CaptureRejected, HoldPayment, HoldRejected};
use ledger::{Ledger, Together};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::lives::SCHEMES;
use super::*;

/// A hold that is asked for: by which family, for whom, how much, under which key.
#[derive(Debug, Clone)]
struct Hold {
    family: usize,
    both: bool,
    price: i64,
    own_money: bool,
    key: u8,
}

/// A capture that is asked for: of which hold, under which key, right or wrong.
#[derive(Debug, Clone)]
struct Scan {
    of: usize,
    key: u8,
    wrong: bool,
    foreign: bool,
}

fn hold() -> impl Strategy<Value = Hold> {
    let price = prop_oneof![8 => 1_i64..4_000, 1 => 4_000_i64..20_000, 1 => Just(0)];
    (0_usize..2, any::<bool>(), price, any::<bool>(), 0_u8..20).prop_map(|(family, both, price, own_money, key)| Hold { family, both, price, own_money, key })
}

fn scan() -> impl Strategy<Value = Scan> {
    (0_usize..24, 0_u8..24, prop::bool::weighted(0.1), prop::bool::weighted(0.1)).prop_map(|(of, key, wrong, foreign)| Scan { of, key, wrong, foreign })
}

/// How everything ended: holds by price or refusal, captures by amount or refusal, what is left and what is owed.
#[derive(Debug, PartialEq, Eq)]
struct Ends {
    holds: Vec<Result<i64, HoldRejected>>,
    captures: Vec<Result<i64, CaptureRejected>>,
    left: Vec<i64>,
    own: Vec<i64>,
    owed: Vec<i64>,
    allowances: Vec<i64>,
}

/// Two families, three children, two classes; coupons with usage limits, tickets, and some own money.
struct Place {
    city: TestCity,
    families: [FamilyId; 2],
    children: [ChildId; 3],
    classes: [MerchantId; 2],
}

impl Place {
    async fn found(database: &TestDatabase, code: i32) -> Self {
        let city = TestCity::found_as(database.pool(), (code, &format!("city{code}")), "2026-05-20", &SCHEMES).await;
        city.roster(&[("1", "H1", "2013-09-10", "2026-04-01"), ("2", "H1", "2011-09-10", "2026-04-01"), ("3", "H2", "2012-09-10", "2026-04-01")]).await;
        let families = [city.family("H1").await, city.family("H2").await];
        let children = [city.child("1").await, city.child("2").await, city.child("3").await];
        let classes = [city.class("one").await, city.class("two").await];
        for (scheme, yen) in [("coupon", 40_000), ("ticket", 12_000)] {
            city.appropriate(scheme, 2026, yen).await;
            city.grant(scheme, "2026-05-01").await.expect("a grant");
        }
        for family in families {
            city.top_up(family, 5_000).await;
        }
        Self { city, families, children, classes }
    }

    fn asked(&self, hold: &Hold) -> HoldPayment {
        let [one, two, other] = self.children;
        let children = match (hold.family, hold.both) {
            (0, true) => vec![two, one],
            (0, false) => vec![one],
            (_, true) => vec![other, one],
            (_, false) => vec![other],
        };
        HoldPayment { own_money: hold.own_money, ..tuition(self.families[hold.family], &children, self.classes[0], hold.price) }
    }

    async fn hold(&self, ledger: &Ledger, hold: &Hold) -> Result<PaymentCode, HoldRejected> {
        let (municipality, asked) = (self.city.municipality, self.asked(hold));
        let answer = rejection(ledger.hold(municipality, &format!("key {}", hold.key), &asked).await);
        if let Ok(payment) = &answer {
            let shown = ledger.find_payment(municipality, asked.family, payment.id).await.expect("an answer");
            assert_eq!(shown.as_ref(), Some(payment), "what a hold answers is what is written down");
        }
        answer.map(|payment| PaymentCode::of(ledger, &payment))
    }

    async fn scan(&self, ledger: &Ledger, scan: &Scan, held: &[Result<PaymentCode, HoldRejected>]) -> Result<i64, CaptureRejected> {
        let open: Vec<_> = held.iter().flatten().collect();
        let Some(code) = open.get(scan.of % open.len().max(1)) else { return Ok(0) };
        let amount = code.amount.plus(Yen::new(i64::from(scan.wrong))).expect("an amount");
        let capture = Capture { merchant: self.classes[usize::from(scan.foreign)], terminal: None, amount };
        rejection(ledger.capture(self.city.municipality, &format!("scan {}", scan.key), &code.code, &capture).await).map(|receipt| receipt.amount.get())
    }

    async fn play(&self, (holds, scans): &(Vec<Hold>, Vec<Scan>), batch_max: Option<usize>) -> Ends {
        let limits = Limits { batch_max: batch_max.unwrap_or(1), ..Limits::default() };
        let ledger = Ledger { together: Arc::new(Together::new(limits)), ..self.city.ledger().clone() };
        let (held, captures) = if batch_max.is_some() {
            let held = join_all(holds.iter().map(|hold| self.hold(&ledger, hold))).await;
            let captures = join_all(scans.iter().map(|scan| self.scan(&ledger, scan, &held))).await;
            (held, captures)
        } else {
            let (mut held, mut captures) = (Vec::new(), Vec::new());
            for hold in holds {
                held.push(self.hold(&ledger, hold).await);
            }
            for scan in scans {
                captures.push(self.scan(&ledger, scan, &held).await);
            }
            (held, captures)
        };
        self.city.assert_sound().await;
        let sql = "SELECT balance FROM guarded_balances WHERE municipality = $1 AND unit = 'allowance' ORDER BY balance";
        Ends {
            holds: held.into_iter().map(|held| held.map(|code| code.amount.get())).collect(),
            captures,
            left: self.city.spendable(&self.children).await,
            own: vec![self.city.own_money(self.families[0]).await, self.city.own_money(self.families[1]).await],
            owed: vec![self.city.owed(self.classes[0]).await, self.city.owed(self.classes[1]).await],
            allowances: sqlx::query_scalar(sql).bind(self.city.municipality.code()).fetch_all(&ledger.pool).await.expect("balances"),
        }
    }
}

#[test]
fn payments_that_arrive_at_once_end_as_one_by_one() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let database = runtime.block_on(TestDatabase::new());
    let codes = std::cell::Cell::new(1);
    let paid = std::cell::Cell::new(0);
    let config = Config { cases: 8, max_shrink_iters: 20, failure_persistence: None, ..Config::default() };
    let lives = ((prop::collection::vec(hold(), 1..24), prop::collection::vec(scan(), 1..30)), prop_oneof![Just(3_usize), Just(200)]);
    let outcome = TestRunner::new(config).run(&lives, |(life, batch_max)| {
        let code = codes.replace(codes.get() + 2);
        runtime.block_on(async {
            let alone = Place::found(&database, code).await.play(&life, None).await;
            let together = Place::found(&database, code + 1).await.play(&life, Some(batch_max)).await;
            paid.set(paid.get() + alone.captures.iter().filter(|capture| capture.is_ok()).count());
            assert_eq!(alone, together, "{life:?} in batches of {batch_max}");
        });
        Ok(())
    });
    outcome.expect("no life ends otherwise");
    assert!(paid.get() > 12, "only {} codes were captured: the lives were too dull to show anything", paid.get());
}
