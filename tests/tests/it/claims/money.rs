//! A claim's money: the worked figures, what is set aside, races, lapse, and the way to the bank.

use ledger::bank::sougou;
use ledger::events;
use ledger::time::Month;
use tests::support::race;

use super::*;

#[tokio::test]
async fn thirty_thousand_by_receipt_leave_thirty_thousand_less_on_the_coupons() {
    let world = World::fukuoka().await;
    let (family, _) = world.family(1).await;
    let claim = world.file("c", &[tuition(30_000, "2025-10-20")]).await;
    assert_eq!((claim.reserved, claim.state, claim.year), (yen(30_000), ledger::claim::Standing::Filed, FiscalYear::new(2025)));
    assert_eq!((world.coupons().await, world.reserved(claim.id).await, world.owed(family).await), (90_000, 30_000, 0));
    world.assert_sound().await;

    world.show(&claim, &["receipt"]).await;
    world.examine("a", &claim, 30_000).await.unwrap();
    world.decide("b", claim.id, 30_000).await.unwrap();
    assert_eq!((world.coupons().await, world.reserved(claim.id).await, world.owed(family).await), (90_000, 0, 30_000));
    assert_eq!(world.claim(claim.id).await.granted, Some(yen(30_000)));
    world.assert_sound().await;
}

#[tokio::test]
async fn what_is_not_granted_goes_back_to_the_coupons_and_after_the_lapse_to_the_budget() {
    let world = World::fukuoka().await;
    let (family, _) = world.family(1).await;
    let first = world.file("first", &[tuition(30_000, "2025-10-20")]).await;
    world.show(&first, &["receipt"]).await;
    world.examine("a", &first, 20_000).await.unwrap();
    world.decide("b", first.id, 20_000).await.unwrap();
    assert_eq!((world.coupons().await, world.owed(family).await), (100_000, 20_000));

    // Set aside over the end of the year: what lapses is what is left on the coupons, and the claim keeps its own.
    let second = world.file("second", &[tuition(50_000, "2026-03-20")]).await;
    world.show(&second, &["receipt"]).await;
    world.test.set("2026-04-02");
    let lapsed = world.ledger().lapse(FUKUOKA).await.unwrap();
    assert_eq!((lapsed.amount, world.reserved(second.id).await), (yen(50_000 + 120_000), 50_000), "the other child's year lapses too");
    let budget = world.budget(2025).await;
    world.assert_sound().await;
    world.examine("a", &second, 45_000).await.unwrap();
    world.decide("b", second.id, 45_000).await.unwrap();
    assert_eq!((world.budget(2025).await - budget, world.coupons().await, world.owed(family).await), (5_000, 0, 65_000));
    world.assert_sound().await;
}

#[tokio::test]
async fn a_year_in_kobe_is_repaid_from_the_budget_to_the_yen() {
    let world = World::kobe("2025-01-10", 2024).await;
    let (family, _) = world.family(1).await;
    let passes = [cost("commuter_pass", 100_000, "2024-04-01", "2024-08-31"), cost("commuter_pass", 140_000, "2024-09-01", "2025-03-31")];
    let estimate = world.ledger().estimate_claim(KOBE, &world.asked(1, &passes).await).await.unwrap();
    assert_eq!((estimate.payable, world.budget(2024).await), (yen(160_000), 1_000_000));
    let claim = world.granted("kobe", &passes, &["student_id", "pass_face"]).await;
    assert_eq!((claim.granted, claim.requested), (Some(yen(160_000)), yen(240_000)));
    assert_eq!((world.budget(2024).await, world.owed(family).await), (840_000, 160_000));
    // The school of the other child lies outside: one threshold for the year.
    let outside = world.try_file(2, "outside", &passes).await.unwrap();
    assert_eq!(outside.reserved, yen(48_000));
    world.assert_sound().await;
}

#[tokio::test]
async fn the_first_year_of_kobe_repays_eighteen_thousand() {
    let world = World::kobe("2023-01-10", 2022).await;
    let claim = world.granted("kobe", &[cost("commuter_pass", 120_000, "2022-09-01", "2023-03-31")], &["pass_face"]).await;
    assert_eq!(claim.granted, Some(yen(18_000)));
    let nothing = world.try_file(2, "threshold", &[cost("commuter_pass", 84_000, "2022-09-01", "2023-03-31")]).await;
    assert_eq!(code(nothing), "nothing_payable");
    world.assert_sound().await;
}

