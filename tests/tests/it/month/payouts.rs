//! From payments to the bank file: statements that never change, one line per account, a stop list, two people everywhere.

use ledger::bank::sougou;
use ledger::payment::refund::AskRefund;

use super::*;

#[tokio::test]
async fn a_statement_is_receipts_less_refunds_and_its_analysis_adds_up_to_it() {
    let world = World::new().await;
    let [one, two, _] = world.merchants().await;
    world.pay_split(one).await;
    let receipt = world.pay(one, 30_000, "p1").await;
    world.pay(two, 20_000, "p2").await;
    world.test.set("2026-06-10");
    let refund = AskRefund { merchant: one, receipt, amount: Yen::new(5_000), reason: "休講".to_owned() };
    world.ledger().refund(CITY, "r1", &refund).await.unwrap();

    world.test.set("2026-06-15");
    assert!(world.ledger().draw_statements(CITY, &staff("a", "early"), may()).await.is_err(), "the days are not over");
    world.test.set("2026-06-16");
    assert_eq!(world.ledger().draw_statements(CITY, &staff("a", "draw"), may()).await.unwrap(), 2, "what is drawn has its refunds settled");
    assert_eq!(world.ledger().settle_refunds(CITY).await.unwrap(), 0);

    let statements = world.draw().await;
    let shown: Vec<_> = statements.iter().map(|s| (s.merchant, s.receipts, s.gross.get(), s.refunded.get(), s.net.get())).collect();
    let mut expected = vec![(one, 2, 40_000, 5_000, 35_000), (two, 1, 20_000, 0, 20_000)];
    expected.sort_unstable();
    assert_eq!(shown, expected);
    let analyses = world.ledger().list_analyses(CITY, may()).await.unwrap();
    let of_one: Vec<_> = analyses.iter().filter(|a| a.merchant == one.uuid()).map(|a| (a.scheme.as_deref(), a.fiscal_year, a.amount_yen)).collect();
    assert_eq!(of_one, [(Some("test"), Some(2026), 7_000), (None, None, 28_000)]);
    assert_eq!(world.owed(one).await, 35_000);

    assert_eq!(world.ledger().draw_statements(CITY, &staff("a", "again"), may()).await.unwrap(), 0, "drawn once");
    let (_, lines) = world.ledger().get_statement_of_merchant(CITY, one, may()).await.unwrap().unwrap();
    assert_eq!(lines.iter().map(|line| line.amount_yen).sum::<i64>(), 35_000);
    assert_eq!(world.ledger().get_statement_of_merchant(CITY, two, "2026-04".parse().unwrap()).await.unwrap(), None);
    world.assert_sound().await;
}

#[tokio::test]
async fn the_three_steps_of_a_statement_need_three_people_also_in_sql() {
    let world = World::new().await;
    let [one, two, _] = world.merchants().await;
    world.pay(one, 30_000, "p1").await;
    world.pay(two, 1_000, "p2").await;
    let statements = world.draw().await;
    let of_one = statements.iter().find(|statement| statement.merchant == one).unwrap().id;
    let foreign = Command::new(Actor::Merchant(two), "claim", &of_one);
    assert!(world.ledger().claim_statement(CITY, &foreign, of_one).await.unwrap_err().to_string().starts_with("there is no statement"));
    let click = Command::new(Actor::Merchant(one), "claim", &of_one);
    world.ledger().claim_statement(CITY, &click, of_one).await.unwrap();
    world.ledger().claim_statement(CITY, &click, of_one).await.unwrap();
    world.ledger().examine_statements(CITY, &staff("a", "x"), &[of_one]).await.unwrap();
    let same = world.ledger().approve_statements(CITY, &staff("a", "y"), &[of_one]).await.unwrap_err();
    assert!(same.to_string().contains("ask a second person"), "{same}");
    let sql = "UPDATE statements SET state = 'approved', approved_at = examined_at, approved_by = examined_by WHERE state = 'examined'";
    assert_eq!(refusal(&world, sql).await, CHECK_VIOLATION);
    assert_eq!(refusal(&world, "UPDATE statements SET net_yen = 1").await, INSUFFICIENT_PRIVILEGE);
    assert_eq!(refusal(&world, "UPDATE statements SET examined_by = 'staff:z', state = 'claimed'").await, CHECK_VIOLATION);
    // One statement that is not ready keeps the whole list back.
    let both: Vec<_> = statements.iter().map(|statement| statement.id).collect();
    assert!(world.ledger().approve_statements(CITY, &staff("b", "z"), &both).await.is_err());
    world.ledger().approve_statements(CITY, &staff("b", "z"), &[of_one]).await.unwrap();
}

