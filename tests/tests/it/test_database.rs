//! The databases that tests get: fresh, migrated, apart from each other, gone afterwards; and the two logins that the books rely on.

use database::{DatabaseError, DatabaseName, Migrated};
use sqlx::migrate::Migrator;
use sqlx::{Connection as _, PgConnection, PgPool};
use tests::support::database::{TestDatabase, cluster};

/// One table that the program may only add to.
async fn notes() -> Migrator {
    let directory = tempfile::tempdir().unwrap();
    let sql = "CREATE TABLE notes (note text); GRANT SELECT, INSERT ON notes TO hagukumi_program;";
    std::fs::write(directory.path().join("20260401000000_notes_create.sql"), sql).unwrap();
    Migrator::new(directory.path()).await.unwrap()
}

async fn notes_in(pool: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM notes").fetch_one(pool).await.unwrap()
}

/// The five letters by which PostgreSQL says why it refused.
async fn refusal(pool: &PgPool, statement: &'static str) -> String {
    let error = sqlx::query(statement).execute(pool).await.unwrap_err();
    error.as_database_error().unwrap().code().unwrap().into_owned()
}

#[tokio::test]
async fn two_tests_do_not_see_each_other() {
    let migrator = notes().await;
    let (one, other) = (TestDatabase::with(&migrator).await, TestDatabase::with(&migrator).await);
    sqlx::query("INSERT INTO notes VALUES ('mine')").execute(one.pool()).await.unwrap();
    assert_eq!((notes_in(one.pool()).await, notes_in(other.pool()).await), (1, 0));
}

#[tokio::test]
async fn the_program_cannot_change_or_remove_what_it_may_only_add() {
    const INSUFFICIENT_PRIVILEGE: &str = "42501";
    let database = TestDatabase::with(&notes().await).await;
    sqlx::query("INSERT INTO notes VALUES ('written')").execute(database.pool()).await.unwrap();
    for statement in [
        "UPDATE notes SET note = 'rewritten'",
        "DELETE FROM notes",
        "TRUNCATE notes",
        "DROP TABLE notes",
        "ALTER TABLE notes DISABLE TRIGGER ALL",
        "CREATE TABLE of_the_program (x int)",
        "CREATE TEMPORARY TABLE of_the_program (x int)",
        "SET ROLE hagukumi_owner",
        "CREATE DATABASE of_the_program",
    ] {
        let refused = refusal(database.pool(), statement).await;
        assert_eq!(refused, INSUFFICIENT_PRIVILEGE, "{statement}");
    }
    assert_eq!(notes_in(database.pool()).await, 1);
}

#[tokio::test]
async fn a_database_is_gone_after_its_test() {
    let kept = TestDatabase::with(&notes().await).await;
    let dropped = TestDatabase::with(&notes().await).await;
    let name = dropped.database().program().get_database().unwrap().to_owned();
    let there = async || {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_database WHERE datname = $1").bind(&name).fetch_one(kept.pool()).await.unwrap();
        count
    };
    assert_eq!(there().await, 1);
    drop(dropped);
    assert_eq!(there().await, 0);
}

#[tokio::test]
async fn a_database_is_dropped_though_somebody_is_there_whom_the_owner_may_not_end() {
    let home = TestDatabase::with(&notes().await).await;
    let name = DatabaseName::parse(&format!("visited_{}", std::process::id())).unwrap();
    home.database().create_private(&name).await.unwrap();
    // Autovacuum cannot be called: a superuser, whom the owner may not end either, stands for it and goes when the server waits.
    let visitor = PgConnection::connect_with(&cluster().superuser().database(name.as_str())).await.unwrap();
    let mut watcher = PgConnection::connect_with(&cluster().superuser()).await.unwrap();
    let dropping = tokio::spawn({
        let (home, name) = (home.database().clone(), name.clone());
        async move { home.drop_private(&name).await }
    });
    let waits = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query = 'DROP DATABASE IF EXISTS ' || $1 AND state = 'active')";
    while !dropping.is_finished() && !sqlx::query_scalar::<_, bool>(waits).bind(name.as_str()).fetch_one(&mut watcher).await.unwrap() {}
    visitor.close().await.unwrap();
    dropping.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_migrations_of_this_checkout_go_through_and_give_the_program_its_rights() {
    let database = TestDatabase::new().await;
    let pending = ledger::MIGRATOR.iter().count();
    let done: i64 = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations WHERE success").fetch_one(&database.owner().await).await.unwrap();
    assert_eq!(usize::try_from(done).unwrap(), pending);
    let owned: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user").fetch_one(database.pool()).await.unwrap();
    assert_eq!(owned, 0, "the program owns nothing");
}

#[tokio::test]
async fn a_rehearsal_leaves_the_city_s_database_alone() {
    let city = TestDatabase::with(&notes().await).await;
    let name = DatabaseName::parse(&format!("rehearsal_{}", std::process::id())).unwrap();
    let rehearsal = city.database().create_private(&name).await.unwrap();
    rehearsal.migrate(&notes().await).await.unwrap();
    let pool = rehearsal.connect(1).await.unwrap();
    sqlx::query("INSERT INTO notes VALUES ('only tried')").execute(&pool).await.unwrap();
    assert!(matches!(rehearsal.drop_private(&name).await, Err(DatabaseError::InUse { .. })), "not from within");
    city.database().drop_private(&name).await.unwrap();
    assert!(rehearsal.connect(1).await.is_err());
    assert_eq!(notes_in(city.pool()).await, 0);
}

#[tokio::test]
async fn migrating_twice_at_once_migrates_once() {
    let empty = TestDatabase::with(&Migrator::with_migrations(Vec::new())).await;
    let migrator = notes().await;
    let (one, other) = tokio::join!(empty.database().migrate(&migrator), empty.database().migrate(&migrator));
    assert_eq!((one.unwrap(), other.unwrap()), (Migrated::Done, Migrated::Done));
    assert_eq!(notes_in(empty.pool()).await, 0);
}
