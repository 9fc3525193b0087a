//! What is refused of a form or a file, and what it says; nothing is half-done.

use serde_json::json;

use super::*;
use crate::claims::picture;

const CLAIMS: &str = "/citizen/v1/claims";
const SCHEME: &str = "fukuoka-naraigoto";

#[tokio::test]
async fn every_wrong_field_of_a_form_is_named_with_its_place_and_nothing_is_filed() {
    let bureau = Bureau::fukuoka().await;
    let (family, child) = bureau.family(1).await;
    let foreign = bureau.family(2).await.1;
    let class = bureau.world.class().await;
    let good = || receipt("tuition", 5_000, "2025-10-20");
    let with = |name: &str, value: serde_json::Value| {
        let mut cost = good();
        cost[name] = value;
        form(child, SCHEME, &[good(), cost])
    };
    let cases = [
        (json!({}), vec![("#/child", "missing"), ("#/scheme", "missing"), ("#/costs", "missing")]),
        (form(child, SCHEME, &[]), vec![("#/costs", "missing")]),
        (form(child, SCHEME, &vec![good(); 61]), vec![("#/costs", "count")]),
        (with("amount_yen", json!(0)), vec![("#/costs/1/amount_yen", "range")]),
        (with("amount_yen", json!(10_000_000)), vec![("#/costs/1/amount_yen", "range")]),
        (with("amount_yen", json!("五千円")), vec![("#/costs/1/amount_yen", "type")]),
        (with("expense", json!("月謝")), vec![("#/costs/1/expense", "form")]),
        (with("on", json!("2025-02-30")), vec![("#/costs/1/on", "form")]),
        (with("on", json!(null)), vec![("#/costs/1/on", "missing")]),
        (with("from", json!("2025-10-01")), vec![("#/costs/1/on", "day-or-span")]),
        (form(child, SCHEME, &[pass(1, "2025-10-02", "2025-10-01")]), vec![("#/costs/0/to", "before-from")]),
        (with("paid_to", json!("あ".repeat(401))), vec![("#/costs/1/paid_to", "length")]),
        (with("paid_to", json!("a\u{0}")), vec![("#/costs/1/paid_to", "characters")]),
        (with("merchant", json!("mrc_7")), vec![("#/costs/1/merchant", "form")]),
        (with("tax", json!(1)), vec![("#/costs/1/tax", "unknown")]),
        (form(foreign, SCHEME, &[good()]), vec![("#/child", "unknown-child")]),
        (form(child, "osaka-juku", &[good()]), vec![("#/scheme", "no-claims")]),
        (form(child, "nowhere", &[good()]), vec![("#/scheme", "no-claims")]),
        (
            form(child, SCHEME, &[json!({"expense": "joining", "amount_yen": 5_000, "on": "2025-10-20", "merchant": class})]),
            vec![("#/costs/0/merchant", "not-registered")],
        ),
    ];
    for (body, expected) in cases {
        for path in [CLAIMS, "/citizen/v1/claims/estimates"] {
            let answer = family.post(path, "case", &body).await;
            assert_eq!(answer.problem(), (422, "invalid-fields".to_owned()), "{body}");
            let expected: Vec<_> = expected.iter().map(|(place, code)| ((*place).to_owned(), (*code).to_owned())).collect();
            assert_eq!(wrong(&answer), expected, "{body}");
        }
    }
    // Every sentence is in the reader's language.
    let said = |answer: &tests::support::town::Answer| answer.json()["errors"][0]["detail"].as_str().unwrap().to_owned();
    let wrong = form(child, "osaka-juku", &[good()]);
    assert_eq!(said(&family.post(CLAIMS, "case", &wrong).await), "この制度では償還払いの申請はできません。");
    assert_eq!(said(&family.clone().with("accept-language", "en").post(CLAIMS, "case", &wrong).await), "nothing can be claimed under this scheme");
    let outside = family.post(CLAIMS, "case", &form(child, SCHEME, &[receipt("tuition", 5_000, "2025-03-20")])).await;
    assert_eq!((outside.problem().1.as_str(), &outside.json()["reasons"]), ("nothing-payable", &json!(["outside_period"])));
    assert_eq!(outside.json()["detail"], "お支払いできる額がありません（対象期間外の費用です）。");
    assert_eq!((bureau.world.coupons().await, family.get(CLAIMS).await.ok()["claims"].clone()), (120_000, json!([])));
    assert_eq!(family.post(CLAIMS, "", &form(child, SCHEME, &[good()])).await.problem(), (400, "idempotency-key".to_owned()));
    assert!(family.post(CLAIMS, "case", &form(child, SCHEME, &[good()])).await.status.is_success(), "a refused key is free again");
    bureau.world.assert_sound().await;
}

