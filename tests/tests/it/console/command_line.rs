//! The command line on the server: the same people, the same permissions, the same rows in the log as at the ops API.

use clap::Parser as _;
use ledger::staff::Role;
use ops::cli::Cli;
use ops::cli::output::Exit;

use super::{CITY, OTHER, Office};

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
    let staff = super::month::Staffed::new(&office).await;
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
