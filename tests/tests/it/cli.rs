//! The command line: what it offers, how it ends, what it prints, and that a file it refuses leaves nothing behind.

use std::fs;

use serde_json::json;
use tests::support::database::TestDatabase;
use tests::support::test_city::TestCity;

use crate::program::Program;

/// Every command of the contract.
const COMMANDS: [&[&str]; 10] = [
    &["rehearse"],
    &["bench"],
    &["scheme"],
    &["scheme", "check"],
    &["scheme", "quote"],
    &["roster", "preview"],
    &["roster", "import"],
    &["trial-balance"],
    &["verify"],
    &["export", "hledger"],
];

#[test]
fn help_lists_every_command_and_each_explains_itself() {
    let program = Program::alone();
    let all = program.call(&["--help"]);
    assert_eq!(all.code, 0);
    for command in COMMANDS {
        let listed = all.text().lines().any(|line| line.trim_start().starts_with(&format!("{} ", command[0])));
        assert!(listed, "{command:?} is not listed:\n{}", all.text());
        let help = program.call(&[command, &["--help"]].concat());
        assert!(help.code == 0 && help.text().contains("Usage: hagukumi"), "{command:?}: {}", help.text());
    }
    let rehearse = program.call(&["rehearse", "--help"]);
    for option in ["--city", "--children", "--month", "--seed", "--out", "--json"] {
        assert!(rehearse.text().contains(option), "{option}");
    }
}

#[test]
fn wrong_use_exits_2_and_prints_nothing_on_stdout() {
    let program = Program::alone();
    let rehearse = |month, children| ["rehearse", "--city", "osaka", "--seed", "1", "--out", "x", "--month", month, "--children", children];
    let wrong: [&[&str]; 7] = [
        &[],
        &["burn"],
        &["roster", "import", "--city", "osaka", "file.csv"],
        &["scheme", "quote", "--scheme", "osaka-juku"],
        &rehearse("2026-13", "5"),
        &rehearse("2026-05", "0"),
        &rehearse("2026-05", "many"),
    ];
    for arguments in wrong {
        let ended = program.call(arguments);
        assert_eq!((ended.code, ended.text()), (2, ""), "{arguments:?}");
        assert!(ended.stderr.contains("--help"), "{arguments:?}: {}", ended.stderr);
    }
}

#[tokio::test]
async fn a_city_that_is_not_there_is_refused_with_those_that_are() {
    let database = TestDatabase::new().await;
    TestCity::found_as(database.pool(), (271_004, "osaka"), "2026-05-20", &[]).await;
    TestCity::found_as(database.pool(), (401_307, "fukuoka"), "2026-05-20", &[]).await;
    let program = Program::on(&database);
    let rehearse = ["rehearse", "--city", "atlantis", "--children", "5", "--month", "2026-05", "--seed", "1", "--out", "x"];
    let refused: [&[&str]; 5] = [
        &["roster", "import", "--city", "atlantis", "--as", "meibo", "x.csv"],
        &["verify", "--city", "atlantis"],
        &["trial-balance", "--city", "atlantis"],
        &["export", "hledger", "--city", "atlantis"],
        &rehearse,
    ];
    for arguments in refused {
        let ended = program.call(&[arguments, &["--json"]].concat());
        assert_eq!(ended.code, 1, "{arguments:?}");
        for city in ["atlantis", "osaka", "fukuoka"] {
            assert!(ended.stderr.contains(city), "{arguments:?}: {}", ended.stderr);
        }
        let document = ended.document();
        assert_eq!((&document["refused"], document["reason"].as_str().map(str::trim)), (&json!(true), Some(ended.stderr.trim())), "{arguments:?}");
    }
}

/// Somebody who may import rosters.
fn employ(program: &Program) {
    let invite: [&[&str]; 2] = [&["root", "root", "--role", "administrator"], &["--as", "root", "meibo", "名簿係", "--role", "preparer"]];
    for arguments in invite {
        let ended = program.call(&[&["staff", "invite", "--city", "osaka"], arguments].concat());
        assert_eq!(ended.code, 0, "{}", ended.stderr);
    }
}

const HEADINGS: &str = "宛名番号,世帯番号,児童氏名,児童カナ,生年月日,住所,保護者宛名番号,保護者氏名,保護者カナ,適用日";
const GOOD: &str = "00001,H1,育実 花子,イクミ ハナコ,2015-05-10,中央区1-1,90001,育実 太郎,イクミ タロウ,2026-04-01";

async fn rows(database: &TestDatabase) -> [i64; 3] {
    let sql = "SELECT ARRAY[(SELECT count(*) FROM children), (SELECT count(*) FROM rosters), (SELECT count(*) FROM vault_keys)]";
    let counts: Vec<i64> = sqlx::query_scalar(sql).fetch_one(database.pool()).await.expect("counts");
    counts.try_into().expect("three counts")
}

