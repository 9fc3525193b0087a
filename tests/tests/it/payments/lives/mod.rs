//! Random lives of payments through the façade, against an oracle: after each command its answer and every balance are the oracle's, debits are
//! credits, no guarded row is below zero, and the books prove themselves.

mod oracle;

use std::collections::BTreeMap;

use chrono::TimeDelta;
use ledger::entitlement::RunRejected;
use ledger::ids::AccountId;
use ledger::payment::refund::AskRefund;
use ledger::payment::{Capture, HoldPayment};
use ledger::time::{Month, tokyo_date};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use uuid::Uuid;

use self::oracle::{COUPON, Oracle, TICKET, Verdict};
use super::*;

/// Coupons of a month with usage limits, and tickets of a year.
pub(super) const SCHEMES: [&str; 2] = [
    r#"[scheme]
id = "coupon"
[[version]]
from = 2026-04-01
who = { unit = "child", test = { age_below = 19 } }
grant = { kind = "yen", amount = 6_000, cycle = "month", open = { months = -1, day = 16 }, close = { months = 1, day = 15 } }
cost = { expenses = ["tuition"] }
share = { rate = [1, 1] }
limit = [{ per = "day", max_count = 3 }, { per = "month", max_yen = 9_000 }]
route = [{ kind = "redeem" }]
"#,
    r#"[scheme]
id = "ticket"
[[version]]
from = 2026-04-01
who = { unit = "child", test = { age_below = 19 } }
grant = { kind = "count", amount = 8, face = 500, cycle = "year" }
cost = { expenses = ["tuition"] }
share = { rate = [1, 1] }
route = [{ kind = "redeem" }]
"#,
];

/// One command. Numbers choose among what is there when it comes.
#[derive(Debug, Clone)]
enum Step {
    Grant { tickets: bool, next_month: bool },
    Hold { family: usize, both: bool, merchant: usize, price: i64, own_money: bool },
    Capture { payment: usize, wrong_amount: bool, foreign: bool },
    Void { payment: usize, foreign: bool },
    Expire,
    Refund { payment: usize, percent: i64, foreign: bool },
    Settle,
    Lapse,
    Advance { minutes: i64 },
    ClosePayments { today: bool },
    Again { of: usize, altered: bool },
}

fn step() -> impl Strategy<Value = Step> {
    let seldom = || prop::bool::weighted(0.1);
    let number = || any::<prop::sample::Index>().prop_map(|index| index.index(1 << 16));
    prop_oneof![
        2 => (any::<bool>(), any::<bool>()).prop_map(|(tickets, next_month)| Step::Grant { tickets, next_month }),
        9 => (0_usize..2, any::<bool>(), 0_usize..2, prop_oneof![1_i64..4_000, 3_000_i64..16_000], any::<bool>())
            .prop_map(|(family, both, merchant, price, own_money)| Step::Hold { family, both, merchant, price, own_money }),
        12 => (number(), seldom(), seldom()).prop_map(|(payment, wrong_amount, foreign)| Step::Capture { payment, wrong_amount, foreign }),
        2 => (number(), seldom()).prop_map(|(payment, foreign)| Step::Void { payment, foreign }),
        1 => Just(Step::Expire),
        6 => (number(), 0_i64..120, seldom()).prop_map(|(payment, percent, foreign)| Step::Refund { payment, percent, foreign }),
        3 => Just(Step::Settle),
        2 => Just(Step::Lapse),
        4 => prop_oneof![4 => 1_i64..14, 2 => 600_i64..2_000, 1 => 10_000_i64..40_000].prop_map(|minutes| Step::Advance { minutes }),
        1 => any::<bool>().prop_map(|today| Step::ClosePayments { today }),
        5 => (number(), seldom()).prop_map(|(of, altered)| Step::Again { of, altered }),
    ]
}

/// A command as it was sent, to be sent again.
#[derive(Clone)]
enum Sent {
    Hold(HoldPayment),
    Capture(usize, Capture),
    Refund(usize, AskRefund),
}

struct Life {
    city: TestCity,
    oracle: Oracle,
    families: [FamilyId; 2],
    merchants: [MerchantId; 2],
    sent: Vec<(String, Sent)>,
}

