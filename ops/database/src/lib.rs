//! How the program gets at its tables: which server, which logins, which database.
//!
//! Two logins, so that a fault in the program cannot rewrite the books: `hagukumi_owner` owns databases and tables and runs the
//! migrations; `hagukumi_program` owns nothing and may do what migrations granted it. Everything but migrations and the making of private
//! databases happens as the program.
//!
//! Roles are made here and not in migrations: a role belongs to a server, a migration to one of its databases. On a server that you run,
//! make them once:
//!
//! ```sql
//! CREATE ROLE hagukumi_program LOGIN PASSWORD '…';
//! CREATE ROLE hagukumi_owner LOGIN CREATEDB IN ROLE hagukumi_program PASSWORD '…';
//! CREATE DATABASE hagukumi OWNER hagukumi_owner;
//! REVOKE ALL ON DATABASE hagukumi FROM PUBLIC;
//! GRANT CONNECT ON DATABASE hagukumi TO hagukumi_program;
//! ```
//!
//! The program's login may make no temporary table: one with the name of a table of ours could stand in for it.
//!
//! The merchants' face has a login and a database of its own: see [`merchant`].

mod aside;
pub mod config;
pub mod embedded;
pub mod key_file;
pub mod merchant;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection as _};

use crate::config::{Config, DatabaseChoice};
use crate::embedded::{Cluster, Durability, EmbeddedError, Lease, Released};
use merchant::MerchantDatabase;

/// Owns databases and tables.
pub const OWNER: &str = "hagukumi_owner";
/// Owns nothing: the program's everyday login. Migrations grant to it by this name.
pub const PROGRAM: &str = "hagukumi_program";

/// The everyday database of the embedded server.
const MAIN: &str = "hagukumi";
/// PostgreSQL cuts longer names.
const NAME_BYTES_MAX: usize = 63;
/// How long a request waits for a free connection: longer than any posting, shorter than people wait.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// A connection that nobody used for so long is tested before it is used.
const UNTESTED: Duration = Duration::from_secs(1);
/// Makes processes take turns while they look for and make roles and databases. Any number would do; nothing else uses this one.
const SET_UP_LOCK: i64 = 0x6861_6775_6b75;

/// A database with the logins to use it.
#[derive(Debug, Clone)]
pub struct Database {
    program: PgConnectOptions,
    owner: Option<PgConnectOptions>,
    lease: Option<Arc<Lease>>,
}

/// A name that needs no quoting: `[a-z][a-z0-9_]*`, at most 63 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatabaseName(String);

/// Whether migrations were run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrated {
    /// The tables are what this program expects.
    Done,
    /// There is no owner's login here: somebody else migrates.
    NotOurs,
}

/// The database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The embedded server does not run.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// The server refused.
    #[error("cannot {what}")]
    Sql {
        /// What was tried.
        what: String,
        /// Why not.
        #[source]
        source: sqlx::Error,
    },
    /// The migrations do not go through.
    #[error("cannot migrate the database")]
    Migrate(#[source] MigrateError),
    /// Its migrations are not among this program's, but come before them.
    #[error(
        "the database {name} has the tables of an earlier program, from which no migration leads here; nothing was changed. \
         Training data on the program's own server: `hagukumi demo` sets it aside and begins anew. \
         Anything else: keep it with the program that made it, and give this one an empty database"
    )]
    MadeBefore {
        /// The database.
        name: String,
    },
    /// A database that is set aside must hold training cities only.
    #[error("the database {name} holds a city that is no training city: it is not set aside")]
    NotTraining {
        /// The database.
        name: DatabaseName,
    },
    /// Only an owner may.
    #[error("this needs the owner's login: set DATABASE_OWNER_URL")]
    NoOwner,
    /// Only on the embedded server.
    #[error("this server is not the program's own: its databases are made by whoever runs it")]
    NotEmbedded,
    /// A name that would need quoting.
    #[error("{name:?} cannot name a database: use a-z, 0-9 and _, beginning with a letter, at most {NAME_BYTES_MAX} characters")]
    Name {
        /// The name as given.
        name: String,
    },
    /// The database that is in use.
    #[error("{name} is the database in use: it is not dropped")]
    InUse {
        /// Its name.
        name: DatabaseName,
    },
    /// The thread that started the server is gone.
    #[error("starting the embedded server was cut short")]
    CutShort(#[source] tokio::task::JoinError),
}

