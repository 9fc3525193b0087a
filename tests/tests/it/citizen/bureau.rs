//! A city that repays, over HTTP: its families and its staff as they would ask.

use axum::http::StatusCode;
use ledger::actor::{Actor, Command};
use ledger::ids::ChildId;
use ledger::staff::Role;
use serde_json::{Value, json};
use tests::support::town::{Answer, Client, HOST};

use crate::claims::{World, picture};
use crate::office::invite;

/// A city of the tests of claims, and its routes.
pub(super) struct Bureau {
    pub(super) world: World,
    slug: &'static str,
    stranger: Client,
}

impl Bureau {
    /// Fukuoka on 10 November 2025: two families, each with one child and 120,000 yen of coupons; the second has no bank account.
    pub(super) async fn fukuoka() -> Self {
        Self::over(World::fukuoka().await, "fukuoka").await
    }

    /// Kobe on a day within the window of `year`: one pupil's school lies in Kobe, the other's outside.
    pub(super) async fn kobe(today: &str, year: i16) -> Self {
        Self::over(World::kobe(today, year).await, "kobe").await
    }

    async fn over(world: World, slug: &'static str) -> Self {
        let reached = process::serve::Reached::directly(HOST);
        let stranger = Client::of(process::serve::router(world.ledger(), &reached));
        invite(world.ledger(), world.municipality, Actor::Job("command line"), "root", &[Role::Administrator]).await;
        for (name, role) in [("sato", Role::Preparer), ("suzuki", Role::Approver), ("takahashi", Role::Treasurer)] {
            invite(world.ledger(), world.municipality, Actor::Staff("root".to_owned()), name, &[role]).await;
        }
        Self { world, slug, stranger }
    }

    /// Nobody.
    pub(super) fn stranger(&self) -> Client {
        self.stranger.clone()
    }

    /// A family that has signed in, and its child.
    pub(super) async fn family(&self, number: u8) -> (Client, ChildId) {
        let (family, child) = self.world.family(number).await;
        let code = self.world.ledger().activation_code(self.world.municipality, family).await.unwrap().unwrap().grouped();
        let answer = self.stranger.post("/citizen/v1/sessions", "", &json!({"city": self.slug, "activation_code": code})).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer}");
        (self.stranger().bearer(answer.json()["token"].as_str().unwrap()), child)
    }

    /// `sato` prepares, `suzuki` approves, `takahashi` is the treasurer; signed in anew, for a session ends overnight.
    pub(super) async fn clerk(&self, name: &str) -> Client {
        let (ledger, city) = (self.world.ledger(), self.world.municipality);
        let command = Command::new(Actor::Staff("root".to_owned()), format!("{name}/{}", ledger.clock.now()), &name);
        let code = ledger.issue_staff_code(city, &command, name).await.unwrap().code.grouped();
        let signed_in = self.stranger.post("/ops/v1/sessions", "", &json!({"city": self.slug, "name": name, "code": code})).await.ok();
        self.stranger().bearer(signed_in["token"].as_str().unwrap()).with("accept-language", "en")
    }
}

/// A cost of one day.
pub(super) fn receipt(expense: &str, amount_yen: i64, on: &str) -> Value {
    json!({"expense": expense, "amount_yen": amount_yen, "on": on, "paid_to": "みらい書道教室"})
}

/// A commuter pass.
pub(super) fn pass(amount_yen: i64, from: &str, to: &str) -> Value {
    json!({"expense": "commuter_pass", "amount_yen": amount_yen, "from": from, "to": to, "paid_to": "名谷–三宮"})
}

/// A claim of these costs.
pub(super) fn form(child: ChildId, scheme: &str, costs: &[Value]) -> Value {
    json!({"child": child, "scheme": scheme, "costs": costs})
}

/// A claim's id.
pub(super) fn id(claim: &Value) -> &str {
    claim["claim"].as_str().expect("a claim")
}

/// The family shows a picture that differs by its number.
pub(super) async fn show(family: &Client, claim: &Value, kind: &str, number: u8) -> Answer {
    let path = format!("/citizen/v1/claims/{}/evidence?kind={kind}", id(claim));
    family.upload(&path, &format!("{kind}-{number}"), ("image/jpeg", &picture(number))).await
}

/// Place and code of each field that is not right.
pub(super) fn wrong(answer: &Answer) -> Vec<(String, String)> {
    let text = |error: &Value, name: &str| error[name].as_str().unwrap_or_default().to_owned();
    let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| (text(error, "pointer"), text(error, "code"))).collect()
}
