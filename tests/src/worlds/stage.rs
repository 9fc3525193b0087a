//! Where worlds are played: a database for each, in which a history begins in a moment, because what its families have was written down before.

use std::sync::Arc;

use futures_util::future::join_all;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};

use super::cast::{self, Secret};
use super::fitting::{self, Fitting};
use super::history::Event;
use super::leaks::{Leak, Planted};
use super::view::{Difference, Exercised, Seen, difference};
use super::world::World;
use crate::support::database::{TestDatabase, TestMerchantDatabase, cluster};

/// One world on its database.
struct Theatre {
    world: World,
    planted: Arc<Planted>,
    /// As the superuser, who alone may put history away.
    sets: PgConnection,
    secrets: Vec<Secret>,
    tables: Vec<String>,
    /// What puts the tables back, for each secret.
    begins: Vec<String>,
    face: Face,
    _database: TestDatabase,
}

/// The merchants' face's own database.
struct Face {
    sets: PgConnection,
    reads: PgPool,
    _database: TestMerchantDatabase,
}

impl Face {
    async fn open() -> Self {
        let database = TestMerchantDatabase::new().await;
        let sets = PgConnection::connect_with(&database.superuser()).await.expect("connect as the superuser");
        let reads = database.database().connect(2).await.expect("connect as the merchants' face");
        Self { sets, reads, _database: database }
    }

    /// What the login may read: each table, and its columns.
    async fn readable(&mut self) -> Vec<(String, String)> {
        let sql = "SELECT c.oid::regclass::text, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
                   FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
                   WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind IN ('r', 'v', 'm', 'S')
                     AND has_schema_privilege('hagukumi_merchant', n.oid, 'USAGE') AND has_column_privilege('hagukumi_merchant', c.oid, a.attnum, 'SELECT')
                   GROUP BY c.oid ORDER BY 1";
        sqlx::query_as(sql).fetch_all(&mut self.sets).await.expect("what can be read")
    }

    /// Every row that the login of the merchants' face can read.
    async fn read(&mut self) -> Vec<Seen> {
        let mut seen = Vec::new();
        for (table, columns) in self.readable().await {
            let sql = format!("SELECT coalesce(string_agg(r, E'\\n' ORDER BY r), '') FROM (SELECT ROW({columns})::text AS r FROM {table}) AS rows");
            let rows: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.reads).await.expect("rows");
            seen.push(Seen::other(format!("whoever has the login of the merchants' face: {table}"), rows));
        }
        seen
    }
}

impl Theatre {
    async fn open(fitting: Fitting, secrets: Vec<Secret>) -> Self {
        let (database, face) = (TestDatabase::new().await, Face::open().await);
        let name = database.database().program().get_database().expect("a database with a name").to_owned();
        let superuser = cluster().superuser().database(&name);
        let mut sets = PgConnection::connect_with(&superuser).await.expect("connect as the superuser");
        let tables = "SELECT table_name::text FROM information_schema.tables
                      WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> '_sqlx_migrations' ORDER BY 1";
        let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut sets).await.expect("the tables");
        // Triggers and foreign keys rest while tables are put back as they were.
        execute(&mut sets, "SET session_replication_role = replica").await;
        let (city, cast) = cast::found(database.pool()).await;
        let planted = Arc::new(Planted::default());
        let routes = fitting::routes(fitting, city.ledger(), face.reads.clone(), planted.clone()).await;
        let world = World::new(city, cast, routes, planted.clone());
        let mut theatre = Self { world, planted, sets, secrets, tables, begins: Vec::new(), face, _database: database };
        let founded = theatre.keep("founded").await;
        for (number, secret) in theatre.secrets.clone().into_iter().enumerate() {
            execute(&mut theatre.sets, founded.clone()).await;
            theatre.world.endow(secret).await;
            let begin = theatre.keep(&format!("variant_{number}")).await;
            theatre.begins.push(begin);
        }
        theatre
    }

    /// Keeps all rows under a name; answers what puts them back.
    async fn keep(&mut self, name: &str) -> String {
        execute(&mut self.sets, format!("CREATE SCHEMA {name}")).await;
        let mut back: Vec<_> = self.tables.iter().map(|table| format!("DELETE FROM public.{table};")).collect();
        for table in &self.tables {
            let rows: bool =
                sqlx::query_scalar(AssertSqlSafe(format!("SELECT EXISTS (SELECT FROM public.{table})"))).fetch_one(&mut self.sets).await.expect("rows");
            if rows {
                let columns = columns(&mut self.sets, table).await;
                execute(&mut self.sets, format!("CREATE TABLE {name}.{table} AS SELECT {columns} FROM public.{table}")).await;
                back.push(format!("INSERT INTO public.{table} ({columns}) SELECT {columns} FROM {name}.{table};"));
            }
        }
        back.concat()
    }

    async fn begin(&mut self, number: u64) {
        let number = usize::try_from(number).expect("a number") % self.secrets.len();
        execute(&mut self.sets, self.begins[number].clone()).await;
        // Who was let in once is remembered; who was refused begins anew.
        execute(&mut self.face.sets, "DELETE FROM face.refusals").await;
        self.world.begin(self.secrets[number]);
    }

    /// The end of a history: every merchant looks at everything, and so does whoever has stolen the login of their face.
    async fn end(&mut self) -> Vec<Seen> {
        let mut seen = self.world.look_at_everything().await;
        let leak = self.planted.writes();
        if let Some(sql) = leak {
            // Put back at once: other leaks follow.
            execute(&mut self.face.sets, format!("CREATE SCHEMA kept; CREATE TABLE kept.callers AS TABLE face.callers; {sql}")).await;
        }
        seen.extend(self.face.read().await);
        if leak.is_some() {
            let back = "DROP TABLE IF EXISTS face.funded; ALTER TABLE face.callers DROP COLUMN IF EXISTS source; DELETE FROM face.refusals;
                        DELETE FROM face.callers; INSERT INTO face.callers TABLE kept.callers; DROP SCHEMA kept CASCADE";
            execute(&mut self.face.sets, back).await;
        }
        seen
    }
}

