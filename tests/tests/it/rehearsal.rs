//! Each city from the roster to the reconciled month, over HTTP as families, desks and staff drive it; then from its files alone: what was granted is
//! somewhere, what is owed is paid, the bank agrees, an outsider's program comes to the same, and one seed gives one result.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use ledger::bank::{meisai, sougou};
use rehearsal::rehearse::{Progress, Rehearsal, SETTINGS, Setting};
use serde_json::Value;
use tempfile::TempDir;
use tests::support::city::date;
use tests::support::database::TestDatabase;

use crate::program::Program;

const SUMMARY: [&str; 22] = [
    "city",
    "month",
    "children",
    "eligible",
    "granted_yen",
    "redeemed_yen",
    "refunded_yen",
    "lapsed_yen",
    "own_money_loaded_yen",
    "own_money_spent_yen",
    "claims_filed_yen",
    "claims_decided_yen",
    "payable_yen",
    "remitted_yen",
    "returned_yen",
    "unmatched_count",
    "unmatched_yen",
    "entries",
    "transfers",
    "trial_balance_yen",
    "bank_difference_yen",
    "training_version",
];

const FILES: [&str; 9] = [
    "bank-statement.txt",
    "books.hledger",
    "reconciliation.csv",
    "remittance-detail.csv",
    "remittance.txt",
    "roster.csv",
    "summary.json",
    "timings.json",
    "trial-balance.csv",
];

const RECONCILIATION: &str = "line,booked_on,direction,amount,match,target,entry";

struct Silent;

impl Progress for Silent {
    fn phase(&self, _name: &'static str) {}
    fn step(&self, _done: usize, _total: usize) {}
}

/// A rehearsal that is over: its files, and the database that it was played on.
struct Rehearsed {
    out: TempDir,
    database: TestDatabase,
}

/// Rehearses on a fresh database.
async fn rehearse(city: &str, month: &str, children: u64, seed: u64) -> Rehearsed {
    let (database, out) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    let setting = Setting::named(city).expect("a training city");
    let rehearsal = Rehearsal { setting, children, month: month.parse().expect("a month"), seed, out: out.path().to_owned() };
    rehearsal.run(database.pool().clone(), &Silent).await.expect("a rehearsal");
    Rehearsed { out, database }
}

impl Rehearsed {
    fn month(&self) -> Month<'_> {
        Month::read(self.out.path())
    }

    /// The words of a column with how often each is there.
    async fn counted(&self, words: &'static str) -> BTreeMap<String, i64> {
        let rows: Vec<(String, i64)> = sqlx::query_as(words).fetch_all(self.database.pool()).await.expect("an answer");
        rows.into_iter().collect()
    }

    /// Staff did everything through their API, each role its part, and were refused nothing; only the server let the administrator in.
    async fn assert_staff_used_their_api(&self) {
        let doors = self
            .counted("SELECT door || ' ' || outcome, count(*) FROM staff_actions LEFT JOIN staff_action_ends USING (municipality, number) GROUP BY 1")
            .await;
        assert!(doors.keys().eq(["api done", "command-line done"]), "{doors:?}");
        let shell = self.counted("SELECT action, count(*) FROM staff_actions WHERE door = 'command-line' GROUP BY 1").await;
        assert!(shell.keys().eq(["staff.code", "staff.invite"]), "{shell:?}");
        let roles = self.counted("SELECT role, count(*) FROM staff_actions WHERE door = 'api' AND role IS NOT NULL GROUP BY 1").await;
        assert!(roles.keys().eq(["administrator", "approver", "auditor", "preparer", "treasurer"]), "{roles:?}");
    }
}

/// A month's files, read without the program's own types where that is possible.
struct Month<'a> {
    folder: &'a Path,
    summary: Value,
}

impl<'a> Month<'a> {
    fn read(folder: &'a Path) -> Self {
        let summary = serde_json::from_slice(&fs::read(folder.join("summary.json")).expect("a summary")).expect("one document");
        Self { folder, summary }
    }

    fn yen(&self, key: &str) -> i64 {
        self.summary[key].as_i64().unwrap_or_else(|| panic!("{key} is no number: {}", self.summary))
    }