impl Life {
    /// Two families, one with two children; some own money each; tight budgets.
    async fn begin(database: &TestDatabase, code: i32) -> Self {
        let slug = format!("city{code}");
        let city = TestCity::found_as(database.pool(), (code, &slug), "2026-05-20", &SCHEMES).await;
        city.roster(&[("1", "H1", "2013-09-10", "2026-04-01"), ("2", "H1", "2011-09-10", "2026-04-01"), ("3", "H2", "2012-09-10", "2026-04-01")]).await;
        let families = [city.family("H1").await, city.family("H2").await];
        let merchants = [city.class("one").await, city.class("two").await];
        let mut oracle = Oracle::at(city.ledger().clock.now());
        for (number, family) in [("1", families[0]), ("2", families[0]), ("3", families[1])] {
            oracle.children.push((city.child(number).await, family));
        }
        for (scheme, yen) in [(COUPON, 40_000), (TICKET, 12_000)] {
            city.appropriate(scheme, 2026, yen).await;
            oracle.budgets.insert(scheme, yen);
        }
        for (family, yen) in families.into_iter().zip([5_000, 2_000]) {
            city.top_up(family, yen).await;
            oracle.own.insert(family, yen);
        }
        oracle.owed = merchants.map(|merchant| (merchant, 0)).into();
        Self { city, oracle, families, merchants, sent: Vec::new() }
    }

    async fn play(&mut self, step: &Step) {
        let key = format!("key {}", self.sent.len());
        let payments = self.oracle.payments.len();
        match *step {
            Step::Grant { tickets, next_month } => self.grant(if tickets { TICKET } else { COUPON }, next_month).await,
            Step::Hold { family, both, merchant, price, own_money } => {
                let [one, two, other] = [0, 1, 2].map(|at: usize| self.oracle.children[at].0);
                let children = match (family, both) {
                    (0, true) => vec![two, one],
                    (0, false) => vec![one],
                    // A child of the other family never pays.
                    (_, true) => vec![other, one],
                    (_, false) => vec![other],
                };
                let asked = HoldPayment { own_money, ..tuition(self.families[family], &children, self.merchants[merchant], price) };
                self.send(key, Sent::Hold(asked)).await;
            }
            Step::Capture { payment, wrong_amount, foreign } if payments > 0 => {
                // Mostly the latest ones: older ones have ended.
                let at = payments - 1 - payment % payments.min(3);
                let amount = self.oracle.payments[at].asked.price.plus(Yen::new(i64::from(wrong_amount))).expect("a price");
                let merchant = self.merchant_of(at, foreign);
                self.send(key, Sent::Capture(at, Capture { merchant, terminal: None, amount })).await;
            }
            Step::Void { payment, foreign } if payments > 0 => {
                let at = payment % payments;
                let other = *self.families.iter().find(|family| **family != self.oracle.payments[at].asked.family).expect("two families");
                let family = if foreign { other } else { self.oracle.payments[at].asked.family };
                let hold = self.oracle.payments[at].code.hold;
                let answer = rejection(self.city.ledger().void(self.city.municipality, family, hold).await);
                assert_eq!(answer, self.oracle.void(at, family));
            }
            Step::Refund { payment, percent, foreign } => {
                let captured: Vec<_> = (0..payments).filter(|at| self.oracle.payments[*at].receipt.is_some()).collect();
                let Some(&at) = captured.get(payment % captured.len().max(1)) else { return };
                let receipt = self.oracle.payments[at].receipt.as_ref().expect("a receipt").id;
                let amount = Yen::new(self.oracle.payments[at].asked.price.get() * percent / 100);
                let merchant = self.merchant_of(at, foreign);
                self.send(key, Sent::Refund(at, AskRefund { merchant, receipt, amount, reason: "休講".to_owned() })).await;
            }
            Step::Again { of, altered } if !self.sent.is_empty() => {
                let (key, mut sent) = self.sent[of % self.sent.len()].clone();
                if altered {
                    alter(&mut sent);
                }
                self.send(key, sent).await;
            }
            _ => self.run(step).await,
        }
    }

