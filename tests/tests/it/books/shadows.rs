//! A thief has the program's login and makes temporary tables with the names of the city's own. PostgreSQL looks among temporary tables first unless a
//! search path says otherwise: a function that runs as the owner would then read what the thief wrote, and run the thief's triggers as the owner.
//!
//! Two layers, each tried without the other: the login may make no temporary table; and where a superuser lets it make them, no function of ours sees one.
//! Relations and functions are read from the catalogue, so that one that comes later is tried too.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tests::support::city::{TestLedger, bare_municipality};
use tests::support::database::{TestDatabase, cluster};
use uuid::Uuid;

use super::{TODAY, city_with_own_money, own_money, payable};

const INSUFFICIENT_PRIVILEGE: &str = "42501";
const CITY: i32 = 1;
/// A day of a closed month.
const CLOSED: &str = "2026-04-30";

/// Day, family and yen.
type Payment = (&'static str, u128, i64);

/// Raises with the name of the relation, and of whoever got there.
const SPRING: &str = "
    CREATE FUNCTION pg_temp.spring() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '% writes to the shadow of %', current_user, TG_TABLE_NAME; END $$;
    CREATE FUNCTION pg_temp.spring(relation text) RETURNS boolean LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '% reads the shadow of %', current_user, relation; END $$;";

/// Every function of ours that looks for names where the caller may have put some.
const UNPINNED: &str = "
    SELECT p.oid::regproc::text FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND p.prokind IN ('f', 'p')
      AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false)
    ORDER BY 1";

/// Every relation that a function of ours names without its schema.
const UNQUALIFIED: &str = r"
    SELECT p.oid::regproc || ' names ' || c.relname FROM pg_proc p
    JOIN pg_class c ON c.relnamespace = p.pronamespace AND c.relkind IN ('r', 'p', 'v', 'm')
    WHERE p.pronamespace = 'public'::regnamespace AND p.prosrc ~* ('\m(from|join|into|update|only|using|table)\s+' || c.relname || '\M')
    ORDER BY 1";

/// A relation of the city's, and its columns as `name type`.
struct Relation {
    name: String,
    columns: Vec<(String, String)>,
    readable: bool,
}

#[derive(Clone, Copy)]
enum Shadow {
    /// A table whose triggers spring when somebody writes.
    Written,
    /// A view that springs when somebody reads.
    Read,
    /// A copy in which everybody is rich, nothing is guarded and no month closed.
    Rich,
}

impl Relation {
    async fn all(connection: &mut PgConnection) -> Vec<Self> {
        let sql = "SELECT c.relname::text, array_agg(a.attname::text ORDER BY a.attnum), array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum),
                          has_table_privilege(c.oid, 'SELECT')
                   FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') GROUP BY c.oid ORDER BY 1";
        let rows: Vec<(String, Vec<String>, Vec<String>, bool)> = sqlx::query_as(sql).fetch_all(connection).await.unwrap();
        rows.into_iter().map(|(name, columns, types, readable)| Self { name, columns: columns.into_iter().zip(types).collect(), readable }).collect()
    }

    fn shadow(&self, shadow: Shadow) -> String {
        let name = &self.name;
        let columns: Vec<String> = self.columns.iter().map(|(column, kind)| format!("{column} {kind}")).collect();
        let table = format!("CREATE TEMPORARY TABLE {name} ({});", columns.join(", "));
        match shadow {
            Shadow::Written => format!(
                "{table} CREATE TRIGGER spring BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON pg_temp.{name} FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.spring();"
            ),
            Shadow::Read => {
                let nothing: Vec<String> = self.columns.iter().map(|(column, kind)| format!("NULL::{kind} AS {column}")).collect();
                format!("CREATE TEMPORARY VIEW {name} AS SELECT {} WHERE pg_temp.spring('{name}');", nothing.join(", "))
            }
            Shadow::Rich => match name.as_str() {
                "closings" => table,
                _ if !self.readable => table,
                _ => {
                    let rich = self.columns.iter().map(|(column, _)| match (name.as_str(), column.as_str()) {
                        ("guarded_balances", "balance") => "1000000",
                        ("accounts", "guarded") => "false",
                        (_, column) => column,
                    });
                    format!("{table} INSERT INTO pg_temp.{name} SELECT {} FROM public.{name};", rich.collect::<Vec<_>>().join(", "))
                }
            },
        }
    }
}

