//! Random histories of batches: the outcome of every item and every balance are what the oracle says.

use std::collections::BTreeMap;

use ledger::actor::{Actor, Command};
use ledger::books::{Account, Draft, Event, Kind, Opening, Outcome, Posting, Refused, Transfer, Unit, repo};
use ledger::ids::{AccountId, Municipality};
use ledger::money::Yen;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tests::support::city::{TestLedger, bare_municipality, date};
use tests::support::database::TestDatabase;
use uuid::Uuid;

use super::{TODAY, assert_sound, budget};

/// The accounts of the histories: guarded and not, one in another unit, one that does not exist.
pub(super) fn accounts() -> Vec<(Account, bool)> {
    let visit = Account { unit: Unit::Visit, ..Account::of_owner(Kind::OwnMoney, Uuid::from_u128(90)) };
    let owners = (1..=3).map(|family| (Account::of_owner(Kind::OwnMoney, Uuid::from_u128(family)), true));
    let city = [Kind::Bank, Kind::Suspense, Kind::Fees].map(|kind| (Account::of_city(kind), true));
    owners.chain(city).chain([(budget(), true), (visit, true), (Account::of_owner(Kind::FamilyPayable, Uuid::from_u128(91)), false)]).collect()
}

/// One item of a batch: which key, which request, on which day, and what moves (indices into the accounts, amounts).
#[derive(Debug, Clone)]
pub(super) struct Item {
    key: u8,
    request: u8,
    closed_day: bool,
    moves: Vec<(usize, usize, i64)>,
}

pub(super) fn item() -> impl Strategy<Value = Item> {
    // Mostly the sound accounts; now and then the visits and the one that does not exist.
    let side = prop_oneof![9 => 0_usize..7, 1 => 7_usize..9];
    let one = (side.clone(), side, 1_i64..2_000).prop_filter("two accounts", |(debit, credit, _)| debit != credit);
    let moves = prop::collection::vec(one, 1..4);
    (0_u8..40, prop_oneof![8 => Just(0_u8), 1 => Just(1)], prop::bool::weighted(0.1), moves).prop_map(|(key, request, closed_day, moves)| Item {
        key,
        request,
        closed_day,
        moves,
    })
}

/// What the books should hold: balances of all accounts (credits − debits), and the request of every accepted key.
#[derive(Default)]
struct Oracle {
    balances: BTreeMap<AccountId, i64>,
    accepted: BTreeMap<u8, u8>,
}

impl Oracle {
    fn judge(&mut self, item: &Item, accounts: &[(Account, bool)]) -> Result<&'static str, Refused> {
        match self.accepted.get(&item.key) {
            Some(request) if *request == item.request => return Ok("replayed"),
            Some(_) => return Err(Refused::Conflict),
            None => {}
        }
        if item.closed_day {
            return Err(Refused::Closed);
        }
        let sides = || item.moves.iter().map(|&(debit, credit, _)| [&accounts[debit], &accounts[credit]]);
        if sides().flatten().any(|(_, exists)| !exists) {
            return Err(Refused::UnknownAccount);
        }
        if sides().any(|[(debit, _), (credit, _)]| debit.unit != credit.unit) {
            return Err(Refused::MixedUnits);
        }
        let mut after = self.balances.clone();
        for &(debit, credit, amount) in &item.moves {
            *after.entry(accounts[debit].0.id).or_default() -= amount;
            *after.entry(accounts[credit].0.id).or_default() += amount;
        }
        let guarded = |id: &AccountId| accounts.iter().any(|(account, _)| account.id == *id && account.kind.guarded());
        if after.iter().any(|(id, balance)| guarded(id) && *balance < 0) {
            return Err(Refused::Short);
        }
        self.balances = after;
        self.accepted.insert(item.key, item.request);
        Ok("posted")
    }
}

