//! A booklet's life: issued, used, lost, given back, expired.

use ledger::actor::{Actor, Command};
use ledger::job::CityScheme;
use ledger::scheme::Catalog;

use super::*;

#[tokio::test]
async fn thirty_tickets_set_aside_before_printing_pay_at_every_provider_of_six_services() {
    let world = World::new().await;
    let printed = world.issue("b", &world.asked(30)).await;
    assert_eq!((printed.tickets.len(), printed.booklet.unused, world.left().await), (30, 30, 0));
    assert_eq!((printed.booklet.valid_through, printed.booklet.number.len()), (date("2027-03-31"), 8));
    let codes: std::collections::BTreeSet<_> = printed.tickets.iter().map(|ticket| ticket.code.token()).collect();
    assert!(codes.len() == 30 && codes.iter().all(|code| code.len() == 28 && code.starts_with('2') || code.starts_with('3')), "their own kind: {codes:?}");
    for (at, merchant) in [(0, world.nursery), (1, world.clinic), (2, world.nursery)] {
        let receipt = world.capture(&format!("d{at}"), &printed.tickets[at].code, merchant, 500).await.expect("a receipt");
        assert_eq!((receipt.amount, receipt.expense.as_str(), receipt.merchant), (Yen::new(500), "care", merchant));
    }
    assert_eq!((world.city.owed(world.nursery).await, world.city.owed(world.clinic).await), (1_000, 500));
    let booklet = world.booklet(&printed).await;
    assert_eq!((booklet.unused, booklet.used), (27, 3));
    world.city.assert_sound().await;
}

#[tokio::test]
async fn a_ticket_pays_its_face_where_its_kind_says_once_and_nowhere_else() {
    let world = World::new().await;
    let printed = world.issue("b", &world.asked(2)).await;
    let code = &printed.tickets[0].code;
    assert_eq!(world.capture("school", code, world.school, 500).await, Err(not(NotCapturable::Foreign)), "another service");
    for yen in [499, 501, 1_000, 1] {
        assert_eq!(world.capture(&format!("{yen}"), code, world.nursery, yen).await, Err(not(NotCapturable::Amount)));
    }
    // A service that is applied for and not approved is none.
    let service = ledger::merchant::Service { category: "short_stay".to_owned(), expense: "care".to_owned(), registration: None };
    let (ledger, city) = (world.city.ledger(), world.city.municipality);
    ledger.apply_services(city, &staff("a", "more"), world.school, &[service]).await.expect("an application");
    assert_eq!(world.capture("early", code, world.school, 500).await, Err(not(NotCapturable::Foreign)));
    ledger.approve_services(city, &staff("b", "more"), world.school).await.expect("an approval");
    world.capture("school again", code, world.school, 500).await.expect("it is registered now");
    assert_eq!(world.capture("twice", code, world.nursery, 500).await, Err(SPENT));
    ledger.suspend_merchant(city, &staff("a", "stop"), world.nursery, "点検").await.expect("a suspension");
    assert_eq!(world.capture("stopped", &printed.tickets[1].code, world.nursery, 500).await, Err(not(NotCapturable::Foreign)));
    world.city.assert_sound().await;
}

#[tokio::test]
async fn a_bill_is_paid_in_whole_tickets_and_the_family_pays_the_rest() {
    let world = World::new().await;
    world.city.top_up(world.granted, 400).await;
    let printed = world.issue("b", &world.asked(30)).await;
    for ticket in &printed.tickets[..4] {
        world.capture(&format!("t{}", ticket.serial), &ticket.code, world.nursery, 500).await.expect("a receipt");
    }
    let rest = HoldPayment { expense: "care".to_owned(), own_money: true, ..tuition(world.granted, &[], world.nursery, 400) };
    world.city.pay("rest", &rest).await;
    assert_eq!((world.city.owed(world.nursery).await, world.city.own_money(world.granted).await), (2_400, 0));
    world.city.assert_sound().await;
}

