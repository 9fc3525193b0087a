//! Returns (組戻): proposed by one person, confirmed by another; every component of the line is open again, and paid once the account is put right.

use super::*;

/// The line of 50,000 yen to the shared account has come back, less what the bank kept.
async fn come_back(world: &World, credited: i64) -> (([MerchantId; 3], Remittance), ledger::ids::BankLineId, i32) {
    let sent = world.sent_may().await;
    world.test.set("2026-07-14");
    let plain = credit("00000002", "2026-07-13", credited, "ﾃｽﾄｼ ｶｲｹｲｶﾝﾘｼﾔ", "ﾌﾘｺﾐﾍﾝｷﾔｸ");
    let returned = BankLine { bank_name: "ｸﾝﾚﾝ8".to_owned(), branch_name: "ｸﾝﾚﾝ001".to_owned(), ..plain };
    let lines = vec![debit("00000001", "2026-07-10", 58_000, "ｿｳｺﾞｳﾌﾘｺﾐ"), returned];
    world.import("july", &statement(10_500_000, "2026-07-10", lines)).await.unwrap();
    let run = world.match_lines("a").await;
    assert_eq!((run.matched, run.proposed, run.suspense), (1, 1, 0));
    let waiting = world.ledger().list_waiting_returns(CITY).await.unwrap();
    let [proposal] = &waiting[..] else { panic!("one proposal, not {waiting:?}") };
    (sent, ledger::ids::BankLineId::new(proposal.line), proposal.number)
}

#[tokio::test]
async fn a_return_opens_every_component_of_its_line_again_and_needs_a_second_person() {
    let world = World::new().await;
    let (([one, two, three], sent), line, number) = come_back(&world, 50_000).await;
    assert_eq!([world.owed(one).await, world.owed(two).await], [0, 0], "nothing is posted by a proposal");
    let same = world.ledger().confirm_return(CITY, &staff("a", "confirm"), line, (sent.id, number)).await.unwrap_err();
    assert!(same.to_string().contains("ask a second person"), "{same}");
    let sql = "INSERT INTO matches (municipality, bank_line_id, step, kind, remittance_id, number, entry_id, matched_at, matched_by, proposed_by)
               SELECT municipality, bank_line_id, 1, 'return', remittance_id, number, bank_line_id, proposed_at, proposed_by, proposed_by FROM match_proposals";
    assert_eq!(refusal(&world, sql).await, CHECK_VIOLATION);
    assert_eq!(refusal(&world, "UPDATE match_proposals SET proposed_by = 'staff:x'").await, INSUFFICIENT_PRIVILEGE);

    let command = staff("b", "confirm");
    world.ledger().confirm_return(CITY, &command, line, (sent.id, number)).await.unwrap();
    world.ledger().confirm_return(CITY, &command, line, (sent.id, number)).await.unwrap();
    assert_eq!([world.owed(one).await, world.owed(two).await, world.owed(three).await], [30_000, 20_000, 0]);
    let report = world.ledger().reconciliation_report(CITY, days()).await.unwrap();
    assert_eq!((report.rows[1].kind.as_str(), report.unmatched, report.difference_yen), ("return", 0, Some(Yen::ZERO)));
    assert!(world.ledger().confirm_return(CITY, &staff("c", "twice"), line, (sent.id, number)).await.is_err());
    world.assert_sound().await;
}

#[tokio::test]
async fn what_the_bank_keeps_of_a_return_is_its_fee_and_the_payables_are_open_in_full() {
    let world = World::new().await;
    let (([one, two, _], sent), line, number) = come_back(&world, 49_340).await;
    world.ledger().confirm_return(CITY, &staff("b", "confirm"), line, (sent.id, number)).await.unwrap();
    assert_eq!((world.owed(one).await, world.owed(two).await, world.of_city(Kind::Fees).await), (30_000, 20_000, -660));
    let report = world.ledger().reconciliation_report(CITY, days()).await.unwrap();
    assert_eq!(report.difference_yen, Some(Yen::ZERO));
    world.assert_sound().await;
}

#[tokio::test]
async fn a_returned_payable_goes_into_the_next_file_once_the_account_is_put_right() {
    let world = World::new().await;
    let (([one, two, _], sent), line, number) = come_back(&world, 50_000).await;
    world.ledger().confirm_return(CITY, &staff("b", "confirm"), line, (sent.id, number)).await.unwrap();
    let blocked = world.ledger().prepare_remittance(CITY, &staff("a", "too early"), may()).await.unwrap_err();
    assert!(blocked.to_string().starts_with("nothing can be paid: 2 payees"), "{blocked}");
    let right = Written { number: "1234568", ..SHARED };
    world.ledger().change_merchant_account(CITY, &staff("a", "change"), one, right).await.unwrap();
    assert!(world.ledger().prepare_remittance(CITY, &staff("a", "not approved"), may()).await.is_err());
    assert!(world.ledger().approve_merchant_account(CITY, &staff("a", "ok"), one).await.unwrap_err().to_string().contains("ask a second person"));
    world.ledger().approve_merchant_account(CITY, &staff("b", "ok"), one).await.unwrap();
    let again = world.send("again").await;
    assert_eq!((again.lines, again.total), (1, Yen::new(30_000)));
    let stops = world.ledger().remittance_stops(CITY, again.id).await.unwrap();
    assert_eq!(stops.iter().map(|stop| (stop.1, stop.3.as_str())).collect::<Vec<_>>(), [(two.uuid(), "returned")]);
    assert_eq!([world.owed(one).await, world.owed(two).await], [0, 20_000]);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_rejected_proposal_goes_into_suspense_and_may_still_turn_out_to_be_the_return() {
    let world = World::new().await;
    let (([one, ..], sent), line, number) = come_back(&world, 50_000).await;
    world.ledger().reject_returns(CITY, &staff("b", "no"), line).await.unwrap();
    assert_eq!(world.of_city(Kind::Suspense).await, 50_000);
    assert!(world.ledger().list_waiting_returns(CITY).await.unwrap().is_empty());
    assert!(world.ledger().confirm_return(CITY, &staff("b", "yes"), line, (sent.id, number)).await.is_err(), "it was rejected");
    world.ledger().propose_return(CITY, &staff("a", "after all"), line, (sent.id, number), "電話").await.unwrap();
    world.ledger().confirm_return(CITY, &staff("b", "yes"), line, (sent.id, number)).await.unwrap();
    assert_eq!((world.of_city(Kind::Suspense).await, world.owed(one).await), (0, 30_000));
    world.assert_sound().await;
}

#[tokio::test]
async fn a_credit_of_another_amount_is_no_return_of_a_line() {
    let world = World::new().await;
    let ((_, sent), line, number) = come_back(&world, 50_000).await;
    let other = if number == 1 { 2 } else { 1 };
    let refused = world.ledger().propose_return(CITY, &staff("a", "wrong"), line, (sent.id, other), "電話").await.unwrap_err();
    assert!(refused.to_string().contains("the line's amount is another"), "{refused}");
    assert!(world.ledger().confirm_return(CITY, &staff("b", "wrong"), line, (sent.id, other)).await.unwrap_err().to_string().contains("has not been proposed"));
}
