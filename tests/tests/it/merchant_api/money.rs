//! 「いつ入金」「入金額が合わない」: a month with its receipts and pay day, the payments by the bank and what is behind each, and files for the merchant's
//! own books. The figures of all of them agree.

use ledger::actor::{Actor, Command};
use ledger::ids::MerchantId;
use ledger::merchant::people::{NewPerson, PersonRole};
use ledger::session::SignIn;
use serde_json::{Value, json};
use tests::support::database::TestDatabase;
use tests::support::town::{Client, HOST, TODAY, Town};

use crate::office::month::{FUNDED, Staffed, credit, debit, statement};
use crate::office::{CITY, Office};

const STATEMENTS: &str = "/merchant/v1/statements";
const MAY: &str = "/merchant/v1/statements/2026-05";

async fn manager(office: &Office, merchant: &str) -> Client {
    let merchant: MerchantId = merchant.parse().unwrap();
    let new = NewPerson { name: "責任者".to_owned(), role: PersonRole::Manager };
    let command = Command::new(Actor::Staff("sato".to_owned()), format!("manager/{merchant}"), &new);
    let code = office.ledger().invite_person(CITY, &command, merchant, &new).await.unwrap().code;
    let token = office.ledger().sign_in_person(CITY, &SignIn { code: Some(code), origin: String::new() }).await.unwrap().token;
    let routes = process::serve::router(office.ledger(), &process::serve::Reached::directly(HOST));
    Client::of(routes).bearer(&token.to_string())
}

#[tokio::test]
async fn a_merchant_sees_when_it_is_paid_what_for_and_that_the_bank_gave_it_back() {
    let office = Office::at("2026-05-20").await;
    let mut staff = Staffed::new(&office).await;
    staff.granted().await;
    let (one, _) = staff.merchant("one", "1234567").await;
    let (two, _) = staff.merchant("two", "7654321").await;
    let (first, second) = (manager(&office, &one).await, manager(&office, &two).await);
    staff.paid(&[&one, &two]).await;
    let receipt = first.get(&format!("/merchant/v1/receipts?first={TODAY}&last={TODAY}")).await.ok()["receipts"][0]["receipt"].clone();
    let refund = json!({"amount_yen": 1_000, "reason": "休講"});
    first.post(&format!("/merchant/v1/receipts/{}/refunds", receipt.as_str().unwrap()), "refund", &refund).await.ok();
    assert_eq!(first.get(STATEMENTS).await.ok()["statements"], json!([]));

    staff.on("2026-06-16").await;
    staff.approved().await;
    let month = first.get(MAY).await.ok();
    assert_eq!((&month["gross_yen"], &month["refunded_yen"], &month["net_yen"]), (&json!(30_000), &json!(1_000), &json!(29_000)));
    assert_eq!((&month["pay_on"], &month["payouts"], &month["state"]), (&json!("2026-07-10"), &json!([]), &json!("approved")), "planned");
    assert_eq!(first.get(STATEMENTS).await.ok()["statements"], json!([month]));
    let lines = first.get(&format!("{MAY}/receipts?limit=1")).await.ok();
    assert_eq!((&lines["lines"][0]["amount_yen"], &lines["lines"][0]["receipt"], &lines["next"]), (&json!(30_000), &receipt, &json!(1)));
    let rest = first.get(&format!("{MAY}/receipts?after=1")).await.ok();
    assert_eq!((&rest["lines"][0]["amount_yen"], &rest["lines"][0]["receipt"], &rest["next"]), (&json!(-1_000), &receipt, &Value::Null));
    let file = first.get(&format!("{MAY}/receipts.csv")).await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(file.headers["content-disposition"], "attachment; filename=\"statement-2026-05.csv\"");
    let amounts: i64 = file.text().lines().skip(1).map(|line| line.rsplit(',').next().unwrap().parse::<i64>().unwrap()).sum();
    assert_eq!(amounts, 29_000, "the file adds up to what is due");
    assert_eq!(second.get(&format!("{MAY}/receipts.csv")).await.text().lines().count(), 2);

    staff.on("2026-07-08").await;
    let (_, total) = staff.sent().await;
    let sent = json!({"pay_on": "2026-07-10", "amount_yen": 29_000, "state": "sent", "months": ["2026-05"]});
    assert_eq!(first.get("/merchant/v1/payouts").await.ok()["payouts"], json!([sent]));
    staff.on("2026-07-14").await;
    let lines = vec![debit("00000001", "2026-07-10", total, "ｿｳｺﾞｳﾌﾘｺﾐ"), credit("00000002", "2026-07-13", 31_000, "ﾃｽﾄｼ ｶｲｹｲｶﾝﾘｼﾔ", "ﾌﾘｺﾐﾍﾝｷﾔｸ")];
    staff.treasurer.upload("/bank-statements", "import", &statement(FUNDED + 200_000, "2026-07-10", lines)).await.made();
    staff.treasurer.post("/bank-lines/match", "match", &json!({})).await.made();
    assert_eq!(first.get(MAY).await.ok()["payouts"][0]["state"], "paid");
    let waiting = staff.approver.get("/returns").await.made()["returns"][0].clone();
    let paid = json!({"remittance": waiting["remittance"], "number": waiting["number"]});
    staff.approver.post(&format!("/bank-lines/{}/confirm-return", waiting["line"].as_str().unwrap()), "confirm", &paid).await.made();
    let returned = second.get(MAY).await.ok();
    assert_eq!((&returned["payouts"][0]["state"], &returned["payouts"][0]["amount_yen"]), (&json!("returned"), &json!(31_000)));
    assert!(returned["pay_on"].as_str().unwrap() > "2026-07-14", "paid again later: {returned}");
}

#[tokio::test]
async fn receipts_come_as_a_file_that_no_spreadsheet_runs() {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let (family, desk) = (town.signed_in(0).await, town.desk(0));
    let bill = json!({"reference": "=1+1", "amount_yen": 700, "expense": "tuition"});
    let invoice = desk.post("/merchant/v1/invoices", "bill", &bill).await.ok();
    let asked = json!({"children": town.payment(0, 0, 1)["children"], "own_money": true});
    family.post(&format!("/citizen/v1/invoices/{}/payments", invoice["invoice"].as_str().unwrap()), "pay", &asked).await.ok();
    let file = desk.get(&format!("/merchant/v1/receipts.csv?first={TODAY}&last={TODAY}")).await;
    assert_eq!(file.headers["content-disposition"].to_str().unwrap(), format!("attachment; filename=\"receipts-{TODAY}-{TODAY}.csv\""));
    let text = file.text();
    let lines: Vec<_> = text.trim_start_matches('\u{feff}').split("\r\n").collect();
    assert_eq!((lines[0], lines.len()), ("領収番号,日時,請求番号,費目,金額,返金額,照合番号", 3));
    let cells: Vec<_> = lines[1].split(',').collect();
    assert_eq!((cells[2], cells[3], cells[4], cells[5]), ("'=1+1", "tuition", "700", "0"));
    assert_eq!(desk.get("/merchant/v1/receipts.csv?first=2026-01-01&last=2026-05-20").await.json()["errors"][0]["code"], "days");
}