/// What one booklet leaves behind, but for names, codes and who pays.
async fn traces(world: &World, printed: &PrintedBooklet) -> Vec<String> {
    let sql = "SELECT row_to_json(x)::text FROM (
                   SELECT h.expense, h.service, h.services, h.merchant_id, h.invoice_id, h.amount_yen, h.held_at, h.expires_at, length(h.code_digest),
                          t.serial, t.edition, b.kind, b.valid_through, length(b.number), c.amount_yen AS paid, c.expense AS for, c.merchant_id AS at,
                          (SELECT count(*) FROM transfers w WHERE w.entry_id = c.entry_id) AS transfers
                   FROM tickets t JOIN booklets b USING (municipality, booklet_id) JOIN holds h USING (municipality, hold_id)
                   LEFT JOIN captures c USING (municipality, hold_id)
                   WHERE t.booklet_id = $1 ORDER BY t.serial) x";
    sqlx::query_scalar(sql).bind(printed.booklet.id.uuid()).fetch_all(world.database.pool()).await.unwrap()
}

#[tokio::test]
async fn a_booklet_of_own_money_looks_works_and_leaves_the_same_as_one_of_a_scheme() {
    let world = World::new().await;
    let pair = [world.issue("scheme", &world.asked(5)).await, world.issue("own", &world.own(5)).await];
    for (name, printed) in ["scheme", "own"].iter().zip(&pair) {
        world.capture(&format!("{name}/1"), &printed.tickets[0].code, world.nursery, 500).await.expect("a receipt");
        world.capture(&format!("{name}/2"), &printed.tickets[1].code, world.clinic, 500).await.expect("a receipt");
        assert_eq!(world.capture(&format!("{name}/3"), &printed.tickets[2].code, world.school, 500).await, Err(not(NotCapturable::Foreign)));
    }
    assert_eq!(traces(&world, &pair[0]).await, traces(&world, &pair[1]).await);
    assert_eq!((world.left().await, world.city.own_money(world.paying).await), (12_500, 17_500));
    // A mix is one too: what is left of the child's, then own money.
    world.city.top_up(world.granted, 1_000).await;
    let mixed = world.issue("mixed", &NewBooklet { own_money: true, ..world.asked(27) }).await;
    assert_eq!((world.left().await, world.city.own_money(world.granted).await, mixed.booklet.valid_through), (0, 0, pair[1].booklet.valid_through));
    world.city.assert_sound().await;
}

#[tokio::test]
async fn a_lost_booklet_is_printed_again_and_the_old_paper_opens_nothing() {
    let world = World::new().await;
    let old = world.issue("b", &world.asked(4)).await;
    world.capture("used", &old.tickets[1].code, world.nursery, 500).await.expect("a receipt");
    world.city.test.clock.advance(chrono::TimeDelta::days(30));
    let again = world.reissue("lost", &old).await.expect("a reissue");
    let new = world.print(&again).await;
    assert_eq!(new.tickets.iter().map(|ticket| ticket.serial).collect::<Vec<_>>(), [1, 3, 4]);
    assert_eq!((&new.booklet.number, new.booklet.edition, new.booklet.valid_through), (&old.booklet.number, 2, old.booklet.valid_through));
    assert_eq!((new.booklet.unused, new.booklet.used, world.left().await), (3, 1, 13_000), "nothing is reserved twice");
    for ticket in &old.tickets {
        assert_eq!(world.capture(&format!("old {}", ticket.serial), &ticket.code, world.nursery, 500).await, Err(SPENT));
        assert!(new.tickets.iter().all(|other| other.code != ticket.code));
    }
    for ticket in &new.tickets {
        world.capture(&format!("new {}", ticket.serial), &ticket.code, world.clinic, 500).await.expect("a receipt");
    }
    // The same command again: the same booklet, and no third one.
    assert_eq!(world.reissue("lost", &old).await.map(|booklet| (booklet.edition, booklet.used)), Ok((2, 4)));
    assert_eq!(world.reissue("nothing left", &old).await, Err(Rejected::NothingLeft));
    world.city.assert_sound().await;
}

