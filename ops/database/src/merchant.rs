//! The merchants' face's own database. Its login can connect to no other one, reads and writes the porter's notebook, and sees nothing of the server
//! that it stands on: no statistics, no sizes, no positions in the WAL, no numbers of transactions, no source of a function.
//!
//! On a server that you run, make it once, beside the books or, better, on another server:
//!
//! ```sql
//! CREATE ROLE hagukumi_merchant LOGIN PASSWORD '…';
//! CREATE DATABASE hagukumi_merchant OWNER hagukumi_owner;
//! -- where it stands beside the books, for each other database of the server:
//! REVOKE ALL ON DATABASE hagukumi, postgres, template1 FROM PUBLIC;
//! GRANT CONNECT ON DATABASE hagukumi, postgres, template1 TO hagukumi_program;
//! ```
//!
//! Then narrow it as a superuser: `psql -d hagukumi_merchant -f ops/set-up/merchant-database.sql`.

use std::sync::Arc;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};

use super::{
    Database, DatabaseError, DatabaseName, Migrated, OWNER, PROGRAM, close, connect, execute, failed, lock_set_up, make_database, make_roles, narrowed, pool,
    run,
};
use crate::config::{Config, DatabaseChoice};
use crate::embedded::{Cluster, Durability, Lease};

/// The login of the merchants' face, and the everyday name of its database.
pub const MERCHANT: &str = "hagukumi_merchant";

/// Its tables, forward only.
pub static MIGRATOR: Migrator = sqlx::migrate!("../../migrations/merchant");

/// What PUBLIC may do no longer.
const NARROW: &str = include_str!("../../set-up/merchant-database.sql");

/// The database with the logins to use it.
#[derive(Debug, Clone)]
pub struct MerchantDatabase {
    login: PgConnectOptions,
    owner: Option<PgConnectOptions>,
    lease: Option<Arc<Lease>>,
}

impl MerchantDatabase {
    /// The database of a merchants' face that runs alone: the one that the environment chose, and nothing else on its server is ours.
    pub async fn open_alone(config: &Config) -> Result<Self, DatabaseError> {
        let alone = match &config.database {
            DatabaseChoice::Embedded => {
                let cluster = Cluster::at(&config.data_directory, Durability::Durable)?;
                let lease = tokio::task::spawn_blocking(move || cluster.start()).await.map_err(DatabaseError::CutShort)??;
                Self::embedded(Arc::new(lease), &DatabaseName::parse(MERCHANT)?).await?
            }
            DatabaseChoice::External { program, owner } => Self { login: program.as_ref().clone(), owner: owner.as_deref().cloned(), lease: None },
        };
        alone.migrate().await?;
        Ok(alone)
    }

    /// The database of a merchants' face that runs with the others: beside the books on the embedded server; elsewhere where the environment says so,
    /// and none where it does not.
    pub async fn open_beside(books: &Database, config: &Config) -> Result<Option<Self>, DatabaseError> {
        let beside = match (&books.lease, &config.merchant_database) {
            (Some(_), _) => return books.merchants(&DatabaseName::parse(MERCHANT)?).await.map(Some),
            (None, Some(login)) => {
                let owner =
                    books.owner.clone().zip(login.get_database()).map(|(owner, name)| owner.host(login.get_host()).port(login.get_port()).database(name));
                Self { login: login.as_ref().clone(), owner, lease: None }
            }
            (None, None) => return Ok(None),
        };
        beside.migrate().await?;
        Ok(Some(beside))
    }

    /// The database `name` on an embedded server, narrowed: makes the roles and the database if they are missing.
    pub(super) async fn embedded(lease: Arc<Lease>, name: &DatabaseName) -> Result<Self, DatabaseError> {
        let cluster = lease.cluster();
        let mut superuser = connect(&cluster.superuser()).await?;
        lock_set_up(&mut superuser).await?;
        make_roles(&mut superuser).await?;
        make_database(&mut superuser, name).await?;
        for other in ["postgres", "template1"] {
            close_to_public(&mut superuser, other).await?;
        }
        let mut inside = connect(&cluster.superuser().database(name.as_str())).await?;
        sqlx::raw_sql(NARROW).execute(&mut inside).await.map_err(failed("narrow the merchants' database"))?;
        close(inside).await?;
        close(superuser).await?;
        let (login, owner) = (cluster.login(MERCHANT, name.as_str()), cluster.login(OWNER, name.as_str()));
        Ok(Self { login, owner: Some(owner), lease: Some(lease) })
    }

    /// Brings the tables to what this program expects.
    pub(super) async fn migrate(&self) -> Result<Migrated, DatabaseError> {
        let Some(owner) = &self.owner else { return Ok(Migrated::NotOurs) };
        run(&MIGRATOR, owner).await
    }

    /// Connections for the porter, at most `connections_max` of them, opened as they are needed.
    pub async fn connect(&self, connections_max: u32) -> Result<PgPool, DatabaseError> {
        pool(&self.login, connections_max).await
    }

    /// The face's login.
    #[must_use]
    pub const fn login(&self) -> &PgConnectOptions {
        &self.login
    }

    /// Gives an embedded server back, which stops when nobody else uses it. Close all pools first.
    pub async fn close(self) -> Result<(), DatabaseError> {
        if let Some(lease) = self.lease.and_then(Arc::into_inner) {
            tokio::task::spawn_blocking(move || lease.release()).await.map_err(DatabaseError::CutShort)??;
        }
        Ok(())
    }
}

/// Nobody but the program and the owner connects to a database of the embedded server, and the program makes no temporary tables there.
pub(super) async fn close_to_public(connection: &mut PgConnection, name: &str) -> Result<(), DatabaseError> {
    let sql = "SELECT has_database_privilege($1, oid, 'CONNECT') OR has_database_privilege($2, oid, 'TEMPORARY') FROM pg_database WHERE datname = $3";
    let open: Option<bool> =
        sqlx::query_scalar(sql).bind(MERCHANT).bind(PROGRAM).bind(name).fetch_optional(&mut *connection).await.map_err(failed("look who may connect"))?;
    if open == Some(true) {
        execute(connection, narrowed(name)).await?;
    }
    Ok(())
}
