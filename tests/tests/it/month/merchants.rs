//! Merchants: two people for whatever moves money, accounts that can be paid to, desks whose tokens open while the merchant may take payments.

use ledger::bank::account::Written;
use ledger::token::Token;

use super::*;

#[tokio::test]
async fn nobody_approves_a_merchant_or_account_they_took_in_neither_in_rust_nor_in_sql() {
    let world = World::new().await;
    let id = world.ledger().apply_merchant(CITY, &staff("a", "apply"), &application("one"), OWN).await.unwrap();
    let error = world.ledger().approve_merchant(CITY, &staff("a", "approve"), id).await.unwrap_err();
    assert_eq!(error.to_string(), "staff:a took this in and may not approve it: ask a second person");
    for sql in [
        "UPDATE merchants SET state = 'approved', decided_at = applied_at, decided_by = applied_by",
        "UPDATE merchant_bank_accounts SET approved_at = applied_at, approved_by = applied_by",
        "UPDATE merchant_services SET approved_at = applied_at, approved_by = applied_by",
    ] {
        assert_eq!(refusal(&world, sql).await, CHECK_VIOLATION, "{sql}");
    }
    for sql in ["UPDATE merchants SET applied_by = 'staff:x'", "UPDATE merchant_bank_accounts SET applied_by = 'staff:x'", "DELETE FROM merchant_decisions"] {
        assert_eq!(refusal(&world, sql).await, INSUFFICIENT_PRIVILEGE, "{sql}");
    }
    assert_eq!(world.ledger().list_merchants_for_families(CITY).await.unwrap(), []);
    world.ledger().approve_merchant(CITY, &staff("b", "approve"), id).await.unwrap();
    let listed = world.ledger().list_merchants_for_families(CITY).await.unwrap();
    assert_eq!((listed.len(), listed[0].categories.clone()), (1, vec!["lesson".to_owned()]));
    world.assert_sound().await;
}

#[tokio::test]
async fn an_application_repeated_is_one_merchant_and_another_under_its_key_a_conflict() {
    let world = World::new().await;
    let apply = async |name: &str| {
        let application = application(name);
        let command = Command::new(Actor::Staff("a".to_owned()), "apply", &application);
        world.ledger().apply_merchant(CITY, &command, &application, OWN).await.map_err(|error| error.to_string())
    };
    let first = apply("one").await.unwrap();
    assert_eq!(apply("one").await, Ok(first));
    assert!(apply("two").await.unwrap_err().starts_with("this idempotency key was used"));
    assert_eq!(world.ledger().list_merchants(CITY).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_account_that_cannot_be_paid_to_is_refused_with_its_reason() {
    let world = World::new().await;
    let refused =
        async |written: Written<'_>| world.ledger().apply_merchant(CITY, &staff("a", "apply"), &application("one"), written).await.unwrap_err().to_string();
    assert!(refused(Written { bank: "0001", ..OWN }).await.contains("a training city pays into banks 9990 to 9998 only"));
    assert!(refused(Written { branch: "100", ..OWN }).await.contains("has no branch 100"));
    assert!(refused(Written { holder: "山田", ..OWN }).await.contains("account holder"));
    assert_eq!(world.ledger().list_merchants(CITY).await.unwrap(), []);
}

#[tokio::test]
async fn neither_account_nor_token_stands_in_the_database() {
    let world = World::new().await;
    let merchant = world.merchant("one", OWN).await;
    let (_, token) = world.ledger().add_terminal(CITY, &staff("a", "desk"), merchant, "受付").await.unwrap();
    let mut rows = String::new();
    for sql in ["SELECT m::text FROM merchant_bank_accounts m", "SELECT t::text FROM terminals t", "SELECT o::text FROM office_commands o"] {
        let found: Vec<String> = sqlx::query_scalar(sql).fetch_all(world.database.pool()).await.unwrap();
        rows.push_str(&found.concat());
    }
    for secret in [token.to_string(), "7654321".to_owned(), hex("7654321"), hex("ｷﾀｸﾞﾁ")] {
        assert!(!rows.contains(&secret), "{secret}");
    }
}

#[tokio::test]
async fn a_token_opens_while_its_merchant_is_approved_and_its_desk_in_use() {
    let world = World::new().await;
    let merchant = world.merchant("one", OWN).await;
    let (desk, token) = world.ledger().add_terminal(CITY, &staff("a", "desk"), merchant, "受付").await.unwrap();
    assert_eq!(world.ledger().add_terminal(CITY, &staff("a", "desk"), merchant, "受付").await.unwrap(), (desk, token.clone()), "a replay shows it again");
    let opens = async |token: &Token| world.ledger().find_terminal(CITY, &token.sha256()).await.unwrap().map(|found| found.id);
    assert_eq!(opens(&token).await, Some(desk));
    assert_eq!(opens(&Token::parse(&"0".repeat(64)).unwrap()).await, None);

    world.ledger().suspend_merchant(CITY, &staff("a", "stop"), merchant, "調査中").await.unwrap();
    assert_eq!(opens(&token).await, None);
    let error = world.ledger().resume_merchant(CITY, &staff("a", "go"), merchant, "済").await.unwrap_err();
    assert!(error.to_string().contains("ask a second person"), "{error}");
    world.ledger().resume_merchant(CITY, &staff("b", "go"), merchant, "済").await.unwrap();
    assert_eq!(opens(&token).await, Some(desk));

    world.ledger().revoke_terminal(CITY, &staff("a", "lost"), merchant, desk).await.unwrap();
    assert_eq!(opens(&token).await, None);
}

#[tokio::test]
async fn a_service_added_later_is_offered_once_a_second_person_approves_it() {
    let world = World::new().await;
    let merchant = world.merchant("one", OWN).await;
    let added = [Service { category: "short_stay".to_owned(), expense: "fee".to_owned(), registration: Some("K-5".to_owned()) }];
    world.ledger().apply_services(CITY, &staff("a", "add"), merchant, &added).await.unwrap();
    assert!(world.ledger().approve_services(CITY, &staff("a", "ok"), merchant).await.is_err());
    let approved = async || {
        let services = world.ledger().get_merchant(CITY, merchant).await.unwrap().unwrap().services;
        services.into_iter().map(|(service, approved)| (service.category, approved)).collect::<Vec<_>>()
    };
    assert_eq!(approved().await, [("lesson".to_owned(), true), ("short_stay".to_owned(), false)]);
    world.ledger().approve_services(CITY, &staff("b", "ok"), merchant).await.unwrap();
    assert!(approved().await[1].1);
}
