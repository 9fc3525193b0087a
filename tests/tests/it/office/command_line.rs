//! The command line on the server: the same people, the same permissions, the same rows in the log as at the office's API.

use clap::Parser as _;
use ledger::staff::Role;
use ops::cli::Cli;
use ops::cli::output::Exit;
use serde_json::json;

use super::month::Staffed;
use super::{CITY, OTHER, Office};
use crate::claims::picture;

async fn run(office: &Office, line: &str) -> Exit {
    let words = std::iter::once("hagukumi").chain(line.split_whitespace());
    let cli = Cli::try_parse_from(words).expect("a command that is understood");
    cli.run_on(office.ledger()).await.expect("an answer")
}

/// One month of commands, each by the person whose role it is; what each made is read back from the ledger.
#[tokio::test]
async fn staff_at_the_server_do_what_their_role_allows_and_are_written_down() {
    let office = Office::at("2026-05-20").await;
    for (name, role) in [("sato", "preparer"), ("suzuki", "approver"), ("takahashi", "treasurer"), ("kansa", "auditor")] {
        assert_eq!(run(&office, &format!("staff invite --city osaka --as root {name} {name} --role {role}")).await, Exit::Done);
    }
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("merchant.toml");
    let application = "name = '甲 教室'\nkana = 'コウ'\narea = '北区'\n[[services]]\ncategory = 'cram_school'\nexpense = 'tuition'\n\
                       [account]\nbank = '9998'\nbranch = '001'\naccount_kind = '1'\naccount_number = '1234567'\nholder = 'テスト'\n";
    std::fs::write(&file, application).expect("a file");
    let apply = format!("merchant --city osaka --as sato apply {}", file.display());
    assert_eq!(run(&office, &apply).await, Exit::Done);
    let merchants = office.ledger().list_merchants(CITY).await.expect("merchants");
    let merchant = merchants[0].0.id;
    let before = office.log().await.len();
    let steps = [
        ("city --city osaka --as takahashi --key f fund 100000 2026-05-20".to_owned(), Exit::Done, "budget.fund", None),
        ("city --city osaka --as takahashi --key f fund 200000 2026-05-20".to_owned(), Exit::Refused, "budget.fund", Some("budget_books")),
        ("city --city osaka --as sato fund 100000 2026-05-20".to_owned(), Exit::Refused, "budget.fund", Some("forbidden")),
        ("city --city osaka --as takahashi budgets 2026".to_owned(), Exit::Done, "budget.show", None),
        (format!("merchant --city osaka --as sato approve {merchant}"), Exit::Refused, "merchant.approve", Some("forbidden")),
        (format!("merchant --city osaka --as suzuki approve {merchant}"), Exit::Done, "merchant.approve", None),
        (format!("merchant --city osaka --as suzuki suspend {merchant}"), Exit::Refused, "merchant.suspend", Some("reason_missing")),
        (format!("merchant --city osaka --as suzuki --reason 苦情 suspend {merchant}"), Exit::Done, "merchant.suspend", None),
        (format!("merchant --city osaka --as suzuki --reason 解決 resume {merchant}"), Exit::Refused, "merchant.resume", Some("same_person")),
        ("month --city osaka --as sato draw 2026-05".to_owned(), Exit::Refused, "statement.draw", Some("statement_not_over")),
        ("month --city osaka --as takahashi checklist 2026-05".to_owned(), Exit::Done, "month.checklist", None),
        ("month --city osaka --as takahashi close 2026-05".to_owned(), Exit::Refused, "month.close", Some("month_not_ready")),
        ("bank --city osaka --as sato prepare 2026-05".to_owned(), Exit::Refused, "remittance.prepare", Some("nothing_to_pay")),
        ("bank --city osaka --as takahashi match".to_owned(), Exit::Done, "bank.match", None),
        ("staff audit --city osaka --as kansa".to_owned(), Exit::Done, "audit.read", None),
        ("staff audit --city osaka --as root".to_owned(), Exit::Refused, "audit.read", Some("forbidden")),
        ("--json staff list --city osaka --as kansa".to_owned(), Exit::Done, "staff.list", None),
    ];
    for (line, exit, ..) in &steps {
        assert_eq!(run(&office, line).await, *exit, "{line}");
    }
    let log = office.log().await;
    assert_eq!(log.len(), before + steps.len());
    for (row, (line, _, action, code)) in log[before..].iter().zip(&steps) {
        assert_eq!((row.action.as_str(), row.code.as_deref(), row.door.as_str()), (*action, *code, "command-line"), "{line}");
    }
    office.books_are_sound().await;
}