/// A city with a family that owns ¥5, a closed month, and the program's login with the right that it lacks.
struct Theft {
    database: TestDatabase,
    thief: PgConnection,
    relations: Vec<Relation>,
}

impl Theft {
    async fn new() -> Self {
        let database = TestDatabase::new().await;
        let test = TestLedger::at(database.pool(), TODAY);
        let city = bare_municipality(database.pool(), CITY).await;
        city_with_own_money(&test, city, &[(1, 5), (2, 5)]).await;
        let closed: bool = sqlx::query_scalar("SELECT close_through($1, 'books', $2::date, $2::date, '2026-05-20 03:00Z', 'test')")
            .bind(CITY)
            .bind(CLOSED)
            .fetch_one(database.pool())
            .await
            .unwrap();
        assert!(closed);
        let name = database.database().program().get_database().unwrap();
        let mut superuser = PgConnection::connect_with(&cluster().superuser()).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("GRANT TEMPORARY ON DATABASE {name} TO hagukumi_program"))).execute(&mut superuser).await.unwrap();
        let mut thief = PgConnection::connect_with(database.database().program()).await.unwrap();
        let relations = Relation::all(&mut thief).await;
        assert!(relations.len() > 70, "{} relations", relations.len());
        Self { database, thief, relations }
    }

    /// Begins a database transaction in which these relations have shadows.
    async fn begin(&mut self, shadow: Shadow, relations: impl Fn(&Relation) -> bool) {
        let shadows: String = self.relations.iter().filter(|relation| relations(relation)).map(|relation| relation.shadow(shadow)).collect();
        sqlx::raw_sql(AssertSqlSafe(format!("BEGIN; {SPRING} {shadows}"))).execute(&mut self.thief).await.unwrap();
    }

    async fn rollback(&mut self) {
        sqlx::raw_sql("ROLLBACK").execute(&mut self.thief).await.unwrap();
    }

    /// Runs one of `CALLS` among shadows; its answer, or why it gave none.
    async fn call(&mut self, shadow: Shadow, sql: &str) -> String {
        let names = [(":one", own_money(1).id.uuid()), (":two", own_money(2).id.uuid()), (":payable", payable(1).id.uuid()), (":new", Uuid::from_u128(99))];
        let sql = names.into_iter().fold(sql.to_owned(), |sql, (name, id)| sql.replace(name, &format!("'{id}'::uuid")));
        self.begin(shadow, |_| true).await;
        let answer = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut self.thief).await.unwrap_or_else(|error| error.to_string());
        self.rollback().await;
        answer
    }

    /// What becomes of payments.
    async fn pay(&mut self, payments: &[Payment]) -> Result<Vec<String>, String> {
        let accounts: Vec<Uuid> = payments.iter().map(|(_, family, _)| own_money(*family).id.uuid()).collect();
        let outcomes = sqlx::query_scalar(
            "SELECT b.outcomes FROM public.post_batch(
                 $1, '2026-05-20 03:00Z', array_fill('thief'::text, ARRAY[cardinality($2::text[])]), ARRAY(SELECT i::text FROM generate_subscripts($2, 1) i),
                 array_fill('\\x01'::bytea, ARRAY[cardinality($2)]), ARRAY(SELECT gen_random_uuid() FROM unnest($2)), array_fill('hold'::text, ARRAY[cardinality($2)]), $2::date[],
                 array_fill(NULL::text, ARRAY[cardinality($2)]), array_fill(NULL::uuid, ARRAY[cardinality($2)]),
                 '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}',
                 ARRAY(SELECT i FROM generate_subscripts($2, 1) i), array_fill(0, ARRAY[cardinality($2)]), $3, array_fill($4::uuid, ARRAY[cardinality($2)]), $5) b",
        )
        .bind(CITY)
        .bind(payments.iter().map(|(day, _, _)| *day).collect::<Vec<_>>())
        .bind(accounts)
        .bind(payable(1).id.uuid())
        .bind(payments.iter().map(|(_, _, yen)| *yen).collect::<Vec<_>>())
        .fetch_one(&mut self.thief);
        outcomes.await.map_err(|error| error.to_string())
    }

    /// What is wrong with payments that must not be made, while these relations have rich shadows.
    async fn stolen(&mut self, of: &str, relations: impl Fn(&Relation) -> bool) -> Vec<String> {
        let refused: [(&[Payment], &[&str]); 4] = [
            (&[(TODAY, 1, 1_000_000)], &["short"]),
            (&[(TODAY, 1, 1_000_000), (TODAY, 2, 5)], &["short", "posted"]),
            (&[(CLOSED, 1, 5)], &["closed"]),
            (&[(CLOSED, 1, 5), (CLOSED, 2, 5)], &["closed", "closed"]),
        ];
        let mut found = Vec::new();
        self.begin(Shadow::Rich, relations).await;
        for (payments, expected) in refused {
            sqlx::raw_sql("SAVEPOINT payment").execute(&mut self.thief).await.unwrap();
            let outcomes = self.pay(payments).await;
            sqlx::raw_sql("ROLLBACK TO payment").execute(&mut self.thief).await.unwrap();
            if !outcomes.as_ref().is_ok_and(|outcomes| outcomes == expected) {
                found.push(format!("{of}: {payments:?} {outcomes:?}"));
            }
        }
        self.rollback().await;
        found
    }
}

