//! Races on eight connections through the façade: one winner, the same answer for the same command, no deadlock, and sound books after it.

use std::collections::BTreeSet;

use ledger::payment::invoice::{Bill, PayInvoice, PayRejected};
use ledger::payment::refund::RefundRejected;
use ledger::payment::{Capture, CaptureRejected, HoldPayment, HoldRejected, NotCapturable};
use tests::support::race;

use super::*;

/// Two families, one child each with 10,000 yen, and one class. Shared by the runners of a race.
struct Town {
    city: TestCity,
    families: [FamilyId; 2],
    children: [ChildId; 2],
    class: MerchantId,
}

const SPENT: CaptureRejected = CaptureRejected::NotCapturable(NotCapturable::Spent);

impl Town {
    async fn new(database: &TestDatabase) -> Arc<Self> {
        let city = TestCity::found(database, "osaka", "2026-05-20", &[]).await;
        city.roster(&[("1", "H1", "2013-09-10", "2026-04-01"), ("2", "H2", "2011-09-10", "2026-04-01")]).await;
        city.appropriate("osaka-juku", 2026, 100_000).await;
        let families = [city.family("H1").await, city.family("H2").await];
        let children = [city.child("1").await, city.child("2").await];
        let class = city.class("one").await;
        Arc::new(Self { city, families, children, class })
    }

    async fn granted(database: &TestDatabase) -> Arc<Self> {
        let town = Self::new(database).await;
        town.city.grant("osaka-juku", "2026-05-01").await.expect("a grant");
        town
    }

    /// The same town, in another process.
    fn apart(&self) -> Arc<Self> {
        let test = TestLedger { ledger: self.city.test.apart(), clock: self.city.test.clock.clone() };
        let Self { families, children, class, .. } = *self;
        Arc::new(Self { city: TestCity { test, municipality: self.city.municipality }, families, children, class })
    }

    /// Tuition for one of the two families.
    fn tuition(&self, family: usize, yen: i64) -> HoldPayment {
        tuition(self.families[family], &[self.children[family]], self.class, yen)
    }
}

/// Eight runners with the town and their number: four in one process, whose requests may be gathered, and four in processes of their own.
async fn eight<T: Send + 'static, F: Future<Output = T> + Send + 'static>(town: &Arc<Town>, task: impl Fn(Arc<Town>, usize) -> F) -> Vec<T> {
    race(8, |runner| task(if runner < 4 { town.clone() } else { town.apart() }, runner)).await
}