#[tokio::test]
async fn a_file_is_taken_for_what_its_content_says_and_only_its_family_opens_it() {
    let bureau = Bureau::fukuoka().await;
    let (family, child) = bureau.family(1).await;
    let other = bureau.family(2).await.0;
    let claim = family.post(CLAIMS, "first", &form(child, SCHEME, &[receipt("tuition", 30_000, "2025-10-20")])).await.ok();
    let path = format!("{CLAIMS}/{}/evidence", id(&claim));
    let to = format!("{path}?kind=receipt");
    let mut large = picture(1);
    large.resize(8 * 1024 * 1024 + 1, 0);
    let cases: [(&str, &[u8], (u16, &str)); 6] = [
        ("image/jpeg", b"GIF89a", (422, "evidence")),
        ("image/png", b"<html><script>", (422, "evidence")),
        ("image/jpeg", b"", (422, "evidence")),
        ("text/html", b"<html>", (415, "media-type")),
        ("application/json", b"{}", (415, "media-type")),
        ("image/jpeg", &large, (413, "body-too-large")),
    ];
    for (kind, bytes, expected) in cases {
        let answer = family.upload(&to, "case", (kind, bytes)).await;
        assert_eq!(answer.problem(), (expected.0, expected.1.to_owned()), "{kind}");
    }
    assert_eq!(family.upload(&path, "case", ("image/jpeg", &picture(1))).await.json()["errors"][0]["parameter"], "kind");
    assert_eq!(family.get(&format!("{CLAIMS}/{}", id(&claim))).await.ok()["evidence"], json!([]));

    let first = family.upload(&to, "first", ("application/octet-stream", &picture(1))).await.ok();
    assert_eq!((&first["number"], &first["media"], &first["kind"]), (&json!(1), &json!("image/jpeg"), &json!("receipt")));
    assert_eq!(family.upload(&to, "first", ("image/jpeg", &picture(1))).await.ok(), first, "the same click twice");
    assert_eq!(family.upload(&to, "first", ("image/jpeg", &picture(2))).await.problem().1, "idempotency-conflict");
    assert_eq!(family.upload(&to, "second", ("image/jpeg", &picture(1))).await.ok()["number"], 1, "the same file is the same file");
    let href = format!("/citizen/v1/{}", first["href"].as_str().unwrap());
    let opened = family.get(&href).await;
    assert_eq!(
        (opened.status.as_u16(), &opened.headers["content-type"], &opened.headers["content-disposition"]),
        (200, &"image/jpeg".parse().unwrap(), &"attachment".parse().unwrap())
    );
    assert!(opened.body.starts_with(&[0xff, 0xd8, 0xff]) && opened.headers["x-content-type-options"] == "nosniff");
    let unknown = other.get(&format!("{path}/7")).await;
    assert_eq!((other.get(&href).await, unknown.problem().0), (unknown.clone(), 404));
    assert_eq!(other.upload(&to, "theirs", ("image/jpeg", &picture(3))).await.problem().0, 404);

    for number in 2..=10 {
        family.upload(&to, &number.to_string(), ("image/jpeg", &picture(number))).await.ok();
    }
    assert_eq!(family.upload(&to, "eleven", ("image/jpeg", &picture(11))).await.problem(), (409, "evidence-full".to_owned()));
}