/// Paper and letters at the command line: pages are written to files that nobody else reads.
#[tokio::test]
async fn paper_and_letters_are_printed_to_files_by_whoever_says_why() {
    use std::os::unix::fs::PermissionsExt as _;
    let office = Office::at("2026-05-20").await;
    let staff = Staffed::new(&office).await;
    staff.granted().await;
    let (merchant, _) = staff.merchant("one", "1234567").await;
    staff.paid(&[&merchant]).await;
    let families = staff.preparer.get("/families?limit=100").await.made();
    let mut family = String::new();
    for listed in families["items"].as_array().expect("families") {
        let id = super::month::text(&listed["family"]);
        if staff.preparer.get(&format!("/families/{id}")).await.made()["own_money_yen"].as_i64() > Some(0) {
            family = id;
        }
    }
    let directory = tempfile::tempdir().expect("a directory");
    let out = |name: &str| directory.path().join(name);
    let by = "--city osaka --as sato";
    assert_eq!(run(&office, "paper --city osaka --as suzuki make-kind lesson 500 tuition").await, Exit::Done);
    assert_eq!(run(&office, &format!("paper {by} issue {family} lesson 3 --own-money")).await, Exit::Done);
    assert_eq!(run(&office, &format!("paper {by} card issue {family}")).await, Exit::Done);
    let id = family.parse().expect("an id");
    let booklet = office.ledger().booklets_of_family(CITY, id).await.expect("booklets")[0].id;
    let card = office.ledger().cards_of_family(CITY, id).await.expect("cards")[0].id;
    let steps = [
        (format!("paper {by} print {booklet} --out {}", out("x").display()), Exit::Refused),
        (format!("paper {by} --reason 交付 print {booklet} --out {} --public-host voucher.example", out("booklet").display()), Exit::Done),
        (format!("paper {by} --reason 紛失 reissue {booklet}"), Exit::Done),
        (format!("paper {by} show {booklet}"), Exit::Done),
        (format!("paper {by} kinds"), Exit::Done),
        (format!("paper {by} card reserve {card} {merchant} tuition 2000 --own-money"), Exit::Done),
        (format!("paper {by} --reason 交付 card print {card} --out {}", out("card").display()), Exit::Done),
        (format!("paper {by} --reason 紛失 card reissue {card}"), Exit::Done),
        (format!("paper {by} card show {card}"), Exit::Done),
        (format!("paper {by} --reason 返却 card end {card}"), Exit::Done),
        (format!("paper {by} --reason 返却 cancel {booklet}"), Exit::Done),
        (format!("letter {by} waiting"), Exit::Done),
        (format!("letter {by} --reason 案内 print {family} --out {}", out("letter").display()), Exit::Done),
        (format!("letter {by} --reason 案内 print-next 2 --out {}", out("letters").display()), Exit::Done),
        (format!("letter {by} --reason 申出 deliver {family} 局留"), Exit::Done),
        (format!("letter {by} --reason 紛失 renew {family}"), Exit::Done),
        (format!("letter {by} print-next 2 --out {}", out("x").display()), Exit::Refused),
    ];
    for (line, exit) in &steps {
        assert_eq!(run(&office, line).await, *exit, "{line}");
    }
    assert!(!out("x").exists());
    for (name, holds) in [("booklet", "利用券つづり"), ("card", "利用カード"), ("letter", "登録コード"), ("letters", "登録コード")] {
        let page = std::fs::read_to_string(out(name)).expect("a page");
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains(holds), "{name}");
        assert_eq!(out(name).metadata().expect("a file").permissions().mode() & 0o777, 0o600, "{name}");
    }
    office.books_are_sound().await;
}

#[tokio::test]
async fn the_server_invites_the_first_administrator_without_a_name_and_then_nobody() {
    let office = Office::at("2026-05-20").await;
    let other = |name: &str| format!("staff invite --city fukuoka {name} {name} --role administrator");
    assert_eq!(run(&office, &other("second")).await, Exit::Refused);
    sqlx::query("UPDATE staff_members SET state = 'suspended' WHERE municipality = $1")
        .bind(OTHER.code())
        .execute(office.database.pool())
        .await
        .expect("no administrator");
    assert_eq!(run(&office, "staff invite --city fukuoka clerk clerk --role preparer").await, Exit::Refused);
    assert_eq!(run(&office, &other("third")).await, Exit::Done);
    assert_eq!(run(&office, &other("fourth")).await, Exit::Refused);
    let third = office.ledger().find_staff(OTHER, "third").await.expect("an answer").expect("a member");
    assert!(third.roles.contains(&Role::Administrator));
}

#[tokio::test]
async fn a_command_in_nobodys_name_or_a_suspended_ones_is_refused() {
    let office = Office::at("2026-05-20").await;
    office.clerk("aki", &[Role::Treasurer]).await;
    assert_eq!(run(&office, "city --city osaka --as nobody budgets 2026").await, Exit::Refused);
    assert_eq!(run(&office, "staff suspend --city osaka --as root --reason 休職 aki").await, Exit::Done);
    assert_eq!(run(&office, "city --city osaka --as aki budgets 2026").await, Exit::Refused);
    assert!(Cli::try_parse_from(["hagukumi", "city", "--city", "osaka", "budgets", "2026"]).is_err(), "--as is not optional");
}