#[tokio::test]
async fn a_booklet_that_is_given_back_returns_what_was_not_used_where_it_came_from() {
    let world = World::new().await;
    world.city.top_up(world.granted, 700).await;
    let taken = world.issue("b", &NewBooklet { own_money: true, ..world.asked(30) }).await;
    let own = world.issue("own", &world.own(3)).await;
    world.capture("used", &own.tickets[0].code, world.nursery, 500).await.expect("a receipt");
    for printed in [&taken, &own] {
        let command = staff("a", &format!("cancel {}", printed.booklet.number));
        let ended = world.city.ledger().cancel_booklet(world.city.municipality, &command, printed.booklet.id).await.expect("an end");
        assert!(ended.ended_at.is_some() && ended.unused == 0);
        let last = &printed.tickets.last().expect("a ticket").code;
        assert_eq!(world.capture(&printed.booklet.number, last, world.nursery, 500).await, Err(SPENT));
        let print = rejection(world.city.ledger().print_booklet(world.city.municipality, printed.booklet.id).await);
        assert_eq!(print.err(), Some(Rejected::Ended));
    }
    assert_eq!((world.left().await, world.city.own_money(world.granted).await, world.city.own_money(world.paying).await), (15_000, 700, 19_500));
    assert_eq!(world.reissue("too late", &taken).await, Err(Rejected::Ended));
    world.city.assert_sound().await;
}

#[tokio::test]
async fn the_day_after_the_printed_one_no_ticket_works_and_what_lapsed_is_in_its_budget() {
    let world = World::new().await;
    let pair = [world.issue("scheme", &world.asked(2)).await, world.issue("own", &world.own(2)).await];
    let (ledger, city) = (world.city.ledger(), world.city.municipality);
    world.city.test.clock.set(ledger::time::tokyo_instant(date("2027-03-31"), "23:59:59".parse().unwrap()));
    for (at, printed) in pair.iter().enumerate() {
        world.capture(&format!("last {at}"), &printed.tickets[0].code, world.nursery, 500).await.expect("the last second");
    }
    world.city.test.clock.set(ledger::time::tokyo_midnight(date("2027-04-01")));
    for (at, printed) in pair.iter().enumerate() {
        assert_eq!(world.capture(&format!("late {at}"), &printed.tickets[1].code, world.nursery, 500).await, Err(not(NotCapturable::Expired)));
        assert_eq!(world.reissue(&format!("late {at}"), printed).await, Err(Rejected::NothingLeft));
    }
    let budget = world.city.budget(TASHI, 2026).await;
    assert_eq!(ledger.expire_holds(city).await.unwrap(), 2);
    assert_eq!((world.city.budget(TASHI, 2026).await - budget, world.city.own_money(world.paying).await), (500, 19_500));
    world.city.assert_sound().await;
}

#[tokio::test]
async fn a_scheme_closed_to_new_grants_still_prints_and_redeems_tickets_to_their_last_day() {
    let database = TestDatabase::new().await;
    let text = Catalog::shipped_text(TASHI).unwrap().replacen("closed_to_new = 2023-03-31", "closed_to_new = 2022-09-30", 1);
    let city = TestCity::found(&database, "kumamoto", "2022-06-01", &[&text]).await;
    city.roster(&[("1", "H1", "2021-02-03", "2022-04-01")]).await;
    city.appropriate(TASHI, 2022, 100_000).await;
    city.grant(TASHI, "2022-06-01").await.expect("a grant");
    let (ledger, code) = (city.ledger(), city.municipality);
    let nursery = city.merchant("nursery", &[("temporary_care", "care")]).await;
    ledger.make_booklet_kind(code, &staff("b", "kind"), &care()).await.expect("a kind");
    let (family, child) = (city.family("H1").await, city.child("1").await);
    let asked = |tickets| NewBooklet { family, children: vec![child], own_money: false, kind: "care".to_owned(), tickets, valid_through: None };
    let early = ledger.issue_booklet(code, &staff("a", "early"), &asked(10)).await.expect("a booklet");

    city.test.set("2023-01-10");
    city.roster(&[("2", "H2", "2022-11-03", "2022-12-01")]).await;
    ledger.run_scheme(code, &CityScheme { scheme: TASHI.to_owned(), from: date("2022-04-01"), to: None }).await.unwrap();
    assert_eq!(city.grant(TASHI, "2023-01-10").await.expect("a run").granted.count, 0, "closed to new grants");
    let late = ledger.issue_booklet(code, &staff("a", "late"), &asked(20)).await.expect("still redeemable");
    assert_eq!((early.valid_through, late.valid_through), (date("2023-03-31"), date("2023-03-31")));
    for booklet in [early, late] {
        for ticket in ledger.print_booklet(code, booklet.id).await.expect("a print").tickets {
            let asked = Capture { merchant: nursery, terminal: None, amount: Yen::new(500) };
            ledger.capture(code, &format!("{}/{}", booklet.number, ticket.serial), &ticket.code, &asked).await.expect("a receipt");
        }
    }
    assert_eq!((city.owed(nursery).await, city.spendable(&[child]).await), (15_000, vec![0]));
    city.assert_sound().await;
}