fn wins<T, E>(answers: &[Result<T, E>]) -> usize {
    answers.iter().filter(|answer| answer.is_ok()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_code_at_eight_desks_gives_one_receipt() {
    let database = TestDatabase::new().await;
    let town = Town::granted(&database).await;
    let held = Arc::new(town.city.hold("p", &town.tuition(0, 8_000)).await.expect("a hold"));
    let answers = eight(&town, |town, desk| {
        let held = held.clone();
        async move { town.city.capture(&format!("desk {desk}"), &held, town.class).await }
    })
    .await;
    assert_eq!(wins(&answers), 1);
    assert!(answers.iter().filter_map(|answer| answer.as_ref().err()).all(|why| *why == SPENT), "{answers:?}");
    assert_eq!(town.city.owed(town.class).await, 8_000);
    town.city.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_is_sent_eight_times_at_once_is_answered_the_same_each_time() {
    let database = TestDatabase::new().await;
    let town = Town::granted(&database).await;
    // All that the child has: whoever looks after the first one was done finds nothing left.
    let codes = eight(&town, |town, _| async move { town.city.hold("double click", &town.tuition(0, 10_000)).await }).await;
    let codes: Vec<_> = codes.into_iter().map(|code| code.expect("the same code")).collect();
    assert_eq!(codes.iter().map(|code| code.code.token()).collect::<BTreeSet<_>>().len(), 1);
    let held = Arc::new(codes.into_iter().next().expect("a code"));
    let receipts = eight(&town, |town, _| {
        let held = held.clone();
        async move { town.city.capture("double scan", &held, town.class).await.expect("the same receipt") }
    })
    .await;
    assert!(receipts.iter().all(|receipt| *receipt == receipts[0]), "{receipts:?}");
    let receipt = Arc::new(receipts[0].clone());
    let refunds = eight(&town, |town, _| {
        let receipt = receipt.clone();
        async move { town.city.refund("double refund", &receipt, 3_000).await.expect("the same refund") }
    })
    .await;
    assert!(refunds.iter().all(|refund| *refund == refunds[0]), "{refunds:?}");
    assert_eq!(town.city.owed(town.class).await, 7_000);
    let held = town.city.ledger().hold(town.city.municipality, "own", &town.tuition(1, 1_000)).await.expect("a hold").id;
    let voids =
        eight(&town, |town, _| async move { town.city.ledger().void(town.city.municipality, town.families[1], held).await.map_err(|error| error.to_string()) })
            .await;
    assert_eq!(voids, vec![Ok(()); 8], "a double click takes back once and is told so each time");
    town.city.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_payments_of_everything_a_child_has_are_one_payment() {
    let database = TestDatabase::new().await;
    let town = Town::granted(&database).await;
    let answers = eight(&town, |town, runner| async move { town.city.hold(&format!("p{runner}"), &town.tuition(0, 10_000)).await }).await;
    assert_eq!(wins(&answers), 1, "{answers:?}");
    let short = |why: &HoldRejected| matches!(why, HoldRejected::Short(short) if short.missing == Yen::new(10_000));
    assert!(answers.iter().filter_map(|answer| answer.as_ref().err()).all(short), "{answers:?}");
    town.city.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_is_captured_or_taken_back_or_expired_and_the_losers_are_told_which() {
    let database = TestDatabase::new().await;
    let town = Town::granted(&database).await;
    town.city.top_up(town.families[0], 40_000).await;
    for round in 0..4 {
        let own = HoldPayment { own_money: true, ..town.tuition(0, 10_000) };
        let held = Arc::new(town.city.hold(&format!("round {round}"), &own).await.expect("a hold"));
        let owed = town.city.owed(town.class).await;
        let answers = eight(&town, |town, runner| {
            let held = held.clone();
            async move {
                let (ledger, city) = (town.city.ledger(), town.city.municipality);
                match runner % 2 {
                    0 => town.city.capture(&format!("{round}/{runner}"), &held, town.class).await.map(|_| "captured").map_err(|why| why == SPENT),
                    _ => rejection(ledger.void(city, town.families[0], held.hold).await).map(|()| "voided").map_err(|why| why == NotCapturable::Spent),
                }
            }
        })
        .await;
        let captured = answers.iter().filter(|answer| **answer == Ok("captured")).count();
        let voided = answers.iter().filter(|answer| **answer == Ok("voided")).count();
        assert!(matches!((captured, voided), (1, 0) | (0, 4)), "{answers:?}");
        assert!(answers.iter().all(|answer| answer.is_ok() || *answer == Err(true)), "{answers:?}");
        assert_eq!(town.city.owed(town.class).await - owed, if captured == 1 { 10_000 } else { 0 });
        town.city.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refunds_that_race_never_exceed_the_receipt() {
    let database = TestDatabase::new().await;
    let town = Town::granted(&database).await;
    let receipt = Arc::new(town.city.pay("p", &town.tuition(0, 10_000)).await);
    let answers = eight(&town, |town, runner| {
        let receipt = receipt.clone();
        async move { town.city.refund(&format!("r{runner}"), &receipt, 3_000).await }
    })
    .await;
    assert_eq!(wins(&answers), 3);
    let left = RefundRejected::TooMuch { left: Yen::new(1_000) };
    assert!(answers.iter().filter_map(|answer| answer.as_ref().err()).all(|why| *why == left), "{answers:?}");
    // Settled by two jobs at once, each refund goes back once.
    race(2, |_| {
        let town = town.clone();
        async move { town.city.ledger().settle_refunds(town.city.municipality).await.expect("settled") }
    })
    .await;
    assert_eq!(town.city.spendable(&town.children).await, [9_000, 10_000]);
    town.city.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn grant_runs_at_once_grant_once() {
    let database = TestDatabase::new().await;
    let town = Town::new(&database).await;
    let runs = eight(&town, |town, _| async move { town.city.grant("osaka-juku", "2026-05-01").await.expect("a run").granted.count }).await;
    assert_eq!(runs.iter().sum::<usize>(), 2, "{runs:?}");
    assert_eq!(town.city.spendable(&town.children).await, [10_000, 10_000]);
    town.city.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bill_that_two_families_pay_at_once_at_home_and_at_the_desk_is_paid_once() {
    let database = TestDatabase::new().await;
    let town = Town::granted(&database).await;
    let (ledger, city) = (town.city.ledger(), town.city.municipality);
    let bill = Bill { merchant: town.class, reference: "1".to_owned(), expense: "tuition".to_owned(), service: None, amount: Yen::new(1_000), due_on: None };
    let invoice = ledger.bill(city, "bill", &bill).await.expect("a bill").id;
    let codes = [0, 1].map(|family| HoldPayment { invoice: Some(invoice), ..town.tuition(family, 1_000) });
    let codes = Arc::new([town.city.hold("c0", &codes[0]).await.expect("a code"), town.city.hold("c1", &codes[1]).await.expect("a code")]);
    let answers = eight(&town, |town, runner| {
        let codes = codes.clone();
        async move {
            let (ledger, family) = (town.city.ledger(), runner % 2);
            if runner < 2 {
                let asked = Capture { merchant: town.class, terminal: None, amount: Yen::new(1_000) };
                let answer = ledger.capture(town.city.municipality, &format!("d{runner}"), &codes[family].code, &asked).await;
                return rejection(answer).map_err(|why| why == SPENT);
            }
            let asked = PayInvoice { family: town.families[family], children: vec![town.children[family]], own_money: false };
            rejection(ledger.pay_invoice(town.city.municipality, &format!("h{runner}"), invoice, &asked).await).map_err(|why| why == PayRejected::Paid)
        }
    })
    .await;
    assert_eq!(wins(&answers), 1, "{answers:?}");
    assert!(answers.iter().all(|answer| !matches!(answer, Err(false))), "{answers:?}");
    assert_eq!(town.city.owed(town.class).await, 1_000);
    town.city.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nightly_jobs_and_payments_wait_for_each_other_and_never_deadlock() {
    let database = TestDatabase::new().await;
    let city = TestCity::found(&database, "osaka", "2026-05-20", &[]).await;
    city.roster(&[("1", "H1", "2013-09-10", "2026-04-01"), ("2", "H1", "2011-09-10", "2026-04-01")]).await;
    city.appropriate("osaka-juku", 2026, 100_000).await;
    city.grant("osaka-juku", "2026-05-01").await.expect("a grant");
    let (family, children) = (city.family("H1").await, [city.child("1").await, city.child("2").await]);
    let class = city.class("one").await;
    // Small holds and refunds that take from one child and from the other in turn, in no order of accounts.
    for turn in 0..24 {
        let child = [children[usize::from(turn % 3 == 0)]];
        let held = city.hold(&format!("p{turn}"), &tuition(family, &child, class, 100)).await.expect("a hold");
        if turn % 2 == 0 {
            let receipt = city.capture(&format!("p{turn}"), &held, class).await.expect("a receipt");
            city.refund(&format!("r{turn}"), &receipt, 100).await.expect("a refund");
        }
    }
    city.test.clock.advance(chrono::TimeDelta::minutes(11));
    let town = Arc::new(Town { city, families: [family; 2], children, class });
    eight(&town, |town, runner| async move {
        let (ledger, city) = (town.city.ledger(), town.city.municipality);
        match runner {
            0 | 1 => {
                ledger.expire_holds(city).await.expect("expired");
            }
            2 | 3 => {
                ledger.settle_refunds(city).await.expect("settled");
            }
            _ => {
                for turn in 0..8 {
                    let both = tuition(town.families[0], &town.children, town.class, 8_000);
                    let held = town.city.hold(&format!("{runner}/{turn}"), &both).await;
                    if let Ok(held) = held {
                        ledger.void(city, town.families[0], held.hold).await.expect("a void");
                    }
                }
            }
        }
    })
    .await;
    assert_eq!(town.city.spendable(&town.children).await, [10_000, 10_000]);
    town.city.assert_sound().await;
}
