//! A database of earlier migrations is set aside: under another name on the same server, with all that it holds. The one exception to migrations that only
//! go forward, for the training data of an earlier demo; nothing else asks for it, and a city that is no training city is never set aside.

use foundation::time::Instant;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnection;

use super::{Database, DatabaseError, DatabaseName, close, connect, execute, failed, lock_set_up, make_database, merchant};

impl Database {
    /// As [`Database::migrate`]; training data of earlier migrations on the embedded server is set aside first. Returns the name that it has from then on.
    pub async fn migrate_or_begin_anew(&self, migrator: &Migrator, now: Instant) -> Result<Option<DatabaseName>, DatabaseError> {
        match self.migrate(migrator).await {
            Err(DatabaseError::MadeBefore { name }) if self.lease.is_some() => {
                let aside = self.set_aside(&DatabaseName::parse(&name)?, migrator, now).await?;
                self.migrate(migrator).await?;
                Ok(aside)
            }
            migrated => migrated.map(|_| None),
        }
    }

    /// None when another process has set it aside meanwhile. Fails where somebody else is connected to it.
    async fn set_aside(&self, name: &DatabaseName, migrator: &Migrator, now: Instant) -> Result<Option<DatabaseName>, DatabaseError> {
        let cluster = self.lease.as_deref().ok_or(DatabaseError::NotEmbedded)?.cluster();
        let mut superuser = connect(&cluster.superuser()).await?;
        lock_set_up(&mut superuser).await?;
        let mut inside = connect(&cluster.superuser().database(name.as_str())).await?;
        if !holds_migrations_before(&mut inside, migrator).await? {
            return Ok(None);
        }
        if !holds_training_only(&mut inside).await? {
            return Err(DatabaseError::NotTraining { name: name.clone() });
        }
        // A connection would keep it from being renamed.
        close(inside).await?;
        let aside = DatabaseName::parse(&format!("{name}_until_{}", now.format("%Y%m%d_%H%M%S")))?;
        execute(&mut superuser, format!("ALTER DATABASE {name} RENAME TO {aside}")).await?;
        make_database(&mut superuser, name).await?;
        merchant::close_to_public(&mut superuser, name.as_str()).await?;
        close(superuser).await?;
        Ok(Some(aside))
    }
}

/// Whether a migration came before all that this program knows.
pub(super) fn is_before(version: i64, migrator: &Migrator) -> bool {
    migrator.iter().map(|migration| migration.version).min().is_some_and(|first| version < first)
}

/// False also for a database that has seen no migration yet.
async fn holds_migrations_before(inside: &mut PgConnection, migrator: &Migrator) -> Result<bool, DatabaseError> {
    let migrated = sqlx::query_scalar("SELECT to_regclass('public._sqlx_migrations') IS NOT NULL").fetch_one(&mut *inside).await;
    if !migrated.map_err(failed("look for migrations"))? {
        return Ok(false);
    }
    let first: Option<i64> =
        sqlx::query_scalar("SELECT min(version) FROM public._sqlx_migrations").fetch_one(inside).await.map_err(failed("look which migrations were run"))?;
    Ok(first.is_some_and(|version| is_before(version, migrator)))
}

async fn holds_training_only(inside: &mut PgConnection) -> Result<bool, DatabaseError> {
    sqlx::query_scalar("SELECT coalesce(bool_and(training), true) FROM public.municipalities").fetch_one(inside).await.map_err(failed("look whose data it is"))
}
