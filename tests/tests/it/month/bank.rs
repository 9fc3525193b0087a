//! Bank statements: whole or not at all, each line once, no gap; what is certain is matched, the rest is a list or in suspense.

use ledger::reconciliation::Debit;

use super::*;

#[tokio::test]
async fn the_same_file_twice_changes_nothing_and_an_overlapping_one_adds_what_is_new() {
    let world = World::new().await;
    world.test.set("2026-07-14");
    let first = credit("00000001", "2026-07-01", 500, "ﾀﾞﾚｶ", "ﾌﾘｺﾐ");
    // Two lines that are the same to the byte are two lines.
    let twins = [debit("00000002", "2026-07-02", 110, "ﾃｽｳﾘﾖｳ"), debit("00000002", "2026-07-02", 110, "ﾃｽｳﾘﾖｳ")];
    let file = statement(10_500_000, "2026-07-01", vec![first.clone(), twins[0].clone(), twins[1].clone()]);
    let imported = world.import("one", &file).await.unwrap();
    assert_eq!((imported.new, imported.known, imported.closing), (3, 0, Yen::new(10_500_280)));
    assert_eq!(world.import("another key", &file).await.unwrap(), imported);
    let longer = statement(10_500_000, "2026-07-01", vec![first, twins[0].clone(), twins[1].clone(), credit("00000003", "2026-07-03", 9, "ﾀﾞﾚｶ", "ﾌﾘｺﾐ")]);
    let imported = world.import("overlap", &longer).await.unwrap();
    assert_eq!((imported.new, imported.known, imported.closing), (1, 3, Yen::new(10_500_289)));
    let report = world.ledger().reconciliation_report(CITY, days()).await.unwrap();
    assert_eq!((report.rows.len(), report.unmatched, report.unmatched_yen), (4, 4, Yen::new(729)));
    let run = world.match_lines("a").await;
    assert_eq!((run.matched, run.suspense, run.unmatched), (2, 2, 0), "two fees, two unknown credits");
    assert_eq!(world.match_lines("a").await, ledger::reconciliation::Run::default(), "matched once");
    let report = world.ledger().reconciliation_report(CITY, days()).await.unwrap();
    assert_eq!((report.unmatched, report.suspense_yen, report.difference_yen), (0, Yen::new(509), Some(Yen::ZERO)));
    assert_eq!(world.of_city(Kind::Fees).await, -220);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_gap_is_refused_with_both_balances_and_nothing_is_half_done() {
    let world = World::new().await;
    world.test.set("2026-07-14");
    let one = statement(10_500_000, "2026-07-01", vec![credit("00000001", "2026-07-01", 500, "ﾀﾞﾚｶ", "ﾌﾘｺﾐ")]);
    let three = statement(10_500_501, "2026-07-03", vec![credit("00000003", "2026-07-03", 9, "ﾀﾞﾚｶ", "ﾌﾘｺﾐ")]);
    let wrong_start = statement(10_500_001, "2026-07-01", vec![credit("00000001", "2026-07-01", 500, "ﾀﾞﾚｶ", "ﾌﾘｺﾐ")]);
    let refused = world.import("start", &wrong_start).await.unwrap_err();
    assert!(refused.contains("10,500,000 yen was expected") && refused.contains("the file says 10,500,001"), "{refused}");
    world.import("one", &one).await.unwrap();
    let refused = world.import("three", &three).await.unwrap_err();
    assert!(refused.contains("10,500,500 yen was expected") && refused.contains("the file says 10,500,501"), "{refused}");
    let report = world.ledger().reconciliation_report(CITY, days()).await.unwrap();
    assert_eq!((report.rows.len(), report.statement_yen), (1, Some(Yen::new(10_500_500))));
    let opening = world.ledger().import_bank_statement(CITY, &staff("a", "k"), &three, Some(Yen::new(10_500_501))).await;
    assert!(opening.is_err(), "an opening is accepted for the first file only");
}

#[tokio::test]
async fn a_trailer_that_does_not_add_up_and_a_foreign_account_are_refused() {
    let world = World::new().await;
    world.test.set("2026-07-14");
    let good = statement(10_500_000, "2026-07-01", vec![credit("00000001", "2026-07-01", 500, "ﾀﾞﾚｶ", "ﾌﾘｺﾐ")]);
    let text = String::from_utf8_lossy(&good).into_owned();
    assert!(text.contains("8000001"), "the trailer counts one credit");
    let mut wrong = good.clone();
    let at = good.windows(7).position(|window| window == b"8000001").unwrap();
    wrong[at + 6] = b'2';
    assert!(world.import("trailer", &wrong).await.unwrap_err().starts_with("bank statement: record"));
    let mut foreign = good;
    let at = foreign.windows(10).position(|window| window == b"0000001234").unwrap();
    foreign[at + 9] = b'5';
    assert!(world.import("foreign", &foreign).await.unwrap_err().contains("import the statement of the city's own account"));
    let lines: i64 = sqlx::query_scalar("SELECT count(*) FROM bank_lines").fetch_one(world.database.pool()).await.unwrap();
    assert_eq!(lines, 0);
}

#[tokio::test]
async fn names_of_payers_are_sealed() {
    let world = World::new().await;
    world.test.set("2026-07-14");
    let file = statement(10_500_000, "2026-07-01", vec![credit("00000001", "2026-07-01", 500, "HANAKO", "ﾌﾘｺﾐ")]);
    world.import("one", &file).await.unwrap();
    let rows: Vec<String> = sqlx::query_scalar("SELECT l::text FROM bank_lines l").fetch_all(world.database.pool()).await.unwrap();
    // The raw record is sealed as hexadecimal digits, and PostgreSQL shows bytes as such again.
    for secret in ["HANAKO".to_owned(), hex("HANAKO"), hex(&hex("HANAKO"))] {
        assert!(rows.iter().all(|row| !row.contains(&secret)), "{secret}");
    }
    assert_eq!(rows.len(), 1);
}

#[tokio::test]
async fn a_debit_of_its_total_confirms_what_was_sent_and_an_unknown_one_awaits_a_person() {
    let world = World::new().await;
    let (_, sent) = world.sent_may().await;
    world.test.set("2026-07-14");
    let lines = vec![debit("00000001", "2026-07-10", 58_000, "ｿｳｺﾞｳﾌﾘｺﾐ"), debit("00000002", "2026-07-10", 777, "ﾋｷｵﾄｼ")];
    world.import("july", &statement(10_500_000, "2026-07-10", lines)).await.unwrap();
    let run = world.match_lines("a").await;
    assert_eq!((run.matched, run.unmatched), (1, 1));
    assert_eq!(world.ledger().list_remittances(CITY).await.unwrap()[0].state, ledger::remittance::Standing::Confirmed);
    assert_eq!(world.of_city(Kind::PayoutsInTransit).await, 0);
    let report = world.ledger().reconciliation_report(CITY, days()).await.unwrap();
    assert_eq!(report.rows[0].target, Some(sent.id.to_string()));
    assert_eq!((report.unmatched_yen, report.difference_yen), (Yen::new(777), Some(Yen::new(777))));
    let unknown = report.rows[1].line;
    world.ledger().explain_debit(CITY, &staff("a", "fee"), unknown, Debit::Fee).await.unwrap();
    let report = world.ledger().reconciliation_report(CITY, days()).await.unwrap();
    assert_eq!((report.unmatched, report.difference_yen), (0, Some(Yen::ZERO)));
    world.assert_sound().await;
}

#[tokio::test]
async fn announced_money_of_the_city_is_matched_and_not_booked_again() {
    let world = World::new().await;
    world.test.set("2026-07-14");
    let before = world.of_city(Kind::CityFunding).await;
    world.ledger().fund(CITY, staff("a", "july"), Yen::new(3_000_000), date("2026-07-02")).await.unwrap();
    let file = statement(10_500_000, "2026-07-01", vec![credit("00000001", "2026-07-03", 3_000_000, "ｶｲｹｲｶ", "ﾌﾘｶｴ")]);
    world.import("july", &file).await.unwrap();
    assert_eq!(world.match_lines("a").await.matched, 1);
    assert_eq!(world.of_city(Kind::CityFunding).await - before, 3_000_000);
    let report = world.ledger().reconciliation_report(CITY, days()).await.unwrap();
    assert_eq!((report.rows[0].kind.as_str(), report.difference_yen), ("fund", Some(Yen::ZERO)));
}

#[tokio::test]
async fn a_credit_in_suspense_is_explained_once() {
    let world = World::new().await;
    let [one, ..] = world.merchants().await;
    world.post("late refund", events::refund::refund(one, Yen::new(4_000), true, date("2026-06-16"))).await;
    world.test.set("2026-07-14");
    world.import("july", &statement(10_500_000, "2026-07-01", vec![credit("00000001", "2026-07-03", 4_000, "ﾜﾝ", "ﾌﾘｺﾐ")])).await.unwrap();
    assert_eq!(world.match_lines("a").await.suspense, 1);
    assert_eq!(world.of_city(Kind::Suspense).await, 4_000);
    let line = world.ledger().reconciliation_report(CITY, days()).await.unwrap().rows[0].line;
    let repaid = events::bank::Credit::MerchantRepays(one);
    world.ledger().explain_credit(CITY, &staff("a", "repaid"), line, repaid).await.unwrap();
    assert!(world.ledger().explain_credit(CITY, &staff("a", "again"), line, repaid).await.is_err());
    assert_eq!((world.of_city(Kind::Suspense).await, world.balance(&Account::of_owner(Kind::MerchantReceivable, one.uuid())).await), (0, 0));
    let report = world.ledger().reconciliation_report(CITY, days()).await.unwrap();
    assert_eq!((report.rows[0].kind.as_str(), report.suspense), ("merchant_repays", 0));
    world.assert_sound().await;
}

/// Fees, and credits of one payer number's family and of nobody: more than are matched in one database transaction.
fn long_statement(payer_number: &PayerNumber, opening: i64) -> Vec<u8> {
    let line = |number: i64| {
        let inquiry = format!("{number:08}");
        match number % 3 {
            0 => debit(&inquiry, "2026-07-09", 110, "ﾃｽｳﾘﾖｳ"),
            1 => credit(&inquiry, "2026-07-09", number, &format!("{payer_number}ﾊﾅｺ"), "ﾌﾘｺﾐ"),
            _ => credit(&inquiry, "2026-07-09", number, "ﾀﾞﾚｶ", "ﾌﾘｺﾐ"),
        }
    };
    statement(opening, "2026-07-09", (1..=1_200).map(line).collect())
}

#[tokio::test]
async fn a_run_that_breaks_off_goes_on_where_it_stopped_and_matches_every_line_once() {
    let world = World::new().await;
    let (family, number) = world.family_of_roster().await;
    world.test.set("2026-07-14");
    world.import("july", &long_statement(&number, 10_500_000)).await.unwrap();
    let ledger = world.ledger().clone();
    let broken = tokio::spawn(async move {
        ledger.match_bank_lines(CITY, &staff("a", "match"), &mut |progress| panic!("{} of {}: nobody listens", progress.done, progress.total)).await
    });
    assert!(broken.await.is_err_and(|broken| broken.is_panic()));
    let report = world.ledger().reconciliation_report(CITY, days()).await.unwrap();
    assert_eq!((report.rows.len(), report.unmatched), (1_200, 700), "the first 500 stand");
    let mut heard = Vec::new();
    let run = world.ledger().match_bank_lines(CITY, &staff("b", "match"), &mut |progress| heard.push((progress.done, progress.total))).await.unwrap();
    assert_eq!(heard, [(500, 700), (700, 700)]);
    assert_eq!((run.matched, run.suspense, run.proposed, run.unmatched), (467, 233, 0, 0));
    let own = world.balance(&Account::of_owner(Kind::OwnMoney, family.uuid())).await;
    let sum = |rest| (1..=1_200).filter(|number| number % 3 == rest).sum::<i64>();
    assert_eq!((own, world.of_city(Kind::Suspense).await, world.of_city(Kind::Fees).await), (sum(1), sum(2), -110 * 400));
    let report = world.ledger().reconciliation_report(CITY, days()).await.unwrap();
    assert_eq!((report.unmatched, report.difference_yen), (0, Some(Yen::ZERO)));
    world.assert_sound().await;
}

#[tokio::test]
async fn a_debit_far_behind_that_may_be_the_same_file_leaves_both_to_a_person() {
    let world = World::new().await;
    world.sent_may().await;
    world.test.set("2026-07-14");
    let mut lines = vec![debit("00000000", "2026-07-10", 58_000, "ｿｳｺﾞｳﾌﾘｺﾐ")];
    lines.extend((1..=600).map(|number| debit(&format!("{number:08}"), "2026-07-10", 110, "ﾃｽｳﾘﾖｳ")));
    lines.push(debit("00000601", "2026-07-10", 58_000, "ﾋｷｵﾄｼ"));
    world.import("july", &statement(10_500_000, "2026-07-10", lines)).await.unwrap();
    let run = world.match_lines("a").await;
    assert_eq!((run.matched, run.unmatched), (600, 2));
    assert_eq!(world.ledger().list_remittances(CITY).await.unwrap()[0].state, ledger::remittance::Standing::Sent);
}

#[tokio::test]
async fn what_explains_one_line_explains_no_other_of_the_same_run() {
    let world = World::new().await;
    world.sent_may().await;
    world.test.set("2026-07-14");
    world.ledger().fund(CITY, staff("a", "july"), Yen::new(3_000_000), date("2026-07-10")).await.unwrap();
    // The second debit is booked when the first may no longer be its rival: too late for the file.
    let lines = vec![
        debit("00000001", "2026-07-10", 58_000, "ｿｳｺﾞｳﾌﾘｺﾐ"),
        credit("00000002", "2026-07-10", 3_000_000, "ｶｲｹｲｶ", "ﾌﾘｶｴ"),
        credit("00000003", "2026-07-10", 3_000_000, "ｶｲｹｲｶ", "ﾌﾘｶｴ"),
        debit("00000004", "2026-07-17", 58_000, "ﾋｷｵﾄｼ"),
    ];
    world.import("july", &statement(10_500_000, "2026-07-10", lines)).await.unwrap();
    let run = world.match_lines("a").await;
    assert_eq!((run.matched, run.suspense, run.unmatched), (2, 1, 1));
    world.assert_sound().await;
}
