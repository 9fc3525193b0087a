//! What is written on the merchant's clock has one shape, whatever the split: the server itself tells which statements ran, inside functions too, how many
//! rows each of their steps found, and which rows were written and how long they are. At the Till's boundary, so that it holds however the ledger does it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use database::embedded::Durability;
use database::{Database, DatabaseName};
use ledger::Ledger;
use ledger::payment::HoldPayment;
use merchant_api::doors::Till as _;
use merchant_api::till::{Answer, Credential, NewCapture, NewRefund, Receipt, ScannedCode};
use process::till::LedgerTill;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};
use tests::support::cluster::PrivateCluster;
use tests::support::test_city::{TestCity, staff, tuition};

/// Coupons of two months, tickets, half of the price, and visits: whatever a split can be made of.
const SCHEMES: [&str; 4] = [
    r#"[scheme]
id = "coupon"
[[version]]
from = 2026-04-01
who = { unit = "child", test = { age_below = 19 } }
grant = { kind = "yen", amount = 3_000, cycle = "month", open = { months = -1, day = 16 }, close = { months = 1, day = 15 } }
cost = { expenses = ["tuition"] }
share = { rate = [1, 1] }
limit = [{ per = "day", max_count = 9 }, { per = "month", max_yen = 90_000 }]
route = [{ kind = "redeem" }]
"#,
    r#"[scheme]
id = "ticket"
[[version]]
from = 2026-04-01
who = { unit = "child", test = { age_below = 19 } }
grant = { kind = "count", amount = 8, face = 500, cycle = "year" }
cost = { expenses = ["tuition"] }
share = { rate = [1, 1] }
route = [{ kind = "redeem" }]
"#,
    r#"[scheme]
id = "half"
[[version]]
from = 2026-04-01
who = { unit = "child", test = { age_below = 19 } }
grant = { kind = "yen", amount = 30_000, cycle = "year" }
cost = { expenses = ["tuition"] }
share = { rate = [1, 2] }
route = [{ kind = "redeem" }]
"#,
    r#"[scheme]
id = "visit"
[[version]]
from = 2026-04-01
who = { unit = "child", test = { age_below = 19 } }
grant = { kind = "count", amount = 2, cycle = "year" }
cost = { expenses = ["tuition"] }
share = { cost_cap = 6_300, deduct = 1_800, rate = [1, 1] }
route = [{ kind = "redeem" }]
"#,
];

/// A server that tells everything it does.
struct Talking {
    private: PrivateCluster,
    superuser: PgConnection,
    pool: PgPool,
    log: PathBuf,
    read: usize,
}

impl Talking {
    async fn new() -> Self {
        let private = PrivateCluster::at("", Durability::ThrowAway);
        let cluster = private.cluster().clone();
        let database = Database::embedded(cluster.clone(), &DatabaseName::parse("books").unwrap()).await.unwrap();
        database.migrate(&ledger::MIGRATOR).await.unwrap();
        let mut superuser = PgConnection::connect_with(&cluster.superuser().database("books")).await.unwrap();
        // One plan for each statement, by index: a table that has grown does not read differently.
        sqlx::raw_sql("LOAD 'auto_explain'").execute(&mut superuser).await.unwrap();
        for setting in [
            "session_preload_libraries = 'auto_explain'",
            "auto_explain.log_min_duration = 0",
            "auto_explain.log_analyze = on",
            "auto_explain.log_timing = off",
            "auto_explain.log_nested_statements = on",
            "auto_explain.log_triggers = on",
            "plan_cache_mode = force_generic_plan",
            "enable_seqscan = off",
            "enable_bitmapscan = off",
            "autovacuum = off",
            "jit = off",
        ] {
            sqlx::raw_sql(AssertSqlSafe(format!("ALTER SYSTEM SET {setting}"))).execute(&mut superuser).await.unwrap();
        }
        sqlx::raw_sql("SELECT pg_reload_conf()").execute(&mut superuser).await.unwrap();
        let pool = PgPoolOptions::new().max_connections(1).connect_with(database.program().clone()).await.unwrap();
        let log = cluster.log_file();
        Self { private, superuser, pool, log, read: 0 }
    }

    /// From here on it plans as for a city with many accounts and payments: a row is found by its whole key, and not among all of the city's. Not before
    /// there is a row in each table that matters: for an empty one it plans otherwise.
    async fn plan_as_for_many(&mut self) {
        let many = "UPDATE pg_class SET reltuples = 10000000, relpages = 1 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
        sqlx::raw_sql(many).execute(&mut self.superuser).await.unwrap();
    }

