//! A card opens nothing by itself: it captures what was reserved, at that merchant, for that amount, once.

use ledger::actor::{Actor, Command};
use ledger::payment::{HoldRejected, HoldState};

use super::*;

impl World {
    async fn reserve(&self, key: &str, card: &Card, asked: &Reserve) -> Result<ledger::paper::Reservation, Rejected> {
        rejection(self.city.ledger().reserve(self.city.municipality, &Command::new(clerk(), key, asked), card.id, asked).await)
    }

    async fn see(&self, card: &Card) -> Card {
        self.city.ledger().card(self.city.municipality, card.id).await.unwrap().expect("a card")
    }
}

#[tokio::test]
async fn a_card_captures_what_was_reserved_and_nothing_else() {
    let world = World::new().await;
    world.city.top_up(world.granted, 400).await;
    let card = world.card("c", world.granted).await;
    let code = world.code_of(&card).await;
    assert!(code.token().starts_with('4') || code.token().starts_with('5'), "its own kind: {}", code.token());
    assert_eq!(world.capture("empty", &code, world.nursery, 2_400).await, Err(not(NotCapturable::Unknown)), "nothing is reserved");
    let reserved = world.reserve("r", &card, &world.care_at(world.nursery, 2_400)).await.expect("a reservation");
    assert_eq!((world.left().await, world.city.own_money(world.granted).await), (13_000, 0), "whole tickets, the rest by the family");
    for (key, merchant, yen) in [("amount", world.nursery, 2_399), ("merchant", world.clinic, 2_400)] {
        assert_eq!(world.capture(key, &code, merchant, yen).await, Err(not(NotCapturable::Unknown)), "{key}");
    }
    let receipt = world.capture("d", &code, world.nursery, 2_400).await.expect("a receipt");
    assert_eq!((receipt.amount, world.city.owed(world.nursery).await), (Yen::new(2_400), 2_400));
    assert_eq!(world.capture("d", &code, world.nursery, 2_400).await, Ok(receipt), "the same command");
    assert_eq!(world.capture("twice", &code, world.nursery, 2_400).await, Err(SPENT));
    let payment = world.city.ledger().find_payment(world.city.municipality, world.granted, reserved.hold).await.unwrap().expect("a payment");
    assert!(payment.on_card && matches!(payment.state, HoldState::Captured { .. }));
    world.city.assert_sound().await;
}

#[tokio::test]
async fn one_reservation_at_a_time_for_a_merchant_and_amount_and_the_next_one_after_it() {
    let world = World::new().await;
    let card = world.card("c", world.granted).await;
    let code = world.code_of(&card).await;
    let visit = world.care_at(world.nursery, 1_000);
    for month in 0..3 {
        world.reserve(&format!("r{month}"), &card, &visit).await.expect("a reservation");
        assert_eq!(world.reserve(&format!("again {month}"), &card, &visit).await, Err(Rejected::Reserved));
        assert_eq!(world.reserve(&format!("r{month}"), &card, &visit).await.map(|of| of.amount), Ok(Yen::new(1_000)), "the same command");
        world.capture(&format!("d{month}"), &code, world.nursery, 1_000).await.expect("a receipt");
    }
    // Beside it, another amount and another merchant.
    world.reserve("other amount", &card, &world.care_at(world.nursery, 1_500)).await.expect("a reservation");
    world.reserve("other merchant", &card, &world.care_at(world.clinic, 1_000)).await.expect("a reservation");
    assert_eq!(world.see(&card).await.reservations.len(), 2);
    world.capture("d4", &code, world.clinic, 1_000).await.expect("a receipt");
    world.capture("d5", &code, world.nursery, 1_500).await.expect("a receipt");
    assert_eq!((world.left().await, world.city.owed(world.nursery).await), (15_000 - 5_500, 4_500));
    world.city.assert_sound().await;
}

#[tokio::test]
async fn a_reissued_card_takes_what_is_reserved_along_and_the_lost_one_opens_nothing() {
    let world = World::new().await;
    let card = world.card("c", world.granted).await;
    let old = world.code_of(&card).await;
    world.reserve("used", &card, &world.care_at(world.nursery, 500)).await.expect("a reservation");
    world.capture("used", &old, world.nursery, 500).await.expect("a receipt");
    world.reserve("open", &card, &world.care_at(world.clinic, 2_000)).await.expect("a reservation");
    let again = world.city.ledger().reissue_card(world.city.municipality, &staff("a", "lost"), card.id).await.expect("a reissue");
    let new = world.code_of(&again).await;
    assert_eq!((again.edition, &again.number, again.reservations.len()), (2, &card.number, 1));
    assert_eq!(world.capture("finder", &old, world.clinic, 2_000).await, Err(SPENT));
    assert_eq!(world.left().await, 12_500, "nothing is reserved twice");
    world.capture("owner", &new, world.clinic, 2_000).await.expect("a receipt");
    // What is reserved from now on opens by the new card only.
    world.reserve("later", &card, &world.care_at(world.nursery, 500)).await.expect("a reservation");
    assert_eq!(world.capture("finder again", &old, world.nursery, 500).await, Err(SPENT));
    world.capture("owner again", &new, world.nursery, 500).await.expect("a receipt");
    world.city.assert_sound().await;
}

