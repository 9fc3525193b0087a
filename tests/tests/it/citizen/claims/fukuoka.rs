//! Fukuoka: a receipt is repaid from the same balance as coupons.

use ledger::bank::sougou;
use serde_json::{Value, json};
use tests::support::city::date;

use super::*;
use crate::office::month::{credit, debit, statement};

const CLAIMS: &str = "/citizen/v1/claims";
const SCHEME: &str = "fukuoka-naraigoto";

async fn balance(family: &tests::support::town::Client) -> i64 {
    family.get("/citizen/v1/children").await.ok()["children"][0]["balances"][0]["balance_yen"].as_i64().unwrap_or(0)
}

#[tokio::test]
async fn a_receipt_is_read_about_estimated_and_filed_on_the_balance_of_the_coupons() {
    let bureau = Bureau::fukuoka().await;
    let (family, child) = bureau.family(1).await;
    let schemes = family.get(&format!("/citizen/v1/children/{child}/claim-schemes")).await.ok();
    let [scheme] = &schemes["schemes"].as_array().unwrap()[..] else { panic!("{schemes}") };
    assert_eq!((&scheme["scheme"], &scheme["open"], &scheme["shuts_on"]), (&json!(SCHEME), &json!(true), &Value::Null));
    assert_eq!((&scheme["balance_yen"], &scheme["evidence"], &scheme["fiscal_year"]), (&json!(120_000), &json!(["receipt"]), &json!(2025)));
    assert!(scheme["expenses"].as_array().unwrap().contains(&json!("tuition")));

    let asked = form(child, SCHEME, &[receipt("tuition", 30_000, "2025-10-20"), receipt("books", 2_000, "2025-10-21")]);
    let estimate = family.post("/citizen/v1/claims/estimates", "", &asked).await.ok();
    assert_eq!((&estimate["requested_yen"], &estimate["payable_yen"]), (&json!(32_000), &json!(30_000)));
    assert_eq!((&estimate["lines"][1]["cost"], &estimate["lines"][1]["reason"]["code"]), (&json!(2), &json!("expense_not_covered")));
    assert_eq!(estimate["lines"][1]["reason"]["japanese"], "対象外の費用（books）です");
    assert_eq!((balance(&family).await, family.get(CLAIMS).await.ok()["claims"].clone()), (120_000, json!([])), "nothing is written");

    let filed = family.post(CLAIMS, "first", &asked).await;
    assert_eq!(family.post(CLAIMS, "first", &asked).await, filed, "the same click twice: status, headers and bytes");
    assert_eq!(family.post(CLAIMS, "first", &form(child, SCHEME, &[receipt("tuition", 1, "2025-10-20")])).await.problem().1, "idempotency-conflict");
    let filed = filed.ok();
    assert_eq!((&filed["status"], &filed["reserved_yen"], &filed["granted_yen"]), (&json!("filed"), &json!(30_000), &Value::Null));
    assert_eq!((&filed["missing_evidence"], &filed["costs"][0]["paid_to"]), (&json!(["receipt"]), &json!("みらい書道教室")));
    assert_eq!(balance(&family).await, 90_000);
    bureau.world.assert_sound().await;
}

