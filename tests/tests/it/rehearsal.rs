//! A rehearsed month, from its files alone: what was granted is somewhere, what is owed is paid, the bank agrees, an outsider's program comes to
//! the same, and one seed gives one result.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use ledger::bank::{meisai, sougou};
use ops::rehearse::{Progress, Rehearsal, Setting};
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

struct Silent;

impl Progress for Silent {
    fn phase(&self, _name: &'static str) {}
    fn step(&self, _done: usize, _total: usize) {}
}

/// Rehearses on a fresh database.
async fn rehearse(city: &str, month: &str, children: u64, seed: u64) -> TempDir {
    let (database, out) = (TestDatabase::new().await, tempfile::tempdir().expect("a folder"));
    let setting = Setting::named(city).expect("a training city");
    let rehearsal = Rehearsal { setting, children, month: month.parse().expect("a month"), seed, out: out.path().to_owned() };
    rehearsal.run(database.pool().clone(), &Silent).await.expect("a rehearsal");
    out
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

    fn assert_money_is_somewhere(&self) {
        let [_, _, entitlements] = self.account("2120");
        let spent = self.yen("redeemed_yen") - self.yen("refunded_yen") - self.yen("own_money_spent_yen");
        assert_eq!(self.yen("granted_yen"), spent + self.yen("lapsed_yen") - entitlements, "{}", self.summary);
        let [_, _, own] = self.account("2130");
        assert_eq!(self.yen("own_money_loaded_yen") - self.yen("own_money_spent_yen"), -own);
        // Nothing is left on its way: no hold, no refund, no payout.
        assert_eq!(["2140", "2160", "2230"].map(|code| self.account(code)[2]), [0; 3]);
    }

    fn assert_payables_are_paid(&self) {
        assert_eq!(self.yen("payable_yen"), self.yen("redeemed_yen") - self.yen("refunded_yen"));
        let file =
            sougou::read(&fs::read(self.folder.join("remittance.txt")).expect("a file"), sougou::ReadOptions::strict(self.sent_on())).expect("a bank file");
        let lines: Vec<_> = file.remittance.lines.iter().map(|line| line.amount.get()).collect();
        let mut details: BTreeMap<usize, i64> = BTreeMap::new();
        for row in self.table("remittance-detail.csv", "line,merchant,receipts,amount_yen") {
            *details.entry(row[0].parse().expect("a line")).or_default() += row[3].parse::<i64>().expect("an amount");
        }
        assert_eq!(details.into_iter().collect::<Vec<_>>(), (1..).zip(lines.iter().copied()).collect::<Vec<_>>(), "each line is what it was made of");
        let sum: i64 = lines.iter().sum();
        assert_eq!((sum, self.yen("remitted_yen")), (self.yen("remitted_yen"), self.yen("payable_yen")));
        assert!(file.remittance.lines.iter().all(|line| line.account.bank.as_str().starts_with("999")), "a training file pays nobody");
        // What came back is owed again.
        assert_eq!(self.account("2210")[2], -self.yen("returned_yen"));
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
        let rows = self.table("reconciliation.csv", "line,booked_on,direction,amount,match,target,entry");
        assert_eq!(rows.len(), statement.lines.len());
        let sum = |kind: &str| rows.iter().filter(|row| row[4] == kind).map(|row| row[3].parse::<i64>().expect("an amount")).sum::<i64>();
        assert_eq!((sum("return"), sum("top_up"), sum("payout")), (self.yen("returned_yen"), self.yen("own_money_loaded_yen"), self.yen("remitted_yen")));
    }
}

/// What hledger says of a journal.
fn hledger(journal: &Path) -> Result<(), String> {
    let checked = Command::new("hledger").arg("check").arg("-f").arg(journal).output().expect("hledger is there: ops/test installs it");
    if checked.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&checked.stderr).into_owned()) }
}

