//! A line that comes back before the bank debits its file: told by one person, confirmed by another; the payables are open again out of transit, and
//! the bank debits the rest only.

use super::*;

/// The number of the line that pays so much.
async fn line_of(world: &World, sent: &Remittance, yen: i64) -> i32 {
    let detail = world.ledger().remittance_detail(CITY, sent.id).await.unwrap();
    detail.iter().find(|row| row.amount == Yen::new(yen)).unwrap().line
}

async fn import_debit(world: &World, yen: i64) -> ledger::reconciliation::Run {
    world.test.set("2026-07-13");
    world.import("july", &statement(10_500_000, "2026-07-10", vec![debit("00000001", "2026-07-10", yen, "ｿｳｺﾞｳﾌﾘｺﾐ")])).await.unwrap();
    world.match_lines("a").await
}

#[tokio::test]
async fn a_line_returned_before_the_debit_reopens_its_payables_and_the_rest_is_debited() {
    let world = World::new().await;
    let ([one, two, three], sent) = world.sent_may().await;
    let line = (sent.id, line_of(&world, &sent, 30_000).await);
    world.ledger().propose_early_return(CITY, &staff("a", "told"), line, "口座なし").await.unwrap();
    assert_eq!([world.owed(one).await, world.of_city(Kind::PayoutsInTransit).await], [0, 58_000], "nothing is posted by what one person says");
    world.ledger().confirm_early_return(CITY, &staff("b", "confirm"), line).await.unwrap();
    world.ledger().confirm_early_return(CITY, &staff("b", "confirm"), line).await.unwrap();
    assert_eq!([world.owed(one).await, world.owed(two).await, world.owed(three).await], [30_000, 20_000, 0], "the line was made of two payables");
    assert_eq!((world.of_city(Kind::PayoutsInTransit).await, world.of_city(Kind::Bank).await), (8_000, -10_500_000));
    assert!(world.ledger().list_waiting_early_returns(CITY).await.unwrap().is_empty());

    assert_eq!(import_debit(&world, 8_000).await.matched, 1, "the rest confirms the file");
    assert_eq!(world.of_city(Kind::PayoutsInTransit).await, 0);
    assert_eq!(world.ledger().list_remittances(CITY).await.unwrap()[0].state, ledger::remittance::Standing::Confirmed);
    let report = world.ledger().reconciliation_report(CITY, days()).await.unwrap();
    assert_eq!((report.unmatched, report.difference_yen), (0, Some(Yen::ZERO)));
    let blocked = world.ledger().prepare_remittance(CITY, &staff("a", "too early"), may()).await.unwrap_err();
    assert!(blocked.to_string().starts_with("nothing can be paid: 2 payees"), "the account waits for its correction: {blocked}");
    world.assert_sound().await;
}

#[tokio::test]
async fn the_full_debit_does_not_confirm_a_file_of_which_a_line_came_back() {
    let world = World::new().await;
    let (_, sent) = world.sent_may().await;
    let line = (sent.id, line_of(&world, &sent, 8_000).await);
    world.ledger().propose_early_return(CITY, &staff("a", "told"), line, "口座なし").await.unwrap();
    world.ledger().confirm_early_return(CITY, &staff("b", "confirm"), line).await.unwrap();
    assert_eq!(import_debit(&world, 58_000).await.unmatched, 1, "somebody must look");
    assert_eq!(world.ledger().list_remittances(CITY).await.unwrap()[0].state, ledger::remittance::Standing::Sent);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_file_of_which_every_line_came_back_has_ended_without_a_debit() {
    let world = World::new().await;
    let (_, sent) = world.sent_may().await;
    for number in [1, 2] {
        let line = (sent.id, number);
        world.ledger().propose_early_return(CITY, &staff("a", &format!("told {number}")), line, "口座なし").await.unwrap();
        world.ledger().confirm_early_return(CITY, &staff("b", &format!("confirm {number}")), line).await.unwrap();
    }
    assert_eq!(world.ledger().list_remittances(CITY).await.unwrap()[0].state, ledger::remittance::Standing::Returned);
    assert_eq!(world.of_city(Kind::PayoutsInTransit).await, 0);
    world.assert_sound().await;
}

#[tokio::test]
async fn an_early_return_needs_a_second_person_even_in_sql_and_can_be_rejected_and_redone() {
    let world = World::new().await;
    let (_, sent) = world.sent_may().await;
    let line = (sent.id, 1);
    let propose = |key: &'static str| async move { staff("a", key) };
    assert!(world.ledger().confirm_early_return(CITY, &staff("b", "nothing"), line).await.unwrap_err().to_string().contains("nobody has entered"));
    let unknown = world.ledger().propose_early_return(CITY, &propose("ninth").await, (sent.id, 9), "電話").await.unwrap_err();
    assert!(unknown.to_string().contains("no line 9"), "{unknown}");
    world.ledger().propose_early_return(CITY, &propose("told").await, line, "電話").await.unwrap();
    let twice = world.ledger().propose_early_return(CITY, &propose("twice").await, line, "電話").await.unwrap_err();
    assert!(twice.to_string().contains("has been told already"), "{twice}");
    for refused in [
        world.ledger().confirm_early_return(CITY, &staff("a", "self"), line).await.unwrap_err(),
        world.ledger().reject_early_return(CITY, &staff("a", "self, no"), line).await.unwrap_err(),
    ] {
        assert!(refused.to_string().contains("ask a second person"), "{refused}");
    }
    assert_eq!(refusal(&world, "UPDATE early_returns SET ended_at = proposed_at, ended_by = proposed_by").await, CHECK_VIOLATION);
    assert_eq!(refusal(&world, "UPDATE early_returns SET proposed_by = 'staff:x'").await, INSUFFICIENT_PRIVILEGE);

    world.ledger().reject_early_return(CITY, &staff("b", "no"), line).await.unwrap();
    assert!(world.ledger().confirm_early_return(CITY, &staff("b", "late"), line).await.is_err(), "it was rejected");
    world.ledger().propose_early_return(CITY, &propose("again").await, line, "訂正できず").await.unwrap();
    world.ledger().confirm_early_return(CITY, &staff("b", "yes"), line).await.unwrap();
    assert!(world.ledger().propose_early_return(CITY, &propose("third").await, line, "電話").await.is_err(), "it has come back");
    world.assert_sound().await;
}

#[tokio::test]
async fn what_was_debited_does_not_come_back_out_of_transit() {
    let world = World::new().await;
    let (_, sent) = world.sent_may().await;
    world.ledger().propose_early_return(CITY, &staff("a", "told"), (sent.id, 1), "電話").await.unwrap();
    assert_eq!(import_debit(&world, 58_000).await.matched, 1);
    assert!(world.ledger().list_waiting_early_returns(CITY).await.unwrap().is_empty(), "nothing waits: the bank has debited it");
    let late = world.ledger().confirm_early_return(CITY, &staff("b", "late"), (sent.id, 1)).await.unwrap_err();
    assert!(late.to_string().contains("confirmed: it cannot be returned before its debit"), "{late}");
    assert_eq!(world.of_city(Kind::PayoutsInTransit).await, 0);
    world.assert_sound().await;
}