/// A claim of a child, by commands alone: from the form on paper to the clawback.
#[tokio::test]
async fn a_claim_on_paper_is_taken_in_examined_decided_and_asked_back_at_the_server() {
    let office = Office::at("2026-05-20").await;
    let staff = Staffed::new(&office).await;
    staff.granted().await;
    let (child, _) = staff.payer().await;
    staff.treasurer.post("/appropriations", "passes", &json!({"scheme": "osaka-passes", "fiscal_year": 2026, "amount_yen": 100_000})).await.made();
    let directory = tempfile::tempdir().expect("a directory");
    let file = |name: &str, content: &[u8]| {
        let path = directory.path().join(name);
        std::fs::write(&path, content).expect("a file");
        path.display().to_string()
    };
    let cost = |yen: i64| format!("[[costs]]\nexpense = 'commuter_pass'\namount_yen = {yen}\nfrom = 2026-04-01\nto = 2026-06-30\n");
    let form = file("form.toml", format!("child = '{child}'\nscheme = 'osaka-passes'\n{}", cost(12_000)).as_bytes());
    let (corrected, scan, out) = (file("again.toml", cost(10_000).as_bytes()), file("scan.jpg", &picture(1)), file("out.jpg", b""));
    let as_ = |name: &str, rest: &str| format!("claim --city osaka --as {name} {rest}");
    assert_eq!(run(&office, &as_("sato", &format!("file {form}"))).await, Exit::Done);
    let claim = office.ledger().list_claims(CITY, None, None, 10).await.expect("claims")[0].id;
    let before = office.log().await.len();
    let steps = [
        (as_("sato", &format!("show {claim}")), Exit::Done, "claim.show", None),
        (as_("sato", &format!("reveal {claim}")), Exit::Refused, "claim.reveal", Some("reason_missing")),
        (as_("sato", &format!("--reason 審査 reveal {claim}")), Exit::Done, "claim.reveal", None),
        (as_("suzuki", &format!("return {claim} --message 金額が違います")), Exit::Done, "claim.return", None),
        (as_("sato", &format!("file-again {claim} {corrected}")), Exit::Done, "claim.file", None),
        (as_("sato", &format!("assess {claim}")), Exit::Done, "claim.show", None),
        (as_("sato", &format!("add-evidence {claim} pass_face {scan}")), Exit::Done, "claim.add-evidence", None),
        (as_("sato", &format!("--reason 審査 reveal-evidence {claim} 1 --out {out}")), Exit::Done, "claim.reveal-evidence", None),
        (as_("sato", &format!("examine {claim} --filing 1 --propose 10000 --message 確認")), Exit::Refused, "claim.examine", Some("claim_changed")),
        (as_("sato", &format!("examine {claim} --filing 2 --propose 10000 --message 確認")), Exit::Done, "claim.examine", None),
        (as_("sato", "list --state examined"), Exit::Done, "claim.list", None),
        (as_("sato", &format!("decide {claim} --grant 10000 --message 決定")), Exit::Refused, "claim.decide", Some("forbidden")),
        (as_("suzuki", &format!("decide {claim} --grant 10000 --message 決定")), Exit::Done, "claim.decide", None),
        (as_("sato", &format!("--reason 申出 withdraw {claim}")), Exit::Refused, "claim.withdraw", Some("claim_state")),
        (as_("sato", &format!("propose-clawback {claim} --amount 4000 --message 重複")), Exit::Done, "clawback.propose", None),
        (as_("suzuki", "clawbacks"), Exit::Done, "clawback.list", None),
    ];
    for (line, exit, ..) in &steps {
        assert_eq!(run(&office, line).await, *exit, "{line}");
    }
    let clawback = office.ledger().list_clawbacks(CITY, true, None, 10).await.expect("clawbacks")[0].id;
    assert_eq!(run(&office, &as_("suzuki", &format!("approve-clawback {clawback} --message 同意"))).await, Exit::Done);
    let log = office.log().await;
    for (row, (line, _, action, code)) in log[before..].iter().zip(&steps) {
        assert_eq!((row.action.as_str(), row.code.as_deref(), row.door.as_str()), (*action, *code, "command-line"), "{line}");
    }
    assert!(std::fs::read(&out).expect("a file").starts_with(&[0xff, 0xd8]));
    assert!(Cli::try_parse_from(["hagukumi", "claim", "--city", "osaka", "--as", "sato", "decide", "clm_7", "--grant", "1", "--message", "x"]).is_err());
    office.books_are_sound().await;
}
