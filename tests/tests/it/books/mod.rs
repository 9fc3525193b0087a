//! The books against an oracle, under races, and against tampering. The oracle is a map of balances and a list of rules; it shares no
//! code with `post_batch`.

mod history;
mod races;
mod shadows;
mod tamper;
mod together;

use ledger::actor::{Actor, Command};
use ledger::books::{Account, Draft, Event, Kind, Opening, Transfer};
use ledger::ids::{AccountId, Municipality};
use ledger::money::Yen;
use ledger::time::FiscalYear;
use tests::support::city::{TestLedger, date};
use uuid::Uuid;

/// The day on which everything here happens.
const TODAY: &str = "2026-05-20";

fn command(key: &str) -> Command {
    Command::new(Actor::Staff("test".to_owned()), key, &key)
}

fn own_money(family: u128) -> Account {
    Account::of_owner(Kind::OwnMoney, Uuid::from_u128(family))
}

fn payable(merchant: u128) -> Account {
    Account::of_owner(Kind::MerchantPayable, Uuid::from_u128(merchant))
}

/// A city with a bank and some families' own money.
async fn city_with_own_money(test: &TestLedger, municipality: Municipality, balances: &[(u128, i64)]) {
    let bank = Account::of_city(Kind::Bank);
    let accounts: Vec<Opening> = balances.iter().map(|&(family, _)| own_money(family).into()).collect();
    let transfers = balances.iter().map(|&(family, yen)| Transfer::new(bank.id, own_money(family).id, Yen::new(yen))).collect();
    let draft = Draft::new(Event::TopUp, date(TODAY), transfers).opening(accounts).opening([bank, payable(1), payable(2)]);
    let outcome = test.ledger.post(municipality, command("set-up"), draft).await.expect("a posting");
    assert!(matches!(outcome, ledger::books::Outcome::Posted(_)), "{outcome:?}");
}

fn pay(from: AccountId, to: AccountId, yen: i64) -> Draft {
    Draft::new(Event::Hold, date(TODAY), vec![Transfer::new(from, to, Yen::new(yen))])
}

/// Debits are credits per unit, and what is stored beside the transfers is what they give.
async fn assert_sound(test: &TestLedger, municipality: Municipality) {
    let balance = test.ledger.trial_balance(municipality).await.expect("a trial balance");
    for unit in ["yen", "visit", "piece", "allowance"] {
        let sum: i64 = balance.lines.iter().filter(|line| line.unit == unit).map(|line| line.balance).sum();
        assert_eq!(sum, 0, "{unit} does not balance");
    }
    let mut tx = test.ledger.pool.begin().await.expect("a transaction");
    let difference = ledger::books::repo::find_balance_difference_in_tx(&mut tx, municipality).await.expect("a comparison");
    assert_eq!(difference, None, "stored and derived differ");
    let unsound = ledger::books::repo::find_unsound_transfer_in_tx(&mut tx, municipality).await.expect("a look at the transfers");
    assert_eq!(unsound, None, "a transfer without accounts, or with two units");
}

fn budget() -> Account {
    Account::budget("test", FiscalYear::new(2026))
}
