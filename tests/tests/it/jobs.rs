//! Jobs against PostgreSQL: what is due runs once, whoever wakes and how often, after a crash in the middle, and after a week without any server.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::ids::Municipality;
use ledger::job::{CityScheme, Ended, Job};
use ledger::money::Yen;
use ledger::scheme::Catalog;
use ledger::time::FiscalYear;
use tests::support::city::{TestLedger, date};
use tests::support::database::TestDatabase;
use tests::support::{race, until};

/// Osaka's rules: May's money opens on 16 April and closes on 15 June.
const SCHEME: &str = "osaka-juku";
const HEADINGS: &str = "宛名番号,世帯番号,児童氏名,児童カナ,生年月日,住所,保護者宛名番号,保護者氏名,保護者カナ,適用日";
const CHILDREN: usize = 3;

struct World {
    database: TestDatabase,
    test: TestLedger,
    city: Municipality,
}

impl World {
    /// A city that runs the scheme, on the day before May's money opens, with children who qualify.
    async fn new() -> Self {
        let database = TestDatabase::new().await;
        let city = Municipality::new(271_004);
        let world = Self { test: TestLedger::at(database.pool(), "2026-04-15"), database, city };
        world.ledger().found_city(&crate::claims::city(city, "osaka")).await.unwrap();
        let clerk = |key| Command::new(Actor::Staff("a".to_owned()), key, &key);
        world.ledger().appropriate(city, clerk("budget"), (SCHEME, FiscalYear::new(2026)), Yen::new(1_000_000)).await.unwrap();
        let lines: Vec<_> =
            (1..=CHILDREN).map(|at| format!("{at:05},H{at},育実 花子,イクミ ハナコ,2014-05-10,北区1-1,9{at:04},育実 太郎,イクミ タロウ,2026-03-01")).collect();
        let roster = format!("{HEADINGS}\n{}\n", lines.join("\n"));
        let report = world.ledger().import_roster(city, &Actor::Job("roster"), roster.as_bytes(), &mut |_| {}).await.unwrap();
        assert_eq!((report.new, report.refused), (CHILDREN, 0), "{:?}", report.refusals);
        // Periods that opened before are another clerk's: only what opens from here on is granted.
        world.ledger().run_scheme(city, &CityScheme { scheme: SCHEME.to_owned(), from: date("2026-04-16"), to: None }).await.unwrap();
        world
    }

    fn ledger(&self) -> &Ledger {
        &self.test.ledger
    }

    async fn run(&self) -> Vec<Ended> {
        let ended = self.ledger().run_due_jobs(self.city, "test").await.unwrap();
        assert!(ended.iter().all(|ended| ended.failed_because.is_none()), "{ended:?}");
        ended
    }

    /// First days of service and how many children were granted them.
    async fn granted(&self) -> BTreeMap<NaiveDate, i64> {
        let sql = "SELECT period_from, count(*) FROM entitlements GROUP BY period_from";
        sqlx::query_as::<_, (NaiveDate, i64)>(sql).fetch_all(self.database.pool()).await.unwrap().into_iter().collect()
    }

    async fn entries(&self, kind: &str) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM entries WHERE kind = $1").bind(kind).fetch_one(self.database.pool()).await.unwrap()
    }

    async fn assert_sound(&self) {
        assert_eq!(self.ledger().verify(self.city).await.unwrap().differences, Vec::<String>::new());
    }
}

fn of(ended: &[Ended], job: Job) -> Vec<&Ended> {
    ended.iter().filter(|ended| ended.job == job).collect()
}

const PER_CHILD: i64 = 10_000;