#[tokio::test]
async fn an_ended_card_gives_back_what_was_reserved() {
    let world = World::new().await;
    let card = world.card("c", world.granted).await;
    let code = world.code_of(&card).await;
    world.reserve("r", &card, &world.care_at(world.nursery, 2_000)).await.expect("a reservation");
    let ended = world.city.ledger().end_card(world.city.municipality, &staff("a", "end"), card.id).await.expect("an end");
    assert!(ended.ended_at.is_some() && ended.reservations.is_empty());
    assert_eq!((world.left().await, world.capture("d", &code, world.nursery, 2_000).await), (15_000, Err(SPENT)));
    assert_eq!(world.reserve("late", &card, &world.care_at(world.nursery, 1_000)).await, Err(Rejected::Ended));
    assert_eq!(rejection(world.city.ledger().print_card(world.city.municipality, card.id).await).err(), Some(Rejected::Ended));
    world.city.assert_sound().await;
}

#[tokio::test]
async fn a_family_reserves_for_its_own_card_and_takes_it_back_as_any_payment() {
    let world = World::new().await;
    let (ledger, city) = (world.city.ledger(), world.city.municipality);
    let card = world.card("c", world.granted).await;
    let asked = world.care_at(world.nursery, 2_000);
    let by = |family| Command::new(Actor::Family(family), "r", &asked);
    assert_eq!(rejection(ledger.reserve(city, &by(world.paying), card.id, &asked).await), Err(Rejected::UnknownCard(card.id)), "another family's card");
    let reserved = ledger.reserve(city, &by(world.granted), card.id, &asked).await.expect("a reservation");
    ledger.void(city, world.granted, reserved.hold).await.expect("taken back");
    assert_eq!((world.left().await, world.see(&card).await.reservations), (15_000, vec![]));
    let theirs = Reserve { children: vec![world.city.child("2").await], ..asked };
    assert_eq!(world.reserve("theirs", &card, &theirs).await, Err(Rejected::UnknownChild));
    world.city.assert_sound().await;
}

#[tokio::test]
async fn staff_take_a_reservation_back_once() {
    let world = World::new().await;
    let (ledger, city) = (world.city.ledger(), world.city.municipality);
    let (card, other) = (world.card("c", world.granted).await, world.card("o", world.paying).await);
    let reserved = world.reserve("r", &card, &world.care_at(world.nursery, 2_000)).await.expect("a reservation");
    let cancel = async |key: &str, card: &Card| rejection(ledger.cancel_reservation(city, &staff("a", key), card.id, reserved.hold).await);
    assert_eq!(cancel("wrong card", &other).await, Err(Rejected::UnknownReservation));
    assert_eq!((cancel("x", &card).await, cancel("x", &card).await, cancel("y", &card).await), (Ok(()), Ok(()), Err(Rejected::UnknownReservation)));
    assert_eq!(world.left().await, 15_000);
    world.city.assert_sound().await;
}

#[tokio::test]
async fn a_reservation_ends_after_a_month_or_on_the_citys_day_whoever_pays() {
    let world = World::new().await;
    let card = world.card("c", world.granted).await;
    let code = world.code_of(&card).await;
    let reserved = world.reserve("june", &card, &world.care_at(world.nursery, 1_000)).await.expect("a reservation");
    assert_eq!(reserved.expires_at, tests::support::city::noon("2026-07-02"));
    world.city.test.clock.set(reserved.expires_at);
    assert_eq!(world.capture("late", &code, world.nursery, 1_000).await, Err(not(NotCapturable::Expired)));
    world.city.ledger().expire_holds(world.city.municipality).await.unwrap();
    assert_eq!(world.left().await, 15_000);
    world.city.test.set("2027-03-20");
    let last = world.reserve("march", &card, &world.care_at(world.nursery, 1_000)).await.expect("a reservation");
    let own = Reserve { children: vec![], ..world.care_at(world.nursery, 1_000) };
    let same = world.reserve("own", &world.card("p", world.paying).await, &own).await.expect("a reservation");
    assert_eq!((last.expires_at, same.expires_at), (ledger::time::tokyo_midnight(date("2027-04-01")), last.expires_at), "whoever pays");
    world.city.assert_sound().await;
}

#[tokio::test]
async fn what_cannot_be_reserved_is_refused_as_for_a_phone_and_leaves_nothing() {
    let world = World::new().await;
    let card = world.card("c", world.granted).await;
    let visit = || world.care_at(world.nursery, 1_000);
    let hold = |why| Err(Rejected::Hold(why));
    let short = HoldRejected::Short(ledger::payment::split::Short { missing: Yen::new(85_000) });
    assert_eq!(world.reserve("short", &card, &Reserve { price: Yen::new(100_000), ..visit() }).await, hold(short));
    assert_eq!(world.reserve("price", &card, &Reserve { price: Yen::new(0), ..visit() }).await, hold(HoldRejected::Price));
    assert_eq!(world.reserve("merchant", &card, &Reserve { expense: "swimming".to_owned(), ..visit() }).await, hold(HoldRejected::Merchant));
    assert_eq!((world.left().await, world.see(&card).await.reservations), (15_000, vec![]));
    world.city.assert_sound().await;
}
