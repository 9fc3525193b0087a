//! Races on eight connections: one entitlement's worth of money, one key, one merchant, opposite orders. One winner, no deadlock, no loss.

use ledger::books::{Account, Draft, Event, Kind, Outcome, Refused, Transfer};
use ledger::money::Yen;
use tests::support::city::{TestLedger, bare_municipality, date};
use tests::support::database::TestDatabase;
use tests::support::race;

use super::{TODAY, assert_sound, city_with_own_money, command, own_money, pay, payable};

/// How many items ended in which way: posted, replayed, short.
fn tally(outcomes: &[Outcome]) -> [usize; 3] {
    let count = |is: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| is(outcome)).count();
    [
        count(|outcome| matches!(outcome, Outcome::Posted(_))),
        count(|outcome| matches!(outcome, Outcome::Replayed(_))),
        count(|outcome| *outcome == Outcome::Rejected(Refused::Short)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_yen_is_spent_once() {
    let database = TestDatabase::new().await;
    let test = TestLedger::at(database.pool(), TODAY);
    let city = bare_municipality(database.pool(), 1).await;
    city_with_own_money(&test, city, &[(1, 10_000)]).await;
    let outcomes = race(8, |runner| {
        let ledger = test.apart();
        async move { ledger.post(city, command(&format!("pay {runner}")), pay(own_money(1).id, payable(1).id, 10_000)).await.expect("an outcome") }
    })
    .await;
    assert_eq!(tally(&outcomes), [1, 0, 7]);
    assert_sound(&test, city).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_posts_once_and_answers_the_others_the_same() {
    let database = TestDatabase::new().await;
    let test = TestLedger::at(database.pool(), TODAY);
    let city = bare_municipality(database.pool(), 1).await;
    city_with_own_money(&test, city, &[(1, 10_000)]).await;
    let outcomes = race(8, |_| {
        let ledger = test.apart();
        async move { ledger.post(city, command("double click"), pay(own_money(1).id, payable(1).id, 1_000)).await.expect("an outcome") }
    })
    .await;
    assert_eq!(tally(&outcomes), [1, 7, 0]);
    let entries: std::collections::BTreeSet<_> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Posted(entry) | Outcome::Replayed(entry) => *entry,
            Outcome::Rejected(refused) => panic!("{refused}"),
        })
        .collect();
    assert_eq!(entries.len(), 1);
    assert_sound(&test, city).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_when_all_pay_one_merchant_while_it_is_folded() {
    let database = TestDatabase::new().await;
    let test = TestLedger::at(database.pool(), TODAY);
    let city = bare_municipality(database.pool(), 1).await;
    let families: Vec<_> = (1..=8).map(|family| (family, 20_000)).collect();
    city_with_own_money(&test, city, &families).await;
    race(9, |runner| {
        let ledger = test.apart();
        async move {
            for turn in 0..20 {
                if runner == 8 {
                    ledger.fold_deltas(city).await.expect("a fold");
                    continue;
                }
                let family = own_money(u128::from(runner as u64) + 1).id;
                let outcome = ledger.post(city, command(&format!("{runner}/{turn}")), pay(family, payable(1).id, 107)).await.expect("an outcome");
                assert!(matches!(outcome, Outcome::Posted(_)));
            }
        }
    })
    .await;
    let balance = test.ledger.trial_balance(city).await.expect("a trial balance");
    assert_eq!(balance.balance(Kind::MerchantPayable), -107 * 20 * 8);
    assert_sound(&test, city).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opposite_orders_wait_for_each_other_and_never_deadlock() {
    let database = TestDatabase::new().await;
    let test = TestLedger::at(database.pool(), TODAY);
    let city = bare_municipality(database.pool(), 1).await;
    city_with_own_money(&test, city, &[(1, 50_000), (2, 50_000)]).await;
    race(8, |runner| {
        let ledger = test.apart();
        async move {
            for turn in 0..15 {
                let (one, two) = if runner % 2 == 0 { (1, 2) } else { (2, 1) };
                let transfers = [(one, two), (two, one)].map(|(from, to)| Transfer::new(own_money(from).id, own_money(to).id, Yen::new(10)));
                let draft = Draft::new(Event::Correct, date(TODAY), transfers.into());
                let outcome = ledger.post(city, command(&format!("{runner}/{turn}")), draft).await.expect("no deadlock");
                assert!(matches!(outcome, Outcome::Posted(_)));
            }
        }
    })
    .await;
    assert_sound(&test, city).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_posting_slips_in_behind_a_close() {
    let database = TestDatabase::new().await;
    let test = TestLedger::at(database.pool(), TODAY);
    let city = bare_municipality(database.pool(), 1).await;
    city_with_own_money(&test, city, &[(1, 50_000), (2, 50_000), (3, 50_000), (4, 50_000), (5, 50_000), (6, 50_000), (7, 50_000)]).await;
    let counted = race(8, |runner| {
        let ledger = test.apart();
        async move {
            if runner == 7 {
                let mut tx = ledger.pool.begin().await.expect("a transaction");
                let days = (date("2026-05-01"), date("2026-05-31"));
                let now = ledger.clock.now();
                ledger::books::repo::close_through_in_tx(&mut tx, city, ledger::books::repo::Scope::Books, days, now, "test").await.expect("a close");
                let seen = ledger::books::repo::count_in_tx(&mut tx, city).await.expect("a count").0;
                tx.commit().await.expect("a commit");
                return seen;
            }
            for turn in 0..15 {
                let family = own_money(u128::from(runner as u64) + 1).id;
                ledger.post(city, command(&format!("{runner}/{turn}")), pay(family, payable(1).id, 10)).await.expect("an outcome");
            }
            0
        }
    })
    .await;
    let mut tx = test.ledger.pool.begin().await.expect("a transaction");
    let after = ledger::books::repo::count_in_tx(&mut tx, city).await.expect("a count").0;
    assert_eq!(counted.iter().max(), Some(&after), "entries were posted in a month that was closed already");
    let late = test.ledger.post(city, command("late"), pay(own_money(1).id, payable(1).id, 10)).await.expect("an outcome");
    assert_eq!(late, Outcome::Rejected(Refused::Closed));
}

#[tokio::test]
async fn an_entry_is_reversed_once() {
    let database = TestDatabase::new().await;
    let test = TestLedger::at(database.pool(), TODAY);
    let city = bare_municipality(database.pool(), 1).await;
    city_with_own_money(&test, city, &[(1, 10_000)]).await;
    let Outcome::Posted(entry) = test.ledger.post(city, command("pay"), pay(own_money(1).id, payable(1).id, 4_000)).await.expect("an outcome") else {
        panic!("not posted")
    };
    let first = test.ledger.reverse(city, command("undo"), entry, "mistake").await.expect("an outcome");
    assert!(matches!(first, Outcome::Posted(_)));
    assert!(matches!(test.ledger.reverse(city, command("undo"), entry, "mistake").await, Ok(Outcome::Replayed(_))));
    let second = test.ledger.reverse(city, command("undo again"), entry, "mistake").await.expect("an outcome");
    assert_eq!(second, Outcome::Rejected(Refused::Reversed));
    let balance = test.ledger.trial_balance(city).await.expect("a trial balance");
    assert_eq!(balance.balance(Account::of_city(Kind::Bank).kind), 10_000);
    assert_eq!(balance.balance(Kind::MerchantPayable), 0);
    assert_sound(&test, city).await;
}

/// Credits an account while somebody else opens it, each in a batch of so many entries.
async fn credit_while_it_is_opened(city: i32, entries: usize) {
    let database = TestDatabase::new().await;
    let test = TestLedger::at(database.pool(), TODAY);
    let city = bare_municipality(database.pool(), city).await;
    city_with_own_money(&test, city, &[(1, 10_000), (2, 10_000)]).await;
    // Guarded rows are looked at in the order of their ids: the new account first, and then the payer, for whom the posting waits.
    let payer = own_money(1);
    let new = Account::of_thing(Kind::OwnMoney, uuid::Uuid::from_u128(1), None);
    assert!(new.id < payer.id);

    let mut opening = test.ledger.pool.begin().await.expect("a transaction");
    let draft = Draft::new(Event::Correct, date(TODAY), vec![Transfer::new(payer.id, new.id, Yen::new(5))]).opening([new.clone()]);
    let posting = test.ledger.posting(city, command("open"), draft);
    assert!(matches!(test.ledger.post_in_tx(&mut opening, city, &posting).await.expect("an outcome"), Outcome::Posted(_)));
    let credits = tokio::spawn({
        let ledger = test.apart();
        let posting = |number| ledger.posting(city, command(&format!("credit {number}")), pay(payer.id, new.id, 10));
        let postings: Vec<_> = (0..entries).map(posting).collect();
        async move { ledger.post_batch(city, &postings).await.expect("outcomes") }
    });
    let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')";
    while !credits.is_finished() && !sqlx::query_scalar::<_, bool>(waits).fetch_one(database.pool()).await.expect("an answer") {}
    opening.commit().await.expect("a commit");
    assert!(credits.await.expect("an end").iter().all(|outcome| matches!(outcome, Outcome::Posted(_))));
    assert_sound(&test, city).await;
    let mut tx = test.ledger.pool.begin().await.expect("a transaction");
    let balance = ledger::books::repo::find_guarded_balance_in_tx(&mut tx, city, new.id).await.expect("a balance");
    assert_eq!(balance, Some(Yen::new(5 + 10 * i64::try_from(entries).expect("few"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_somebody_opens_meanwhile_keeps_its_guard() {
    credit_while_it_is_opened(1, 1).await;
    credit_while_it_is_opened(2, 3).await;
}