    fn merchant_of(&self, at: usize, foreign: bool) -> MerchantId {
        let own = self.oracle.payments[at].asked.merchant;
        if foreign { *self.merchants.iter().find(|merchant| **merchant != own).expect("two merchants") } else { own }
    }

    /// The jobs, the clock, and the close.
    async fn run(&mut self, step: &Step) {
        let (ledger, municipality) = (self.city.ledger(), self.city.municipality);
        match *step {
            Step::Expire => assert_eq!(ledger.expire_holds(municipality).await.expect("expired"), self.oracle.expire()),
            Step::Settle => assert_eq!(ledger.settle_refunds(municipality).await.expect("settled"), self.oracle.settle()),
            Step::Lapse => {
                let run = ledger.lapse(municipality).await.expect("lapsed");
                assert_eq!((run.count, run.amount.get()), self.oracle.lapse());
            }
            // All within the year whose budgets there are.
            Step::Advance { minutes } if tokyo_date(self.oracle.now) < date("2027-01-01") => {
                self.city.test.clock.advance(TimeDelta::minutes(minutes));
                self.oracle.now = ledger.clock.now();
            }
            Step::ClosePayments { today } => {
                let day = tokyo_date(self.oracle.now) - chrono::Days::new(u64::from(!today));
                self.city.close_payments(day).await;
                self.oracle.closed_through = self.oracle.closed_through.max(Some(day));
            }
            _ => {}
        }
    }

    async fn grant(&mut self, scheme: &'static str, next_month: bool) {
        let month = Month::of(tokyo_date(self.oracle.now)).plus_months(i32::from(next_month));
        let due = self.oracle.due(scheme, month);
        let run = rejection(self.city.grant(scheme, &month.first_day().to_string()).await);
        let Ok(due) = due else {
            assert_eq!(run.err(), Some(RunRejected::Budget));
            return;
        };
        let run = run.expect("a grant");
        assert_eq!(run.granted.count, due.len());
        let sql = "SELECT entitlement_id FROM entitlements WHERE municipality = $1 AND scheme_id = $2 AND child_id = $3 AND period_from = $4";
        for child in due {
            let query = sqlx::query_scalar(sql).bind(self.city.municipality.code()).bind(scheme).bind(child.uuid()).bind(run.period.service_from);
            let account: Uuid = query.fetch_one(&self.city.ledger().pool).await.expect("an entitlement");
            self.oracle.grant(scheme, month, child, AccountId::new(account));
        }
    }

    /// Sends a command, for the first time or again, and compares the answer.
    async fn send(&mut self, key: String, sent: Sent) {
        match &sent {
            Sent::Hold(asked) => self.hold(&key, asked).await,
            Sent::Capture(at, asked) => self.capture(&key, *at, asked).await,
            Sent::Refund(at, asked) => self.refund(&key, *at, asked).await,
        }
        self.sent.push((key, sent));
    }

    async fn hold(&mut self, key: &str, asked: &HoldPayment) {
        let answer = self.city.hold(key, asked).await;
        let at = match (self.oracle.hold(key, asked), &answer) {
            (Err(expected), Err(why)) => return assert_eq!(*why, expected),
            (Ok(Verdict::New(at)), Ok(held)) => {
                let payment = &mut self.oracle.payments[at];
                payment.code = PaymentCode { expires_at: payment.code.expires_at, amount: payment.code.amount, ..held.clone() };
                at
            }
            (Ok(Verdict::Known(at)), Ok(_)) => at,
            (expected, answer) => panic!("{answer:?} where the oracle says {:?}", expected.map(|_| "held")),
        };
        let (held, expected) = (answer.expect("a code"), &self.oracle.payments[at].code);
        assert_eq!((held.hold, &held.code, held.amount, held.expires_at), (expected.hold, &expected.code, expected.amount, expected.expires_at));
    }

