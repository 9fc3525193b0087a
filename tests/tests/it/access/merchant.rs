//! The merchants' face.

use std::path::Path;

use ledger::actor::{Actor, Command};
use ledger::merchant::people::PersonRole;
use ledger::staff::{Invitation, Role};
use serde_json::{Value, json};
use tests::support::access::{Asker, FilledRequest, Operation, assert_kept, table};
use tests::support::database::TestDatabase;
use tests::support::town::{Client, Town};

const SAID: &str = "# Who may ask what: the merchants' API

Asked about things of one merchant in Osaka. `yes`: the request is looked at; a number: the status of the refusal; `refused`: the one refusal of a code.
A terminal or a person of *another* merchant or city asks about the first one's things: what has an id is unknown to them (404), lists show their own.
Kept by `tests/tests/it/access/merchant.rs`.";

/// Things of one merchant; those that a request uses up are made anew for each.
struct Things<'a> {
    town: &'a Town,
    desk: Client,
    manager: Client,
    family: Client,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

impl Things<'_> {
    async fn code(&self, key: &str) -> String {
        text(&self.family.post("/citizen/v1/payments", key, &self.town.payment(0, 0, 10)).await.ok()["code"])
    }

    async fn receipt(&self, key: &str) -> String {
        let code = self.code(key).await;
        text(&self.desk.post("/merchant/v1/captures", key, &json!({"code": code})).await.ok()["receipt"])
    }

    async fn invoice(&self, key: &str) -> String {
        let bill = json!({"reference": key, "amount_yen": 10, "expense": "tuition"});
        text(&self.desk.post("/merchant/v1/invoices", key, &bill).await.ok()["invoice"])
    }

    async fn person(&self, key: &str) -> Value {
        self.manager.post("/merchant/v1/people", key, &json!({"name": key, "role": "desk"})).await.ok()
    }

    /// The path with ids of things that are there.
    async fn path(&self, path: &str, key: &str) -> String {
        if path.contains("{receipt}") {
            return path.replace("{receipt}", &self.receipt(key).await);
        }
        if path.contains("{invoice}") {
            return path.replace("{invoice}", &self.invoice(key).await);
        }
        if path.contains("{person}") {
            return path.replace("{person}", &text(&self.person(key).await["person"]["person"]));
        }
        if path.contains("{terminal}") {
            let terminal = self.manager.post("/merchant/v1/terminals", key, &json!({"label": key})).await.ok();
            return path.replace("{terminal}", &text(&terminal["terminal"]));
        }
        path.replace("{month}", "2026-05")
    }

    async fn body(&self, id: &str, key: &str) -> Value {
        let account = json!({"bank": "9997", "branch": "001", "account_kind": "1", "account_number": "1112223", "holder": "テスト"});
        match id {
            "capture" => json!({"code": self.code(&format!("{key}/code")).await}),
            "refund" => json!({"amount_yen": 1, "reason": "休講"}),
            "create_invoice" => json!({"reference": key, "amount_yen": 10, "expense": "tuition"}),
            "create_invoices" => json!({"invoices": [{"reference": key, "amount_yen": 10, "expense": "tuition"}]}),
            "invite_person" => json!({"name": "甲", "role": "desk"}),
            "register_terminal" => json!({"label": "甲"}),
            "change_account" => account,
            "apply" => crate::merchant_api::applications::application(key),
            "sign_in" => json!({"city": "osaka", "code": self.person(&format!("{key}/code")).await["code"]}),
            _ => json!({}),
        }
    }

    async fn asked(&self, operation: &Operation, column: usize) -> FilledRequest {
        let key = format!("{}/{column}", operation.id);
        let mut path = self.path(&operation.path, &key).await;
        if ["list_receipts", "download_receipts"].contains(&operation.id.as_str()) {
            path = format!("{path}?first=2026-06-16&last=2026-06-16");
        }
        FilledRequest { path, body: self.body(&operation.id, &key).await.to_string().into_bytes() }
    }
}

/// Somebody of the city's staff with every role that moves money.
async fn clerk(town: &Town) -> Client {
    let (ledger, city) = (&town.test.ledger, town.municipality());
    let roles = [Role::Preparer, Role::Approver, Role::Treasurer].into();
    let invitation = Invitation { name: "access".to_owned(), display_name: "窓口".to_owned(), roles };
    let root = Command::new(Actor::Staff("root".to_owned()), "access", &invitation);
    let code = ledger.invite_staff(city, &root, &invitation).await.unwrap().code.grouped();
    let answer = town.stranger().post("/ops/v1/sessions", "", &json!({"city": "osaka", "name": "access", "code": code})).await.ok();
    town.stranger().bearer(answer["token"].as_str().unwrap())
}

#[tokio::test]
async fn each_operation_of_the_merchants_api_is_open_to_those_whom_the_table_names() {
    let database = TestDatabase::new().await;
    let (town, elsewhere) = (Town::osaka(database.pool()).await, Town::named(database.pool(), "fukuoka").await);
    town.test.set("2026-05-20");
    let (desk, manager, family) = (town.desk(0), town.manager(0).await, town.signed_in(0).await);
    let held = family.post("/citizen/v1/payments", "may", &town.payment(0, 0, 1_000)).await.ok();
    desk.post("/merchant/v1/captures", "may", &json!({"code": held["code"]})).await.ok();
    town.test.set("2026-06-16");
    let draw = Command::new(Actor::Staff("係".to_owned()), "draw", &"2026-05");
    town.test.ledger.draw_statements(town.municipality(), &draw, "2026-05".parse().unwrap()).await.unwrap();
    let applied = town.stranger().post("/merchant/v1/applications", "applied", &crate::merchant_api::applications::application("丁")).await.ok();
    let gone = manager.post("/merchant/v1/terminals", "gone", &json!({"label": "戊"})).await.ok();
    manager.delete(&format!("/merchant/v1/terminals/{}", text(&gone["terminal"]))).await;

    let own = |name, client| Asker { name, client, own: true };
    let other = |name, client| Asker { name, client, own: false };
    let askers = [
        own("nobody", town.stranger()),
        own("nonsense", town.stranger().bearer("nonsense")),
        own("a family", family.clone()),
        own("the city's staff", clerk(&town).await),
        own("an applicant", town.stranger().bearer(applied["token"].as_str().unwrap())),
        own("a revoked terminal", town.stranger().bearer(gone["token"].as_str().unwrap())),
        own("a terminal", town.desk(0)),
        own("desk", town.person(0, PersonRole::Desk).await),
        own("manager", town.manager(0).await),
        other("another's terminal", town.desk(1)),
        other("another's manager", town.manager(1).await),
        other("another city's manager", town.stranger().bearer(&elsewhere.person_token(0, PersonRole::Manager).await)),
    ];
    let things = Things { town: &town, desk, manager, family };
    let document = serde_json::from_str(&web::openapi::text(&merchant_api::openapi::document())).unwrap();
    let table = table("/merchant/v1", &document, &askers, async |operation: &Operation, column| things.asked(operation, column).await).await;
    assert_kept("merchant", SAID, &table, Path::new(env!("CARGO_TARGET_TMPDIR")));
}