    fn text(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).expect(file)
    }

    /// The cells of a table below its heading, which must be this one. No cell of these tables holds a comma.
    fn table(&self, file: &str, heading: &str) -> Vec<Vec<String>> {
        let text = self.text(file);
        let mut lines = text.split_terminator("\r\n");
        assert_eq!(lines.next(), Some(heading), "{file}");
        lines.map(|line| line.split(',').map(str::to_owned).collect()).collect()
    }

    /// (debit, credit, balance) of an account in the trial balance.
    fn account(&self, code: &str) -> [i64; 3] {
        let rows = self.table("trial-balance.csv", "account,name,unit,debit,credit,balance");
        let row = rows.iter().find(|row| row[0] == code && row[2] == "yen");
        row.map_or([0; 3], |row| [3, 4, 5].map(|at: usize| row[at].parse().expect("a number")))
    }

    fn keys(&self) -> BTreeSet<&str> {
        self.summary.as_object().expect("a table").keys().map(String::as_str).collect()
    }

    /// Everything that the files must say of each other.
    fn assert_adds_up(&self) {
        assert_eq!(self.keys(), BTreeSet::from(SUMMARY));
        let files: BTreeSet<_> =
            fs::read_dir(self.folder).expect("a folder").map(|file| file.expect("a file").file_name().into_string().expect("a name")).collect();
        assert_eq!(files, FILES.map(str::to_owned).into());
        self.assert_books_balance();
        self.assert_money_is_somewhere();
        self.assert_payables_are_paid();
        self.assert_bank_agrees();
        let children = self.text("roster.csv").split_terminator("\r\n").count() - 1;
        assert_eq!(self.yen("children"), i64::try_from(children).expect("a count"));
        assert_eq!(hledger(&self.folder.join("books.hledger")), Ok(()));
    }

    fn assert_books_balance(&self) {
        let mut sums: BTreeMap<String, i64> = BTreeMap::new();
        for row in self.table("trial-balance.csv", "account,name,unit,debit,credit,balance") {
            let [debit, credit, balance] = [3, 4, 5].map(|at: usize| row[at].parse::<i64>().expect("a number"));
            assert_eq!(debit - credit, balance, "{row:?}");
            *sums.entry(row[2].clone()).or_default() += balance;
        }
        assert!(sums.contains_key("yen") && sums.values().all(|sum| *sum == 0), "{sums:?}");
        assert_eq!(self.yen("trial_balance_yen"), 0);
    }

    /// What was granted has been spent, claimed, lapsed, or is there; what families load and claim too.
    fn assert_money_is_somewhere(&self) {
        let [_, _, entitlements] = self.account("2120");
        let [taken_back, set_aside, waiting] = self.account("2150");
        assert_eq!(waiting, taken_back - set_aside);
        let from_grants = if self.summary["city"] == "kobe" { 0 } else { self.yen("claims_decided_yen") - waiting };
        let spent = self.yen("redeemed_yen") - self.yen("refunded_yen") - self.yen("own_money_spent_yen") + from_grants;
        assert_eq!(self.yen("granted_yen"), spent + self.yen("lapsed_yen") - entitlements, "{}", self.summary);
        let [_, _, own] = self.account("2130");
        assert_eq!(self.yen("own_money_loaded_yen") - self.yen("own_money_spent_yen"), -own);
        assert!(self.yen("claims_filed_yen") >= self.yen("claims_decided_yen"), "{}", self.summary);
        // Nothing is left on its way: no hold, no claim, no refund, no payout, nothing that families owe.
        assert_eq!(["2140", "2150", "2160", "2230", "1220", "2910"].map(|code| self.account(code)[2]), [0; 6]);
    }

    fn assert_payables_are_paid(&self) {
        assert_eq!(self.yen("payable_yen"), self.yen("redeemed_yen") - self.yen("refunded_yen") + self.yen("claims_decided_yen"));
        let file =
            sougou::read(&fs::read(self.folder.join("remittance.txt")).expect("a file"), sougou::ReadOptions::strict(self.sent_on())).expect("a bank file");
        let lines: Vec<_> = file.remittance.lines.iter().map(|line| line.amount.get()).collect();
        let (mut details, mut families): (BTreeMap<usize, i64>, i64) = (BTreeMap::new(), 0);
        for row in self.table("remittance-detail.csv", "line,merchant,receipts,amount_yen") {
            let amount: i64 = row[3].parse().expect("an amount");
            *details.entry(row[0].parse().expect("a line")).or_default() += amount;
            families += if row[1].starts_with("family:") { amount } else { 0 };
        }
        assert_eq!(details.into_iter().collect::<Vec<_>>(), (1..).zip(lines.iter().copied()).collect::<Vec<_>>(), "each line is what it was made of");
        assert_eq!(families, self.yen("claims_decided_yen"), "families are paid what was decided, and nothing else");
        let sum: i64 = lines.iter().sum();
        assert_eq!((sum, self.yen("remitted_yen")), (self.yen("remitted_yen"), self.yen("payable_yen")));
        assert!(file.remittance.lines.iter().all(|line| line.account.bank.as_str().starts_with("999")), "a training file pays nobody");
        // What came back is owed again.
        assert_eq!(self.account("2210")[2] + self.account("2220")[2], -self.yen("returned_yen"));
    }

    /// The day on which the bank file was made: before its value date, which has no year.
    fn sent_on(&self) -> chrono::NaiveDate {
        let month: ledger::time::Month = self.summary["month"].as_str().expect("a month").parse().expect("a month");
        month.plus_months(2).first_day()
    }

    fn assert_bank_agrees(&self) {
        let options = meisai::ReadOptions { imported_on: date("2030-01-01"), pad: false };
        let read = meisai::read(&fs::read(self.folder.join("bank-statement.txt")).expect("a file"), options).expect("a bank statement");
        let statement = &read.statements[0];
        assert_eq!(statement.closing.map(ledger::money::Yen::get), Some(self.account("1110")[2]));
        assert_eq!((self.yen("bank_difference_yen"), self.yen("unmatched_count"), self.yen("unmatched_yen")), (0, 0, 0));
        let rows = self.table("reconciliation.csv", RECONCILIATION);
        assert_eq!(rows.len(), statement.lines.len());
        let sum = |kind: &str| rows.iter().filter(|row| row[4] == kind).map(|row| row[3].parse::<i64>().expect("an amount")).sum::<i64>();
        assert_eq!((sum("return"), sum("top_up"), sum("payout")), (self.yen("returned_yen"), self.yen("own_money_loaded_yen"), self.yen("remitted_yen")));
    }
}

