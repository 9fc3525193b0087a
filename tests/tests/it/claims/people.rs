//! Two people: examined by one, decided by another, in Rust and in SQL; closed days; money asked back.

use super::*;

#[tokio::test]
async fn who_examined_or_took_it_in_does_not_decide_also_in_sql() {
    let world = World::fukuoka().await;
    let claim = world.file("c", &[tuition(30_000, "2025-10-20")]).await;
    assert_eq!(code(world.decide("b", claim.id, 30_000).await), "claim_state");
    assert_eq!(code(world.examine("a", &claim, 30_000).await), "evidence_missing");
    world.show(&claim, &["receipt"]).await;
    assert_eq!(code(world.examine("a", &claim, 30_001).await), "claim_amount");
    world.examine("a", &claim, 30_000).await.unwrap();
    assert_eq!(code(world.decide("a", claim.id, 30_000).await), "same_person");
    assert_eq!(code(world.decide("b", claim.id, 29_999).await), "other_amount");
    let decided = "state = 'decided', decided_at = examined_at, granted_yen = proposed_yen";
    let same: &'static str = format!("UPDATE claims SET {decided}, decided_by = examined_by").leak();
    assert_eq!(refusal(&world, same).await, CHECK_VIOLATION);
    let filer: &'static str = format!("UPDATE claims SET {decided}, decided_by = filed_by").leak();
    assert_eq!(refusal(&world, filer).await, CHECK_VIOLATION);
    assert_eq!(refusal(&world, "UPDATE claims SET proposed_yen = reserved_yen + 1").await, CHECK_VIOLATION);
    assert_eq!(refusal(&world, "UPDATE claims SET clawed_back_yen = 1").await, CHECK_VIOLATION);
    assert_eq!(refusal(&world, "UPDATE claim_parts SET reserved_yen = -1").await, CHECK_VIOLATION);
    assert_eq!(refusal(&world, "UPDATE claims SET family_id = child_id").await, INSUFFICIENT_PRIVILEGE);
    assert_eq!(refusal(&world, "DELETE FROM claims").await, INSUFFICIENT_PRIVILEGE);
    assert_eq!(refusal(&world, "UPDATE claim_costs SET amount_yen = 1").await, INSUFFICIENT_PRIVILEGE);
    // A family decides nothing, and sees its own claims only.
    let family = Command::new(Actor::Family(claim.family), "x", &1);
    assert_eq!(code(world.ledger().decide_claim(FUKUOKA, &family, claim.id, yen(30_000), "x").await), "not_staff");
    let (other, _) = world.family(2).await;
    let foreign = Command::new(Actor::Family(other), "y", &1);
    assert_eq!(code(world.ledger().withdraw_claim(FUKUOKA, &foreign, claim.id).await), "unknown_claim");
    world.decide("b", claim.id, 30_000).await.unwrap();
    world.decide("b", claim.id, 30_000).await.unwrap();
    assert_eq!(world.owed(claim.family).await, 30_000, "the same decision twice pays once");
    assert_eq!(code(world.decide("c", claim.id, 30_000).await), "claim_state");
    world.assert_sound().await;
}

#[tokio::test]
async fn staff_who_took_in_a_paper_form_do_not_decide_on_it() {
    let world = World::fukuoka().await;
    let asked = world.asked(1, &[tuition(30_000, "2025-10-20")]).await;
    let claim = world.ledger().file_claim(FUKUOKA, &staff("counter", "paper"), &asked).await.unwrap();
    let scan = staff("counter", "scan");
    world.ledger().add_claim_evidence(FUKUOKA, &scan, claim.id, ("receipt", &picture(1))).await.unwrap();
    world.examine("a", &claim, 30_000).await.unwrap();
    assert_eq!(code(world.decide("counter", claim.id, 30_000).await), "same_person");
    world.decide("b", claim.id, 30_000).await.unwrap();
    world.assert_sound().await;
}

#[tokio::test]
async fn a_refused_claim_is_decided_with_nothing_and_gives_everything_back() {
    let world = World::fukuoka().await;
    let claim = world.file("c", &[tuition(30_000, "2025-10-20")]).await;
    world.examine("a", &claim, 0).await.unwrap();
    world.decide("b", claim.id, 0).await.unwrap();
    assert_eq!((world.coupons().await, world.owed(claim.family).await, world.claim(claim.id).await.granted), (120_000, 0, Some(yen(0))));
    world.assert_sound().await;
}

