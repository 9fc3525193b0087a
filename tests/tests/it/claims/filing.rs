//! Filing, correcting and taking back; files; what can be read of it at rest.

use ledger::claim::Media;
use tests::support::pictures::{document_with, look_alike};
use tests::support::race;

use super::*;

#[tokio::test]
async fn one_claim_a_year_and_nothing_is_added_after_the_decision() {
    let world = World::kobe("2025-01-10", 2024).await;
    let pass = [cost("commuter_pass", 100_000, "2024-04-01", "2024-08-31")];
    let claim = world.granted("first", &pass, &["student_id", "pass_face"]).await;
    assert_eq!(code(world.try_file(1, "second", &pass).await), "claim_already");
    let again = Command::new(Actor::Family(claim.family), "again", &1);
    assert_eq!(code(world.ledger().file_claim_again(KOBE, &again, claim.id, &pass).await), "claim_state");
    let late = Command::new(Actor::Family(claim.family), "late", &1);
    assert_eq!(code(world.ledger().add_claim_evidence(KOBE, &late, claim.id, ("pass_face", &picture(9))).await), "claim_state");
    world.test.set("2025-05-01");
    assert_eq!(code(world.try_file(2, "late", &pass).await), "claim_window");
    world.assert_sound().await;
}

#[tokio::test]
async fn a_claim_that_was_taken_back_may_be_made_anew() {
    let world = World::kobe("2025-01-10", 2024).await;
    let pass = [cost("commuter_pass", 100_000, "2024-04-01", "2024-08-31")];
    let claim = world.file("first", &pass).await;
    assert_eq!(world.budget(2024).await, 980_000);
    let back = Command::new(Actor::Family(claim.family), "back", &claim.id);
    world.ledger().withdraw_claim(KOBE, &back, claim.id).await.unwrap();
    world.ledger().withdraw_claim(KOBE, &back, claim.id).await.unwrap();
    assert_eq!((world.claim(claim.id).await.state, world.budget(2024).await), (ledger::claim::Standing::Withdrawn, 1_000_000));
    assert_eq!(world.file("second", &pass).await.reserved, yen(20_000));
    world.assert_sound().await;
}