/// What hledger says of a journal.
fn hledger(journal: &Path) -> Result<(), String> {
    let checked =
        Command::new("hledger").env("LC_ALL", "C.UTF-8").arg("check").arg("-f").arg(journal).output().expect("hledger is there: ops/test installs it");
    if checked.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&checked.stderr).into_owned()) }
}

#[tokio::test]
async fn osaka_adds_up_and_an_outsiders_program_sees_one_wrong_yen() {
    let rehearsed = rehearse("osaka", "2026-07", 30, 1).await;
    let month = rehearsed.month();
    month.assert_adds_up();
    rehearsed.assert_staff_used_their_api().await;
    assert_eq!((month.yen("children"), &month.summary["training_version"]), (30, &Value::Bool(false)));
    assert_eq!(month.yen("granted_yen"), month.yen("eligible") * 20_000, "July and August share one grant");
    for some in ["refunded_yen", "lapsed_yen", "own_money_spent_yen", "returned_yen"] {
        assert!(month.yen(some) > 0, "a month of 30 children has some {some}");
    }

    let copy = rehearsed.out.path().join("wrong.hledger");
    for (both_sides, found) in [(false, "balance"), (true, "assertion")] {
        fs::write(&copy, one_yen_more(&month.text("books.hledger"), both_sides)).expect("a copy");
        let error = hledger(&copy).expect_err("one yen more");
        assert!(error.contains(found), "{error}");
    }
}

