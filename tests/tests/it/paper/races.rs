//! Races on eight connections: one winner, and paper that is printed again or given back never pays twice.

use tests::support::race;

use super::*;

async fn eight<T: Send + 'static, F: Future<Output = T> + Send + 'static>(world: &Arc<World>, task: impl Fn(Arc<World>, usize) -> F) -> Vec<T> {
    race(8, |runner| task(world.clone(), runner)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_ticket_at_eight_desks_gives_one_receipt() {
    let world = World::new().await;
    let printed = Arc::new(world.issue("b", &world.asked(4)).await);
    for at in 0..4 {
        let owed = world.city.owed(world.nursery).await + world.city.owed(world.clinic).await;
        let answers = eight(&world, |world, desk| {
            let printed = printed.clone();
            async move {
                let merchant = if desk % 2 == 0 { world.nursery } else { world.clinic };
                world.capture(&format!("{at}/{desk}"), &printed.tickets[at].code, merchant, 500).await
            }
        })
        .await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
        assert!(answers.iter().filter_map(|answer| answer.as_ref().err()).all(|why| *why == SPENT), "{answers:?}");
        assert_eq!(world.city.owed(world.nursery).await + world.city.owed(world.clinic).await, owed + 500);
    }
    world.city.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_captured_while_its_booklet_is_reprinted_is_used_or_new_and_never_both() {
    let world = World::new().await;
    for round in 0..4 {
        let old = Arc::new(world.issue(&format!("b{round}"), &world.asked(6)).await);
        let answers = eight(&world, |world, runner| {
            let old = old.clone();
            async move {
                match runner {
                    0 | 1 => world.reissue(&format!("lost {round} {runner}"), &old).await.map(|_| ()).map_err(|why| why.code().to_owned()),
                    _ => {
                        let code = &old.tickets[runner - 2].code;
                        world.capture(&format!("{round}/{runner}"), code, world.nursery, 500).await.map(|_| ()).map_err(|why| why.to_string())
                    }
                }
            }
        })
        .await;
        let used: Vec<_> = (0..6).filter(|at| answers[at + 2].is_ok()).map(|at| old.tickets[at].serial).collect();
        let booklet = world.booklet(&old).await;
        let new = if used.len() < 6 { world.print(&booklet).await.tickets } else { Vec::new() };
        let mut serials: Vec<_> = used.iter().copied().chain(new.iter().map(|ticket| ticket.serial)).collect();
        serials.sort_unstable();
        assert_eq!(serials, [1, 2, 3, 4, 5, 6], "each ticket once: {answers:?}");
        assert_eq!((booklet.used, booklet.unused), (i64::try_from(used.len()).unwrap(), i64::try_from(new.len()).unwrap()));
        for (at, ticket) in old.tickets.iter().enumerate() {
            assert_eq!(world.capture(&format!("old {round}/{at}"), &ticket.code, world.clinic, 500).await, Err(SPENT));
        }
        for ticket in &new {
            world.capture(&format!("new {round}/{}", ticket.serial), &ticket.code, world.clinic, 500).await.expect("a receipt");
        }
        world.city.assert_sound().await;
    }
    assert_eq!((world.left().await, world.city.owed(world.nursery).await + world.city.owed(world.clinic).await), (3_000, 12_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booklet_given_back_while_in_use_pays_its_used_tickets_and_returns_the_rest() {
    let world = World::new().await;
    let printed = Arc::new(world.issue("b", &world.asked(6)).await);
    let answers = eight(&world, |world, runner| {
        let printed = printed.clone();
        async move {
            let ledger = world.city.ledger();
            match runner {
                0 | 1 => {
                    let command = staff("a", &format!("back {runner}"));
                    ledger.cancel_booklet(world.city.municipality, &command, printed.booklet.id).await.is_ok()
                }
                _ => world.capture(&format!("d{runner}"), &printed.tickets[runner - 2].code, world.nursery, 500).await.is_ok(),
            }
        }
    })
    .await;
    let used = i64::try_from(answers[2..].iter().filter(|paid| **paid).count()).unwrap();
    assert_eq!(answers[..2].iter().filter(|done| **done).count(), 1);
    assert_eq!((world.city.owed(world.nursery).await, world.left().await), (used * 500, 15_000 - used * 500));
    world.city.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_counters_issue_the_last_tickets_once_beside_payments_by_phone() {
    let world = World::new().await;
    let answers = eight(&world, |world, runner| async move {
        if runner < 4 {
            return world.try_issue(&format!("b{runner}"), &world.asked(12)).await.is_ok();
        }
        let visit = HoldPayment {
            expense: "care".to_owned(),
            service: Some("temporary_care".to_owned()),
            ..tuition(world.granted, &[world.child], world.nursery, 500)
        };
        world.city.hold(&format!("p{runner}"), &visit).await.is_ok()
    })
    .await;
    let (booklets, phones) = (answers[..4].iter().filter(|done| **done).count(), answers[4..].iter().filter(|done| **done).count());
    assert!(booklets == 2 && phones == 4, "{answers:?}");
    assert_eq!(world.left().await, 15_000 - 2 * 6_000 - 4 * 500);
    world.city.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_card_is_reserved_once_for_a_place_and_amount_and_moved_once() {
    let world = World::new().await;
    let card = Arc::new(world.card("c", world.granted).await);
    let answers = eight(&world, |world, runner| {
        let card = card.clone();
        async move {
            let command = staff("a", &format!("r{runner}"));
            rejection(world.city.ledger().reserve(world.city.municipality, &command, card.id, &world.care_at(world.nursery, 1_000)).await)
        }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    assert!(answers.iter().filter_map(|answer| answer.as_ref().err()).all(|why| *why == Rejected::Reserved));
    let code = Arc::new(world.code_of(&card).await);
    let answers = eight(&world, |world, runner| {
        let (card, code) = (card.clone(), code.clone());
        async move {
            if runner < 2 {
                let command = staff("a", &format!("lost {runner}"));
                return world.city.ledger().reissue_card(world.city.municipality, &command, card.id).await.is_ok();
            }
            world.capture(&format!("d{runner}"), &code, world.nursery, 1_000).await.is_ok()
        }
    })
    .await;
    let captured = answers[2..].iter().filter(|paid| **paid).count();
    let card = world.city.ledger().card(world.city.municipality, card.id).await.unwrap().expect("a card");
    assert_eq!((captured + card.reservations.len(), card.edition), (1, 3), "captured or moved: {answers:?}");
    assert_eq!(world.city.owed(world.nursery).await, if captured == 1 { 1_000 } else { 0 });
    assert_eq!(world.left().await, 14_000);
    world.city.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_desks_and_nightly_jobs_wait_for_each_other_and_never_deadlock() {
    let world = World::new().await;
    world.city.top_up(world.granted, 5_000).await;
    let mixed = NewBooklet { own_money: true, ..world.asked(6) };
    let printed = Arc::new([world.issue("a", &mixed).await, world.issue("b", &mixed).await]);
    eight(&world, |world, runner| {
        let printed = printed.clone();
        async move {
            let (ledger, city) = (world.city.ledger(), world.city.municipality);
            for turn in 0..4 {
                match runner {
                    0 | 1 => drop(world.reissue(&format!("{runner}/{turn}"), &printed[runner]).await),
                    2 => drop(ledger.expire_holds(city).await.expect("expired")),
                    3 | 4 => {
                        let visit = HoldPayment {
                            expense: "care".to_owned(),
                            service: Some("temporary_care".to_owned()),
                            own_money: true,
                            ..tuition(world.granted, &[world.child], world.nursery, 700)
                        };
                        if let Ok(held) = world.city.hold(&format!("{runner}/{turn}"), &visit).await {
                            ledger.void(city, world.granted, held.hold).await.expect("a void");
                        }
                    }
                    5 => drop(world.try_issue(&format!("{runner}/{turn}"), &NewBooklet { own_money: true, ..world.asked(3) }).await),
                    _ => drop(world.capture(&format!("{runner}/{turn}"), &printed[runner - 6].tickets[turn].code, world.nursery, 500).await),
                }
            }
        }
    })
    .await;
    world.city.assert_sound().await;
}