#[tokio::test]
async fn a_roster_with_bad_lines_is_imported_but_for_them_and_each_is_told() {
    let database = TestDatabase::new().await;
    TestCity::found(&database, "osaka", "2026-05-20", &[]).await;
    let program = Program::on(&database);
    employ(&program);
    let file = program.folder().join("roster.csv");
    let bad = [GOOD.replace("00001", "00002").replace("2015-05-10", "2015-13-10"), GOOD.replace("00001", "00003").replace("2026-04-01", "soon")];
    fs::write(&file, format!("{HEADINGS}\r\n{GOOD}\r\n{}\r\n", bad.join("\r\n"))).expect("a file");
    let file = file.to_str().expect("a path");

    let preview = program.call(&["roster", "preview", "--city", "osaka", "--as", "meibo", file, "--json"]);
    assert_eq!((preview.code, rows(&database).await), (0, [0, 0, 0]), "a preview writes nothing");
    let imported = program.call(&["roster", "import", "--city", "osaka", "--as", "meibo", file, "--json"]);
    assert_eq!((imported.code, rows(&database).await), (0, [1, 1, 1]), "{}", imported.stderr);
    let document = imported.document();
    assert_eq!((&document["lines"], &document["new"], &document["refused"]), (&json!(3), &json!(1), &json!(2)));
    let refusals = document["refusals"].as_array().expect("refusals");
    let told: Vec<_> = refusals.iter().map(|one| (one["line"].as_i64(), one["column"].as_str(), one["code"].as_str())).collect();
    assert_eq!(told, [(Some(3), Some("生年月日"), Some("date")), (Some(4), Some("適用日"), Some("date"))]);
    assert!(refusals.iter().all(|one| one["reason"].as_str().is_some_and(|reason| !reason.is_empty())));

    let again = program.call(&["roster", "import", "--city", "osaka", "--as", "meibo", file]);
    assert_eq!((again.code, rows(&database).await), (0, [1, 1, 1]), "the same file again");
    assert!(again.text().contains("変更はありません"), "{}", again.text());

    let denied = program.call(&["roster", "preview", "--city", "osaka", "--as", "root", file, "--json"]);
    assert_eq!((denied.code, &denied.document()["code"]), (1, &json!("forbidden")));
    let log: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT name, action, outcome FROM staff_actions JOIN staff_action_ends USING (municipality, number) WHERE action LIKE 'roster.%' ORDER BY number",
    )
    .fetch_all(database.pool())
    .await
    .expect("the log");
    let log: Vec<_> = log.iter().map(|(name, action, outcome)| (name.as_str(), action.as_str(), outcome.as_str())).collect();
    let (preview, import) = (("meibo", "roster.preview", "done"), ("meibo", "roster.import", "done"));
    assert_eq!(log, [preview, import, import, ("root", "roster.preview", "refused")], "who looked and who imported");
}

#[tokio::test]
async fn a_file_with_my_number_is_refused_and_nothing_of_it_is_kept() {
    let database = TestDatabase::new().await;
    TestCity::found(&database, "osaka", "2026-05-20", &[]).await;
    let program = Program::on(&database);
    employ(&program);
    let file = program.folder().join("roster.csv");
    fs::write(&file, format!("{HEADINGS},個人番号\r\n{GOOD},123456789018\r\n")).expect("a file");
    let refused = program.call(&["roster", "import", "--city", "osaka", "--as", "meibo", file.to_str().expect("a path"), "--json"]);
    assert_eq!((refused.code, rows(&database).await), (1, [0, 0, 0]));
    assert!(!refused.text().contains("123456789018") && !refused.stderr.contains("123456789018"), "the number is not repeated");
    assert_eq!(refused.document()["file_refused"], json!(true));
}

#[tokio::test]
async fn verify_exits_1_when_the_books_differ_and_balance_and_export_print_one_document() {
    let database = TestDatabase::new().await;
    let city = TestCity::found(&database, "osaka", "2026-05-20", &[]).await;
    city.appropriate("osaka-juku", 2026, 5_000).await;
    let program = Program::on(&database);
    let sound = program.call(&["verify", "--json"]);
    assert_eq!((sound.code, &sound.document()["ok"], &sound.document()["difference"]), (0, &json!(true), &json!(null)));
    let balance = program.call(&["trial-balance", "--json"]).document();
    assert_eq!((&balance["trial_balance_yen"], &balance["cities"][0]["city"]), (&json!(0), &json!("osaka")));
    let journal = program.call(&["export", "hledger", "--city", "osaka", "--json"]).document();
    assert!(journal["journal"].as_str().is_some_and(|journal| journal.contains("1310:city_appropriations  ¥5000")), "{journal}");

    let owner = database.owner().await;
    sqlx::query("UPDATE guarded_balances SET balance = balance + 1").execute(&owner).await.expect("tampering");
    let differs = program.call(&["verify", "--city", "osaka", "--json"]);
    assert_eq!((differs.code, &differs.document()["ok"]), (1, &json!(false)));
    assert!(differs.document()["difference"].as_str().is_some_and(|what| what.starts_with("osaka: ") && what.contains("5001")), "{}", differs.text());
}

#[test]
fn scheme_answers_are_one_document_also_when_the_file_is_bad() {
    let program = Program::alone();
    let case = program.folder().join("case.toml");
    fs::write(&case, "on = 2025-05-20\nprice_yen = 12_000\nfacts = { resident = \"osaka\", grade = \"J1\" }\n").expect("a case");
    let case = case.to_str().expect("a path");
    let quoted = program.call(&["scheme", "quote", "--scheme", "osaka-juku", "--case", case, "--json"]);
    assert_eq!((quoted.code, &quoted.document()["city_yen"], &quoted.document()["family_yen"]), (0, &json!(10_000), &json!(2_000)));
    let file = program.folder().join("scheme.toml");
    fs::write(&file, "[scheme]\nid = \"x\"\n[[version]]\nfrom = 2026-04-01\nprize = 3\n").expect("a file");
    let refused = program.call(&["scheme", "check", file.to_str().expect("a path"), "--json"]);
    assert_eq!((refused.code, &refused.document()["good"]), (1, &json!(false)));
    assert_eq!(refused.document()["problems"][0]["line"], json!(5), "{}", refused.text());
}
