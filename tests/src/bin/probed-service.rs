//! A service with a training city, for a program that asks it everything that its documents allow (`ops/tools/probe`). Says on its first line where it is
//! and who may ask, and ends when its input ends.

use std::io::{self, Read as _, Write as _};
use std::time::Duration;

use ledger::actor::{Actor, Command};
use ledger::merchant::people::PersonRole;
use ledger::staff::session::StaffSignIn;
use ledger::staff::{Invitation, Role};
use serde_json::{Value, json};
use tests::support::database::TestDatabase;
use tests::support::town::{HOST, Town};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> io::Result<()> {
    let database = TestDatabase::new().await;
    let town = Town::osaka(database.pool()).await;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let tokens = json!({
        "citizen": family(&town).await,
        "merchant": town.person_token(0, PersonRole::Manager).await,
        "ops": clerk(&town).await,
    });
    writeln!(io::stdout(), "{}", json!({"address": listener.local_addr()?.to_string(), "tokens": tokens}))?;
    let routes = process::serve::router(&town.test.ledger, &process::serve::Reached::directly(HOST));
    // Two requests never meet at one instant.
    let clock = town.test.clock.clone();
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(Duration::from_millis(1));
        loop {
            tick.tick().await;
            clock.advance(chrono::TimeDelta::milliseconds(1));
        }
    });
    let ended = tokio::task::spawn_blocking(|| io::stdin().read_to_end(&mut Vec::new()));
    process::serve::serve(listener, routes, async {
        let _ = ended.await;
    })
    .await
}

async fn family(town: &Town) -> Value {
    let code = town.family(0).code.grouped();
    town.stranger().post("/citizen/v1/sessions", "", &json!({"city": "osaka", "activation_code": code})).await.ok()["token"].clone()
}

/// Somebody with every role that moves money.
async fn clerk(town: &Town) -> String {
    let (ledger, city) = (&town.test.ledger, town.municipality());
    let roles = [Role::Preparer, Role::Approver, Role::Treasurer].into();
    let invitation = Invitation { name: "probe".to_owned(), display_name: "probe".to_owned(), roles };
    let command = Command::new(Actor::Staff("probe".to_owned()), "probe", &invitation);
    let code = ledger.invite_staff(city, &command, &invitation).await.expect("an invitation").code;
    let attempt = StaffSignIn { name: "probe".to_owned(), code: Some(code), origin: String::new(), request_id: None };
    ledger.sign_in_staff(city, &attempt).await.expect("a session").token.to_string()
}