/// Each function that runs as the owner, called so that it touches all that it names, and its answer. `:one` and `:two` are families' own money,
/// `:payable` a merchant's, `:new` an account that is not there yet.
const CALLS: [(&str, &str, &str); 7] = [
    ("post_batch", POST_ONE, "{posted}"),
    ("post_batch", POST_MANY, "{posted,posted}"),
    ("post_batch", POST_EACH, "{posted,short}"),
    ("fold_deltas", "SELECT (fold_deltas(1) > 0)::text", "true"),
    ("close_through", "SELECT close_through(1, 'books', '2026-05-31', '2026-05-01', '2026-06-10', 'test')::text", "true"),
    ("lock_guarded", "SELECT lock_guarded(1, '2026-05-20', ARRAY[:one, :two])::text", ""),
    (
        "seal_entries",
        "SELECT seal_entries(1, 0, ARRAY[q.entry_id], ARRAY[sha256('leaf')], sha256('peak'), sha256('root'), '2026-05-20')::text FROM public.seal_queue q LIMIT 1",
        "",
    ),
];

/// One transfer alone.
const POST_ONE: &str = "
    SELECT b.outcomes::text FROM post_batch(
        1, '2026-05-20 03:00Z', '{thief}', '{one}', '{one}', ARRAY[gen_random_uuid()], '{hold}', '{2026-05-20}', '{NULL}', '{NULL}',
        '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{1}', '{0}', ARRAY[:one], ARRAY[:payable], '{1}') b";

/// A batch in which nothing is wrong; one opens an account.
const POST_MANY: &str = "
    SELECT b.outcomes::text FROM post_batch(
        1, '2026-05-20 03:00Z', '{thief,thief}', '{one,two}', '{one,two}', ARRAY[gen_random_uuid(), gen_random_uuid()], '{hold,hold}',
        '{2026-05-20,2026-05-20}', '{NULL,NULL}', '{NULL,NULL}', '{2}', ARRAY[:new], '{hold}', '{yen}', '{NULL}', '{NULL}', '{NULL}', '{true}', '{NULL}', '{NULL}',
        '{1,2}', '{0,0}', ARRAY[:one, :two], ARRAY[:payable, :new], '{1,1}') b";

