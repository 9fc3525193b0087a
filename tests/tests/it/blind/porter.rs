//! The porter before the Till: strangers that come too often from one place wait; whoever belongs there does not; and without its notebook everybody goes
//! through to the Till.

use std::sync::Arc;

use axum::http::StatusCode;
use chrono::TimeDelta;
use process::porter::Porter;
use process::serve::{Merchants, Reached};
use process::till::LedgerTill;
use sqlx::PgPool;
use tests::support::database::{TestDatabase, TestMerchantDatabase};
use tests::support::town::{Client, HOST, Town};

const ME: &str = "/merchant/v1/me";

struct Gate {
    town: Town,
    notebook: PgPool,
    client: Client,
    _databases: (TestDatabase, TestMerchantDatabase),
}

impl Gate {
    async fn new() -> Self {
        let (books, own) = (TestDatabase::new().await, TestMerchantDatabase::new().await);
        let (town, notebook) = (Town::osaka(books.pool()).await, own.database().connect(4).await.unwrap());
        let ledger = &town.test.ledger;
        let porter = Some(Porter::new(notebook.clone(), ledger.clock.clone(), b"secret"));
        let merchants = Merchants { doors: Arc::new(LedgerTill::new(ledger.clone())), porter };
        let routes = process::serve::router_with(ledger, Some(merchants), &Reached { behind_proxy: true, ..Reached::directly(HOST) });
        Self { client: Client::of(routes), town, notebook, _databases: (books, own) }
    }

    fn from(&self, address: &str) -> Client {
        self.client.clone().with("x-forwarded-for", address)
    }

    fn desk(&self, address: &str) -> Client {
        self.from(address).bearer(&self.town.merchant(0).token.to_string())
    }

    fn stranger(&self, address: &str) -> Client {
        self.from(address).bearer(&format!("271004-{}", "0".repeat(64)))
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.notebook).await.unwrap()
    }

    async fn callers(&self) -> i64 {
        self.count("SELECT count(credential_sha256) FROM face.callers").await
    }

    async fn refused(&self) -> i64 {
        self.count("SELECT coalesce(sum(refused), 0)::bigint FROM face.refusals").await
    }
}

#[tokio::test]
async fn strangers_wait_and_whoever_was_let_in_before_does_not() {
    let gate = Gate::new().await;
    assert_eq!(gate.desk("192.0.2.1").get(ME).await.status, StatusCode::OK);
    for _ in 0..60 {
        assert_eq!(gate.stranger("192.0.2.1").get(ME).await.status, StatusCode::UNAUTHORIZED);
    }
    let turned_away = gate.stranger("192.0.2.1").get(ME).await;
    assert_eq!(turned_away.problem(), (429, "too-many-attempts".to_owned()));
    let seconds: u32 = turned_away.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=600).contains(&seconds), "{seconds}");
    // One school has one address for all its desks.
    assert_eq!(gate.desk("192.0.2.1").get(ME).await.status, StatusCode::OK);
    // Another place is another place, and a desk that comes there first is looked at by the Till.
    assert_eq!(gate.stranger("192.0.2.2").get(ME).await.status, StatusCode::UNAUTHORIZED);
    let second = gate.from("192.0.2.2").bearer(&gate.town.merchant(1).token.to_string());
    assert_eq!(second.get(ME).await.status, StatusCode::OK);
    assert_eq!((gate.callers().await, gate.refused().await), (2, 61));
    // Without a token nothing is guessed, and nothing counted.
    assert_eq!(gate.from("192.0.2.3").get(ME).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(gate.refused().await, 61);
    gate.town.test.clock.advance(TimeDelta::minutes(10));
    assert_eq!(gate.stranger("192.0.2.1").get(ME).await.status, StatusCode::UNAUTHORIZED, "the window is over");
    assert_eq!(gate.refused().await, 1, "what is over is forgotten");
}

#[tokio::test]
async fn a_desk_that_was_revoked_is_a_stranger() {
    let gate = Gate::new().await;
    let manager = gate.from("192.0.2.1").bearer(&gate.town.person_token(0, ledger::merchant::people::PersonRole::Manager).await);
    let new = manager.post("/merchant/v1/terminals", "new", &serde_json::json!({"label": "二階"})).await.ok();
    let desk = gate.from("192.0.2.1").bearer(new["token"].as_str().unwrap());
    assert_eq!(desk.get(ME).await.status, StatusCode::OK);
    let before = gate.callers().await;
    manager.delete(&format!("/merchant/v1/terminals/{}", new["terminal"].as_str().unwrap())).await;
    assert_eq!(desk.get(ME).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!((gate.callers().await, gate.refused().await), (before - 1, 1));
}

#[tokio::test]
async fn without_its_notebook_everybody_goes_through_to_the_till() {
    let gate = Gate::new().await;
    gate.notebook.close().await;
    for _ in 0..70 {
        assert_eq!(gate.stranger("192.0.2.1").get(ME).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(gate.desk("192.0.2.1").get(ME).await.status, StatusCode::OK);
}