#[tokio::test]
async fn every_family_chooses_among_the_citys_days_and_what_lapses_earlier_does_not_pay() {
    let database = TestDatabase::new().await;
    let city = TestCity::found(&database, "osaka", "2026-05-20", &[]).await;
    city.roster(&[("1", "H1", "2013-09-10", "2026-04-01"), ("2", "H2", "1999-09-10", "2026-04-01")]).await;
    city.appropriate("osaka-juku", 2026, 100_000).await;
    for month in ["2026-05-01", "2026-06-01"] {
        city.grant("osaka-juku", month).await.expect("a grant");
    }
    let (ledger, code) = (city.ledger(), city.municipality);
    city.class("one").await;
    let kind = BookletKind { kind: "lesson".to_owned(), face: Yen::new(1_000), expense: "tuition".to_owned(), services: vec![] };
    ledger.make_booklet_kind(code, &staff("b", "kind"), &kind).await.expect("a kind");
    assert_eq!(ledger.booklet_days(code, "lesson").await.unwrap(), [date("2026-06-15"), date("2026-07-15")]);
    let (family, child, paying) = (city.family("H1").await, city.child("1").await, city.family("H2").await);
    city.top_up(paying, 30_000).await;
    let asked = |tickets, day: Option<&str>| NewBooklet {
        family,
        children: vec![child],
        own_money: false,
        kind: "lesson".to_owned(),
        tickets,
        valid_through: day.map(date),
    };
    let issue = async |key: &str, asked: NewBooklet| rejection(ledger.issue_booklet(code, &staff("a", key), &asked).await);
    let july = issue("july", asked(11, Some("2026-07-15"))).await;
    assert_eq!(july, Err(Rejected::Short { missing: Yen::new(1_000) }), "May's money lapses before");
    let own = NewBooklet { family: paying, children: vec![], own_money: true, ..asked(3, Some("2026-09-30")) };
    assert_eq!(issue("september", own.clone()).await, Err(Rejected::ValidThrough(vec![date("2026-06-15"), date("2026-07-15")])), "whoever pays");
    assert_eq!(issue("own", NewBooklet { valid_through: None, ..own }).await.unwrap().valid_through, date("2026-06-15"));
    // May's money first, then June's, whose tickets are valid no longer than the others.
    let june = issue("june", asked(15, None)).await.expect("a booklet");
    assert_eq!((june.valid_through, city.spendable(&[child]).await), (date("2026-06-15"), vec![5_000]));
    city.test.clock.set(ledger::time::tokyo_midnight(date("2026-06-16")));
    assert_eq!(ledger.expire_holds(code).await.unwrap(), 18);
    assert_eq!(city.spendable(&[child]).await, [10_000], "June's money is back");
    city.assert_sound().await;
}

