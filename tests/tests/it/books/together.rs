//! Postings that arrive at once and are gathered: the same books as one by one, each answered on its own, nothing lost when a caller goes away, when the
//! database cuts connections in the middle, or when too many ask.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use ledger::Ledger;
use ledger::Together;
use ledger::batch::Limits;
use ledger::books::{Account, Draft, Event, Kind, Outcome, Refused, Transfer};
use ledger::error::Failure;
use ledger::ids::Municipality;
use ledger::money::Yen;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tests::support::city::{TestLedger, bare_municipality, date};
use tests::support::database::TestDatabase;

use super::history::{Item, accounts, item, open, posting};
use super::{TODAY, assert_sound, city_with_own_money, command, own_money, pay, payable};

/// The ways in which a posting ends, without its id.
fn end(outcome: &Outcome) -> Result<&'static str, Refused> {
    match outcome {
        Outcome::Posted(_) => Ok("posted"),
        Outcome::Replayed(_) => Ok("replayed"),
        Outcome::Rejected(refused) => Err(*refused),
    }
}

/// Every account that has moved, with its balance.
async fn balances(test: &TestLedger, municipality: Municipality) -> BTreeMap<uuid::Uuid, i64> {
    let sql = "SELECT account_id, sum(credit - debit)::bigint FROM postings WHERE municipality = $1 GROUP BY account_id";
    let rows: Vec<(uuid::Uuid, i64)> = sqlx::query_as(sql).bind(municipality.code()).fetch_all(&test.ledger.pool).await.expect("balances");
    rows.into_iter().collect()
}

/// Plays a history, one by one or all at once, in batches of at most `batch_max`.
async fn play(test: &TestLedger, code: i32, history: &[Item], batch_max: Option<usize>) -> (Vec<Result<&'static str, Refused>>, BTreeMap<uuid::Uuid, i64>) {
    let municipality = bare_municipality(&test.ledger.pool, code).await;
    let accounts = accounts();
    open(test, municipality, &accounts).await;
    let limits = Limits { batch_max: batch_max.unwrap_or(1), ..Limits::default() };
    let ledger = Ledger { together: Arc::new(Together::new(limits)), ..test.ledger.clone() };
    let post = |item: &Item| {
        let posting = posting(test, municipality, item, &accounts);
        let ledger = ledger.clone();
        async move { end(&ledger.post(municipality, posting.command, posting.draft).await.expect("an outcome")) }
    };
    let ends = if batch_max.is_some() {
        join_all(history.iter().map(post)).await
    } else {
        let mut ends = Vec::new();
        for item in history {
            ends.push(post(item).await);
        }
        ends
    };
    assert_sound(test, municipality).await;
    (ends, balances(test, municipality).await)
}

#[test]
fn a_history_that_arrives_at_once_ends_as_one_by_one() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let database = runtime.block_on(TestDatabase::new());
    let test = TestLedger::at(database.pool(), TODAY);
    let codes = std::cell::Cell::new(1);
    let config = Config { cases: 32, failure_persistence: None, ..Config::default() };
    let histories = (prop::collection::vec(item(), 1..60), prop_oneof![Just(2_usize), Just(7), Just(200)]);
    let outcome = TestRunner::new(config).run(&histories, |(history, batch_max)| {
        let code = codes.replace(codes.get() + 2);
        runtime.block_on(async {
            let alone = play(&test, code, &history, None).await;
            let together = play(&test, code + 1, &history, Some(batch_max)).await;
            assert_eq!(alone, together, "{history:?} in batches of {batch_max}");
        });
        Ok(())
    });
    outcome.expect("no history ends otherwise");
}