    /// What it has told since it was asked last: each statement with the rows that its steps found.
    fn told(&mut self) -> Vec<String> {
        let text = fs::read_to_string(&self.log).unwrap();
        let new = text[self.read..].to_owned();
        self.read = text.len();
        let mut told = Vec::new();
        for line in new.lines() {
            if let Some((_, statement)) = line.split_once("Query Text:") {
                told.push(statement.trim().to_owned());
            } else if let Some((step, rows)) = line.split_once("(cost=") {
                let rows = rows.split("(actual ").nth(1).unwrap_or("never executed");
                told.push(format!("  {} {rows}", step.trim_end()));
            } else if line.starts_with('\t') && line.trim_start().starts_with("Trigger ") {
                told.push(format!("  {}", line.trim()));
            }
        }
        told
    }

    /// Every row of a city, by what it says and where: with how long it is.
    async fn rows(&mut self, municipality: i32) -> BTreeMap<(String, String), (i32, i32)> {
        let tables = "SELECT table_name::text FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
                      WHERE table_schema = 'public' AND column_name = 'municipality' AND table_type = 'BASE TABLE' ORDER BY 1";
        let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut self.superuser).await.unwrap();
        let mut rows = BTreeMap::new();
        for table in tables {
            let sql = format!("SELECT t::text, pg_column_size(t.*), octet_length(t::text) FROM {table} t WHERE municipality = {municipality}");
            let found: Vec<(String, i32, i32)> = sqlx::query_as(AssertSqlSafe(sql)).fetch_all(&mut self.superuser).await.unwrap();
            rows.extend(found.into_iter().map(|(text, size, length)| ((table.clone(), text), (size, length))));
        }
        rows
    }
}

/// What one request of a desk did: statements with their rows, and rows that came and went with their lengths.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shape {
    statements: Vec<String>,
    written: Vec<(String, &'static str, i32, i32)>,
}

/// One city whose family pays in one way.
struct Case {
    city: TestCity,
    till: LedgerTill,
    desk: Credential,
    payment: HoldPayment,
}

impl Case {
    async fn new(pool: &PgPool, number: i32, granted: &[&str]) -> Self {
        let slug = format!("city{number}");
        let city = TestCity::found_as(pool, (100_000 + number, &slug), "2026-05-20", &SCHEMES).await;
        city.roster(&[("1", "H1", "2013-09-10", "2026-04-01")]).await;
        for scheme in granted {
            city.appropriate(scheme, 2026, 1_000_000).await;
            city.grant(scheme, "2026-05-20").await.unwrap();
            if *scheme == "coupon" {
                city.grant(scheme, "2026-06-20").await.unwrap();
            }
        }
        let (family, child, class) = (city.family("H1").await, city.child("1").await, city.class("one").await);
        city.top_up(family, 100_000).await;
        let (_, token) = city.ledger().add_terminal(city.municipality, &staff("a", "desk"), class, "受付").await.unwrap();
        let desk = Credential::new(ledger::token::CityToken::new(city.municipality, token).to_string());
        let payment = HoldPayment { own_money: true, ..tuition(family, &[child], class, 21_700) };
        Self { till: LedgerTill::new(city.ledger().clone()), city, desk, payment }
    }

    fn ledger(&self) -> &Ledger {
        self.city.ledger()
    }

    async fn capture(&self, key: &str, code: &str, yen: i64) -> Answer<Receipt> {
        self.till.capture(&self.desk, key, &NewCapture { code: ScannedCode::new(code), amount_yen: Some(yen) }).await
    }

    /// Does something at the desk and tells what it did.
    async fn shape<T>(&self, talking: &mut Talking, work: impl Future<Output = T>) -> (T, Shape) {
        let municipality = self.city.municipality.code();
        let before = talking.rows(municipality).await;
        talking.told();
        let done = work.await;
        let statements = talking.told();
        let after = talking.rows(municipality).await;
        let changed = |from: &BTreeMap<(String, String), (i32, i32)>, to: &BTreeMap<(String, String), (i32, i32)>, how| {
            from.iter().filter(|(row, _)| !to.contains_key(row)).map(|((table, _), &(size, length))| (table.clone(), how, size, length)).collect::<Vec<_>>()
        };
        let mut written = changed(&after, &before, "came");
        written.extend(changed(&before, &after, "went"));
        written.sort_unstable();
        (done, Shape { statements, written })
    }