impl DatabaseError {
    fn is_insufficient_privilege(&self) -> bool {
        matches!(self, Self::Sql { source, .. } if source.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == "42501"))
    }
}

impl DatabaseName {
    /// Takes `[a-z][a-z0-9_]*` of at most 63 bytes.
    pub fn parse(name: &str) -> Result<Self, DatabaseError> {
        let fits = name.len() <= NAME_BYTES_MAX
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if fits { Ok(Self(name.to_owned())) } else { Err(DatabaseError::Name { name: name.to_owned() }) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DatabaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Database {
    /// The database that the environment chose; the embedded server is started when it is down.
    pub async fn open(config: &Config) -> Result<Self, DatabaseError> {
        match &config.database {
            DatabaseChoice::Embedded => Self::embedded(Cluster::at(&config.data_directory, Durability::Durable)?, &DatabaseName(MAIN.to_owned())).await,
            DatabaseChoice::External { program, owner } => Ok(Self { program: program.as_ref().clone(), owner: owner.as_deref().cloned(), lease: None }),
        }
    }

    /// The database `name` on an embedded server: starts the server, makes the roles and the database if they are missing.
    pub async fn embedded(cluster: Cluster, name: &DatabaseName) -> Result<Self, DatabaseError> {
        let lease = tokio::task::spawn_blocking(move || cluster.start()).await.map_err(DatabaseError::CutShort)??;
        let cluster = lease.cluster();
        let mut superuser = connect(&cluster.superuser()).await?;
        lock_set_up(&mut superuser).await?;
        make_roles(&mut superuser).await?;
        make_database(&mut superuser, name).await?;
        merchant::close_to_public(&mut superuser, name.as_str()).await?;
        close(superuser).await?;
        let (program, owner) = (cluster.login(PROGRAM, name.as_str()), cluster.login(OWNER, name.as_str()));
        Ok(Self { program, owner: Some(owner), lease: Some(Arc::new(lease)) })
    }

    /// Brings the tables to what this program expects. Processes that start at once take turns.
    pub async fn migrate(&self, migrator: &Migrator) -> Result<Migrated, DatabaseError> {
        let Some(owner) = &self.owner else { return Ok(Migrated::NotOurs) };
        run(migrator, owner).await
    }

    /// Connections for the program, at most `connections_max` of them, opened as they are needed.
    pub async fn connect(&self, connections_max: u32) -> Result<PgPool, DatabaseError> {
        pool(&self.program, connections_max).await
    }

    /// Connections for the owner: for set-up and for tests that tamper, never for serving.
    ///
    /// # Errors
    /// `NoOwner` when there is no such login here.
    pub async fn connect_as_owner(&self, connections_max: u32) -> Result<PgPool, DatabaseError> {
        pool(self.owner()?, connections_max).await
    }

    /// The program's login.
    #[must_use]
    pub const fn program(&self) -> &PgConnectOptions {
        &self.program
    }

    /// The embedded server's lease, when this is its database.
    #[must_use]
    pub fn lease(&self) -> Option<&Lease> {
        self.lease.as_deref()
    }

    /// An empty database of its own on the same server, for a rehearsal.
    pub async fn create_private(&self, name: &DatabaseName) -> Result<Self, DatabaseError> {
        self.as_owner(format!("CREATE DATABASE {name}")).await?;
        self.close_to_public(name).await?;
        self.beside(name)
    }

    /// A copy of the database `template`, to which nobody may be connected meanwhile.
    pub async fn create_from_template(&self, name: &DatabaseName, template: &DatabaseName) -> Result<Self, DatabaseError> {
        self.as_owner(format!("CREATE DATABASE {name} TEMPLATE {template}")).await?;
        self.close_to_public(name).await?;
        self.beside(name)
    }

    async fn close_to_public(&self, name: &DatabaseName) -> Result<(), DatabaseError> {
        self.as_owner(narrowed(name.as_str())).await
    }

    /// Gives another database of this server a new name, in one step: under its name there is all of it or nothing.
    pub async fn rename(&self, from: &DatabaseName, to: &DatabaseName) -> Result<(), DatabaseError> {
        self.as_owner(format!("ALTER DATABASE {from} RENAME TO {to}")).await
    }

    /// Drops another database of this server with all it holds; whoever is connected to it is cut off. One that is not there is fine.
    ///
    /// # Errors
    /// `InUse` when it is this database itself.
    pub async fn drop_private(&self, name: &DatabaseName) -> Result<(), DatabaseError> {
        if self.program.get_database() == Some(name.as_str()) {
            return Err(DatabaseError::InUse { name: name.clone() });
        }
        match self.as_owner(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await {
            // Autovacuum is there, whom the owner may not end. Without force the server itself sends it away, and waits for the rest.
            Err(error) if error.is_insufficient_privilege() => self.as_owner(format!("DROP DATABASE IF EXISTS {name}")).await,
            dropped => dropped,
        }
    }

    /// The merchants' face's own database `name`, beside this one on the embedded server; made and migrated where it is not there.
    ///
    /// # Errors
    /// `NotEmbedded` on a server that somebody else runs.
    pub async fn merchants(&self, name: &DatabaseName) -> Result<MerchantDatabase, DatabaseError> {
        let lease = self.lease.clone().ok_or(DatabaseError::NotEmbedded)?;
        let merchants = MerchantDatabase::embedded(lease, name).await?;
        merchants.migrate().await?;
        Ok(merchants)
    }

    /// Gives the embedded server back, which stops when nobody else uses it. Close all pools first.
    pub async fn close(self) -> Result<Released, DatabaseError> {
        let Some(lease) = self.lease.and_then(Arc::into_inner) else { return Ok(Released::LeftRunning) };
        Ok(tokio::task::spawn_blocking(move || lease.release()).await.map_err(DatabaseError::CutShort)??)
    }

    /// The database `name` of the same server, with the same logins.
    pub fn beside(&self, name: &DatabaseName) -> Result<Self, DatabaseError> {
        let owner = self.owner()?.clone().database(name.as_str());
        Ok(Self { program: self.program.clone().database(name.as_str()), owner: Some(owner), lease: self.lease.clone() })
    }

    fn owner(&self) -> Result<&PgConnectOptions, DatabaseError> {
        self.owner.as_ref().ok_or(DatabaseError::NoOwner)
    }

    async fn as_owner(&self, statement: String) -> Result<(), DatabaseError> {
        let mut owner = connect(self.owner()?).await?;
        execute(&mut owner, statement).await?;
        close(owner).await
    }
}

/// Waits until no other process makes roles and databases; the lock is held until the connection closes.
async fn lock_set_up(superuser: &mut PgConnection) -> Result<(), DatabaseError> {
    let lock = sqlx::query("SELECT pg_advisory_lock($1)").bind(SET_UP_LOCK).execute(&mut *superuser).await;
    lock.map_err(failed("wait for another set-up")).map(|_| ())
}

/// Makes the roles unless they are there.
async fn make_roles(superuser: &mut PgConnection) -> Result<(), DatabaseError> {
    let roles: Vec<String> = sqlx::query_scalar("SELECT rolname FROM pg_roles").fetch_all(&mut *superuser).await.map_err(failed("list the roles"))?;
    let has = |role: &str| roles.iter().any(|known| known == role);
    if !has(PROGRAM) {
        execute(superuser, format!("CREATE ROLE {PROGRAM} LOGIN")).await?;
    }
    if !has(OWNER) {
        // A member of the program's role: only so may the owner cut the program off when a private database is dropped.
        execute(superuser, format!("CREATE ROLE {OWNER} LOGIN CREATEDB IN ROLE {PROGRAM}")).await?;
    }
    if !has(merchant::MERCHANT) {
        execute(superuser, format!("CREATE ROLE {} LOGIN", merchant::MERCHANT)).await?;
    }
    Ok(())
}

/// Makes the database `name` unless it is there.
async fn make_database(superuser: &mut PgConnection, name: &DatabaseName) -> Result<(), DatabaseError> {
    let known: Option<i32> = sqlx::query_scalar("SELECT 1 FROM pg_database WHERE datname = $1")
        .bind(name.as_str())
        .fetch_optional(&mut *superuser)
        .await
        .map_err(failed("look for the database"))?;
    if known.is_none() {
        execute(superuser, format!("CREATE DATABASE {name} OWNER {OWNER}")).await?;
    }
    Ok(())
}

/// Lets the program and the owner connect, and nobody else; the program makes no temporary tables.
fn narrowed(database: &str) -> String {
    format!("REVOKE ALL ON DATABASE {database} FROM PUBLIC, {PROGRAM}; GRANT CONNECT ON DATABASE {database} TO {PROGRAM}")
}

/// Runs the migrations that are missing. Leaves no connection behind, also when they do not go through.
async fn run(migrator: &Migrator, owner: &PgConnectOptions) -> Result<Migrated, DatabaseError> {
    let mut connection = connect(owner).await?;
    let migrated = migrator.run(&mut connection).await;
    let closed = close(connection).await;
    migrated.map_err(|error| match error {
        MigrateError::VersionMissing(version) if aside::is_before(version, migrator) => {
            DatabaseError::MadeBefore { name: owner.get_database().unwrap_or("(default)").to_owned() }
        }
        error => DatabaseError::Migrate(error),
    })?;
    closed.map(|()| Migrated::Done)
}

/// Roles and databases cannot be parameters of a statement. What is put into one here is a constant or a [`DatabaseName`].
async fn execute(connection: &mut PgConnection, statement: String) -> Result<(), DatabaseError> {
    sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(connection).await.map_err(|source| DatabaseError::Sql { what: statement, source })?;
    Ok(())
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, DatabaseError> {
    let whom = || format!("connect to the database {} as {}", options.get_database().unwrap_or("(default)"), options.get_username());
    PgConnection::connect_with(options).await.map_err(|source| DatabaseError::Sql { what: whom(), source })
}

/// The first connection is made by itself: a pool would try for long and then say only that it took too long.
async fn pool(options: &PgConnectOptions, connections_max: u32) -> Result<PgPool, DatabaseError> {
    close(connect(options).await?).await?;
    let options_of_pool = PgPoolOptions::new().max_connections(connections_max).acquire_timeout(ACQUIRE_TIMEOUT);
    // Asking a connection whether it is alive costs as much as a look-up: one that was used a moment ago is not asked.
    let checked = options_of_pool.test_before_acquire(false).before_acquire(|connection, known| {
        Box::pin(async move {
            if known.idle_for > UNTESTED {
                connection.ping().await?;
            }
            Ok(true)
        })
    });
    Ok(checked.connect_lazy_with(options.clone()))
}

async fn close(connection: PgConnection) -> Result<(), DatabaseError> {
    connection.close().await.map_err(failed("close a connection"))
}

fn failed(what: &'static str) -> impl FnOnce(sqlx::Error) -> DatabaseError {
    move |source| DatabaseError::Sql { what: what.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_that_needs_no_quoting_is_taken() {
        assert_eq!(DatabaseName::parse("rehearsal_2026_07").unwrap().as_str(), "rehearsal_2026_07");
        for bad in ["", "Books", "a-b", "a b", "a;drop table x", "\"a\"", "1st", "_x", "予算", &"a".repeat(64)] {
            assert!(matches!(DatabaseName::parse(bad), Err(DatabaseError::Name { .. })), "{bad:?}");
        }
    }
}