#[tokio::test]
async fn one_refused_request_sinks_no_other() {
    let database = TestDatabase::new().await;
    let test = TestLedger::at(database.pool(), TODAY);
    let city = bare_municipality(database.pool(), 1).await;
    let families: Vec<_> = (1..=20).map(|family| (family, 1_000)).collect();
    city_with_own_money(&test, city, &families).await;
    let posts = (1..=20).map(|family| {
        // Every third has too little; the seventh pays somebody whom nobody knows.
        let to = if family == 7 { payable(99) } else { payable(1) };
        let yen = if family % 3 == 0 { 1_001 } else { 1_000 };
        test.ledger.post(city, command(&format!("pay {family}")), pay(own_money(family).id, to.id, yen))
    });
    let ends: Vec<_> = join_all(posts).await.into_iter().map(|outcome| end(&outcome.expect("an outcome"))).collect();
    for (family, end) in (1..).zip(ends) {
        let expected = match family {
            7 => Err(Refused::UnknownAccount),
            _ if family % 3 == 0 => Err(Refused::Short),
            _ => Ok("posted"),
        };
        assert_eq!(end, expected, "family {family}");
    }
    let balance = test.ledger.trial_balance(city).await.expect("a trial balance");
    assert_eq!(balance.balance(Kind::MerchantPayable), -13_000);
    assert_sound(&test, city).await;
}

#[tokio::test]
async fn an_entry_that_the_database_cannot_take_fails_alone() {
    let database = TestDatabase::new().await;
    let test = TestLedger::at(database.pool(), TODAY);
    let city = bare_municipality(database.pool(), 1).await;
    let families: Vec<_> = (1..=8).map(|family| (family, 1_000)).collect();
    city_with_own_money(&test, city, &families).await;
    let posts = (1..=8).map(|family| {
        let mut draft = pay(own_money(family).id, payable(1).id, 1_000);
        if family == 5 {
            // Zero yen: no rule of the program's but a CHECK of the table refuses it, and with it the whole statement.
            draft.transfers = vec![Transfer::new(own_money(family).id, payable(1).id, Yen::ZERO)];
        }
        test.ledger.post(city, command(&format!("pay {family}")), draft)
    });
    let outcomes = join_all(posts).await;
    for (family, outcome) in (1..).zip(outcomes) {
        match family {
            5 => assert!(matches!(outcome, Err(Failure::Database(_))), "{outcome:?}"),
            _ => assert!(matches!(outcome, Ok(Outcome::Posted(_))), "{family}: {outcome:?}"),
        }
    }
    assert_sound(&test, city).await;
}

#[tokio::test]
async fn a_caller_that_goes_away_loses_its_answer_and_nothing_else() {
    let database = TestDatabase::new().await;
    let test = TestLedger::at(database.pool(), TODAY);
    let city = bare_municipality(database.pool(), 1).await;
    city_with_own_money(&test, city, &[(1, 1_000), (2, 1_000)]).await;
    let post = |family| {
        let ledger = test.ledger.clone();
        async move { ledger.post(city, command(&format!("pay {family}")), pay(own_money(family).id, payable(1).id, 400)).await.expect("an outcome") }
    };
    // Polled once: it stands in the queue. Then it is dropped, as a handler is when its connection closes.
    let mut gone = Box::pin(post(1));
    assert!(futures_util::poll!(gone.as_mut()).is_pending());
    drop(gone);
    assert!(matches!(post(2).await, Outcome::Posted(_)));
    assert!(matches!(post(1).await, Outcome::Replayed(_)), "it was posted all the same, once");
    let balance = test.ledger.trial_balance(city).await.expect("a trial balance");
    assert_eq!(balance.balance(Kind::MerchantPayable), -800);
    assert_sound(&test, city).await;
}

/// Between the last look at a queue and the end of whoever carried it out.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_comes_as_its_queue_runs_empty_is_answered() {
    let database = TestDatabase::new().await;
    let test = TestLedger::at(database.pool(), TODAY);
    let city = bare_municipality(database.pool(), 1).await;
    city_with_own_money(&test, city, &[(1, 10_000)]).await;
    for number in 0..300 {
        let outcome = test.ledger.post(city, command(&format!("pay {number}")), pay(own_money(1).id, payable(1).id, 1)).await;
        assert!(matches!(outcome, Ok(Outcome::Posted(_))), "{number}: {outcome:?}");
    }
    assert_sound(&test, city).await;
}