    /// What a desk does with one payment: takes it, twice under one key, tries it again, refunds some and then the rest, and looks.
    async fn life(&self, talking: &mut Talking) -> Vec<(&'static str, Shape)> {
        let held = self.city.hold("pay", &self.payment).await.unwrap();
        let code = held.code.grouped();
        let mut shapes = Vec::new();
        let (refused, shape) = self.shape(talking, self.capture("other", &code, 21_701)).await;
        assert!(refused.is_err());
        shapes.push(("another amount", shape));
        let (receipt, shape) = self.shape(talking, self.capture("key", &code, 21_700)).await;
        let receipt = receipt.unwrap().receipt;
        shapes.push(("a capture", shape));
        let (again, shape) = self.shape(talking, self.capture("key", &code, 21_700)).await;
        assert_eq!(again.unwrap().receipt, receipt);
        shapes.push(("the same again", shape));
        let (refused, shape) = self.shape(talking, self.capture("late", &code, 21_700)).await;
        assert!(refused.is_err());
        shapes.push(("a used code", shape));
        for (key, yen, what) in [("some", 1_150, "a partial refund"), ("rest", 20_550, "the rest"), ("none", 1, "too much")] {
            let refund = NewRefund { receipt: receipt.clone(), amount_yen: yen, reason: "休講".to_owned() };
            let (_, shape) = self.shape(talking, self.till.refund(&self.desk, key, &refund)).await;
            shapes.push((what, shape));
            // Where the money goes back to is settled on another clock.
            self.ledger().settle_refunds(self.city.municipality).await.unwrap();
        }
        let (_, shape) = self.shape(talking, self.till.receipt(&self.desk, &receipt)).await;
        shapes.push(("a look", shape));
        shapes
    }

    async fn sources(&self, talking: &mut Talking) -> i64 {
        let sql = "SELECT count(*) FROM transfers t JOIN holds h USING (municipality, entry_id) WHERE h.municipality = $1 AND t.credit_account_id = h.hold_id";
        sqlx::query_scalar(sql).bind(self.city.municipality.code()).fetch_one(&mut talking.superuser).await.unwrap()
    }
}

#[tokio::test]
async fn a_capture_and_a_refund_do_the_same_whatever_the_split() {
    let mut talking = Talking::new().await;
    let splits: [&[&str]; 5] = [&[], &["half"], &["coupon"], &["coupon", "ticket", "half"], &["visit"]];
    Case::new(&talking.pool.clone(), 99, splits[3]).await.life(&mut talking).await;
    talking.plan_as_for_many().await;
    let (mut lives, mut sources) = (Vec::new(), BTreeSet::new());
    for (number, granted) in (0..).zip(splits) {
        let case = Case::new(&talking.pool.clone(), number, granted).await;
        lives.push(case.life(&mut talking).await);
        sources.insert(case.sources(&mut talking).await);
    }
    assert_eq!(sources, [1, 2, 3, 5].into(), "payments from one source and from many");
    for (granted, life) in splits.iter().zip(&lives).skip(1) {
        for ((what, own), (_, funded)) in lives[0].iter().zip(life) {
            assert_eq!(own.statements, funded.statements, "{what}: statements where {granted:?} pay");
            assert_eq!(own.written, funded.written, "{what}: rows where {granted:?} pay");
        }
    }
    // The server did talk: a capture is there with its one transfer.
    let capture = &lives[0][1].1;
    assert!(capture.statements.len() > 10, "{:?}", capture.statements);
    assert_eq!(capture.written.iter().filter(|(table, how, ..)| table == "transfers" && *how == "came").count(), 1);
    assert!(lives[0][2].1.written.is_empty(), "a replay writes nothing");
    drop(talking.private);
}

#[tokio::test]
async fn one_row_more_or_one_byte_more_is_seen() {
    let mut talking = Talking::new().await;
    let case = Case::new(&talking.pool.clone(), 0, &[]).await;
    let municipality = case.city.municipality.code();
    let add = |reason: &'static str| {
        let pool = talking.pool.clone();
        async move {
            sqlx::query("SELECT close_through($1, 'payments', '2020-01-01'::date + $3, '2020-01-01', '2026-05-20', $2)")
                .bind(municipality)
                .bind(reason)
                .bind(i32::try_from(reason.len()).unwrap())
                .execute(&pool)
                .await
                .unwrap();
        }
    };
    let (one, other) = (add("a"), add("ab"));
    let ((), short) = case.shape(&mut talking, one).await;
    let ((), long) = case.shape(&mut talking, other).await;
    assert_eq!(short.statements, long.statements);
    assert_ne!(short.written, long.written);
}
