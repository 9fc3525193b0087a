//! Personal data in the city's own face: masked without a reason, opened with one, and the opening is in the log before it is shown.

use ledger::staff::Role::{Administrator, Auditor, Preparer};
use serde_json::json;

use super::Office;
use super::month::Staffed;

#[tokio::test]
async fn a_family_is_masked_until_somebody_says_why_and_that_is_in_the_log() {
    let office = Office::at("2026-05-20").await;
    let staff = Staffed::new(&office).await;
    staff.granted().await;
    let auditor = office.clerk("kansa", &[Auditor]).await;
    let families = auditor.get("/families?limit=1").await.made();
    let family = families["items"][0]["family"].as_str().expect("an id").to_owned();
    assert!(families["next"].is_string(), "there are more");
    let masked = auditor.get(&format!("/families/{family}")).await;
    let before = office.log().await.len();

    let reveal = format!("/families/{family}/reveal");
    for silent in [json!({}), json!({"reason": ""}), json!({"reason": "  \n"}), json!({"reason": 7})] {
        let refused = auditor.post(&reveal, "", &silent).await;
        assert_eq!((refused.status, refused.json()["errors"][0]["pointer"].as_str()), (422, Some("#/reason")), "{}", refused.text());
    }
    let opened = auditor.post(&reveal, "", &json!({"reason": "抽出監査 3"})).await.made();
    let name = opened["children"][0]["name"].as_str().expect("a name");
    let address = opened["children"][0]["address"].as_str().expect("an address");
    assert!(!masked.text().contains(name) && !masked.text().contains(address), "{}", masked.text());
    assert_eq!(masked.json()["children"][0]["name_masked"].as_str().and_then(|shown| shown.chars().next()), name.chars().next());

    let log = office.log().await;
    let rows: Vec<_> = log[before..].iter().map(|row| (row.action.as_str(), row.outcome.as_str(), row.reason.as_deref())).collect();
    let refused = ("family.reveal", "refused", None);
    assert_eq!(rows, [refused, refused, refused, refused, ("family.reveal", "done", Some("抽出監査 3"))]);
    assert_eq!(log.last().and_then(|row| row.subject.clone()), Some(family));
    let whole = format!("{log:?}");
    assert!(!whole.contains(name) && !whole.contains(address), "the log holds no personal data");
}

#[tokio::test]
async fn a_merchants_account_is_opened_with_a_reason_and_not_for_the_administrator() {
    let office = Office::at("2026-05-20").await;
    let staff = Staffed::new(&office).await;
    let (merchant, _) = staff.merchant("one", "1234567").await;
    let reveal = format!("/merchants/{merchant}/account/reveal");
    assert!(!staff.preparer.get(&format!("/merchants/{merchant}")).await.text().contains("1234567"));
    assert_eq!(staff.preparer.post(&reveal, "", &json!({})).await.status, 422);
    let opened = staff.preparer.post(&reveal, "", &json!({"reason": "照会への回答"})).await.made();
    assert_eq!((&opened["accounts"][0]["bank"], &opened["accounts"][0]["account_number"]), (&json!("9998"), &json!("1234567")));
    let root = office.clerk("kanri", &[Administrator]).await;
    assert_eq!(root.post(&reveal, "", &json!({"reason": "見たい"})).await.status, 403);
}

#[tokio::test]
async fn a_child_is_found_by_its_number_in_the_body_and_unknown_ones_tell_nothing() {
    let office = Office::at("2026-05-20").await;
    let staff = Staffed::new(&office).await;
    staff.granted().await;
    let clerk = office.clerk("mado", &[Preparer]).await;
    let day = "2026-04-01".parse().expect("a day");
    let rows = rehearsal::rehearse::cast::roster(&rehearsal::rehearse::SETTINGS[0], &rehearsal::rehearse::dice::Dice::new(7), 20, (day, day));
    let number = &rows.expect("a roster")[0].child.number;
    let found = clerk.post("/children/lookup", "", &json!({"number": number})).await.made();
    assert!(found["child"].as_str().is_some_and(|id| id.starts_with("chd_")));
    assert_eq!(clerk.post("/children/lookup", "", &json!({"number": "9999999"})).await.status, 404);
    assert!(!format!("{:?}", office.log().await).contains(number.as_str()));
}
