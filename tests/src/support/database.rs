//! A fresh migrated database for each test.
//!
//! All tests of this checkout share one throw-away server, started by the first and left running for the next; `ops/test` removes it.
//! Migrations run once per state of the migrations, into a template database named after their checksum; a test gets a copy of it and
//! drops the copy at its end. Each test may be a process of its own, and a killed one leaves its copy behind: copies of processes that
//! are gone are dropped when the next template is made.
//!
//! The server does not wait for the disk. A test that is about durability takes a `Durability::Durable` cluster of its own.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use database::embedded::{Cluster, Durability};
use database::merchant::MerchantDatabase;
use database::{Database, DatabaseName};
use sqlx::PgPool;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;

/// Connections that one test may open: enough for a race, and many tests fit on one server.
const CONNECTIONS_MAX: u32 = 10;

/// A migrated database that lives as long as its test.
#[derive(Debug)]
pub struct TestDatabase {
    name: DatabaseName,
    home: Database,
    database: Database,
    pool: PgPool,
}

impl TestDatabase {
    /// A database with every migration of this checkout, and nothing in it.
    pub async fn new() -> Self {
        Self::with(&ledger::MIGRATOR).await
    }

    /// A database with other migrations, for tests of migrating.
    pub async fn with(migrator: &Migrator) -> Self {
        let home = home().await;
        let template = template(&home, migrator).await;
        let name = fresh_name(&home, "test").await;
        let database = home.create_from_template(&name, &template).await.expect("copy the template database");
        let pool = database.connect(CONNECTIONS_MAX).await.expect("connect as the program");
        Self { name, home, database, pool }
    }

    /// Connections as the program: what production code gets.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The database, to connect to in other ways.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Connections as the owner of the tables, for tests that tamper.
    pub async fn owner(&self) -> PgPool {
        self.database.connect_as_owner(2).await.expect("connect as the owner")
    }
}

/// A merchants' database that lives as long as its test: its login is the merchants' face's.
#[derive(Debug)]
pub struct TestMerchantDatabase {
    name: DatabaseName,
    home: Database,
    database: MerchantDatabase,
}

impl TestMerchantDatabase {
    /// One on the tests' server, beside everybody's books.
    pub async fn new() -> Self {
        let home = home().await;
        let name = fresh_name(&home, "merchant").await;
        let database = home.merchants(&name).await.expect("a merchants' database");
        Self { name, home, database }
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> &MerchantDatabase {
        &self.database
    }

    /// How to log in to it as the superuser.
    #[must_use]
    pub fn superuser(&self) -> PgConnectOptions {
        cluster().superuser().database(self.name.as_str())
    }
}

impl Drop for TestMerchantDatabase {
    fn drop(&mut self) {
        drop_soon(&self.home, &self.name);
    }
}

/// Also when the test panics. A database that cannot be dropped now is dropped with the next template.
fn drop_soon(home: &Database, name: &DatabaseName) {
    let (home, name) = (home.clone(), name.clone());
    // The test's own runtime is busy running this.
    let dropping = std::thread::spawn(move || run(home.drop_private(&name)));
    let _ = dropping.join();
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        drop_soon(&self.home, &self.name);
    }
}

/// The server of this checkout. `ops/test` finds it by the same name.
#[must_use]
pub fn cluster() -> Cluster {
    let checkout = ring::digest::digest(&ring::digest::SHA256, env!("CARGO_MANIFEST_DIR").as_bytes());
    // Short, for the socket's sake, and where the user `postgres` can reach it when this is root.
    let directory = PathBuf::from(format!("/tmp/hagukumi-tests-{}-{}", rustix::process::geteuid().as_raw(), &hex(checkout.as_ref())[..8]));
    Cluster::at(directory, Durability::ThrowAway).expect("PostgreSQL for the tests")
}

/// The database from which the others are made.
async fn home() -> Database {
    Database::embedded(cluster(), &name("home")).await.expect("start the tests' server")
}

async fn template(home: &Database, migrator: &Migrator) -> DatabaseName {
    let template = name(&format!("template_{}", checksum(migrator)));
    if is_there(home, &template).await {
        return template;
    }
    drop_left_behind(home).await;
    // Several processes may get here at once. Each builds its own; the first one's rename stands, the others find theirs refused.
    let draft = fresh_name(home, "draft").await;
    let building = home.create_private(&draft).await.expect("create a template database");
    building.migrate(migrator).await.expect("the migrations go through on an empty database");
    if home.rename(&draft, &template).await.is_err() {
        home.drop_private(&draft).await.expect("drop a second template");
        assert!(is_there(home, &template).await, "the template database cannot be named");
    }
    template
}

async fn is_there(home: &Database, name: &DatabaseName) -> bool {
    list_databases(home, name.as_str()).await.contains(name)
}

/// The databases of this server that begin with `prefix`.
pub async fn list_databases(home: &Database, prefix: &str) -> Vec<DatabaseName> {
    let owner = home.connect_as_owner(1).await.expect("connect as the owner");
    let names = sqlx::query_scalar("SELECT datname FROM pg_database WHERE starts_with(datname, $1) ORDER BY datname").bind(prefix).fetch_all(&owner);
    let names: Vec<String> = names.await.expect("list the databases");
    owner.close().await;
    // Names of other shapes are not ours.
    names.iter().filter_map(|name| DatabaseName::parse(name).ok()).collect()
}

/// Drops what killed tests left.
async fn drop_left_behind(home: &Database) {
    for prefix in ["test", "draft", "merchant"] {
        for left in list_databases(home, prefix).await {
            if maker(&left).is_some_and(|process| !PathBuf::from(format!("/proc/{process}")).exists()) {
                home.drop_private(&left).await.expect("drop a database left behind");
            }
        }
    }
}

/// The process that made a database, by the name that [`fresh_name`] gave.
fn maker(name: &DatabaseName) -> Option<u32> {
    name.as_str().split('_').nth(1)?.parse().ok()
}

/// A name that no other test has: this process's number and a count. A process that broke off long ago may have had the same number.
async fn fresh_name(home: &Database, prefix: &str) -> DatabaseName {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let name = name(&format!("{prefix}_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed)));
    home.drop_private(&name).await.expect("drop what a process of the same number left behind");
    name
}

fn name(name: &str) -> DatabaseName {
    DatabaseName::parse(name).expect("a name without quotes")
}

/// Sixteen digits that change with any migration.
fn checksum(migrator: &Migrator) -> String {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for migration in migrator.iter() {
        context.update(&migration.version.to_be_bytes());
        context.update(&migration.checksum);
    }
    hex(context.finish().as_ref())[..16].to_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all");
        text
    })
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}