#[tokio::test]
async fn merchants_sharing_an_account_share_a_line_and_the_file_reads_back_as_approved() {
    let world = World::new().await;
    let ([one, two, three], sent) = world.sent_may().await;
    assert_eq!((sent.lines, sent.total, sent.pay_on), (2, Yen::new(58_000), date("2026-07-10")));
    let file = world.ledger().remittance_file(CITY, sent.id).await.unwrap();
    assert_eq!((file.lines, file.total, file.sequence), (2, Yen::new(58_000), 1));
    let read = sougou::read(&file.bytes, sougou::ReadOptions::strict(date("2026-07-08"))).unwrap().remittance;
    let lines: Vec<_> = read.lines.iter().map(|line| (line.account.bank.as_str().to_owned(), line.amount.get(), line.reference.clone())).collect();
    let reference = |first| sougou::Reference::Digits { first, second: 202_605 };
    // In the order of the merchants' readings: "one", "three", "two".
    assert_eq!(lines, [("9998".to_owned(), 50_000, reference(1)), ("9997".to_owned(), 8_000, reference(2))]);

    // Sent is not paid: the payables are in transit, and the bank holds what it held.
    assert_eq!([world.owed(one).await, world.owed(two).await, world.owed(three).await], [0, 0, 0]);
    assert_eq!((world.of_city(Kind::PayoutsInTransit).await, world.of_city(Kind::Bank).await), (58_000, -10_500_000));
    let detail = world.ledger().remittance_detail(CITY, sent.id).await.unwrap();
    let mut parts: Vec<_> = detail.iter().map(|row| (row.amount.get(), row.receipts)).collect();
    parts.sort_unstable();
    assert_eq!(parts, [(8_000, 1), (20_000, 1), (30_000, 1)]);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_remittance_is_approved_by_another_person_and_sent_only_as_it_was_built() {
    let world = World::new().await;
    let [one, ..] = world.merchants().await;
    world.pay(one, 30_000, "p1").await;
    world.approved_may().await;
    world.test.set("2026-07-08");
    let prepared = world.ledger().prepare_remittance(CITY, &staff("a", "july"), may()).await.unwrap();
    assert_eq!(world.ledger().prepare_remittance(CITY, &staff("a", "july"), may()).await.unwrap(), prepared, "a replay");
    let second = world.ledger().prepare_remittance(CITY, &staff("a", "once more"), may()).await.unwrap_err();
    assert!(second.to_string().contains("is not sent yet"), "{second}");
    assert!(world.ledger().build_remittance(CITY, &staff("a", "too early"), prepared.id).await.is_err());
    assert!(world.ledger().approve_remittance(CITY, &staff("a", "self"), prepared.id).await.unwrap_err().to_string().contains("ask a second person"));
    let sql = "UPDATE remittances SET state = 'approved', approved_at = prepared_at, approved_by = prepared_by";
    assert_eq!(refusal(&world, sql).await, CHECK_VIOLATION);
    assert_eq!(refusal(&world, "UPDATE remittances SET prepared_by = 'staff:x'").await, INSUFFICIENT_PRIVILEGE);
    assert_eq!(refusal(&world, "UPDATE remittance_lines SET amount_yen = 1").await, INSUFFICIENT_PRIVILEGE);
    world.ledger().approve_remittance(CITY, &staff("b", "ok"), prepared.id).await.unwrap();
    let file = world.ledger().build_remittance(CITY, &staff("a", "build"), prepared.id).await.unwrap();
    let other = world.ledger().mark_remittance_sent(CITY, &staff("a", "wrong"), prepared.id, &[0; 32]).await.unwrap_err();
    assert!(other.to_string().contains("not the one that was built"), "{other}");
    world.ledger().mark_remittance_sent(CITY, &staff("a", "send"), prepared.id, &file.sha256).await.unwrap();
    world.ledger().mark_remittance_sent(CITY, &staff("a", "send"), prepared.id, &file.sha256).await.unwrap();
    assert!(world.ledger().mark_remittance_sent(CITY, &staff("a", "again"), prepared.id, &file.sha256).await.is_err());
    let nothing = world.ledger().prepare_remittance(CITY, &staff("a", "twice"), may()).await.unwrap_err();
    assert!(nothing.to_string().starts_with("nothing can be paid"), "{nothing}");
    world.assert_sound().await;
}

#[tokio::test]
async fn a_suspended_merchant_is_held_back_and_the_rest_goes_on() {
    let world = World::new().await;
    let [one, two, _] = world.merchants().await;
    world.pay(one, 30_000, "p1").await;
    world.pay(two, 20_000, "p2").await;
    world.approved_may().await;
    world.test.set("2026-07-08");
    let prepared = world.ledger().prepare_remittance(CITY, &staff("a", "first"), may()).await.unwrap();
    world.ledger().suspend_merchant(CITY, &staff("a", "stop"), one, "調査中").await.unwrap();
    let stopped = world.ledger().approve_remittance(CITY, &staff("b", "ok"), prepared.id).await.unwrap_err();
    assert!(stopped.to_string().contains("was suspended after this remittance was prepared"), "{stopped}");
    world.ledger().cancel_remittance(CITY, &staff("a", "cancel"), prepared.id).await.unwrap();
    let sent = world.send("second").await;
    assert_eq!((sent.lines, sent.total), (1, Yen::new(20_000)));
    let stops = world.ledger().remittance_stops(CITY, sent.id).await.unwrap();
    assert_eq!(stops.iter().map(|stop| (stop.1, stop.2, stop.3.as_str())).collect::<Vec<_>>(), [(one.uuid(), Yen::new(30_000), "suspended")]);
    assert_eq!((world.owed(one).await, world.owed(two).await), (30_000, 0));
    world.ledger().resume_merchant(CITY, &staff("b", "go"), one, "済").await.unwrap();
    assert_eq!(world.send("third").await.total, Yen::new(30_000));
    world.assert_sound().await;
}

#[tokio::test]
async fn what_a_merchant_owes_is_kept_from_a_payout_only_with_its_consent() {
    let world = World::new().await;
    let [one, ..] = world.merchants().await;
    let receipt = world.pay(one, 30_000, "p1").await;
    world.approved_may().await;
    let late = AskRefund { merchant: one, receipt, amount: Yen::new(4_000), reason: "休講".to_owned() };
    world.ledger().refund(CITY, "late", &late).await.unwrap();
    let receivable = Account::of_owner(Kind::MerchantReceivable, one.uuid());
    assert_eq!((world.owed(one).await, world.balance(&receivable).await), (30_000, -4_000), "behind an approved statement the merchant owes it");
    world.test.set("2026-07-08");
    let full = world.ledger().prepare_remittance(CITY, &staff("a", "without"), may()).await.unwrap();
    assert_eq!(full.total, Yen::new(30_000));
    world.ledger().cancel_remittance(CITY, &staff("a", "cancel"), full.id).await.unwrap();
    world.ledger().record_netting_consent(CITY, &staff("a", "consent"), one, true, "同意書 2026-07-01").await.unwrap();
    let netted = world.send("with").await;
    assert_eq!(netted.total, Yen::new(26_000));
    assert_eq!((world.owed(one).await, world.balance(&receivable).await), (0, 0));
    world.assert_sound().await;
}

/// A roster of one family with a bank account.
#[tokio::test]
async fn a_family_loads_money_by_its_payer_number_and_is_paid_back_to_its_rosters_account() {
    let world = World::new().await;
    let (family, number) = world.family_of_roster().await;
    world.test.set("2026-07-02");
    let loads = credit("00000001", "2026-07-01", 2_000, &format!("{number}ｲｸﾐ ﾀﾛｳ"), "ﾌﾘｺﾐ");
    world.import("july", &statement(10_500_000, "2026-07-01", vec![loads])).await.unwrap();
    assert_eq!(world.match_lines("a").await.matched, 1);
    let own = Account::of_owner(Kind::OwnMoney, family.uuid());
    assert_eq!(world.balance(&own).await, 2_000);

    let payables = [family, FAMILY].map(|family| Account::of_owner(Kind::FamilyPayable, family.uuid()));
    let other = Account::of_owner(Kind::OwnMoney, FAMILY.uuid());
    let back = [Transfer::new(own.id, payables[0].id, Yen::new(1_500)), Transfer::new(other.id, payables[1].id, Yen::new(300))];
    world.post("pay back", Draft::new(Event::PayBack, date("2026-07-02"), back.to_vec()).opening(payables.clone())).await;
    world.test.set("2026-07-08");
    let sent = world.send("july").await;
    assert_eq!((sent.lines, sent.total), (1, Yen::new(1_500)));
    let file = world.ledger().remittance_file(CITY, sent.id).await.unwrap();
    let read = sougou::read(&file.bytes, sougou::ReadOptions::strict(date("2026-07-08"))).unwrap().remittance;
    let account = &read.lines[0].account;
    assert_eq!((account.bank.as_str(), account.number.as_str(), account.holder.as_str()), ("9996", "0000777", "ｲｸﾐ ﾀﾛｳ"));
    let stops = world.ledger().remittance_stops(CITY, sent.id).await.unwrap();
    assert_eq!(stops.iter().map(|stop| (stop.1, stop.2.get(), stop.3.as_str())).collect::<Vec<_>>(), [(FAMILY.uuid(), 300, "no_account")]);
    assert_eq!([world.balance(&payables[0]).await, world.balance(&payables[1]).await], [0, 300]);
    world.assert_sound().await;
}
