//! Somebody has stolen the login of the merchants' face. It connects to its own database and no other; there it reads the porter's notebook, and nothing
//! of the server: each attempt is made as that login, and as a control by a superuser, who succeeds, so that no attempt fails for another reason.

use std::collections::BTreeSet;

use database::merchant::MERCHANT;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tests::support::database::{TestDatabase, TestMerchantDatabase, cluster};

const INSUFFICIENT_PRIVILEGE: &str = "42501";

async fn superuser(database: &TestMerchantDatabase) -> PgConnection {
    PgConnection::connect_with(&database.superuser()).await.unwrap()
}

async fn thief(database: &TestMerchantDatabase) -> PgConnection {
    PgConnection::connect_with(database.database().login()).await.unwrap()
}

fn code(error: &sqlx::Error) -> String {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).map(std::borrow::Cow::into_owned).unwrap_or_default()
}

/// Tries a statement and leaves nothing behind.
async fn attempt(connection: &mut PgConnection, sql: &str) -> Result<(), String> {
    sqlx::raw_sql("BEGIN").execute(&mut *connection).await.unwrap();
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await;
    sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await.unwrap();
    done.map(|_| ()).map_err(|error| code(&error))
}

#[tokio::test]
async fn it_connects_to_no_database_but_its_own() {
    let (books, own) = (TestDatabase::new().await, TestMerchantDatabase::new().await);
    let mut superuser = superuser(&own).await;
    let others: Vec<String> = sqlx::query_scalar("SELECT datname FROM pg_database WHERE datallowconn AND datname <> current_database() ORDER BY 1")
        .fetch_all(&mut superuser)
        .await
        .unwrap();
    let of_the_books = books.database().program().get_database().unwrap().to_owned();
    assert!(others.contains(&of_the_books) && others.contains(&"postgres".to_owned()), "{others:?}");
    // Those of other tests that are of this kind are its own too: in service there is one.
    for other in others.into_iter().filter(|other| !other.starts_with("merchant_")) {
        let refused = PgConnection::connect_with(&cluster().login(MERCHANT, &other)).await.err().map(|error| code(&error));
        // Databases of other tests come and go.
        assert!([INSUFFICIENT_PRIVILEGE, "3D000"].contains(&refused.as_deref().unwrap_or("let in")), "{other}: {refused:?}");
    }
    assert!(PgConnection::connect_with(books.database().program()).await.is_ok(), "the program is let in");
    assert!(thief(&own).await.ping().await.is_ok());
}

#[tokio::test]
async fn it_keeps_the_porters_notebook() {
    let own = TestMerchantDatabase::new().await;
    let mut thief = thief(&own).await;
    for sql in [
        "INSERT INTO face.callers (credential_sha256, let_in_at) VALUES (decode(repeat('ab', 32), 'hex'), '2026-05-20') ON CONFLICT DO NOTHING",
        "SELECT credential_sha256, let_in_at FROM face.callers",
        "DELETE FROM face.callers WHERE let_in_at < '2026-05-20'",
        "INSERT INTO face.refusals AS r (origin_index, window_from, refused) VALUES ('\\x01', '2026-05-20', 1)
         ON CONFLICT (origin_index, window_from) DO UPDATE SET refused = r.refused + 1",
        "SELECT origin_index, window_from, refused FROM face.refusals",
    ] {
        assert_eq!(attempt(&mut thief, sql).await, Ok(()), "{sql}");
    }
}

/// What trust asks for: statistics, sizes, positions in the WAL, numbers of transactions, locks, sources of functions, system columns, files, and ways to
/// make something of its own.
const ATTEMPTS: &[&str] = &[
    "SELECT * FROM pg_stat_activity",
    "SELECT * FROM pg_stat_database",
    "SELECT n_tup_ins FROM pg_stat_user_tables",
    "SELECT * FROM pg_stat_all_tables",
    "SELECT * FROM pg_statio_all_tables",
    "SELECT * FROM pg_stat_all_indexes",
    "SELECT * FROM pg_stat_wal",
    "SELECT * FROM pg_stat_bgwriter",
    "SELECT * FROM pg_stat_slru",
    "SELECT * FROM pg_stat_user_functions",
    "SELECT * FROM pg_stat_xact_all_tables",
    "SELECT * FROM pg_stats",
    "SELECT * FROM pg_statistic",
    "SELECT * FROM pg_locks",
    "SELECT * FROM pg_settings",
    "SELECT * FROM pg_roles",
    "SELECT * FROM pg_database",
    "SELECT * FROM pg_tablespace",
    "SELECT relpages, reltuples FROM pg_class",
    "SELECT prosrc FROM pg_proc",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM information_schema.routines",
    "SELECT pg_stat_get_activity(NULL)",
    "SELECT pg_stat_get_db_tuples_inserted(1)",
    "SELECT pg_stat_get_db_xact_commit(1)",
    "SELECT pg_stat_get_tuples_inserted('face.callers'::regclass)",
    "SELECT pg_stat_get_wal()",
    "SELECT pg_lock_status()",
    "SELECT pg_blocking_pids(1)",
    "SELECT pg_database_size('postgres')",
    "SELECT pg_relation_size('face.callers'::regclass)",
    "SELECT pg_total_relation_size('face.callers'::regclass)",
    "SELECT pg_tablespace_size('pg_default')",
    "SELECT pg_current_wal_lsn()",
    "SELECT pg_current_wal_insert_lsn()",
    "SELECT pg_current_wal_flush_lsn()",
    "SELECT pg_walfile_name('0/1000000')",
    "SELECT pg_current_xact_id()",
    "SELECT pg_current_xact_id_if_assigned()",
    "SELECT pg_current_snapshot()",
    "SELECT pg_snapshot_xmax('1:1:'::pg_snapshot)",
    "SELECT txid_current()",
    "SELECT txid_current_snapshot()",
    "SELECT age('100'::xid)",
    "SELECT mxid_age('1'::xid)",
    "SELECT pg_export_snapshot()",
    "SELECT pg_control_checkpoint()",
    "SELECT pg_postmaster_start_time()",
    "SELECT pg_get_functiondef('pg_catalog.col_description(oid, integer)'::regprocedure)",
    "SELECT pg_get_viewdef('pg_catalog.pg_stats'::regclass)",
    "SELECT pg_backend_pid()",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT pg_stat_file('PG_VERSION')",
    "SELECT lo_create(0)",
    "SELECT xmin FROM face.callers",
    "SELECT ctid FROM face.refusals",
    "INSERT INTO face.callers (credential_sha256, let_in_at) VALUES (decode(repeat('cd', 32), 'hex'), '2026-05-20') RETURNING xmin",
    "UPDATE face.callers SET let_in_at = '2026-05-21'",
    "TRUNCATE face.callers",
    "ALTER TABLE face.callers ADD COLUMN x integer",
    "DROP TABLE face.refusals",
    "SELECT * FROM public._sqlx_migrations",
    "CREATE TABLE face.mine (x integer)",
    "CREATE TABLE public.mine (x integer)",
    "CREATE TEMPORARY TABLE mine (x integer)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION face.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE ROLE mine",
    "SET ROLE hagukumi_program",
    "SET ROLE hagukumi_owner",
    "SET session_replication_role = replica",
    "SET log_statement = 'none'",
    "CHECKPOINT",
];