#[tokio::test]
async fn a_decision_posts_in_the_open_month_and_none_on_a_closed_day() {
    let world = World::fukuoka().await;
    let claim = world.file("c", &[tuition(30_000, "2025-10-20")]).await;
    world.show(&claim, &["receipt"]).await;
    world.examine("a", &claim, 30_000).await.unwrap();
    let mut tx = world.ledger().pool.begin().await.unwrap();
    let close = (date("2025-04-01"), date("2025-11-30"));
    let now = world.ledger().clock.now();
    assert!(ledger::books::repo::close_through_in_tx(&mut tx, FUKUOKA, ledger::books::repo::Scope::Books, close, now, "staff:x").await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(code(world.decide("b", claim.id, 30_000).await), "closed");
    assert_eq!((world.claim(claim.id).await.state, world.reserved(claim.id).await), (ledger::claim::Standing::Examined, 30_000));
    assert_eq!(code(world.try_file(1, "closed", &[tuition(1_000, "2025-10-20")]).await), "closed");
    world.test.set("2025-12-01");
    world.decide("b", claim.id, 30_000).await.unwrap();
    let posted: chrono::NaiveDate =
        sqlx::query_scalar("SELECT business_on FROM entries WHERE kind = 'decide_claim'").fetch_one(world.database.pool()).await.unwrap();
    assert_eq!(posted, date("2025-12-01"));
    world.assert_sound().await;
}

#[tokio::test]
async fn money_is_asked_back_by_two_people_up_to_what_was_granted() {
    let world = World::fukuoka().await;
    let claim = world.granted("c", &[tuition(30_000, "2025-10-20")], &["receipt"]).await;
    let (ledger, id) = (world.ledger(), claim.id);
    let propose = |key: &str, amount: i64| {
        let command = staff("a", key);
        async move { ledger.propose_clawback(FUKUOKA, &command, id, yen(amount), "二重の申請").await }
    };
    assert_eq!(code(propose("too much", 30_001).await), "claim_amount");
    let some = propose("some", 20_000).await.unwrap();
    assert_eq!(propose("some", 20_000).await.unwrap(), some);
    let rest = propose("rest", 15_000).await.unwrap();
    assert_eq!(code(world.ledger().approve_clawback(FUKUOKA, &staff("a", "self"), some, "同意").await), "same_person");
    let sql = "UPDATE clawbacks SET approved_at = proposed_at, approved_by = proposed_by, entry_id = clawback_id";
    assert_eq!(refusal(&world, sql).await, CHECK_VIOLATION);
    let budget = world.budget(2025).await;
    for _ in 0..2 {
        world.ledger().approve_clawback(FUKUOKA, &staff("b", "ok"), some, "同意").await.unwrap();
    }
    assert_eq!(code(world.ledger().approve_clawback(FUKUOKA, &staff("c", "again"), some, "同意").await), "claim_state");
    assert_eq!(code(world.ledger().approve_clawback(FUKUOKA, &staff("b", "rest"), rest, "同意").await), "claim_amount");
    let owes = -world.balance(&Account::of_owner(Kind::FamilyReceivable, claim.family.uuid())).await;
    assert_eq!((owes, world.budget(2025).await - budget, world.claim(claim.id).await.clawed_back), (20_000, 20_000, yen(20_000)));
    let read = world.ledger().claim(FUKUOKA, claim.id).await.unwrap().unwrap().for_family();
    assert_eq!(read.clawbacks.iter().map(|clawback| clawback.amount.get()).collect::<Vec<_>>(), [20_000]);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_claim_that_was_tampered_with_is_found() {
    let world = World::fukuoka().await;
    let claim = world.file("c", &[tuition(30_000, "2025-10-20")]).await;
    let owner = world.database.owner().await;
    for (change, back) in [
        ("UPDATE claims SET reserved_yen = 29999", "UPDATE claims SET reserved_yen = 30000"),
        ("UPDATE claim_parts SET reserved_yen = 29999", "UPDATE claim_parts SET reserved_yen = 30000"),
    ] {
        sqlx::query(change).execute(&owner).await.unwrap();
        let found = world.ledger().verify(FUKUOKA).await.unwrap().differences;
        assert!(found[0].starts_with(&claim.id.to_string()), "{change}: {found:?}");
        sqlx::query(back).execute(&owner).await.unwrap();
    }
    world.assert_sound().await;
}