/// The journal with one yen more in the first capture: on its debit side, and on both.
fn one_yen_more(journal: &str, both_sides: bool) -> String {
    let at = journal.find(") capture  ;").expect("a capture");
    let (before, capture) = journal.split_at(at);
    let yen = capture.split_once("¥").expect("an amount").1.lines().next().expect("a line");
    let more = yen.parse::<i64>().expect("an amount") + 1;
    let wrong = capture.replacen(&format!("¥{yen}"), &format!("¥{more}"), 1);
    let wrong = if both_sides { wrong.replacen(&format!("¥-{yen}"), &format!("¥-{more}"), 1) } else { wrong };
    format!("{before}{wrong}")
}

#[tokio::test]
async fn fukuoka_pays_coupons_and_receipts_from_one_balance_and_the_years_rest_lapses() {
    let rehearsed = rehearse("fukuoka", "2026-03", 30, 2).await;
    let month = rehearsed.month();
    month.assert_adds_up();
    assert_eq!((month.yen("granted_yen"), &month.summary["training_version"]), (month.yen("eligible") * 120_000, &Value::Bool(false)));
    for some in ["redeemed_yen", "claims_decided_yen", "lapsed_yen"] {
        assert!(month.yen(some) > 0, "a last month of 30 children has some {some}");
    }
    let both = "SELECT CASE WHEN c.kind = 'hold' THEN 'coupon' ELSE 'receipt' END, count(DISTINCT t.debit_account_id)
        FROM transfers t JOIN accounts c ON c.municipality = t.municipality AND c.account_id = t.credit_account_id
        WHERE c.kind IN ('hold', 'claims_reserved') AND t.debit_account_id IN (
            SELECT d.debit_account_id FROM transfers d JOIN accounts a ON a.municipality = d.municipality AND a.account_id = d.credit_account_id
            WHERE a.kind = 'claims_reserved')
        GROUP BY 1";
    let both = rehearsed.counted(both).await;
    assert!(both.contains_key("coupon") && both.contains_key("receipt"), "some balance paid a coupon and a receipt: {both:?}");
}

#[tokio::test]
async fn kumamoto_spends_whole_tickets_by_a_training_version_for_it_is_closed() {
    let rehearsed = rehearse("kumamoto", "2026-06", 40, 1).await;
    let month = rehearsed.month();
    month.assert_adds_up();
    assert_eq!((month.yen("granted_yen"), &month.summary["training_version"]), (month.yen("eligible") * 15_000, &Value::Bool(true)));
    let of_tickets = |line: &&str| line.trim_start().starts_with("2120:entitlement:") && !line.contains('=');
    let journal = month.text("books.hledger");
    let tickets: Vec<i64> = journal.lines().filter(of_tickets).map(|line| line.split_once('¥').expect("yen").1.parse().expect("a number")).collect();
    assert!(tickets.len() > 10 && tickets.iter().all(|yen| yen % 500 == 0), "{tickets:?}");
}

#[tokio::test]
async fn kobe_repays_passes_across_a_change_of_rules_after_two_people_and_asks_some_back() {
    let rehearsed = rehearse("kobe", "2025-02", 30, 1).await;
    let month = rehearsed.month();
    month.assert_adds_up();
    rehearsed.assert_staff_used_their_api().await;
    assert_eq!((month.yen("granted_yen"), &month.summary["training_version"]), (0, &Value::Bool(false)));
    let steps = rehearsed.counted("SELECT step, count(*) FROM claim_steps GROUP BY 1").await;
    let all = ["clawback_approved", "clawback_proposed", "decided", "examined", "filed", "returned", "withdrawn"];
    assert!(steps.keys().eq(all), "some of everything: {steps:?}");
    assert!(steps["filed"] > steps["decided"] + steps["withdrawn"], "what came back was filed again: {steps:?}");
    let decided = "SELECT CASE WHEN granted_yen = 0 THEN 'refused' WHEN granted_yen < reserved_yen THEN 'in part' ELSE 'in full' END, count(*)
        FROM claims WHERE state = 'decided' GROUP BY 1";
    assert!(rehearsed.counted(decided).await.keys().eq(["in full", "in part", "refused"]));
    let people = "SELECT CASE WHEN decided_by IN (examined_by, filed_by) THEN 'one' ELSE 'two' END, count(*) FROM claims WHERE state = 'decided' GROUP BY 1";
    assert!(rehearsed.counted(people).await.keys().eq(["two"]));
    let evidence = rehearsed.counted("SELECT kind, count(*) FROM claim_evidence GROUP BY 1").await;
    assert!(evidence.keys().eq(["pass_face", "student_id"]), "{evidence:?}");
    assert!(month.table("reconciliation.csv", RECONCILIATION).iter().any(|row| row[4] == "family_repays"), "a family has repaid");
}