/// The columns of a table that can be written.
async fn columns(connection: &mut PgConnection, table: &str) -> String {
    let sql = "SELECT string_agg(column_name, ', ' ORDER BY ordinal_position) FROM information_schema.columns
               WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER'";
    sqlx::query_scalar(sql).bind(table).fetch_one(connection).await.expect("the columns")
}

/// Names of tables and columns cannot be parameters; here they come from the database itself.
async fn execute(connection: &mut PgConnection, sql: impl Into<String>) {
    sqlx::raw_sql(AssertSqlSafe(sql.into())).execute(connection).await.expect("a statement");
}

/// Worlds side by side.
pub struct Stage {
    theatres: Vec<Theatre>,
}

/// How many secrets a mixed world has ready; histories take them in turn.
const SECRETS: u64 = 7;

impl Stage {
    /// Two worlds, or three: one with schemes, one where all is own money, another one with schemes.
    pub async fn open(seed: u64, worlds: u64) -> Self {
        Self::fitted(seed, &[Fitting::Call, Fitting::Call, Fitting::Call][..usize::try_from(worlds).expect("a few")]).await
    }

    /// The same worlds, where each has its own way to the Till.
    pub async fn fitted(seed: u64, fittings: &[Fitting]) -> Self {
        let mixed = |world: u64| (0..SECRETS).map(|number| Secret::Mixed(seed.wrapping_mul(1_000).wrapping_add(world * 100 + number))).collect();
        let mut theatres = Vec::new();
        for (world, fitting) in (0..).zip(fittings) {
            theatres.push(Theatre::open(*fitting, if world == 1 { vec![Secret::OwnMoney] } else { mixed(world) }).await);
        }
        Self { theatres }
    }

    /// The same secret in two worlds: whatever differs there is a fault of the test.
    pub async fn control(seed: u64) -> Self {
        let secrets = vec![Secret::Mixed(seed)];
        Self { theatres: vec![Theatre::open(Fitting::Call, secrets.clone()).await, Theatre::open(Fitting::Call, secrets).await] }
    }

    /// Plants a leak into every world, or none.
    pub fn plant(&self, leak: Option<&'static Leak>) {
        for theatre in &self.theatres {
            theatre.planted.plant(leak);
        }
    }

    /// Plays a history in every world at once, and stops at the first thing that is not the same.
    pub async fn play(&mut self, number: u64, history: &[Event]) -> Option<Difference> {
        join_all(self.theatres.iter_mut().map(|theatre| theatre.begin(number))).await;
        for (at, event) in history.iter().enumerate() {
            let said = join_all(self.theatres.iter_mut().map(|theatre| theatre.world.play(event))).await;
            if let Some(found) = first(at, &said) {
                return Some(found);
            }
        }
        let said = join_all(self.theatres.iter_mut().map(Theatre::end)).await;
        first(history.len(), &said)
    }

    /// What has been asked in the first world since it was taken last.
    pub fn take_exercised(&mut self) -> Exercised {
        self.theatres.first_mut().map(|theatre| theatre.world.take_exercised()).unwrap_or_default()
    }
}

fn first(event: usize, said: &[Vec<Seen>]) -> Option<Difference> {
    said.windows(2).find_map(|pair| difference(event, &pair[0], &pair[1]))
}
