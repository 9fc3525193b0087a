//! The month close and what outsiders recompute: a checklist that says what is missing, nothing posts afterwards, hledger comes to our balances.

use std::process::Command as Process;

use ledger::report::export::csv;

use super::*;

fn july() -> Month {
    "2026-07".parse().expect("a month")
}

#[tokio::test]
async fn a_month_closes_when_nothing_is_missing_and_then_takes_no_entry() {
    let world = World::new().await;
    let merchants = world.merchants().await;
    world.pay(merchants[0], 30_000, "p1").await;
    world.test.set("2026-07-31");
    let missing = world.ledger().close_month(CITY, &staff("a", "close"), july()).await.unwrap_err().to_string();
    assert!(missing.contains("the month is not over") && missing.contains("1 statements are not drawn"), "{missing}");
    let statements = world.draw().await;
    let missing = world.ledger().close_checklist(CITY, july()).await.unwrap();
    assert_eq!((missing.undrawn_statements, missing.unapproved_statements), (0, 1));
    world.approve_statements(&statements).await;
    world.test.set("2026-07-08");
    world.send("july").await;
    world.test.set("2026-08-03");
    world.import("july", &statement(10_500_000, "2026-07-10", vec![debit("00000001", "2026-07-10", 30_000, "ｿｳｺﾞｳﾌﾘｺﾐ")])).await.unwrap();
    let missing = world.ledger().close_month(CITY, &staff("a", "close"), july()).await.unwrap_err().to_string();
    assert!(missing.contains("1 bank lines over 30,000 yen are unmatched"), "{missing}");
    world.match_lines("a").await;
    assert_eq!(world.ledger().close_checklist(CITY, july()).await.unwrap().missing(), Vec::<String>::new());
    world.ledger().close_month(CITY, &staff("a", "close"), july()).await.unwrap();
    world.ledger().close_month(CITY, &staff("a", "again"), july()).await.unwrap();

    let late = world.ledger().fund(CITY, staff("a", "late"), Yen::new(1), date("2026-07-31")).await.unwrap_err();
    assert!(late.to_string().contains("closed"), "{late}");
    world.ledger().fund(CITY, staff("a", "august"), Yen::new(1), date("2026-08-01")).await.unwrap();
    let open: i64 = sqlx::query_scalar("SELECT count(*) FROM account_deltas").fetch_one(world.database.pool()).await.unwrap();
    assert!(open <= 2, "the close has folded what July left");
    world.assert_sound().await;
}

#[tokio::test]
async fn a_payment_on_a_frozen_day_is_refused() {
    let world = World::new().await;
    let merchants = world.merchants().await;
    world.pay(merchants[0], 30_000, "p1").await;
    world.draw().await;
    world.test.set("2026-06-15");
    let asked = HoldPayment {
        family: FAMILY,
        children: Vec::new(),
        merchant: merchants[0],
        invoice: None,
        expense: "tuition".to_owned(),
        service: None,
        price: Yen::new(100),
        month: None,
        own_money: true,
    };
    let held = world.ledger().hold(CITY, "late", &asked).await.unwrap();
    let capture = Capture { merchant: merchants[0], terminal: None, amount: Yen::new(100) };
    assert!(world.ledger().capture(CITY, "late", &world.ledger().payment_code(&held), &capture).await.is_err());
}

#[tokio::test]
async fn what_a_scheme_has_left_goes_back_at_the_end_of_the_year_once() {
    let world = World::new().await;
    let [one, ..] = world.merchants().await;
    world.pay_split(one).await;
    let year = FiscalYear::new(2026);
    world.test.set("2027-05-31");
    let command = staff("a", "year end");
    assert_eq!(world.ledger().end_year(CITY, &command, year, date("2027-05-31")).await.unwrap().len(), 1);
    assert_eq!(world.ledger().end_year(CITY, &command, year, date("2027-05-31")).await.unwrap().len(), 0);
    assert_eq!(world.balance(&Account::budget("test", year)).await, 0);
    assert_eq!(world.of_city(Kind::CityAppropriations).await, -10_000, "what was granted stays appropriated");
    world.assert_sound().await;
}

#[tokio::test]
async fn hledger_comes_to_the_trial_balance_and_catches_one_yen() {
    let world = World::new().await;
    let merchants = world.merchants().await;
    world.pay_split(merchants[0]).await;
    world.pay(merchants[1], 20_000, "p2").await;
    world.approved_may().await;
    world.test.set("2026-07-08");
    world.send("july").await;
    let journal = world.ledger().export_hledger(CITY, days(), Vec::new()).await.unwrap().unwrap();
    let again = world.ledger().export_hledger(CITY, days(), Vec::new()).await.unwrap().unwrap();
    assert_eq!(journal, again, "the same books, the same bytes");

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("month.journal");
    std::fs::write(&path, &journal).unwrap();
    let hledger =
        |arguments: &[&str]| Process::new("hledger").env("LC_ALL", "C.UTF-8").arg("-f").arg(&path).args(arguments).output().expect("hledger is installed");
    let checked = hledger(&["check"]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));

    let balance = world.ledger().trial_balance(CITY).await.unwrap();
    let shown = String::from_utf8(hledger(&["balance", "--depth", "1", "--flat", "--no-total", "-O", "csv"]).stdout).unwrap();
    let mut ours: Vec<_> = balance.lines.iter().filter(|line| line.balance != 0).map(|line| format!("\"{}\",\"¥{}\"", line.account, line.balance)).collect();
    let mut theirs: Vec<_> = shown.lines().skip(1).map(|line| line.replace("-¥", "¥-")).collect();
    ours.sort();
    theirs.sort();
    assert_eq!(theirs, ours);

    let text = String::from_utf8(journal).unwrap();
    std::fs::write(&path, text.replacen("¥20000", "¥20001", 1)).unwrap();
    assert!(!hledger(&["check"]).status.success(), "one yen more is seen");

    let table = String::from_utf8(csv::trial_balance(&balance).unwrap()).unwrap();
    assert!(table.starts_with("account,name,unit,debit,credit,balance\r\n1110,預金,yen,10500000,0,10500000\r\n"), "{table}");
}