#[tokio::test]
async fn months_under_public_assistance_are_left_out_as_the_rosters_tell() {
    let world = World::kobe("2023-01-10", 2022).await;
    // From November the family is on public assistance, from January no more: said by two later rosters.
    for (since, status) in [("2022-11-01", "seikatsuhogo"), ("2023-01-01", "")] {
        let roster = kobe_roster(since).replacen("須磨区1-1,,kobe", &format!("須磨区1-1,{status},kobe"), 1);
        world.ledger().import_roster(KOBE, &Actor::Staff("roster".to_owned()), roster.as_bytes(), &mut |_| {}).await.unwrap();
    }
    let passes: Vec<_> = ["2022-09", "2022-10", "2022-11", "2022-12", "2023-01", "2023-02", "2023-03"]
        .map(|month| month.parse::<Month>().unwrap())
        .map(|month| Cost { from: month.first_day(), to: month.last_day(), ..cost("commuter_pass", 20_000, "2022-09-01", "2022-09-30") })
        .into();
    assert_eq!(world.file("c", &passes).await.reserved, yen(20_000), "(5 × 20,000 − 5 × 12,000) / 2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_and_coupons_racing_for_the_last_yen_have_one_winner() {
    let world = World::fukuoka().await;
    let class = world.class().await;
    world.hold(class, 110_000, "before").await.unwrap();
    let asked = world.asked(1, &[tuition(10_000, "2025-10-20")]).await;
    let answers = race(8, |runner| {
        let (ledger, asked) = (world.ledger().clone(), asked.clone());
        async move {
            if runner % 2 == 0 {
                let key = format!("race/{runner}");
                let command = Command::new(Actor::Family(asked.family), key, &asked);
                return ledger.file_claim(FUKUOKA, &command, &asked).await.map_err(|error| error.to_string()).is_ok();
            }
            let hold = HoldPayment {
                family: asked.family,
                children: vec![asked.child],
                merchant: class,
                invoice: None,
                expense: "tuition".to_owned(),
                service: None,
                price: yen(10_000),
                month: None,
                own_money: false,
            };
            match ledger.hold(FUKUOKA, &format!("race/{runner}"), &hold).await {
                Ok(_) => true,
                Err(Error::Rejected(_)) => false,
                Err(Error::Failed(failure)) => panic!("{failure}"),
            }
        }
    })
    .await;
    assert_eq!((answers.iter().filter(|won| **won).count(), world.coupons().await), (1, 0));
    world.assert_sound().await;
}

#[tokio::test]
async fn a_granted_claim_is_a_line_of_the_next_bank_file_to_the_familys_account() {
    let world = World::fukuoka().await;
    let (family, _) = world.family(1).await;
    world.granted("c", &[tuition(30_000, "2025-10-20")], &["receipt"]).await;
    // The other family has no account: it is on the stop list, and its money stays payable.
    let other = world.try_file(2, "other", &[tuition(5_000, "2025-10-20")]).await.unwrap();
    world.show(&other, &["receipt"]).await;
    world.examine("a", &other, 5_000).await.unwrap();
    world.decide("b", other.id, 5_000).await.unwrap();
    world.test.set("2025-12-20");
    let month: Month = "2025-11".parse().unwrap();
    let sent = world.ledger().prepare_remittance(FUKUOKA, &staff("a", "r"), month).await.unwrap();
    world.ledger().approve_remittance(FUKUOKA, &staff("b", "r/approve"), sent.id).await.unwrap();
    let file = world.ledger().build_remittance(FUKUOKA, &staff("a", "r/build"), sent.id).await.unwrap();
    world.ledger().mark_remittance_sent(FUKUOKA, &staff("a", "r/send"), sent.id, &file.sha256).await.unwrap();
    let read = sougou::read(&file.bytes, sougou::ReadOptions::strict(date("2025-12-20"))).unwrap().remittance;
    let lines: Vec<_> = read.lines.iter().map(|line| (line.account.bank.as_str(), line.account.number.as_str(), line.amount.get())).collect();
    assert_eq!(lines, [("9996", "0000777", 30_000)]);
    let stops = world.ledger().remittance_stops(FUKUOKA, sent.id).await.unwrap();
    assert_eq!(stops.iter().map(|stop| (stop.1, stop.2.get(), stop.3.as_str())).collect::<Vec<_>>(), [(other.family.uuid(), 5_000, "no_account")]);
    assert_eq!((world.owed(family).await, world.owed(other.family).await), (0, 5_000));
    world.assert_sound().await;
}

#[tokio::test]
async fn own_money_is_paid_back_up_to_its_balance_and_once() {
    let world = World::fukuoka().await;
    let (family, _) = world.family(1).await;
    world.ledger().post(FUKUOKA, staff("bank", "load"), events::bank::top_up(family, yen(8_000), date("2025-11-10"))).await.unwrap();
    let ledger = world.ledger();
    let back = |key: &str, amount: i64| {
        let command = Command::new(Actor::Family(family), key, &amount);
        async move { ledger.pay_back_own_money(FUKUOKA, &command, family, yen(amount)).await }
    };
    let refused = back("too much", 8_001).await.unwrap_err();
    assert!(refused.to_string().contains("8,000"), "{refused}");
    assert_eq!(back("some", 5_000).await.unwrap(), back("some", 5_000).await.unwrap(), "the same click twice");
    assert_eq!((world.ledger().own_money(FUKUOKA, family).await.unwrap(), world.owed(family).await), (yen(3_000), 5_000));
    let (other, _) = world.family(2).await;
    let foreign = Command::new(Actor::Family(other), "foreign", &1);
    assert!(world.ledger().pay_back_own_money(FUKUOKA, &foreign, family, yen(1)).await.is_err());
    assert!(world.ledger().pay_back_own_money(FUKUOKA, &Command::new(Actor::Family(other), "none", &1), other, yen(1)).await.is_err());
    world.assert_sound().await;
}
