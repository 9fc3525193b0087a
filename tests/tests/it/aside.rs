//! A database of migrations that this program does not know any more: every command refuses it and leaves it alone, and the demo, on its own server and with
//! training cities alone, sets it aside.

use database::embedded::{Cluster, Durability};
use database::{Database, DatabaseName};
use sqlx::PgPool;
use tests::support::city::bare_municipality;
use tests::support::database::list_databases;

use crate::program::Program;

/// The first migration of the set that was cut anew.
const EARLIER: i64 = 20_261_123_000_001;
/// Of a program that is not written yet.
const LATER: i64 = 99_991_231_000_001;

/// The server of a program's data directory; stopped at the end, also when the test panics.
struct Server(Cluster);

impl Server {
    fn of(program: &Program) -> Self {
        Self(Cluster::at(program.folder(), Durability::Durable).unwrap())
    }

    async fn open(&self) -> Database {
        Database::embedded(self.0.clone(), &name("hagukumi")).await.unwrap()
    }

    /// Leaves a database behind with a city, and a migration that this program does not know.
    async fn leave(&self, version: i64, training: bool) {
        let database = self.open().await;
        database.migrate(&ledger::MIGRATOR).await.unwrap();
        let owner = database.connect_as_owner(1).await.unwrap();
        bare_municipality(&owner, 1).await;
        sqlx::query("UPDATE municipalities SET training = $1").bind(training).execute(&owner).await.unwrap();
        let row = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES ($1, 'unknown', true, '', 0)";
        sqlx::query(row).bind(version).execute(&owner).await.unwrap();
        owner.close().await;
        database.close().await.unwrap();
    }

    /// The program's databases, and the cities in each.
    async fn kept(&self) -> Vec<(String, Vec<String>)> {
        let home = Database::embedded(self.0.clone(), &name("home")).await.unwrap();
        let mut kept = Vec::new();
        for database in list_databases(&home, "hagukumi").await {
            let owner = home.beside(&database).unwrap().connect_as_owner(1).await.unwrap();
            kept.push((database.to_string(), cities(&owner).await));
            owner.close().await;
        }
        home.close().await.unwrap();
        kept
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.stop();
    }
}

fn name(name: &str) -> DatabaseName {
    DatabaseName::parse(name).unwrap()
}

async fn cities(owner: &PgPool) -> Vec<String> {
    sqlx::query_scalar("SELECT slug FROM municipalities ORDER BY slug").fetch_all(owner).await.unwrap()
}

fn untouched() -> Vec<(String, Vec<String>)> {
    vec![("hagukumi".to_owned(), vec!["test-1".to_owned()])]
}

#[tokio::test]
async fn the_demo_sets_training_data_of_an_earlier_program_aside_and_others_refuse() {
    let program = Program::alone();
    let server = Server::of(&program);
    server.leave(EARLIER, true).await;

    for command in [&["verify", "--city", "test-1"][..], &["serve", "--listen", "127.0.0.1:0"], &["jobs", "run", "--once"]] {
        let refused = program.call(command);
        assert_eq!(refused.code, 1, "{command:?}: {}", refused.stderr);
        assert!(refused.stderr.contains("tables of an earlier program") && refused.stderr.contains("hagukumi demo"), "{command:?}: {}", refused.stderr);
    }
    assert_eq!(server.kept().await, untouched());

    let demo = program.call(&["demo", "--check"]);
    assert_eq!(demo.code, 0, "{}", demo.stderr);
    let kept = server.kept().await;
    let [(new, cities), (aside, before)] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!((new.as_str(), &cities[..]), ("hagukumi", &["fukuoka", "kobe", "kumamoto", "osaka"].map(str::to_owned)[..]));
    assert!(aside.starts_with("hagukumi_until_2") && demo.stderr.contains(aside), "{aside}: {}", demo.stderr);
    assert_eq!(before, &["test-1"]);

    let again = program.call(&["demo", "--check"]);
    assert_eq!((again.code, again.stderr.as_str()), (0, ""));
    assert_eq!(server.kept().await, kept, "nothing is set aside twice");
}

#[tokio::test]
async fn the_demo_leaves_a_city_that_is_no_training_city_alone() {
    let program = Program::alone();
    let server = Server::of(&program);
    server.leave(EARLIER, false).await;
    let demo = program.call(&["demo", "--check"]);
    assert!(demo.code == 1 && demo.stderr.contains("no training city"), "{}", demo.stderr);
    assert_eq!(server.kept().await, untouched());
}

#[tokio::test]
async fn the_demo_leaves_the_database_of_a_later_program_alone() {
    let program = Program::alone();
    let server = Server::of(&program);
    server.leave(LATER, true).await;
    let demo = program.call(&["demo", "--check"]);
    assert!(demo.code == 1 && demo.stderr.contains(&LATER.to_string()), "{}", demo.stderr);
    assert_eq!(server.kept().await, untouched());
}
