//! Phones that are signed in: listed, signed out one by one or all at once; and another activation code.

use axum::http::StatusCode;
use serde_json::json;
use tests::support::database::TestDatabase;
use tests::support::town::Town;

const SESSIONS: &str = "/citizen/v1/sessions";
const CHILDREN: &str = "/citizen/v1/children";

#[tokio::test]
async fn a_family_sees_its_phones_and_signs_one_or_all_of_them_out() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let old = town.signed_in(0).await;
    town.test.clock.advance(chrono::TimeDelta::minutes(1));
    let (new, stranger) = (town.signed_in(0).await, town.signed_in(1).await);
    let listed = new.get(SESSIONS).await.ok();
    let phones = listed["sessions"].as_array().unwrap();
    assert_eq!(phones.iter().map(|phone| phone["current"].as_bool().unwrap()).collect::<Vec<_>>(), [true, false]);
    let lost = format!("{SESSIONS}/{}", phones[1]["session"].as_str().unwrap());
    assert_eq!(stranger.delete(&lost).await.status, StatusCode::NOT_FOUND);
    assert_eq!(new.delete(&lost).await.status, StatusCode::NO_CONTENT);
    assert_eq!(new.delete(&lost).await.status, StatusCode::NOT_FOUND);
    assert_eq!((old.get(CHILDREN).await.status, new.get(CHILDREN).await.status), (StatusCode::UNAUTHORIZED, StatusCode::OK));

    let second = town.signed_in(0).await;
    assert_eq!(new.delete(SESSIONS).await.status, StatusCode::NO_CONTENT);
    for phone in [&new, &second] {
        assert_eq!(phone.get(CHILDREN).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(stranger.get(CHILDREN).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_new_code_kills_the_letter_and_every_other_phone_and_is_repeated_under_its_key() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (phone, other) = (town.signed_in(0).await, town.signed_in(0).await);
    let change = "/citizen/v1/activation-code";
    let letter = town.family(0).code.grouped();
    let foreign = town.family(1).code.grouped();
    for wrong in ["no code", foreign.as_str(), ""] {
        let refused = phone.post(change, "change", &json!({"activation_code": wrong})).await;
        assert_eq!((refused.problem().0, &refused.json()["errors"][0]["code"]), (422, &json!("not-in-force")), "{wrong}");
    }
    let changed = phone.post(change, "change", &json!({"activation_code": letter})).await;
    assert_eq!(phone.post(change, "change", &json!({"activation_code": letter})).await, changed, "an answer that was lost is had again");
    let new = changed.ok()["activation_code"].as_str().unwrap().to_owned();
    assert_ne!(new, letter);
    assert_eq!((phone.get(CHILDREN).await.status, other.get(CHILDREN).await.status), (StatusCode::OK, StatusCode::UNAUTHORIZED));
    let sign_in = async |code: &str| town.stranger().post(SESSIONS, "", &json!({"city": "osaka", "activation_code": code})).await.status;
    assert_eq!((sign_in(&letter).await, sign_in(&new).await), (StatusCode::UNAUTHORIZED, StatusCode::CREATED));
    assert_eq!(phone.post(change, "once-more", &json!({"activation_code": letter})).await.problem().0, 422, "the old code changes nothing any more");
}

#[tokio::test]
async fn nobody_tries_codes_for_long_on_a_phone_that_lies_open() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let phone = town.signed_in(0).await;
    let attempt = async |key: &str, code: &str| phone.post("/citizen/v1/activation-code", key, &json!({"activation_code": code})).await;
    for number in 0..20 {
        assert_eq!(attempt(&format!("try-{number}"), "0000000-0000000-0000000-0000000").await.problem().0, 422);
    }
    let blocked = attempt("right", &town.family(0).code.grouped()).await;
    assert_eq!((blocked.problem(), blocked.headers["retry-after"].to_str().unwrap()), ((429, "too-many-attempts".to_owned()), "900"));
}

#[tokio::test]
async fn cities_are_found_by_name_and_listed_by_page() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    for (code, slug) in [(1, "aoba"), (2, "baba"), (3, "chuo")] {
        let city = tests::support::test_city::city(code, slug);
        town.test.ledger.found_city(&city).await.unwrap();
    }
    let slugs = async |query: &str| {
        let list = town.stranger().get(&format!("/citizen/v1/cities?{query}")).await.ok();
        let names: Vec<_> = list["cities"].as_array().unwrap().iter().map(|city| city["city"].as_str().unwrap().to_owned()).collect();
        (names, list["next"].clone())
    };
    assert_eq!(slugs("limit=2").await, (vec!["aoba".to_owned(), "baba".to_owned()], json!("baba")));
    assert_eq!(slugs("limit=2&after=baba").await, (vec!["chuo".to_owned(), "osaka".to_owned()], json!(null)));
    assert_eq!(slugs("name=osa").await.0, ["osaka"]);
    assert_eq!(town.stranger().get("/citizen/v1/cities?limit=0").await.problem().0, 422);
}