#[tokio::test]
async fn the_smallest_city_in_the_middle_of_a_year_adds_up_with_money_left_to_spend() {
    let rehearsed = rehearse("fukuoka", "2025-11", 1, 4).await;
    let month = rehearsed.month();
    assert_eq!(month.keys(), BTreeSet::from(SUMMARY));
    month.assert_books_balance();
    month.assert_money_is_somewhere();
}

/// In July Kobe takes no claims, so that a training version plays there.
#[tokio::test]
async fn one_seed_gives_each_city_the_same_bytes_anywhere_and_another_seed_others() {
    let program = Program::alone();
    let all = program.folder().join("out");
    let arguments = ["rehearse", "--city", "all", "--month", "2026-07", "--children", "8", "--seed", "7", "--json", "--out"];
    let ended = program.call(&[&arguments[..], &[all.to_str().expect("a path")]].concat());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let written: Value = serde_json::from_slice(&fs::read(all.join("summary.json")).expect("a summary")).expect("one document");
    assert_eq!(ended.document(), written, "what is printed is what is written");
    let training: Vec<_> = written["cities"].as_array().expect("cities").iter().map(|city| (city["city"].clone(), city["training_version"].clone())).collect();
    let expected = [("osaka", false), ("fukuoka", false), ("kumamoto", true), ("kobe", true)];
    assert_eq!(training, expected.map(|(city, training)| (Value::from(city), Value::from(training))));

    for (at, setting) in SETTINGS.iter().enumerate() {
        let (among_all, alone) = (all.join(setting.slug), rehearse(setting.slug, "2026-07", 8, 7).await);
        Month::read(&among_all).assert_adds_up();
        assert_eq!(Month::read(&among_all).summary, written["cities"][at]);
        for file in FILES.into_iter().filter(|file| *file != "timings.json") {
            let [one, same] = [&among_all, alone.out.path()].map(|folder| fs::read(folder.join(file)).expect(file));
            assert!(one == same, "{}: {file} differs though the seed is the same", setting.slug);
        }
        let timings: Value = serde_json::from_slice(&fs::read(among_all.join("timings.json")).expect("timings")).expect("one document");
        assert!(timings.as_object().is_some_and(|phases| phases.len() > 4 && phases.values().all(Value::is_f64)), "seconds by phase: {timings}");
    }
    let other = rehearse("osaka", "2026-07", 8, 8).await;
    for file in FILES.into_iter().filter(|file| *file != "timings.json") {
        let [one, other] = [all.join("osaka").as_path(), other.out.path()].map(|folder| fs::read(folder.join(file)).expect(file));
        assert!(one != other, "{file} does not depend on the seed");
    }
}

#[tokio::test]
async fn a_month_past_the_known_holidays_or_an_unknown_city_is_refused_before_any_writing() {
    let program = Program::alone();
    let out = program.folder().join("out");
    for (city, month) in [("osaka", "2090-07"), ("all", "2090-07"), ("atlantis", "2026-07")] {
        let arguments = ["rehearse", "--city", city, "--month", month, "--children", "5", "--seed", "7", "--json", "--out"];
        let ended = program.call(&[&arguments[..], &[out.to_str().expect("a path")]].concat());
        assert_eq!((ended.code, &ended.document()["refused"], out.exists()), (1, &Value::Bool(true), false), "{city}: {}", ended.stderr);
    }
}
