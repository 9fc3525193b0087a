//! The clerk of a training city: invited once, with a new sign-in code at every start, for a code signs in once.

use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::ids::Municipality;
use ledger::staff::{Invitation, Role};
use serde::Serialize;

/// Who makes accounts in a training city.
const ADMINISTRATOR: (&str, &str) = ("kanri", "管理 太郎");
/// The clerk whom the demo shows.
const CLERK: (&str, &str) = ("sato", "佐藤 花子");

/// Somebody of the city's staff who may sign in now.
#[derive(Debug, Clone)]
pub struct Clerk {
    /// What they type.
    pub name: &'static str,
    /// What they type once, in groups.
    pub code: String,
}

/// The clerk with a code that nobody has used.
pub(super) async fn clerk(ledger: &Ledger, municipality: Municipality) -> anyhow::Result<Clerk> {
    invite(ledger, municipality, Actor::Job("command line"), ADMINISTRATOR, Role::Administrator).await?;
    let administrator = Actor::Staff(ADMINISTRATOR.0.to_owned());
    invite(ledger, municipality, administrator.clone(), CLERK, Role::Preparer).await?;
    let now = ledger.clock.now().timestamp_micros();
    let command = by(administrator, &format!("code/{}/{now}", CLERK.0), &now);
    let code = ledger.issue_staff_code(municipality, &command, CLERK.0).await?.code.grouped();
    Ok(Clerk { name: CLERK.0, code })
}

fn by(actor: Actor, key: &str, request: &impl Serialize) -> Command {
    Command::new(actor, format!("demo/{key}"), request)
}

async fn invite(ledger: &Ledger, municipality: Municipality, by_whom: Actor, (name, display_name): (&str, &str), role: Role) -> anyhow::Result<()> {
    if ledger.find_staff(municipality, name).await?.is_some() {
        return Ok(());
    }
    let invitation = Invitation { name: name.to_owned(), display_name: display_name.to_owned(), roles: [role].into() };
    ledger.invite_staff(municipality, &by(by_whom, &format!("invite/{name}"), &invitation), &invitation).await?;
    Ok(())
}