#[tokio::test]
async fn a_claim_goes_from_the_form_to_a_bank_line_and_what_was_paid_too_much_comes_back() {
    let bureau = Bureau::fukuoka().await;
    let (family, child) = bureau.family(1).await;
    let asked = form(child, SCHEME, &[receipt("tuition", 30_000, "2025-10-20")]);
    let claim = family.post(CLAIMS, "first", &asked).await.ok();
    let path = format!("/ops/v1/claims/{}", id(&claim));
    let (sato, suzuki) = (bureau.clerk("sato").await, bureau.clerk("suzuki").await);
    let examine = json!({"filing": 1, "proposed_yen": 30_000, "message": "領収書を確認"});
    assert_eq!(sato.post(&format!("{path}/examine"), "too-soon", &examine).await.json()["refusal"], "evidence_missing");
    assert_eq!(show(&family, &claim, "receipt", 1).await.ok()["number"], 1);
    assert_eq!(sato.post(&format!("{path}/examine"), "examine", &examine).await.status.as_u16(), 204);
    let decide = json!({"granted_yen": 30_000, "message": "申請のとおり決定しました"});
    assert_eq!(sato.post(&format!("{path}/decide"), "decide", &decide).await.problem(), (403, "forbidden".to_owned()));
    assert_eq!(suzuki.post(&format!("{path}/decide"), "decide", &decide).await.status.as_u16(), 204);
    let read = family.get(&format!("{CLAIMS}/{}", id(&claim))).await.ok();
    assert_eq!((&read["status"], &read["granted_yen"], &read["missing_evidence"]), (&json!("decided"), &json!(30_000), &json!([])));
    assert_eq!(read["steps"].as_array().unwrap().last().unwrap()["reason"], "申請のとおり決定しました");

    let remittance = pay(&bureau, "2025-11", "2025-12-20").await;
    assert_eq!(bureau.world.owed(bureau.world.family(1).await.0).await, 0);

    // A second person finds later that a receipt was claimed twice: the family owes 20,000 and pays it into the city's account.
    bureau.world.test.set("2026-01-09");
    let (sato, suzuki, family) = (bureau.clerk("sato").await, bureau.clerk("suzuki").await, bureau.family(1).await.0);
    let wanted = json!({"amount_yen": 20_000, "message": "同じ領収書が二重に申請されていました"});
    let clawback = sato.post(&format!("{path}/clawbacks"), "back", &wanted).await.ok()["clawback"].clone();
    assert_eq!(suzuki.get("/ops/v1/clawbacks").await.ok()["items"][0]["clawback"], clawback);
    let agreed = json!({"message": "返還をお願いします"});
    let approve = format!("/ops/v1/clawbacks/{}/approve", clawback.as_str().unwrap());
    assert_eq!(suzuki.post(&approve, "agree", &agreed).await.status.as_u16(), 204);
    assert_eq!(suzuki.get("/ops/v1/clawbacks").await.ok()["items"], json!([]));
    let read = family.get(&format!("{CLAIMS}/{}", id(&claim))).await.ok();
    assert_eq!((&read["repay_yen"], &read["clawbacks"][0]["amount_yen"], &read["clawbacks"][0]["clawback"]), (&json!(20_000), &json!(20_000), &clawback));

    let lines = vec![debit("00000001", "2026-01-13", 30_000, "ｿｳｺﾞｳﾌﾘｺﾐ"), credit("00000002", "2026-01-14", 20_000, "ｲｸﾐ ﾀﾛｳ", "ﾌﾘｺﾐ")];
    bureau.world.test.set("2026-01-15");
    let treasurer = bureau.clerk("takahashi").await;
    let file = statement(10_000_000, "2026-01-13", lines);
    treasurer.upload("/ops/v1/bank-statements", "import", ("application/octet-stream", &file)).await.ok();
    let run = treasurer.post("/ops/v1/bank-lines/match", "match", &json!({})).await.ok();
    assert_eq!((&run["matched"], &run["suspense"]), (&json!(1), &json!(1)), "{remittance}");
    let report = treasurer.get("/ops/v1/bank-lines?from=2026-01-13&to=2026-01-14").await.ok();
    let line = report["lines"][1]["line"].as_str().unwrap();
    let family_id = bureau.world.family(1).await.0;
    let what = json!({"what": format!("family-repays:{family_id}"), "reason": "返還金"});
    let explained = treasurer.post(&format!("/ops/v1/bank-lines/{line}/explain-credit"), "explain", &what).await;
    assert_eq!(explained.status.as_u16(), 204, "{explained}");
    assert_eq!(bureau.world.receivable(family_id).await, 0);
    bureau.world.assert_sound().await;
}