#[tokio::test]
async fn it_sees_nothing_of_the_server_and_makes_nothing_of_its_own() {
    let own = TestMerchantDatabase::new().await;
    let (mut thief, mut control) = (thief(&own).await, superuser(&own).await);
    for sql in ATTEMPTS {
        assert_eq!(attempt(&mut thief, sql).await, Err(INSUFFICIENT_PRIVILEGE.to_owned()), "{sql}");
        // A checkpoint goes on alone; all else is well-formed and can be had by who may.
        if *sql != "CHECKPOINT" {
            assert_eq!(attempt(&mut control, sql).await, Ok(()), "{sql}");
        }
    }
}

#[tokio::test]
async fn what_is_left_to_it_is_named_here_and_nothing_else_is() {
    let own = TestMerchantDatabase::new().await;
    let mut superuser = superuser(&own).await;
    let readable = "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f', 'S') AND has_schema_privilege('hagukumi_merchant', n.oid, 'USAGE')
                      AND (has_any_column_privilege('hagukumi_merchant', c.oid, 'SELECT') OR has_table_privilege('hagukumi_merchant', c.oid, 'SELECT'))";
    let readable: BTreeSet<String> = sqlx::query_scalar(readable).fetch_all(&mut superuser).await.unwrap().into_iter().collect();
    assert_eq!(readable, ["face.callers", "face.refusals"].map(str::to_owned).into());
    let whole = "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'v') AND has_table_privilege('hagukumi_merchant', oid, 'SELECT')";
    assert_eq!(sqlx::query_scalar::<_, i64>(whole).fetch_one(&mut superuser).await.unwrap(), 0, "columns, never whole tables with what the system adds");
    let callable = "SELECT DISTINCT proname::text FROM pg_proc
                    WHERE has_function_privilege('hagukumi_merchant', oid, 'EXECUTE') AND (proname LIKE 'pg\\_%' OR proname LIKE 'txid%' OR proname LIKE 'lo\\_%')";
    let callable: Vec<String> = sqlx::query_scalar(callable).fetch_all(&mut superuser).await.unwrap();
    assert!(!callable.is_empty() && callable.iter().all(|name| name.contains("advisory")), "{callable:?}");
    let ages = "SELECT count(*) FROM pg_proc WHERE 'xid'::regtype = ANY (proargtypes) AND proname NOT LIKE 'xid%' AND has_function_privilege('hagukumi_merchant', oid, 'EXECUTE')
                AND proname NOT IN ('hashxid', 'hash_xid')";
    let ages: i64 = sqlx::query_scalar(ages).fetch_one(&mut superuser).await.unwrap();
    assert_eq!(ages, 0, "functions that count the server's transactions");
    let member: Option<String> = sqlx::query_scalar("SELECT roleid::regrole::text FROM pg_auth_members WHERE member = 'hagukumi_merchant'::regrole")
        .fetch_optional(&mut superuser)
        .await
        .unwrap();
    assert_eq!(member, None, "it may become nobody else");
}

#[tokio::test]
async fn narrowing_again_changes_nothing_and_takes_back_what_somebody_gave() {
    let own = TestMerchantDatabase::new().await;
    let mut superuser = superuser(&own).await;
    let narrow = include_str!("../../../../ops/set-up/merchant-database.sql");
    sqlx::raw_sql("GRANT SELECT ON pg_stat_database TO PUBLIC; GRANT EXECUTE ON FUNCTION pg_current_wal_lsn() TO PUBLIC")
        .execute(&mut superuser)
        .await
        .unwrap();
    let mut thief = thief(&own).await;
    assert_eq!(attempt(&mut thief, "SELECT pg_current_wal_lsn()").await, Ok(()));
    for _ in 0..2 {
        sqlx::raw_sql(narrow).execute(&mut superuser).await.unwrap();
        assert_eq!(attempt(&mut thief, "SELECT pg_current_wal_lsn()").await, Err(INSUFFICIENT_PRIVILEGE.to_owned()));
        assert_eq!(attempt(&mut thief, "SELECT * FROM pg_stat_database").await, Err(INSUFFICIENT_PRIVILEGE.to_owned()));
    }
}
