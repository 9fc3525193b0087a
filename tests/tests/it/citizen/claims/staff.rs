//! Staff: what they see without a reason, what with one, who decides, and a form on paper.

use ledger::staff::audit::Which;
use serde_json::json;

use super::*;
use crate::claims::picture;

const CLAIMS: &str = "/ops/v1/claims";
const SCHEME: &str = "fukuoka-naraigoto";

#[tokio::test]
async fn what_a_family_wrote_or_showed_is_opened_with_a_reason_and_each_opening_logged() {
    let bureau = Bureau::fukuoka().await;
    let (family, child) = bureau.family(1).await;
    let claim = family.post("/citizen/v1/claims", "first", &form(child, SCHEME, &[receipt("tuition", 30_000, "2025-10-20")])).await.ok();
    show(&family, &claim, "receipt", 1).await.ok();
    let sato = bureau.clerk("sato").await;
    let path = format!("{CLAIMS}/{}", id(&claim));
    sato.post(&format!("{path}/return"), "back", &json!({"message": "秘密の事情"})).await;
    let shown = sato.get(&path).await;
    assert_eq!((&shown.ok()["state"], &shown.json()["evidence"][0]["kind"]), (&json!("returned"), &json!("receipt")));
    let queue = sato.get(&format!("{CLAIMS}?state=returned")).await;
    assert_eq!(id(&queue.ok()["items"][0]), id(&claim));
    for answer in [shown, queue] {
        assert!(!answer.text().contains("みらい書道教室") && !answer.text().contains("秘密の事情"), "{answer}");
    }
    for door in [format!("{path}/reveal"), format!("{path}/evidence/1/reveal")] {
        assert_eq!(sato.post(&door, "", &json!({})).await.problem().0, 422, "{door}");
    }
    let opened = sato.post(&format!("{path}/reveal"), "", &json!({"reason": "審査"})).await.ok();
    assert_eq!((&opened["costs"][0]["paid_to"], &opened["steps"][1]["reason"]), (&json!("みらい書道教室"), &json!("秘密の事情")));
    let file = sato.post(&format!("{path}/evidence/1/reveal"), "", &json!({"reason": "審査"})).await;
    assert_eq!((file.status.as_u16(), &file.headers["content-type"]), (200, &"image/jpeg".parse().unwrap()));
    assert_eq!(sato.post(&format!("{path}/evidence/2/reveal"), "", &json!({"reason": "審査"})).await.problem().0, 404);

    let log = bureau.world.ledger().list_staff_actions(bureau.world.municipality, &Which { limit: 100, ..Which::default() }).await.unwrap();
    let reveals: Vec<_> = log.iter().filter(|row| row.action.starts_with("claim.reveal")).map(|row| (row.outcome.as_str(), row.reason.as_deref())).collect();
    assert_eq!(reveals, [("refused", Some("審査")), ("done", Some("審査")), ("done", Some("審査")), ("refused", None), ("refused", None)]);
    assert!(!format!("{log:?}").contains("秘密の事情"), "what is written to a family stands sealed with the claim, not open in the log");
}

#[tokio::test]
async fn a_form_on_paper_is_taken_in_by_one_person_and_decided_by_another() {
    let bureau = Bureau::fukuoka().await;
    let (family, child) = bureau.family(1).await;
    let sato = bureau.clerk("sato").await;
    let unknown = form("chd_00000000000000000000000000000007".parse().unwrap(), SCHEME, &[receipt("tuition", 1, "2025-10-20")]);
    assert_eq!(sato.post(CLAIMS, "unknown", &unknown).await.problem().0, 404);
    let taken = sato.post(CLAIMS, "paper", &form(child, SCHEME, &[receipt("tuition", 30_000, "2025-10-20")])).await.ok();
    let path = format!("{CLAIMS}/{}", id(&taken));
    let scan = sato.upload(&format!("{path}/evidence?kind=receipt"), "scan", ("image/jpeg", &picture(1))).await.ok();
    assert_eq!(scan["number"], 1);
    let corrected = sato.post(&format!("{path}/filings"), "again", &json!({"costs": [receipt("tuition", 25_000, "2025-10-20")]})).await.ok();
    assert_eq!((&corrected["filing"], &corrected["reserved_yen"]), (&json!(2), &json!(25_000)));
    let assessed = sato.get(&format!("{path}/assessment")).await.ok();
    assert_eq!((&assessed["payable"], assessed["lines"].as_array().map(Vec::len)), (&json!(25_000), Some(1)));
    // The family sees it like one of its own.
    assert_eq!(family.get("/citizen/v1/claims").await.ok()["claims"][0]["claim"], taken["claim"]);
    sato.post(&format!("{path}/examine"), "look", &json!({"filing": 2, "proposed_yen": 20_000, "message": "一部対象外"})).await;
    let suzuki = bureau.clerk("suzuki").await;
    let other = suzuki.post(&format!("{path}/decide"), "other", &json!({"granted_yen": 25_000, "message": "決定"})).await;
    assert_eq!((other.problem().0, &other.json()["refusal"]), (422, &json!("other_amount")));
    assert_eq!(suzuki.post(&format!("{path}/decide"), "decide", &json!({"granted_yen": 20_000, "message": "一部決定"})).await.status.as_u16(), 204);
    assert_eq!(bureau.world.coupons().await, 100_000, "what is not granted is the child's again");
    let late = sato.post(&format!("{path}/withdraw"), "late", &json!({"reason": "家庭の申し出"})).await;
    assert_eq!((late.problem().1.as_str(), &late.json()["refusal"]), ("not-now", &json!("claim_state")));
    bureau.world.assert_sound().await;
}

/// 支援措置: where a protected family goes is opened with a reason only.
#[tokio::test]
async fn the_merchant_of_a_protected_familys_claim_is_seen_by_nobody_without_a_reason() {
    let bureau = Bureau::fukuoka().await;
    let (family, child) = bureau.family(1).await;
    let class = bureau.world.class().await.to_string();
    let cost = json!({"expense": "tuition", "amount_yen": 30_000, "on": "2025-10-20", "merchant": class});
    let claim = family.post("/citizen/v1/claims", "first", &form(child, SCHEME, &[cost])).await.ok();
    let sato = bureau.clerk("sato").await;
    let path = format!("{CLAIMS}/{}", id(&claim));
    let seen = async || [sato.get(&path).await.text().contains(&class), sato.get(CLAIMS).await.text().contains(&class)];
    assert_eq!(seen().await, [true, false], "the control");
    let roster = "宛名番号,世帯番号,児童氏名,児童カナ,生年月日,住所,保護者宛名番号,保護者氏名,保護者カナ,適用日,支援措置\n\
                  0001,H1,育実 花子,イクミ ハナコ,2012-05-10,中央区1-1,9001,育実 太郎,イクミ タロウ,2025-04-01,1\n";
    let clerk = ledger::actor::Actor::Staff("roster".to_owned());
    bureau.world.ledger().import_roster(bureau.world.municipality, &clerk, roster.as_bytes(), &mut |_| {}).await.unwrap();
    assert_eq!(seen().await, [false, false]);
    let opened = sato.post(&format!("{path}/reveal"), "", &json!({"reason": "審査"})).await.ok();
    assert_eq!(opened["costs"][0]["merchant"], json!(class));
    // The family itself goes on seeing what it filed.
    assert!(family.get(&format!("/citizen/v1/claims/{}", id(&claim))).await.text().contains(&class));
}
