//! Accounts of staff, and the audit log: looking at it is written down too.

use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::ids::Municipality;
use ledger::staff::audit::Which;
use ledger::staff::{Invitation, Roles};

use crate::acting::Acting;
use crate::bodies::Done;
use crate::bodies::staff::{CodeBody, MemberBody, RowBody};
use crate::refused::Refused;

/// Lists staff.
pub async fn list_staff(by: &Acting) -> Result<Vec<MemberBody>, Refused> {
    Ok(by.ledger().list_staff(by.city()).await?.into_iter().map(Into::into).collect())
}

/// Invites somebody; their sign-in code is shown once.
pub async fn invite_staff(by: &Acting, invitation: &Invitation) -> Result<CodeBody, Refused> {
    let command = by.command(invitation)?;
    let invited = by.ledger().invite_staff(by.city(), &command, invitation).await?;
    by.made(&invitation.name);
    Ok(invited.into())
}

/// Invites the first administrator of a city: nobody is there yet who could, so the server does it, and the log says so under the new one's own name.
pub async fn invite_first(ledger: &Ledger, city: Municipality, invitation: &Invitation) -> Result<CodeBody, Refused> {
    let key = format!("first/{}/{}", invitation.name, ledger.clock.now().timestamp_micros());
    let command = Command::new(Actor::Job("command line"), key, invitation);
    Ok(ledger.invite_staff(city, &command, invitation).await?.into())
}

/// Gives somebody other roles.
pub async fn assign_roles(by: &Acting, name: &str, roles: &Roles) -> Result<Done, Refused> {
    let command = by.command(&(name, roles))?;
    by.ledger().assign_roles(by.city(), &command, name, roles).await?;
    Ok(Done)
}

/// Issues a new sign-in code; an older one is dead at once.
pub async fn issue_staff_code(by: &Acting, name: &str) -> Result<CodeBody, Refused> {
    let command = by.command(&name)?;
    let issued = by.ledger().issue_staff_code(by.city(), &command, name).await?;
    by.made(name);
    Ok(issued.into())
}

/// Ends every session of somebody.
pub async fn end_staff_sessions(by: &Acting, name: &str) -> Result<Done, Refused> {
    let command = by.command(&name)?;
    by.ledger().end_staff_sessions(by.city(), &command, name).await?;
    Ok(Done)
}

/// Suspends somebody: their sessions and their code end at once.
pub async fn suspend_staff(by: &Acting, name: &str) -> Result<Done, Refused> {
    set_active(by, name, false).await
}

/// Lets somebody work again.
pub async fn resume_staff(by: &Acting, name: &str) -> Result<Done, Refused> {
    set_active(by, name, true).await
}

async fn set_active(by: &Acting, name: &str, active: bool) -> Result<Done, Refused> {
    let command = by.command(&(name, by.reason(), active))?;
    by.ledger().set_staff_active(by.city(), &command, name, active).await?;
    Ok(Done)
}

/// Reads the audit log, newest first.
pub async fn read_audit(by: &Acting, which: &Which) -> Result<Vec<RowBody>, Refused> {
    Ok(by.ledger().list_staff_actions(by.city(), which).await?.into_iter().map(Into::into).collect())
}
