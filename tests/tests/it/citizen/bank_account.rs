//! Where a family is paid: registered on the phone, cooled off, approved by a second person; and own money that goes back there.

use chrono::TimeDelta;
use ledger::actor::{Actor, Command};
use ledger::bank::sougou;
use ledger::money::Yen;
use serde_json::{Value, json};
use tests::support::city::date;

use super::bureau::{Bureau, wrong};

const ACCOUNT: &str = "/citizen/v1/bank-account";

fn account(number: &str) -> Value {
    json!({"bank": "9997", "branch": "001", "account_kind": "1", "account_number": number, "holder": "ナニワ ウメ"})
}

#[tokio::test]
async fn own_money_goes_back_to_an_account_that_cooled_off_and_a_second_person_approved() {
    let bureau = Bureau::fukuoka().await;
    let (family, _) = bureau.family(2).await;
    let (ledger, city) = (bureau.world.ledger(), bureau.world.municipality);
    let whose = bureau.world.family(2).await.0;
    ledger.load_own_money(city, &Command::new(Actor::Job("test"), "load", &()), whose, Yen::new(8_000)).await.unwrap();
    let back = async |key: &str, yen: i64| family.post("/citizen/v1/own-money/pay-backs", key, &json!({"amount_yen": yen})).await;
    let none = family.post("/citizen/v1/own-money/pay-backs", "none", &json!({"amount_yen": 5_000})).await;
    assert_eq!(none.problem(), (409, "no-bank-account".to_owned()));
    assert_eq!(family.get(ACCOUNT).await.ok(), json!({"in_force": null, "waiting": null, "refused_because": null}));

    let waiting = family.post(ACCOUNT, "register", &account("1234567")).await;
    assert_eq!(family.post(ACCOUNT, "register", &account("1234567")).await, waiting);
    let waiting = waiting.ok();
    assert_eq!((&waiting["in_force"], &waiting["waiting"]["account_number_masked"]), (&Value::Null, &json!("••••567")));
    assert_eq!(waiting["waiting"]["usable_at"], "2025-11-13T12:00:00.000+09:00");
    assert_eq!(family.post(ACCOUNT, "register", &account("7654321")).await.problem().1, "idempotency-conflict");

    let suzuki = bureau.clerk("suzuki").await;
    let listed = suzuki.get("/ops/v1/family-accounts").await.ok();
    assert_eq!((&listed["items"][0]["family"], &listed["items"][0]["number"]), (&json!(whose), &json!(1)));
    let approve = format!("/ops/v1/families/{whose}/account/approve");
    let because = json!({"number": 1, "reason": "登録の電話番号で本人に確認"});
    let early = suzuki.post(&approve, "early", &because).await;
    assert_eq!((early.problem().1.as_str(), &early.json()["refusal"]), ("not-now", &json!("account_cooling")));
    bureau.world.test.clock.advance(TimeDelta::days(3));
    let suzuki = bureau.clerk("suzuki").await;
    let revealed = suzuki.post(&format!("/ops/v1/families/{whose}/reveal"), "", &json!({"reason": "口座の確認"})).await.ok();
    assert_eq!((&revealed["bank_account"], &revealed["waiting_account"]["account_number"]), (&Value::Null, &json!("1234567")));
    assert_eq!(suzuki.post(&approve, "approve", &because).await.status.as_u16(), 204);
    let now = family.get(ACCOUNT).await.ok();
    assert_eq!((&now["in_force"]["account_number_masked"], &now["waiting"]), (&json!("••••567"), &Value::Null));

    let too_much = back("much", 8_001).await;
    assert_eq!((too_much.problem(), &too_much.json()["balance_yen"]), ((409, "short-of-money".to_owned()), &json!(8_000)));
    assert_eq!(back("some", 5_000).await.ok()["entry"], back("some", 5_000).await.ok()["entry"]);
    let standing = family.get("/citizen/v1/own-money").await.ok();
    assert_eq!((&standing["balance_yen"], &standing["to_be_paid_yen"], &standing["owes_yen"]), (&json!(3_000), &json!(5_000), &json!(0)));
    let moves = family.get("/citizen/v1/own-money/movements").await.ok();
    let lines: Vec<_> =
        moves["movements"].as_array().unwrap().iter().map(|line| (line["moved"].clone(), line["amount_yen"].clone(), line["balance_yen"].clone())).collect();
    assert_eq!(lines, [(json!("paid_back"), json!(-5_000), json!(3_000)), (json!("loaded"), json!(8_000), json!(8_000))]);

    bureau.world.test.set("2025-12-20");
    let (sato, suzuki, takahashi) = (bureau.clerk("sato").await, bureau.clerk("suzuki").await, bureau.clerk("takahashi").await);
    let prepared = sato.post("/ops/v1/remittances", "prepare", &json!({"month": "2025-11"})).await.ok();
    let path = format!("/ops/v1/remittances/{}", prepared["remittance"].as_str().unwrap());
    suzuki.post(&format!("{path}/approve"), "approve", &json!({})).await;
    let built = takahashi.post(&format!("{path}/build"), "build", &json!({})).await.ok();
    let file = takahashi.get(&format!("{path}/file")).await;
    let read = sougou::read(&file.body, sougou::ReadOptions::strict(date("2025-12-20"))).unwrap().remittance;
    let lines: Vec<_> = read.lines.iter().map(|line| (line.account.bank.as_str(), line.account.number.as_str(), line.amount.get())).collect();
    assert_eq!(lines, [("9997", "1234567", 5_000)]);
    takahashi.post(&format!("{path}/sent"), "sent", &json!({"sha256": built["sha256"]})).await;
    let paid = family.get("/citizen/v1/history?kind=payout").await.ok();
    assert_eq!((&paid["items"][0]["amount_yen"], &paid["items"][0]["status"]), (&json!(5_000), &json!("sent")));
    bureau.world.assert_sound().await;
}

