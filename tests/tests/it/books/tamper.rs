//! History cannot be changed: the program's login may not, and the owner's is stopped by triggers. The checks of `verify` see what a
//! superuser could still do.

use ledger::books::repo::{find_balance_difference_in_tx, find_unsound_transfer_in_tx};
use sqlx::PgPool;
use tests::support::city::{TestLedger, bare_municipality};
use tests::support::database::TestDatabase;

use super::{TODAY, city_with_own_money, command, own_money, pay, payable};

const CHANGES: [&str; 9] = [
    "UPDATE entries SET actor = 'somebody else'",
    "DELETE FROM entries",
    "TRUNCATE entries",
    "UPDATE transfers SET amount = amount + 1",
    "DELETE FROM transfers",
    "TRUNCATE transfers",
    "UPDATE accounts SET unit = 'visit'",
    "DELETE FROM accounts",
    "DELETE FROM closings",
];

async fn city(database: &TestDatabase) -> (TestLedger, ledger::ids::Municipality) {
    let test = TestLedger::at(database.pool(), TODAY);
    let city = bare_municipality(database.pool(), 1).await;
    city_with_own_money(&test, city, &[(1, 10_000)]).await;
    test.ledger.post(city, command("pay"), pay(own_money(1).id, payable(1).id, 4_000)).await.expect("an outcome");
    (test, city)
}

async fn error_code(pool: &PgPool, statement: &'static str) -> Option<String> {
    let error = sqlx::query(statement).execute(pool).await.expect_err(statement);
    error.as_database_error().and_then(|error| error.code().map(Into::into))
}

#[tokio::test]
async fn the_programs_login_may_not_change_history() {
    let database = TestDatabase::new().await;
    city(&database).await;
    let more = ["INSERT INTO transfers SELECT * FROM transfers", "UPDATE guarded_balances SET balance = 1", "DELETE FROM commands"];
    for statement in CHANGES.into_iter().chain(more) {
        assert_eq!(error_code(database.pool(), statement).await.as_deref(), Some("42501"), "{statement}");
    }
}

#[tokio::test]
async fn triggers_stop_even_the_owner_of_the_tables() {
    let database = TestDatabase::new().await;
    city(&database).await;
    let owner = database.owner().await;
    for statement in CHANGES {
        assert_eq!(error_code(&owner, statement).await.as_deref(), Some("HG001"), "{statement}");
    }
}

#[tokio::test]
async fn a_guarded_balance_below_zero_is_refused_by_a_check() {
    let database = TestDatabase::new().await;
    city(&database).await;
    let owner = database.owner().await;
    assert_eq!(error_code(&owner, "UPDATE guarded_balances SET balance = -1").await.as_deref(), Some("23514"));
}

#[tokio::test]
async fn a_balance_changed_behind_the_books_is_found() {
    let database = TestDatabase::new().await;
    let (test, city) = city(&database).await;
    let owner = database.owner().await;
    sqlx::query("UPDATE guarded_balances SET balance = balance + 1").execute(&owner).await.expect("tampering");
    let mut tx = test.ledger.pool.begin().await.expect("a transaction");
    let difference = find_balance_difference_in_tx(&mut tx, city).await.expect("a comparison").expect("a difference");
    assert_eq!((difference.derived, difference.stored), (6_000, 6_001));
}

#[tokio::test]
async fn a_lost_delta_row_is_found() {
    let database = TestDatabase::new().await;
    let (test, city) = city(&database).await;
    let owner = database.owner().await;
    sqlx::query("DELETE FROM account_deltas WHERE credit = 4000").execute(&owner).await.expect("tampering");
    let mut tx = test.ledger.pool.begin().await.expect("a transaction");
    assert!(find_balance_difference_in_tx(&mut tx, city).await.expect("a comparison").is_some());
}

#[tokio::test]
async fn a_transfer_to_nowhere_is_found() {
    let database = TestDatabase::new().await;
    let (test, city) = city(&database).await;
    let owner = database.owner().await;
    let forged = "INSERT INTO transfers SELECT municipality, entry_id, position + 9, debit_account_id, gen_random_uuid(), amount FROM transfers";
    sqlx::query(forged).execute(&owner).await.expect("tampering");
    let mut tx = test.ledger.pool.begin().await.expect("a transaction");
    assert!(find_unsound_transfer_in_tx(&mut tx, city).await.expect("a look at the transfers").is_some());
}