#[tokio::test]
async fn what_cannot_be_issued_is_refused_with_a_reason_and_leaves_nothing() {
    let world = World::new().await;
    let (ledger, city) = (world.city.ledger(), world.city.municipality);
    let stranger = world.city.child("2").await;
    let before = world.city.balances().await;
    let cases = [
        ("none", world.asked(0), Rejected::Tickets),
        ("many", world.asked(31), Rejected::Tickets),
        ("kind", NewBooklet { kind: "x".to_owned(), ..world.asked(1) }, Rejected::UnknownKind("x".to_owned())),
        ("child", NewBooklet { children: vec![stranger], ..world.asked(1) }, Rejected::UnknownChild),
        ("short", NewBooklet { own_money: true, ..world.own(30) }, Rejected::Short { missing: Yen::new(0) }),
        ("day", NewBooklet { valid_through: Some(date("2026-12-31")), ..world.asked(1) }, Rejected::ValidThrough(vec![date("2027-03-31")])),
    ];
    for (key, asked, expected) in cases {
        let answer = if key == "short" {
            world.city.top_up(world.granted, 1).await;
            let asked = NewBooklet { family: world.granted, ..asked };
            world
                .try_issue(key, &asked)
                .await
                .map_err(|rejected| if rejected == (Rejected::Short { missing: Yen::new(14_999) }) { expected.clone() } else { rejected })
        } else {
            world.try_issue(key, &asked).await
        };
        assert_eq!(answer, Err(expected), "{key}");
    }
    let unknown = NewBooklet { family: FamilyId::new(uuid::Uuid::from_u128(7)), ..world.asked(1) };
    assert_eq!(world.try_issue("family", &unknown).await, Err(Rejected::UnknownFamily(unknown.family)));
    let by_family = Command::new(Actor::Family(world.granted), "self", &1);
    assert_eq!(rejection(ledger.issue_booklet(city, &by_family, &world.asked(1)).await), Err(Rejected::NotStaff));
    // Nobody takes such tickets, or the name stands for other ones.
    let pool = BookletKind { kind: "pool".to_owned(), expense: "swimming".to_owned(), services: vec![], ..care() };
    ledger.make_booklet_kind(city, &staff("b", "pool"), &pool).await.expect("a kind");
    let nowhere = NewBooklet { kind: "pool".to_owned(), ..world.own(1) };
    assert_eq!(world.try_issue("nowhere", &nowhere).await, Err(Rejected::NoMerchant("pool".to_owned())));
    let dearer = BookletKind { face: Yen::new(1_000), ..care() };
    assert_eq!(rejection(ledger.make_booklet_kind(city, &staff("b", "dearer"), &dearer).await), Err(Rejected::KindTaken("care".to_owned())));
    ledger.make_booklet_kind(city, &staff("c", "same"), &care()).await.expect("the same again");
    for (kind, field) in [
        (BookletKind { kind: "Käre".to_owned(), ..care() }, "kind"),
        (BookletKind { face: Yen::new(0), ..care() }, "face"),
        (BookletKind { expense: String::new(), ..care() }, "expense"),
        (BookletKind { services: vec!["a".to_owned(), "a".to_owned()], ..care() }, "services"),
    ] {
        assert_eq!(rejection(ledger.make_booklet_kind(city, &staff("b", field), &kind).await), Err(Rejected::KindField(field)));
    }
    let (left, mut after) = (world.left().await, world.city.balances().await);
    after.retain(|account, balance| before.get(account) != Some(balance));
    assert_eq!((left, after.len()), (15_000, 2), "only what was loaded: own money and the bank");
    let tables: i64 =
        sqlx::query_scalar("SELECT (SELECT count(*) FROM booklets) + (SELECT count(*) FROM tickets)").fetch_one(world.database.pool()).await.unwrap();
    assert_eq!(tables, 0);
}

#[tokio::test]
async fn the_same_command_is_the_same_booklet_and_another_one_under_its_key_a_conflict() {
    let world = World::new().await;
    let first = world.issue("b", &world.asked(3)).await;
    let second = world.issue("b", &world.asked(3)).await;
    assert_eq!(first, second);
    assert_eq!(world.left().await, 13_500);
    assert_eq!(world.try_issue("b", &world.asked(4)).await, Err(Rejected::Conflict));
}