#[tokio::test]
async fn a_change_shows_on_every_phone_and_is_withdrawn_replaced_or_refused_with_reason() {
    let bureau = Bureau::fukuoka().await;
    let ((one, _), (other, _)) = (bureau.family(1).await, bureau.family(1).await);
    let whose = bureau.world.family(1).await.0;
    one.post(ACCOUNT, "one", &account("1111111")).await.ok();
    let seen = other.get(ACCOUNT).await.ok();
    assert_eq!((&seen["in_force"]["account_number_masked"], &seen["waiting"]["account_number_masked"]), (&json!("••••777"), &json!("••••111")));
    assert_eq!(other.post(&format!("{ACCOUNT}/withdraw"), "no", &json!({})).await.ok()["waiting"], Value::Null);
    assert_eq!(other.post(&format!("{ACCOUNT}/withdraw"), "again", &json!({})).await.problem().0, 404);

    one.post(ACCOUNT, "two", &account("2222222")).await.ok();
    one.post(ACCOUNT, "three", &account("3333333")).await.ok();
    bureau.world.test.clock.advance(TimeDelta::days(3));
    let suzuki = bureau.clerk("suzuki").await;
    // Who has seen the second one has not seen the third.
    let stale = suzuki.post(&format!("/ops/v1/families/{whose}/account/approve"), "stale", &json!({"number": 2, "reason": "確認"})).await;
    assert_eq!(stale.json()["refusal"], "account_changed");
    let no = json!({"number": 3, "reason": "電話で確認できない", "message": "名義が違うようです。通帳をご確認ください"});
    assert_eq!(suzuki.post(&format!("/ops/v1/families/{whose}/account/refuse"), "no", &no).await.status.as_u16(), 204);
    let told = one.get(ACCOUNT).await.ok();
    assert_eq!((&told["waiting"], &told["refused_because"]), (&Value::Null, &json!("名義が違うようです。通帳をご確認ください")));
    assert_eq!(told["in_force"]["account_number_masked"], "••••777", "until one is approved the old one stays");
}

#[tokio::test]
async fn nobody_approves_an_account_that_they_took_in_or_too_early_not_even_by_sql() {
    let bureau = Bureau::fukuoka().await;
    let whose = bureau.world.family(1).await.0;
    let mut form = account("1111111");
    form["reason"] = json!("窓口で受け付け");
    let sato = bureau.clerk("sato").await;
    assert_eq!(sato.post(&format!("/ops/v1/families/{whose}/account"), "paper", &form).await.status.as_u16(), 204);
    bureau.world.test.clock.advance(TimeDelta::days(3));
    let command = Command::new(Actor::Staff("sato".to_owned()), "self", &());
    let refused = bureau.world.ledger().approve_family_account(bureau.world.municipality, &command, (whose, 1)).await.unwrap_err();
    assert!(refused.to_string().contains("second person"), "{refused}");
    let pool = bureau.world.database.pool();
    for wrong in [
        "UPDATE family_registered_accounts SET approved_at = usable_at, approved_by = registered_by",
        "UPDATE family_registered_accounts SET approved_at = usable_at - interval '1 second', approved_by = 'staff:b'",
        "UPDATE family_registered_accounts SET approved_at = usable_at, approved_by = 'staff:b', ended = 'refused', ended_at = usable_at, ended_by = 'staff:b', reason = 'x'",
    ] {
        let error = sqlx::query(wrong).execute(pool).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().unwrap(), "23514", "{wrong}");
    }
    assert!(sqlx::query("UPDATE family_registered_accounts SET sealed = 'x'").execute(pool).await.is_err());
}

#[tokio::test]
async fn every_field_of_an_account_that_no_bank_would_take_is_named_at_once() {
    let bureau = Bureau::fukuoka().await;
    let (family, _) = bureau.family(1).await;
    let with = |name: &str, value: Value| {
        let mut body = account("1234567");
        body[name] = value;
        body
    };
    let all = json!({"bank": "1", "branch": "1", "account_kind": "3", "account_number": "12345678", "holder": "浪速 梅"});
    let answer = family.post(ACCOUNT, "all", &all).await;
    let fields: Vec<_> = wrong(&answer).into_iter().map(|(place, _)| place).collect();
    assert_eq!(fields, ["#/bank", "#/branch", "#/account_kind", "#/account_number", "#/holder"]);
    assert_eq!(answer.json()["errors"][0]["detail"], "金融機関コードを数字 4 桁で入力してください。");
    for (body, field, code) in [
        (with("bank", json!("0001")), "#/bank", "account_not_training"),
        (with("bank", Value::Null), "#/bank", "missing"),
        (with("account_number", json!("0000000")), "#/account_number", "account_number"),
        (with("iban", json!("x")), "#/iban", "unknown"),
    ] {
        let answer = family.post(ACCOUNT, "case", &body).await;
        assert_eq!(wrong(&answer), [(field.to_owned(), code.to_owned())], "{body}");
    }
    assert_eq!(family.get(ACCOUNT).await.ok()["waiting"], Value::Null);
}