#[tokio::test]
async fn joined_months_add_up_and_an_outsiders_program_sees_one_wrong_yen() {
    let out = rehearse("osaka", "2026-07", 40, 1).await;
    let month = Month::read(out.path());
    month.assert_adds_up();
    assert_eq!((month.yen("children"), &month.summary["training_version"]), (40, &Value::Bool(false)));
    assert_eq!(month.yen("granted_yen"), month.yen("eligible") * 20_000, "July and August share one grant");
    for some in ["refunded_yen", "lapsed_yen", "own_money_spent_yen", "returned_yen"] {
        assert!(month.yen(some) > 0, "a month of 40 children has some {some}");
    }

    let copy = out.path().join("wrong.hledger");
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
async fn a_month_of_the_years_with_a_provider_share_is_played_by_a_training_version() {
    let out = rehearse("osaka", "2013-05", 25, 3).await;
    let month = Month::read(out.path());
    month.assert_adds_up();
    assert_eq!(month.summary["training_version"], Value::Bool(true));
}

#[tokio::test]
async fn the_last_month_of_a_yearly_grant_adds_up_and_lapses() {
    let out = rehearse("fukuoka", "2026-03", 25, 2).await;
    let month = Month::read(out.path());
    month.assert_adds_up();
    assert_eq!(month.yen("granted_yen"), month.yen("eligible") * 120_000);
    assert!(month.yen("lapsed_yen") > 0);
}

#[tokio::test]
async fn whole_tickets_add_up() {
    let out = rehearse("kumamoto", "2026-06", 40, 1).await;
    let month = Month::read(out.path());
    month.assert_adds_up();
    assert_eq!(month.yen("granted_yen"), month.yen("eligible") * 15_000);
}

#[tokio::test]
async fn the_smallest_city_in_the_middle_of_a_year_adds_up_with_money_left_to_spend() {
    let out = rehearse("fukuoka", "2025-11", 1, 4).await;
    let month = Month::read(out.path());
    assert_eq!(month.keys(), BTreeSet::from(SUMMARY));
    month.assert_books_balance();
    month.assert_money_is_somewhere();
}

#[tokio::test]
async fn one_seed_gives_the_same_bytes_wherever_it_is_rehearsed_and_another_seed_others() {
    let program = Program::alone();
    let by_program = program.folder().join("out");
    let arguments = ["rehearse", "--city", "osaka", "--month", "2026-07", "--children", "24", "--seed", "7", "--json", "--out"];
    let ended = program.call(&[&arguments[..], &[by_program.to_str().expect("a path")]].concat());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let (same, other) = (rehearse("osaka", "2026-07", 24, 7).await, rehearse("osaka", "2026-07", 24, 8).await);
    assert_eq!(ended.document(), Month::read(&by_program).summary, "what is printed is what is written");
    for file in FILES.into_iter().filter(|file| *file != "timings.json") {
        let [one, same, other] = [by_program.as_path(), same.path(), other.path()].map(|folder| fs::read(folder.join(file)).expect(file));
        assert!(one == same, "{file} differs though the seed is the same");
        assert!(one != other, "{file} does not depend on the seed");
    }
    let timings: Value = serde_json::from_slice(&fs::read(by_program.join("timings.json")).expect("timings")).expect("one document");
    assert!(timings.as_object().is_some_and(|phases| phases.len() > 4 && phases.values().all(Value::is_f64)), "seconds by phase: {timings}");
}

#[tokio::test]
async fn a_month_beyond_the_known_holidays_is_refused_before_anything_is_written() {
    let program = Program::alone();
    let out = program.folder().join("out");
    let arguments = ["rehearse", "--city", "osaka", "--month", "2090-07", "--children", "5", "--seed", "7", "--json", "--out"];
    let ended = program.call(&[&arguments[..], &[out.to_str().expect("a path")]].concat());
    assert_eq!((ended.code, &ended.document()["refused"], out.exists()), (1, &Value::Bool(true), false), "{}", ended.stderr);
}