#[tokio::test]
async fn the_codes_of_tickets_and_cards_stand_in_no_table() {
    let world = World::new().await;
    let printed = world.issue("b", &world.asked(3)).await;
    let card = world.card("c", world.granted).await;
    let command = staff("a", "r");
    world.city.ledger().reserve(world.city.municipality, &command, card.id, &world.care_at(world.nursery, 2_400)).await.expect_err("400 are missing");
    world.city.ledger().reserve(world.city.municipality, &command, card.id, &world.care_at(world.nursery, 2_000)).await.expect("a reservation");
    world.capture("d", &printed.tickets[0].code, world.nursery, 500).await.expect("a receipt");
    let codes: Vec<_> = printed.tickets.iter().map(|ticket| ticket.code.token()).chain([world.code_of(&card).await.token()]).collect();
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'").fetch_all(world.database.pool()).await.unwrap();
    let mut seen = 0_usize;
    for table in tables.iter().filter(|table| !table.starts_with("_sqlx")) {
        let rows: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT t::text FROM {table} t"))).fetch_all(world.database.pool()).await.unwrap();
        seen += rows.len();
        for code in &codes {
            let hex = code.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
            assert!(rows.iter().all(|row| !row.contains(code.as_str()) && !row.contains(&hex)), "{table}");
        }
    }
    assert!(seen > 50, "there is something to search");
}

#[tokio::test]
async fn a_family_sees_a_ticket_among_its_payments_once_it_is_used() {
    let world = World::new().await;
    let printed = world.issue("b", &world.asked(3)).await;
    let payments = async || world.city.ledger().list_payments(world.city.municipality, world.granted, None, 50).await.unwrap();
    assert_eq!(payments().await, []);
    world.capture("d", &printed.tickets[1].code, world.clinic, 500).await.expect("a receipt");
    let seen = payments().await;
    assert_eq!((seen.len(), seen[0].merchant, seen[0].amount, seen[0].parts.len()), (1, world.clinic, Yen::new(500), 1));
}

#[tokio::test]
async fn a_refunded_ticket_goes_back_to_the_child_and_not_onto_paper() {
    let world = World::new().await;
    let printed = world.issue("b", &world.asked(2)).await;
    let receipt = world.capture("d", &printed.tickets[0].code, world.nursery, 500).await.expect("a receipt");
    world.city.refund_and_settle("r", &receipt, 500).await;
    assert_eq!((world.left().await, world.capture("again", &printed.tickets[0].code, world.nursery, 500).await), (14_500, Err(SPENT)));
    world.city.assert_sound().await;
}

#[tokio::test]
async fn another_guardian_ends_the_paper_of_the_household_and_of_no_other() {
    let world = World::new().await;
    let (booklet, other) = (world.issue("b", &world.asked(4)).await, world.issue("own", &world.own(4)).await);
    let card = world.card("c", world.granted).await;
    let code = world.code_of(&card).await;
    world.city.ledger().reserve(world.city.municipality, &staff("a", "r"), card.id, &world.care_at(world.nursery, 3_000)).await.expect("a reservation");
    let csv = "宛名番号,世帯番号,児童氏名,児童カナ,生年月日,住所,保護者宛名番号,保護者氏名,保護者カナ,適用日\n\
               1,H1,育実 1,イクミ ハナコ,2025-02-03,北区1-1,77,育実 良子,イクミ ヨシコ,2026-06-01\n";
    world.city.ledger().import_roster(world.city.municipality, &clerk(), csv.as_bytes(), &mut |_| {}).await.expect("a roster");
    assert_eq!(world.capture("ticket", &booklet.tickets[0].code, world.nursery, 500).await, Err(SPENT));
    assert_eq!(world.capture("card", &code, world.nursery, 3_000).await, Err(SPENT));
    assert!(world.booklet(&booklet).await.ended_at.is_some());
    assert!(world.city.ledger().card(world.city.municipality, card.id).await.unwrap().expect("a card").ended_at.is_some());
    assert_eq!(world.left().await, 15_000);
    world.capture("control", &other.tickets[0].code, world.nursery, 500).await.expect("another household's ticket works");
    world.city.assert_sound().await;
}