/// The bank file of a month: prepared, approved, built, read by our own reader, sent. Its id.
async fn pay(bureau: &Bureau, month: &str, today: &str) -> String {
    bureau.world.test.set(today);
    let (sato, suzuki, takahashi) = (bureau.clerk("sato").await, bureau.clerk("suzuki").await, bureau.clerk("takahashi").await);
    let prepared = sato.post("/ops/v1/remittances", "prepare", &json!({"month": month})).await.ok();
    let path = format!("/ops/v1/remittances/{}", prepared["remittance"].as_str().unwrap());
    suzuki.post(&format!("{path}/approve"), "approve", &json!({})).await;
    let built = takahashi.post(&format!("{path}/build"), "build", &json!({})).await.ok();
    let file = takahashi.get(&format!("{path}/file")).await;
    let read = sougou::read(&file.body, sougou::ReadOptions::strict(date(today))).unwrap().remittance;
    let lines: Vec<_> = read.lines.iter().map(|line| (line.account.bank.as_str(), line.account.number.as_str(), line.amount.get())).collect();
    assert_eq!(lines, [("9996", "0000777", 30_000)]);
    takahashi.post(&format!("{path}/sent"), "sent", &json!({"sha256": built["sha256"]})).await;
    prepared["remittance"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_came_back_is_corrected_and_only_the_difference_moves() {
    let bureau = Bureau::fukuoka().await;
    let (family, child) = bureau.family(1).await;
    let claim = family.post(CLAIMS, "first", &form(child, SCHEME, &[receipt("tuition", 30_000, "2025-10-20")])).await.ok();
    let sato = bureau.clerk("sato").await;
    let back = json!({"message": "領収書の金額と違います"});
    assert_eq!(sato.post(&format!("/ops/v1/claims/{}/return", id(&claim)), "back", &back).await.status.as_u16(), 204);
    let path = format!("{CLAIMS}/{}", id(&claim));
    let read = family.get(&path).await.ok();
    assert_eq!(
        (&read["status"], &read["steps"][1]["step"], &read["steps"][1]["reason"]),
        (&json!("returned"), &json!("returned"), &json!("領収書の金額と違います"))
    );
    assert_eq!(balance(&family).await, 90_000, "the money stays set aside");
    assert_eq!(family.get(&format!("{CLAIMS}?status=returned")).await.ok()["claims"][0]["claim"], claim["claim"]);
    assert_eq!(family.get(&format!("{CLAIMS}?status=filed")).await.ok()["claims"], json!([]));

    let corrected = json!({"costs": [receipt("tuition", 12_000, "2025-10-20")]});
    let whole = json!({"costs": [receipt("tuition", 130_000, "2025-10-20")]});
    assert_eq!(family.post(&format!("{path}/estimates"), "", &whole).await.ok()["payable_yen"], 120_000, "what it has set aside counts as its own");
    assert_eq!(family.post(&format!("{path}/estimates"), "", &corrected).await.ok()["payable_yen"], 12_000);
    let again = family.post(&format!("{path}/filings"), "again", &corrected).await;
    assert_eq!(family.post(&format!("{path}/filings"), "again", &corrected).await, again);
    let again = again.ok();
    assert_eq!((&again["status"], &again["filing"], &again["reserved_yen"]), (&json!("filed"), &json!(2), &json!(12_000)));
    assert_eq!(balance(&family).await, 108_000);
    // Who looked at the first filing looks again.
    show(&family, &claim, "receipt", 1).await.ok();
    let stale = json!({"filing": 1, "proposed_yen": 12_000, "message": "確認"});
    assert_eq!(sato.post(&format!("/ops/v1/claims/{}/examine", id(&claim)), "stale", &stale).await.json()["refusal"], "claim_changed");
    bureau.world.assert_sound().await;
}

#[tokio::test]
async fn a_claim_that_the_family_takes_back_gives_everything_back_once() {
    let bureau = Bureau::fukuoka().await;
    let (family, child) = bureau.family(1).await;
    let claim = family.post(CLAIMS, "first", &form(child, SCHEME, &[receipt("tuition", 30_000, "2025-10-20")])).await.ok();
    let path = format!("{CLAIMS}/{}/withdraw", id(&claim));
    let taken = family.post(&path, "back", &json!({})).await;
    assert_eq!(family.post(&path, "back", &json!({})).await, taken);
    assert_eq!((&taken.ok()["status"], balance(&family).await), (&json!("withdrawn"), 120_000));
    let late = family.post(&path, "once-more", &json!({})).await;
    assert_eq!(late.problem(), (409, "claim-state".to_owned()));
    assert_eq!(late.json()["detail"], "この申請は取り下げられているため、この操作はできません。");
    bureau.world.assert_sound().await;
}

#[tokio::test]
async fn pages_of_claims_follow_each_other_newest_first() {
    let bureau = Bureau::fukuoka().await;
    let (family, child) = bureau.family(1).await;
    let mut made = Vec::new();
    for number in 1..=5 {
        // Two at each instant.
        bureau.world.test.clock.advance(chrono::TimeDelta::seconds(number % 2));
        let asked = form(child, SCHEME, &[receipt("tuition", 1_000 * number, "2025-10-20")]);
        made.push(id(&family.post(CLAIMS, &number.to_string(), &asked).await.ok()).to_owned());
    }
    let (mut seen, mut next) = (Vec::new(), String::new());
    loop {
        let page = family.get(&format!("{CLAIMS}?limit=2&child={child}{next}")).await.ok();
        seen.extend(page["claims"].as_array().unwrap().iter().map(|claim| id(claim).to_owned()));
        let Some(after) = page["next"].as_str() else { break };
        next = format!("&after={after}");
    }
    assert!(seen.is_sorted_by(|newer, older| newer > older), "{seen:?}");
    made.sort();
    seen.sort();
    assert_eq!(seen, made);
    let other = bureau.family(2).await;
    assert_eq!(family.get(&format!("{CLAIMS}?child={}", other.1)).await.ok()["claims"], json!([]));
    assert_eq!(other.0.get(CLAIMS).await.ok()["claims"], json!([]));
}