#[tokio::test]
async fn a_returned_claim_keeps_its_money_and_is_corrected_to_the_difference() {
    let world = World::fukuoka().await;
    let claim = world.file("c", &[tuition(30_000, "2025-10-20")]).await;
    world.ledger().return_claim(FUKUOKA, &staff("a", "return"), claim.id, "領収書の金額と違います").await.unwrap();
    assert_eq!((world.claim(claim.id).await.state, world.coupons().await), (ledger::claim::Standing::Returned, 90_000));
    assert_eq!(code(world.examine("a", &claim, 30_000).await), "claim_state");

    let (ledger, id) = (world.ledger(), claim.id);
    let correct = |key: &'static str, costs: Vec<Cost>| {
        let command = Command::new(Actor::Family(claim.family), key, &costs);
        async move { ledger.file_claim_again(FUKUOKA, &command, id, &costs).await.unwrap() }
    };
    let less = correct("less", vec![tuition(12_000, "2025-10-20")]).await;
    assert_eq!((less.filing, less.reserved, world.coupons().await), (2, yen(12_000), 108_000));
    let more = correct("more", vec![tuition(12_000, "2025-10-20"), tuition(8_000, "2025-10-27")]).await;
    assert_eq!((more.filing, more.reserved, world.coupons().await, world.reserved(claim.id).await), (3, yen(20_000), 100_000, 20_000));
    assert_eq!(correct("more", vec![tuition(12_000, "2025-10-20"), tuition(8_000, "2025-10-27")]).await, more, "a replay");
    // Who looked at the first filing looks again.
    world.show(&more, &["receipt"]).await;
    assert_eq!(code(world.examine("a", &claim, 12_000).await), "claim_changed");
    world.examine("a", &more, 20_000).await.unwrap();

    let read = world.ledger().claim(FUKUOKA, claim.id).await.unwrap().unwrap().for_family();
    let steps: Vec<_> = read.steps.iter().map(|step| (step.step.as_str(), step.reason.as_deref(), step.by.as_deref())).collect();
    let filed = ("filed", None, None);
    assert_eq!(steps, [filed, ("returned", Some("領収書の金額と違います"), None), filed, filed]);
    assert_eq!((read.claim.state, read.claim.proposed, read.costs.len()), (ledger::claim::Standing::Filed, None, 2));
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_submission_files_once() {
    let world = World::fukuoka().await;
    let asked = world.asked(1, &[tuition(30_000, "2025-10-20")]).await;
    let claims = race(8, |_| {
        let (ledger, asked) = (world.ledger().clone(), asked.clone());
        async move {
            let command = Command::new(Actor::Family(asked.family), "double", &asked);
            ledger.file_claim(FUKUOKA, &command, &asked).await.unwrap()
        }
    })
    .await;
    assert!(claims.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(world.coupons().await, 90_000);
    let other = world.asked(1, &[tuition(31_000, "2025-10-20")]).await;
    let command = Command::new(Actor::Family(other.family), "double", &other);
    assert_eq!(code(world.ledger().file_claim(FUKUOKA, &command, &other).await), "conflict");
    world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_forms_at_once_make_one_claim_of_the_year() {
    let world = World::kobe("2025-01-10", 2024).await;
    let asked = world.asked(1, &[cost("commuter_pass", 100_000, "2024-04-01", "2024-08-31")]).await;
    let answers = race(8, |runner| {
        let (ledger, asked) = (world.ledger().clone(), asked.clone());
        async move {
            let command = Command::new(Actor::Family(asked.family), format!("form {runner}"), &asked);
            ledger.file_claim(KOBE, &command, &asked).await
        }
    })
    .await;
    let codes: Vec<_> = answers.into_iter().filter(Result::is_err).map(code).collect();
    assert_eq!(codes, ["claim_already"; 7]);
    world.assert_sound().await;
}

#[tokio::test]
async fn only_readable_costs_of_the_familys_child_are_taken_and_a_refusal_leaves_nothing() {
    let world = World::fukuoka().await;
    let class = world.class().await;
    let good = || tuition(5_000, "2025-10-20");
    let cases = [
        (vec![], "claim_cost"),
        (vec![Cost { amount: yen(0), ..good() }], "claim_cost"),
        (vec![Cost { expense: "月謝".to_owned(), ..good() }], "claim_cost"),
        (vec![Cost { to: date("2025-10-19"), ..good() }], "claim_cost"),
        (vec![Cost { paid_to: Some("あ".repeat(401)), ..good() }], "claim_cost"),
        (vec![Cost { expense: "joining".to_owned(), merchant: Some(class), ..good() }], "merchant_not_registered"),
        (vec![tuition(5_000, "2025-03-20")], "nothing_payable"),
        (vec![cost("books", 5_000, "2025-10-20", "2025-10-20")], "nothing_payable"),
    ];
    for (number, (costs, expected)) in cases.into_iter().enumerate() {
        assert_eq!(code(world.try_file(1, &format!("case {number}"), &costs).await), expected, "{costs:?}");
    }
    // Another family's child, and a merchant that asks.
    let foreign = FileClaim { child: world.family(2).await.1, ..world.asked(1, &[good()]).await };
    for actor in [Actor::Family(foreign.family), Actor::Merchant(class)] {
        let command = Command::new(actor, "foreign", &foreign);
        assert_eq!(code(world.ledger().file_claim(FUKUOKA, &command, &foreign).await), "not_allowed");
    }
    assert_eq!((world.coupons().await, world.ledger().list_claims(FUKUOKA, None, None, 10).await.unwrap()), (120_000, vec![]));
    // A refused key is free again, and a registered class is taken.
    let claim = world.try_file(1, "case 1", &[Cost { merchant: Some(class), ..good() }]).await.unwrap();
    assert_eq!(claim.reserved, yen(5_000));
    world.assert_sound().await;
}

#[tokio::test]
async fn files_are_looked_at_by_content_and_kept_where_only_the_familys_key_opens_them() {
    let world = World::fukuoka().await;
    let claim = world.file("c", &[tuition(5_000, "2025-10-20")]).await;
    let (ledger, id) = (world.ledger(), claim.id);
    let add = |key: String, bytes: Vec<u8>| {
        let command = Command::new(Actor::Family(claim.family), key, &bytes);
        async move { ledger.add_claim_evidence(FUKUOKA, &command, id, ("receipt", &bytes)).await }
    };
    assert_eq!(code(add("gif".to_owned(), b"GIF89a".to_vec()).await), "evidence_media");
    assert_eq!(code(add("html".to_owned(), b"<html>".to_vec()).await), "evidence_media");
    assert_eq!(code(add("empty".to_owned(), vec![]).await), "evidence_size");
    assert_eq!(code(add("cut".to_owned(), picture(1)[..100].to_vec()).await), "evidence_broken");
    let active = document_with("/OpenAction << /S /JavaScript >>");
    assert_eq!(code(add("active".to_owned(), active).await), "evidence_active");
    let mut large = picture(1);
    large.resize(8 * 1024 * 1024 + 1, 0);
    assert_eq!(code(add("large".to_owned(), large).await), "evidence_size");
    let hiding = [&picture(8)[..], b"hidden behind the picture"].concat();
    for number in 1..=7 {
        assert_eq!(add(format!("file {number}"), picture(number)).await.unwrap(), i16::from(number));
    }
    assert_eq!(add("file 8".to_owned(), hiding).await.unwrap(), 8);
    assert_eq!((add("file 9".to_owned(), screenshot(9)).await.unwrap(), add("file 10".to_owned(), document(10)).await.unwrap()), (9, 10));
    assert_eq!(add("the first again".to_owned(), picture(1)).await.unwrap(), 1);
    assert_eq!(code(add("one more".to_owned(), picture(11)).await), "evidence_count");

    // What is opened is what the program wrote: the same picture and nothing behind it; a document as it came.
    let open = |number| async move { ledger.claim_evidence(FUKUOKA, (id, number), Some(claim.family)).await.unwrap().unwrap() };
    let (photo, screen, paper) = (open(8).await, open(9).await, open(10).await);
    assert_eq!([photo.media, screen.media, paper.media].map(Media::as_str), ["image/jpeg", "image/png", "application/pdf"]);
    assert!(!photo.bytes.windows(6).any(|text| text == b"hidden"));
    assert!(look_alike(&photo.bytes, &picture(8)) && !look_alike(&photo.bytes, &picture(7)));
    assert!(look_alike(&screen.bytes, &screenshot(9)) && paper.bytes == document(10));
    let (other, _) = world.family(2).await;
    assert!(world.ledger().claim_evidence(FUKUOKA, (claim.id, 3), Some(other)).await.unwrap().is_none());
    // The same receipt in another claim is seen.
    let second = world.try_file(2, "second", &[tuition(5_000, "2025-10-20")]).await.unwrap();
    world.show(&second, &["receipt"]).await;
    let seen = world.ledger().claim(FUKUOKA, second.id).await.unwrap().unwrap();
    assert_eq!(seen.evidence[0].also_in, [claim.id]);
    assert_eq!(seen.for_family().evidence[0].also_in, []);

    // Nothing that a person wrote or photographed lies open.
    world.ledger().return_claim(FUKUOKA, &staff("a", "r"), claim.id, "秘密の理由").await.unwrap();
    let tables = ["claims", "claim_costs", "claim_steps", "claim_evidence", "entries", "office_commands"];
    for table in tables {
        let rows: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT t::text FROM {table} t"))).fetch_all(world.database.pool()).await.unwrap();
        let hex = |text: &[u8]| text.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        for secret in ["秘密の理由".as_bytes(), "tuition の支払先".as_bytes(), &picture(3)] {
            let readable = String::from_utf8_lossy(secret);
            assert!(rows.iter().all(|row| !row.contains(&hex(secret)) && !row.contains(&*readable)), "{table}");
        }
    }
}