/// The caller's part of the protocol: each key and each guarded account at most once in a batch.
fn batches(history: Vec<Item>, accounts: &[(Account, bool)]) -> Vec<Vec<Item>> {
    let guarded = |item: &Item| -> Vec<usize> {
        let sides = item.moves.iter().flat_map(|&(debit, credit, _)| [debit, credit]);
        sides.filter(|side| accounts[*side].0.kind.guarded()).collect()
    };
    let mut batches: Vec<Vec<Item>> = Vec::new();
    for item in history {
        let fits = batches.last().is_some_and(|batch| {
            batch.len() < 6 && batch.iter().all(|other| other.key != item.key && guarded(other).iter().all(|side| !guarded(&item).contains(side)))
        });
        if !fits {
            batches.push(Vec::new());
        }
        batches.last_mut().expect("a batch").push(item);
    }
    batches
}

pub(super) fn posting(test: &TestLedger, municipality: Municipality, item: &Item, accounts: &[(Account, bool)]) -> Posting {
    let day = if item.closed_day { date("2026-04-30") } else { date(TODAY) };
    let transfer = |&(debit, credit, amount): &(usize, usize, i64)| Transfer::new(accounts[debit].0.id, accounts[credit].0.id, Yen::new(amount));
    let command = Command::new(Actor::Staff("test".to_owned()), item.key.to_string(), &(item.key, item.request));
    test.ledger.posting(municipality, command, Draft::new(Event::Correct, day, item.moves.iter().map(transfer).collect()))
}

pub(super) async fn open(test: &TestLedger, municipality: Municipality, accounts: &[(Account, bool)]) {
    let openings = accounts.iter().filter(|(_, exists)| *exists).map(|(account, _)| Opening::from(account.clone()));
    let draft = Draft::new(Event::Correct, date(TODAY), Vec::new()).opening(openings);
    test.ledger.post(municipality, super::command("open"), draft).await.expect("accounts");
    let mut tx = test.ledger.pool.begin().await.expect("a transaction");
    let days = (date("2026-04-01"), date("2026-04-30"));
    assert!(repo::close_through_in_tx(&mut tx, municipality, repo::Scope::Books, days, test.ledger.clock.now(), "test").await.expect("a close"));
    tx.commit().await.expect("a commit");
}

async fn play(test: &TestLedger, municipality: Municipality, history: Vec<Item>) {
    let accounts = accounts();
    open(test, municipality, &accounts).await;
    let mut oracle = Oracle::default();
    for batch in batches(history, &accounts) {
        let expected: Vec<_> = batch.iter().map(|item| oracle.judge(item, &accounts)).collect();
        let postings: Vec<_> = batch.iter().map(|item| posting(test, municipality, item, &accounts)).collect();
        let outcomes = test.ledger.post_batch(municipality, &postings).await.expect("outcomes");
        let outcomes: Vec<_> = outcomes
            .into_iter()
            .map(|outcome| match outcome {
                Outcome::Posted(_) => Ok("posted"),
                Outcome::Replayed(_) => Ok("replayed"),
                Outcome::Rejected(refused) => Err(refused),
            })
            .collect();
        assert_eq!(outcomes, expected, "{batch:?}");
        assert_sound(test, municipality).await;
    }
    test.ledger.fold_deltas(municipality).await.expect("a fold");
    assert_sound(test, municipality).await;
    let mut tx = test.ledger.pool.begin().await.expect("a transaction");
    for (account, balance) in oracle.balances.iter().filter(|(id, _)| accounts.iter().any(|(account, _)| account.id == **id && account.kind.guarded())) {
        let stored = repo::find_guarded_balance_in_tx(&mut tx, municipality, *account).await.expect("a balance");
        assert_eq!(stored.map(Yen::get), Some(*balance));
    }
}

#[test]
fn every_outcome_and_every_balance_of_a_random_history_is_the_oracles() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let database = runtime.block_on(TestDatabase::new());
    let test = TestLedger::at(database.pool(), TODAY);
    let municipalities = std::cell::Cell::new(1);
    let config = Config { cases: 48, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&prop::collection::vec(item(), 1..60), |history| {
        let code = municipalities.replace(municipalities.get() + 1);
        runtime.block_on(async {
            let municipality = bare_municipality(database.pool(), code).await;
            play(&test, municipality, history).await;
        });
        Ok(())
    });
    outcome.expect("no history contradicts the oracle");
}
