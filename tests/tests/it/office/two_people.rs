//! One person with both roles still does one side only: each two-person step is refused for who took the first, and works for a second person.

use ledger::staff::Role::{Approver, Preparer, Treasurer};
use serde_json::{Value, json};

use super::month::{FUNDED, Staffed, application, credit, debit, pass, statement, text};
use super::{Clerk, Office};

/// Asks as the one who did the first side, then as another; only the second is let.
async fn only_another(one: &Clerk, other: &Clerk, path: &str, body: &Value) {
    let refused = one.post(path, "same", body).await;
    assert_eq!(refused.problem(), (409, "second-person".to_owned(), "same_person".to_owned()), "{path}: {}", refused.text());
    other.post(path, "other", body).await.made();
}

#[tokio::test]
async fn nobody_decides_on_a_merchant_a_service_an_account_or_a_suspension_of_their_own() {
    let office = Office::at("2026-05-20").await;
    let one = office.clerk("one", &[Preparer, Approver]).await;
    let other = office.clerk("other", &[Preparer, Approver]).await;
    let reason = json!({"reason": "電話で確認"});
    let merchant = text(&one.post("/merchants", "apply", &application("甲", "1234567")).await.made()["merchant"]);
    let about = |what: &str| format!("/merchants/{merchant}/{what}");
    let refused = one.post(&about("refuse"), "same", &reason).await.problem();
    assert_eq!((refused.0, refused.2.as_str()), (409, "same_person"));
    only_another(&one, &other, &about("approve"), &json!({})).await;

    one.post(&about("services"), "more", &json!({"services": ["lesson tuition"]})).await.made();
    assert_eq!(one.post(&about("services/approve"), "same", &json!({})).await.problem().0, 409);
    other.post(&about("services/approve"), "other", &json!({})).await.made();

    let account = json!({"bank": "9997", "branch": "001", "account_kind": "1", "account_number": "7654321", "holder": "テスト", "reason": "変更届"});
    one.post(&about("account"), "change", &account).await.made();
    only_another(&one, &other, &about("account/approve"), &reason).await;

    one.post(&about("suspend"), "stop", &reason).await.made();
    only_another(&one, &other, &about("resume"), &reason).await;
    office.books_are_sound().await;
}

#[tokio::test]
async fn nobody_approves_their_own_statement_or_remittance_or_confirms_their_own_return() {
    let office = Office::at("2026-05-20").await;
    let mut staff = Staffed::new(&office).await;
    staff.granted().await;
    let (merchant, _) = staff.merchant("one", "1234567").await;
    let (second, _) = staff.merchant("two", "7654321").await;
    staff.paid(&[&merchant, &second]).await;
    staff.on("2026-06-16").await;
    let both = office.clerk("both", &[Preparer, Approver, Treasurer]).await;
    staff.preparer.post("/statements", "draw", &json!({"month": "2026-05"})).await.made();
    let listed = staff.approver.get("/statements").await.made();
    let ids: Vec<_> = listed["items"].as_array().expect("statements").iter().map(|statement| text(&statement["statement"])).collect();
    for id in &ids {
        both.post(&format!("/statements/{id}/claim"), id, &json!({"reason": "書面"})).await.made();
    }
    let all = json!({"statements": ids});
    only_another(&both, &staff.treasurer, "/statements/examine", &all).await;
    only_another(&both, &staff.approver, "/statements/approve", &all).await;

    staff.on("2026-07-08").await;
    let both = office.again("both").await;
    let prepared = both.post("/remittances", "prepare", &json!({"month": "2026-05"})).await.made();
    let (id, total) = (text(&prepared["remittance"]), prepared["total_yen"].as_i64().expect("yen"));
    only_another(&both, &staff.approver, &format!("/remittances/{id}/approve"), &json!({})).await;
    let built = both.post(&format!("/remittances/{id}/build"), "build", &json!({})).await.made();
    both.post(&format!("/remittances/{id}/sent"), "sent", &json!({"sha256": built["sha256"]})).await.made();

    staff.on("2026-07-14").await;
    let both = office.again("both").await;
    let lines = vec![debit("00000001", "2026-07-10", total, "ｿｳｺﾞｳﾌﾘｺﾐ"), credit("00000002", "2026-07-13", 30_000, "ﾃｽﾄｼ ｶｲｹｲｶﾝﾘｼﾔ", "ﾌﾘｺﾐﾍﾝｷﾔｸ")];
    both.upload("/bank-statements", "import", &statement(FUNDED + 200_000, "2026-07-10", lines)).await.made();
    both.post("/bank-lines/match", "match", &json!({})).await.made();
    let waiting = both.get("/returns").await.made()["returns"][0].clone();
    let paid = json!({"remittance": waiting["remittance"], "number": waiting["number"]});
    only_another(&both, &staff.approver, &format!("/bank-lines/{}/confirm-return", text(&waiting["line"])), &paid).await;
    office.books_are_sound().await;
}

#[tokio::test]
async fn nobody_decides_on_a_claim_they_took_in_or_examined_or_on_their_own_clawback() {
    let office = Office::at("2026-05-20").await;
    let staff = Staffed::new(&office).await;
    staff.granted().await;
    let (child, _) = staff.payer().await;
    let both = office.clerk("both", &[Preparer, Approver]).await;
    staff.treasurer.post("/appropriations", "passes", &json!({"scheme": "osaka-passes", "fiscal_year": 2026, "amount_yen": 100_000})).await.made();
    let form = json!({"child": child, "scheme": "osaka-passes", "costs": [pass(10_000)]});
    let claim = text(&both.post("/claims", "paper", &form).await.made()["claim"]);
    let about = |what: &str| format!("/claims/{claim}/{what}");
    let (examine, decide) = (json!({"filing": 1, "proposed_yen": 10_000, "message": "確認"}), json!({"granted_yen": 10_000, "message": "決定"}));
    // Another examines: who took the paper in still does not decide.
    staff.preparer.post(&about("examine"), "examine", &examine).await.made();
    only_another(&both, &staff.approver, &about("decide"), &decide).await;
    let clawback = text(&both.post(&about("clawbacks"), "back", &json!({"amount_yen": 4_000, "message": "重複"})).await.made()["clawback"]);
    only_another(&both, &staff.approver, &format!("/clawbacks/{clawback}/approve"), &json!({"message": "同意"})).await;
    office.books_are_sound().await;
}