#[tokio::test]
async fn one_too_many_is_told_to_try_again_and_nothing_happened() {
    let database = TestDatabase::new().await;
    let test = TestLedger::at(database.pool(), TODAY);
    let city = bare_municipality(database.pool(), 1).await;
    let families: Vec<_> = (1..=5).map(|family| (family, 1_000)).collect();
    city_with_own_money(&test, city, &families).await;
    let together = Arc::new(Together::new(Limits { batch_max: 10, waiting_max: 3 }));
    let ledger = Ledger { together, ..test.ledger.clone() };
    let post = |family: u128| ledger.post(city, command(&format!("pay {family}")), pay(own_money(family).id, payable(1).id, 400));
    let outcomes = join_all((1..=5).map(post)).await;
    let ends: Vec<_> = outcomes.into_iter().map(|outcome| end(&outcome.expect("an outcome"))).collect();
    assert_eq!(ends, [Ok("posted"), Ok("posted"), Ok("posted"), Err(Refused::Busy), Err(Refused::Busy)]);
    assert!(matches!(post(4).await, Ok(Outcome::Posted(_))), "its key is still free");
    assert_sound(&test, city).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_survive_cut_database_connections_and_the_rest_is_found_out_by_key() {
    const POSTS: u128 = 400;
    let database = TestDatabase::new().await;
    let test = TestLedger::at(database.pool(), TODAY);
    let city = bare_municipality(database.pool(), 1).await;
    let families: Vec<_> = (1..=40).map(|family| (family, 10_000)).collect();
    city_with_own_money(&test, city, &families).await;
    let owner = database.owner().await;
    let done = Arc::new(AtomicBool::new(false));
    let cutting = tokio::spawn({
        let (done, owner) = (done.clone(), owner.clone());
        async move {
            while !done.load(Ordering::Relaxed) {
                let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'hagukumi_program' AND datname = current_database()";
                sqlx::query(cut).execute(&owner).await.expect("connections that can be cut");
            }
        }
    });
    let post = |number: u128| test.ledger.post(city, command(&format!("pay {number}")), pay(own_money(number % 40 + 1).id, payable(1).id, 10));
    let outcomes = join_all((0..POSTS).map(post)).await;
    done.store(true, Ordering::Relaxed);
    cutting.await.expect("the cutter");
    let answered = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    for (number, outcome) in (0..).zip(outcomes) {
        let again = loop {
            // Connections that were cut while they were free are found out one by one.
            if let Ok(again) = post(number).await {
                break again;
            }
        };
        match outcome {
            Ok(Outcome::Posted(entry) | Outcome::Replayed(entry)) => assert_eq!(again, Outcome::Replayed(entry), "{number} was answered"),
            Ok(Outcome::Rejected(refused)) => panic!("{number}: {refused}"),
            Err(_) => assert!(!matches!(again, Outcome::Rejected(_)), "{number}: {again:?}"),
        }
    }
    let balance = test.ledger.trial_balance(city).await.expect("a trial balance");
    assert_eq!(balance.balance(Kind::MerchantPayable), -4_000, "each was posted once ({answered} were answered before)");
    assert_sound(&test, city).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_processes_that_gather_pay_one_merchant_and_lose_nothing() {
    let database = TestDatabase::new().await;
    let test = TestLedger::at(database.pool(), TODAY);
    let city = bare_municipality(database.pool(), 1).await;
    let families: Vec<_> = (1..=16).map(|family| (family, 100_000)).collect();
    city_with_own_money(&test, city, &families).await;
    tests::support::race(8, |runner| {
        let ledger = test.apart();
        async move {
            // The same families from every process, in other orders.
            let turns = (0..64_u128).map(|turn| (turn * (2 * u128::from(runner as u64) + 1)) % 16 + 1).enumerate();
            let posts = turns.map(|(turn, family)| {
                let draft = Draft::new(
                    Event::Correct,
                    date(TODAY),
                    vec![Transfer::new(own_money(family).id, Account::of_owner(Kind::MerchantPayable, uuid::Uuid::from_u128(1)).id, Yen::new(10))],
                );
                ledger.post(city, command(&format!("{runner}/{turn}")), draft)
            });
            for outcome in join_all(posts).await {
                assert!(matches!(outcome, Ok(Outcome::Posted(_))), "{outcome:?}");
            }
        }
    })
    .await;
    let balance = test.ledger.trial_balance(city).await.expect("a trial balance");
    assert_eq!(balance.balance(Kind::MerchantPayable), -8 * 64 * 10);
    assert_sound(&test, city).await;
}