/// A batch in which one is wrong and the other reverses an entry, so that each is judged by itself.
const POST_EACH: &str = "
    SELECT b.outcomes::text FROM post_batch(
        1, '2026-05-20 03:00Z', '{thief,thief}', '{one,two}', '{one,two}', ARRAY[gen_random_uuid(), gen_random_uuid()], '{hold,hold}',
        '{2026-05-20,2026-05-20}', '{NULL,NULL}', ARRAY[gen_random_uuid(), NULL], '{1}', ARRAY[:new], '{hold}', '{yen}', '{NULL}', '{NULL}', '{NULL}', '{true}',
        '{NULL}', '{NULL}', '{1,2}', '{0,0}', ARRAY[:one, :two], ARRAY[:new, :payable], '{1,6}') b";

async fn names(connection: &mut PgConnection, sql: &'static str) -> Vec<String> {
    sqlx::query_scalar(sql).fetch_all(connection).await.unwrap()
}

#[tokio::test]
async fn the_programs_login_may_make_no_temporary_table() {
    let database = TestDatabase::new().await;
    for sql in ["CREATE TEMPORARY TABLE entries (entry_id uuid)", "CREATE TEMPORARY VIEW entries AS SELECT 1", "SELECT 1 AS entry_id INTO TEMPORARY entries"] {
        let error = sqlx::query(sql).execute(database.pool()).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().as_deref(), Some(INSUFFICIENT_PRIVILEGE), "{sql}");
    }
}

#[tokio::test]
async fn nothing_is_paid_out_of_a_balance_that_a_thief_made_up() {
    let mut theft = Theft::new().await;
    let mut found = theft.stolen("all", |_| true).await;
    let relations: Vec<String> = theft.relations.iter().map(|relation| relation.name.clone()).collect();
    for name in relations {
        found.extend(theft.stolen(&name, |relation| relation.name == name).await);
    }
    assert_eq!(found, Vec::<String>::new());
}

#[tokio::test]
async fn no_function_of_the_owners_reads_or_writes_a_shadow() {
    let mut theft = Theft::new().await;
    let definers = "SELECT p.proname::text FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef";
    let definers: BTreeSet<String> = names(&mut theft.thief, definers).await.into_iter().collect();
    assert_eq!(definers, CALLS.map(|(name, _, _)| name.to_owned()).into(), "each has its call");
    for (name, sql, expected) in CALLS {
        for shadow in [Shadow::Written, Shadow::Read] {
            assert_eq!(theft.call(shadow, sql).await, expected, "{name}");
        }
    }
}

#[tokio::test]
async fn a_function_that_forgot_the_shadows_is_found() {
    let mut theft = Theft::new().await;
    let owner = theft.database.owner().await;
    let forgetful = "
        CREATE FUNCTION reads() RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS
            $$ BEGIN PERFORM FROM closings; RETURN ''; END $$;
        CREATE FUNCTION writes() RETURNS text LANGUAGE plpgsql SECURITY DEFINER AS
            $$ BEGIN DELETE FROM seal_queue; RETURN ''; END $$;";
    sqlx::raw_sql(forgetful).execute(&owner).await.unwrap();
    for (shadow, sql, sprung) in [
        (Shadow::Read, "SELECT reads()", "hagukumi_owner reads the shadow of closings"),
        (Shadow::Written, "SELECT writes()", "hagukumi_owner writes to the shadow of seal_queue"),
    ] {
        let answer = theft.call(shadow, sql).await;
        assert!(answer.contains(sprung), "{answer}");
    }
    assert_eq!(names(&mut theft.thief, UNPINNED).await, ["reads", "writes"]);
    assert_eq!(names(&mut theft.thief, UNQUALIFIED).await, ["reads names closings", "writes names seal_queue"]);
}

#[tokio::test]
async fn every_function_looks_among_temporary_tables_last_and_names_schemas() {
    let database = TestDatabase::new().await;
    let mut connection = PgConnection::connect_with(database.database().program()).await.unwrap();
    assert_eq!(names(&mut connection, UNPINNED).await, Vec::<String>::new());
    assert_eq!(names(&mut connection, UNQUALIFIED).await, Vec::<String>::new());
}