#[tokio::test]
async fn what_opens_is_granted_on_its_day_and_lapses_after_its_last_each_once() {
    let world = World::new().await;
    assert_eq!(of(&world.run().await, Job::Grant)[0].items, 0, "nothing is open yet");
    world.test.set("2026-04-16");
    let ended = world.run().await;
    let grant = of(&ended, Job::Grant);
    assert_eq!((grant[0].items, grant[0].amount), (3, Yen::new(3 * PER_CHILD)), "{ended:?}");
    assert!(grant[0].detail.contains("osaka-juku 2026-05-01: 3 granted"), "{}", grant[0].detail);
    assert_eq!(world.run().await, []);
    world.test.set("2026-06-16");
    let ended = world.run().await;
    let lapsed: Vec<_> = of(&ended, Job::Lapse).iter().map(|ended| ended.items).filter(|items| *items > 0).collect();
    assert_eq!(lapsed, [3], "May's");
    let reminder = of(&ended, Job::Remind).last().expect("a reminder").detail.clone();
    assert!(reminder.starts_with("2026-05 ended on 2026-06-15 and its statements are not drawn"), "{reminder}");
    assert_eq!(world.granted().await, BTreeMap::from([(date("2026-05-01"), 3), (date("2026-06-01"), 3), (date("2026-07-01"), 3)]));
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_wake_at_once_run_each_slot_once() {
    let world = World::new().await;
    world.run().await;
    world.test.set("2026-04-17");
    let answers = race(4, |_| {
        let (ledger, city) = (world.ledger().clone(), world.city);
        async move {
            let mut ended = Vec::new();
            // A server that found a job taken wakes again.
            for _ in 0..20 {
                ended.extend(ledger.run_due_jobs(city, "test").await.unwrap());
            }
            ended
        }
    })
    .await;
    let mut slots: Vec<_> = answers.into_iter().flatten().map(|ended| (ended.job, ended.slot)).collect();
    slots.sort_unstable();
    let all = slots.len();
    slots.dedup();
    assert_eq!(slots.len(), all, "each slot once: {slots:?}");
    let grants = slots.iter().filter(|(job, _)| *job == Job::Grant).count();
    assert_eq!((grants, world.granted().await, world.entries("grant").await), (2, BTreeMap::from([(date("2026-05-01"), 3)]), 1));
    world.assert_sound().await;
}

#[tokio::test]
async fn a_crash_between_the_work_and_its_mark_is_run_again_and_doubles_nothing() {
    let world = World::new().await;
    world.run().await;
    world.test.set("2026-04-16");
    let right = world.ledger().begin_job(world.city, Job::Grant).await.unwrap().expect("the grant is due");
    let slot = right.slot();
    assert!(world.ledger().begin_job(world.city, Job::Grant).await.unwrap().is_none(), "another server has it");
    assert_eq!(world.ledger().work(world.city, Job::Grant, slot).await.unwrap().items, 3);
    drop(right);
    // The server is gone; its connection takes a moment to let go.
    let again = until(async || world.ledger().begin_job(world.city, Job::Grant).await.unwrap()).await;
    assert_eq!(again.slot(), slot);
    let done = world.ledger().work(world.city, Job::Grant, slot).await;
    let ended = world.ledger().end_job(again, done, "second server").await.unwrap();
    assert_eq!((ended.items, world.entries("grant").await), (0, 1));
    assert_eq!(of(&world.run().await, Job::Grant), Vec::<&Ended>::new());
    world.assert_sound().await;
}

#[tokio::test]
async fn a_week_of_downtime_is_caught_up_in_order() {
    let world = World::new().await;
    world.run().await;
    world.test.set("2026-04-22");
    let ended = world.run().await;
    let days: Vec<_> = of(&ended, Job::Grant).iter().map(|ended| (ledger::time::tokyo_date(ended.slot), ended.items)).collect();
    let week: Vec<_> = (0..7).map(|day| (date("2026-04-16") + Days::new(day), if day == 0 { 3 } else { 0 })).collect();
    assert_eq!(days, week);
    assert_eq!((of(&ended, Job::Lapse).len(), of(&ended, Job::Expire).len(), of(&ended, Job::Fold).len()), (7, 1, 1));
    assert_eq!(world.granted().await, BTreeMap::from([(date("2026-05-01"), 3)]));
    let days = world.ledger().list_job_days(world.city, (date("2026-04-16"), date("2026-04-22"))).await.unwrap();
    assert_eq!(days.iter().filter(|day| day.job == Job::Lapse).map(|day| day.runs).collect::<Vec<_>>(), [1; 7]);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_job_that_fails_says_why_waits_and_keeps_no_other_waiting() {
    let world = World::new().await;
    world.run().await;
    let clerk = Command::new(Actor::Staff("a".to_owned()), "year end", &1);
    world.ledger().end_year(world.city, &clerk, FiscalYear::new(2026), date("2026-04-15")).await.unwrap();
    world.test.set("2026-04-16");
    let ended = world.ledger().run_due_jobs(world.city, "test").await.unwrap();
    let grant = of(&ended, Job::Grant);
    assert!(grant[0].failed_because.as_ref().is_some_and(|because| because.contains("budget")), "{grant:?}");
    assert_eq!(of(&ended, Job::Remind).len(), 1, "the others ran");
    assert_eq!(of(&world.ledger().run_due_jobs(world.city, "test").await.unwrap(), Job::Grant), Vec::<&Ended>::new(), "not at once");
    let more = Command::new(Actor::Staff("a".to_owned()), "more", &1);
    world.ledger().appropriate(world.city, more, (SCHEME, FiscalYear::new(2026)), Yen::new(1_000_000)).await.unwrap();
    world.test.clock.advance(chrono::TimeDelta::minutes(1));
    assert_eq!(of(&world.run().await, Job::Grant)[0].items, 3);
    world.assert_sound().await;
}

#[tokio::test]
async fn who_comes_later_is_granted_the_rest_and_a_scheme_that_ends_opens_nothing_more() {
    let world = World::new().await;
    world.test.set("2026-04-20");
    world.run().await;
    let line = "00009,H9,浪速 桜,ナニワ サクラ,2014-06-10,西区1-1,99999,浪速 梅,ナニワ ウメ,2026-05-03";
    world.ledger().import_roster(world.city, &Actor::Job("roster"), format!("{HEADINGS}\n{line}\n").as_bytes(), &mut |_| {}).await.unwrap();
    world.test.set("2026-05-04");
    world.run().await;
    assert_eq!(world.granted().await, BTreeMap::from([(date("2026-05-01"), 4)]));
    let ends = CityScheme { scheme: SCHEME.to_owned(), from: date("2026-04-16"), to: Some(date("2026-05-10")) };
    world.ledger().run_scheme(world.city, &ends).await.unwrap();
    assert_eq!(world.ledger().city_schemes(world.city).await.unwrap(), [ends]);
    world.test.set("2026-05-20");
    world.run().await;
    assert_eq!(world.granted().await, BTreeMap::from([(date("2026-05-01"), 4)]), "June's would open on 16 May");
    let unknown = CityScheme { scheme: "nowhere".to_owned(), from: date("2026-04-16"), to: None };
    assert!(world.ledger().run_scheme(world.city, &unknown).await.is_err());
    world.assert_sound().await;
}

#[tokio::test]
async fn a_scheme_that_closed_to_new_grants_stays_redeemable_by_those_who_have_one() {
    let world = World::new().await;
    // Kumamoto's rules, closed after 30 September 2022 in the middle of a year.
    let text = Catalog::shipped_text("kumamoto-tashi").unwrap().replacen("closed_to_new = 2023-03-31", "closed_to_new = 2022-09-30", 1);
    let schemes = Catalog::shipped().unwrap().with(ledger::scheme::file::parse(&text).unwrap());
    let ledger = Ledger { schemes: schemes.into(), ..world.ledger().clone() };
    let city = Municipality::new(431_001);
    world.test.set("2022-04-01");
    ledger.found_city(&crate::claims::city(city, "kumamoto")).await.unwrap();
    let clerk = Command::new(Actor::Staff("a".to_owned()), "budget", &1);
    ledger.appropriate(city, clerk, ("kumamoto-tashi", FiscalYear::new(2022)), Yen::new(1_000_000)).await.unwrap();
    ledger.run_scheme(city, &CityScheme { scheme: "kumamoto-tashi".to_owned(), from: date("2022-04-01"), to: None }).await.unwrap();
    let headings = "宛名番号,世帯番号,児童氏名,児童カナ,生年月日,住所,出生順,在宅育児,所得割,保護者宛名番号,保護者氏名,保護者カナ,適用日";
    let line = |number: u8, born: &str, since: &str| {
        format!("{headings}\n0000{number},H{number},熊本 花,クマモト ハナ,{born},中央区1-1,3,1,100000,9000{number},熊本 太郎,クマモト タロウ,{since}\n")
    };
    let counts = async |day: &str| {
        world.test.set(day);
        let ended = ledger.run_due_jobs(city, "test").await.unwrap();
        assert!(ended.iter().all(|ended| ended.failed_because.is_none()), "{ended:?}");
        of(&ended, Job::Grant).iter().map(|ended| ended.items).sum::<i64>()
    };
    let import = async |file: String| {
        let report = ledger.import_roster(city, &Actor::Job("roster"), file.as_bytes(), &mut |_| {}).await.unwrap();
        assert_eq!((report.new, report.refused), (1, 0), "{:?}", report.refusals);
    };
    import(line(1, "2021-06-10", "2022-04-01")).await;
    assert_eq!(counts("2022-04-02").await, 1);
    world.test.set("2022-10-05");
    import(line(2, "2022-10-03", "2022-10-05")).await;
    assert_eq!(counts("2022-10-06").await, 0, "closed to new grants");
    let child = ledger.find_child_by_number(city, "00001").await.unwrap().unwrap();
    let spendable = ledger.spendable(city, &[child]).await.unwrap();
    assert_eq!(spendable.iter().map(|spendable| (spendable.balance.get(), spendable.face.get())).collect::<Vec<_>>(), [(15_000, 500)]);
    assert_eq!(ledger.verify(city).await.unwrap().differences, Vec::<String>::new());
}

#[tokio::test]
async fn the_clock_in_service_wakes_runs_what_is_due_and_stops() {
    let world = World::new().await;
    world.test.set("2026-04-16");
    let handles = [process::jobs::start(world.ledger().clone(), "one").await.unwrap(), process::jobs::start(world.ledger().clone(), "two").await.unwrap()];
    until(async || (world.granted().await.values().sum::<i64>() == 3).then_some(())).await;
    for handle in handles {
        handle.stop().await.unwrap();
    }
    assert_eq!((world.granted().await, world.entries("grant").await), (BTreeMap::from([(date("2026-05-01"), 3)]), 1));
    world.assert_sound().await;
}

#[tokio::test]
async fn entries_are_sealed_in_the_background_and_whoever_alters_one_is_found_out() {
    let world = World::new().await;
    world.run().await;
    world.test.set("2026-04-16");
    let ended = world.run().await;
    let standing = world.ledger().sealed(world.city).await.unwrap();
    assert_eq!((of(&ended, Job::Seal)[0].items > 0, standing.waiting), (true, 0));
    let all: i64 = sqlx::query_scalar("SELECT count(*) FROM entries").fetch_one(world.database.pool()).await.unwrap();
    assert_eq!(i64::try_from(standing.size).unwrap(), all);
    let sealed = race(3, |_| {
        let (ledger, city) = (world.ledger().clone(), world.city);
        async move { ledger.seal(city).await.unwrap() }
    });
    assert_eq!(sealed.await, [0, 0, 0]);
    world.assert_sound().await;

    // Only somebody who owns the tables gets past the triggers; the tree tells.
    let owner = world.database.owner().await;
    for (alter, finds) in [
        ("UPDATE tree_heads SET root_sha256 = sha256('x') WHERE size = (SELECT max(size) FROM tree_heads)", "differs from the leaves"),
        (
            "UPDATE transfers SET amount = amount + 1 WHERE entry_id = (SELECT entry_id FROM entries WHERE kind = 'grant' LIMIT 1)",
            "differs from what was sealed",
        ),
        ("DELETE FROM entries WHERE entry_id = (SELECT entry_id FROM leaves WHERE leaf = 0)", "is sealed and not in the books"),
        ("DELETE FROM leaves WHERE leaf = (SELECT max(leaf) FROM leaves)", "neither sealed nor waiting"),
    ] {
        let mut tx = owner.begin().await.unwrap();
        for table in ["entries", "transfers", "leaves", "tree_heads"] {
            sqlx::query(sqlx::AssertSqlSafe(format!("ALTER TABLE {table} DISABLE TRIGGER USER"))).execute(&mut *tx).await.unwrap();
        }
        sqlx::query(alter).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let differences = world.ledger().verify(world.city).await.unwrap().differences;
        assert!(differences.iter().any(|difference| difference.contains(finds)), "{alter}: {differences:?}");
    }
}
