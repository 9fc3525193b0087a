//! What somebody with the owner's rights could plant among paper is found by `verify`, and gone when it is undone.

use super::*;

/// What is planted, how it is undone, and what the proof says of it.
const PLANTED: [(&str, &str, &str); 12] = [
    ("UPDATE booklets SET valid_through = valid_through + 1", "UPDATE booklets SET valid_through = valid_through - 1", "not what its booklet says"),
    ("UPDATE booklet_kinds SET face_yen = 501", "UPDATE booklet_kinds SET face_yen = 500", "not what its booklet says"),
    (
        "CREATE TABLE gone AS TABLE booklets; UPDATE booklets SET family_id = (SELECT family_id FROM families f WHERE f.family_id <> booklets.family_id LIMIT 1)",
        "UPDATE booklets b SET family_id = g.family_id FROM gone g WHERE g.booklet_id = b.booklet_id; DROP TABLE gone",
        "not what its booklet says",
    ),
    (
        "UPDATE holds SET services = array_append(services, 'lesson') WHERE merchant_id IS NULL",
        "UPDATE holds SET services = array_remove(services, 'lesson') WHERE merchant_id IS NULL",
        "not what its booklet says",
    ),
    ("UPDATE booklets SET edition = edition + 1", "UPDATE booklets SET edition = edition - 1", "still opens it"),
    ("UPDATE booklets SET ended_at = issued_at, ended_by = 'x'", "UPDATE booklets SET ended_at = NULL, ended_by = NULL", "still opens it"),
    ("UPDATE cards SET ended_at = issued_at, ended_by = 'x'", "UPDATE cards SET ended_at = NULL, ended_by = NULL", "still opens it"),
    ("CREATE TABLE gone AS TABLE tickets; DELETE FROM tickets", "INSERT INTO tickets SELECT * FROM gone; DROP TABLE gone", "is no ticket"),
    (
        "CREATE TABLE gone AS SELECT hold_id, serial FROM tickets WHERE edition = 1; UPDATE tickets SET serial = serial + 100 WHERE edition = 1",
        "UPDATE tickets t SET serial = g.serial FROM gone g WHERE g.hold_id = t.hold_id; DROP TABLE gone",
        "had not been given back",
    ),
    (
        "UPDATE merchant_services SET category = 'other' WHERE expense = 'care' AND category = 'temporary_care'",
        "UPDATE merchant_services SET category = 'temporary_care' WHERE category = 'other'",
        "captured where it does not work",
    ),
    (
        "CREATE TABLE gone AS SELECT hold_id, code_digest FROM holds; UPDATE holds SET code_digest = sha256('my own') WHERE hold_id IN
             (SELECT hold_id FROM tickets t JOIN booklets b USING (booklet_id, edition) WHERE serial = 4)",
        "UPDATE holds h SET code_digest = g.code_digest FROM gone g WHERE g.hold_id = h.hold_id; DROP TABLE gone",
        "another code than the one that is printed",
    ),
    (
        "CREATE TABLE gone AS SELECT hold_id, code_digest FROM holds; UPDATE holds SET code_digest = sha256('mine') WHERE hold_id IN (SELECT hold_id FROM reservations)",
        "UPDATE holds h SET code_digest = g.code_digest FROM gone g WHERE g.hold_id = h.hold_id; DROP TABLE gone",
        "another code than the one that is printed",
    ),
];

#[tokio::test]
async fn every_kind_of_planted_difference_is_found_and_gone_when_it_is_undone() {
    let world = World::new().await;
    let old = world.issue("b", &world.asked(4)).await;
    world.capture("used", &old.tickets[0].code, world.nursery, 500).await.expect("a receipt");
    world.reissue("lost", &old).await.expect("a reissue");
    let card = world.card("c", world.granted).await;
    world.city.ledger().reserve(world.city.municipality, &staff("a", "r"), card.id, &world.care_at(world.nursery, 1_000)).await.expect("a reservation");
    world.city.assert_sound().await;
    let owner = world.database.owner().await;
    for table in ["holds", "tickets", "booklet_kinds", "reservations"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("ALTER TABLE {table} DISABLE TRIGGER USER"))).execute(&owner).await.expect("no triggers");
    }
    for (plant, undo, expected) in PLANTED {
        sqlx::raw_sql(plant).execute(&owner).await.expect(plant);
        let found = world.city.ledger().verify(world.city.municipality).await.expect("a proof").differences;
        assert!(found.iter().any(|difference| difference.contains(expected)), "{plant}: {found:?}");
        sqlx::raw_sql(undo).execute(&owner).await.expect(undo);
        let left = world.city.ledger().verify(world.city.municipality).await.expect("a proof").differences;
        assert_eq!(left, Vec::<String>::new(), "after {undo}");
    }
}

#[tokio::test]
async fn the_program_itself_changes_no_ticket_reservation_or_kind() {
    let world = World::new().await;
    world.issue("b", &world.asked(1)).await;
    for statement in [
        "UPDATE tickets SET serial = 2",
        "DELETE FROM tickets",
        "UPDATE reservations SET edition = 2",
        "UPDATE booklet_kinds SET face_yen = 1",
        "DELETE FROM booklets",
        "UPDATE booklets SET family_id = family_id",
        "UPDATE cards SET number = '00000000'",
        "UPDATE holds SET services = '{}'",
    ] {
        assert!(sqlx::query(statement).execute(world.database.pool()).await.is_err(), "{statement}");
    }
}