    async fn capture(&mut self, key: &str, at: usize, asked: &Capture) {
        let answer = rejection(self.city.ledger().capture(self.city.municipality, key, &self.oracle.payments[at].code.code, asked).await);
        match (self.oracle.capture(key, at, (asked.merchant, asked.amount.get())), answer) {
            (Err(expected), Err(why)) => assert_eq!(why, expected),
            (Ok(Verdict::New(at)), Ok(receipt)) => {
                assert_eq!((receipt.amount, receipt.captured_at), (asked.amount, self.oracle.now));
                self.oracle.payments[at].receipt = Some(receipt);
            }
            (Ok(Verdict::Known(at)), Ok(receipt)) => assert_eq!(Some(&receipt), self.oracle.payments[at].receipt.as_ref()),
            (expected, answer) => panic!("{answer:?} where the oracle says {:?}", expected.map(|_| "captured")),
        }
    }

    async fn refund(&mut self, key: &str, at: usize, asked: &AskRefund) {
        let answer = rejection(self.city.ledger().refund(self.city.municipality, key, asked).await);
        match (self.oracle.refund(key, at, asked), answer) {
            (Err(expected), Err(why)) => assert_eq!(why, expected),
            (Ok(Some(known)), Ok(refund)) => assert_eq!(refund, known),
            (Ok(None), Ok(answer)) => {
                assert_eq!((answer.receipt, answer.amount), (asked.receipt, asked.amount));
                self.oracle.refunds.insert(key.to_owned(), oracle::Accepted { request: format!("{asked:?}"), answer });
            }
            (expected, answer) => panic!("{answer:?} where the oracle says {expected:?}"),
        }
    }

    /// What the books hold, but for the two accounts that stand outside of payments.
    async fn balances(&self) -> BTreeMap<AccountId, i64> {
        let mut books = self.city.balances().await;
        for outside in [Kind::CityAppropriations, Kind::Bank] {
            books.remove(&Account::of_city(outside).id);
        }
        books.retain(|_, balance| *balance != 0);
        books
    }
}

fn alter(sent: &mut Sent) {
    let amount = match sent {
        Sent::Hold(asked) => &mut asked.price,
        Sent::Capture(_, asked) => &mut asked.amount,
        Sent::Refund(_, asked) => &mut asked.amount,
    };
    *amount = amount.plus(Yen::new(1)).expect("an amount");
}

/// How often each way to end was seen: a life in which nothing is ever captured or settled shows nothing.
fn count(life: &Life, seen: &mut BTreeMap<&'static str, usize>) {
    let oracle = &life.oracle;
    *seen.entry("held").or_default() += oracle.payments.len();
    *seen.entry("captured").or_default() += oracle.captures.len();
    *seen.entry("refunded").or_default() += oracle.refunds.len();
}

#[test]
fn every_answer_and_every_balance_of_a_random_life_is_the_oracles() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let database = runtime.block_on(TestDatabase::new());
    let (codes, seen) = (std::cell::Cell::new(1), std::cell::RefCell::new(BTreeMap::new()));
    let config = Config { cases: 24, max_shrink_iters: 60, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&prop::collection::vec(step(), 30..50), |steps| {
        let code = codes.replace(codes.get() + 1);
        runtime.block_on(async {
            let mut life = Life::begin(&database, code).await;
            life.grant(COUPON, false).await;
            life.grant(TICKET, false).await;
            for step in &steps {
                life.play(step).await;
                assert_eq!(life.balances().await, life.oracle.balances());
                life.city.assert_sound().await;
            }
            count(&life, &mut seen.borrow_mut());
        });
        Ok(())
    });
    outcome.expect("no life contradicts the oracle");
    let seen = seen.into_inner();
    assert!(seen["held"] > 60 && seen["captured"] > 20 && seen["refunded"] > 8, "the lives were too dull to show anything: {seen:?}");
}

#[tokio::test]
async fn one_yen_that_the_oracle_does_not_know_of_is_seen() {
    let database = TestDatabase::new().await;
    let life = Life::begin(&database, 1).await;
    assert_eq!(life.balances().await, life.oracle.balances());
    let draft = ledger::events::bank::top_up(life.families[0], Yen::new(1), date("2026-05-20"));
    life.city.ledger().post(life.city.municipality, staff("a", "one yen"), draft).await.expect("a posting");
    assert_ne!(life.balances().await, life.oracle.balances());
}
