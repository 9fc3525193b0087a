//! Members of staff: invited, given roles, suspended, given a new code. By an administrator; the first one by the command line on the server.

use chrono::TimeDelta;

use super::error::{ACTIVE, SUSPENDED};
use super::role::{Roles, may_be_together};
use super::{Action, Asked, Door, Member, Rejected, Role, repo};
use crate::actor::{Actor, Command};
use crate::code::{Code, CodeKind};
use crate::entropy::Draw;
use crate::error::{Error, Failure};
use crate::idempotency::{self, Claim};
use crate::ids::Municipality;
use crate::session;
use crate::time::Instant;
use crate::{Ledger, Tx};

/// How long a sign-in code waits to be used.
const CODE_LIFE: TimeDelta = TimeDelta::hours(72);
const DISPLAY_NAME_MAX: usize = 100;
const NAME_MAX: usize = 40;

/// Somebody who is to join.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Invitation {
    /// What they will type.
    pub name: String,
    /// What colleagues will read.
    pub display_name: String,
    /// What they may do.
    pub roles: Roles,
}

/// Somebody who may sign in once with a code.
#[derive(Debug, Clone)]
pub struct Invited {
    /// Who.
    pub name: String,
    /// Shown now and by a replay, and never again. `Debug` does not show it.
    pub code: Code,
    /// It signs in until just before here.
    pub expires_at: Instant,
}

fn check(invitation: &Invitation) -> Result<(), Rejected> {
    let Invitation { name, display_name, roles } = invitation;
    let sign = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || matches!(sign, '.' | '_' | '-');
    if !(2..=NAME_MAX).contains(&name.len()) || !name.starts_with(|first: char| first.is_ascii_lowercase()) || !name.chars().all(sign) {
        return Err(Rejected::Name(name.clone()));
    }
    if display_name.trim().is_empty() || display_name.chars().count() > DISPLAY_NAME_MAX {
        return Err(Rejected::DisplayName);
    }
    check_roles(roles)
}

fn check_roles(roles: &Roles) -> Result<(), Rejected> {
    if roles.is_empty() {
        return Err(Rejected::NoRoles);
    }
    if may_be_together(roles) { Ok(()) } else { Err(Rejected::RolesTogether) }
}

/// Nobody changes their own account.
fn another(command: &Command, name: &str) -> Result<(), Rejected> {
    if command.actor == Actor::Staff(name.to_owned()) { Err(Rejected::Oneself) } else { Ok(()) }
}

impl Ledger {
    /// Invites somebody: they may sign in once with the code that is answered.
    ///
    /// # Errors
    /// [`Rejected`]: a name that cannot be or is taken, roles that do not go together; by the command line itself only while there is no administrator.
    pub async fn invite_staff(&self, municipality: Municipality, command: &Command, invitation: &Invitation) -> Result<Invited, Error<Rejected>> {
        check(invitation).map_err(Error::Rejected)?;
        let now = self.clock.now();
        let mut tx = self.pool.begin().await?;
        repo::lock_in_tx(&mut tx, municipality).await?;
        let invited = self.draw_code(municipality, command, &invitation.name, now);
        if self.claim_staff_in_tx(&mut tx, municipality, command).await? {
            return Ok(invited);
        }
        let first = invitation.roles.contains(&Role::Administrator) && !repo::members::is_administered_in_tx(&mut tx, municipality).await?;
        if !first && !matches!(command.actor, Actor::Staff(_)) {
            return Err(Error::Rejected(Rejected::NotFirst));
        }
        let by = command.actor.to_string();
        if !repo::members::insert_in_tx(&mut tx, municipality, invitation, (&by, now), (&invited.code.digest(), invited.expires_at)).await? {
            return Err(Error::Rejected(Rejected::Taken(invitation.name.clone())));
        }
        if !matches!(command.actor, Actor::Staff(_)) {
            // Nobody was there who could: the server does it, and the log says so under the new administrator's own name.
            let Invitation { name, display_name, roles } = invitation.clone();
            let member = Member { municipality, name, display_name, roles, active: true };
            let asked = Asked { subject: Some(member.name.clone()), ..Asked::new(Action::InviteStaff, Door::CommandLine) };
            self.write_down_done_in_tx(&mut tx, &member, asked).await?;
        }
        tx.commit().await?;
        Ok(invited)
    }

    /// Issues a new sign-in code; an older one that was not used is dead at once.
    pub async fn issue_staff_code(&self, municipality: Municipality, command: &Command, name: &str) -> Result<Invited, Error<Rejected>> {
        let now = self.clock.now();
        let invited = self.draw_code(municipality, command, name, now);
        let mut tx = self.pool.begin().await?;
        if self.claim_staff_in_tx(&mut tx, municipality, command).await? {
            return Ok(invited);
        }
        let member = self.get_member_in_tx(&mut tx, municipality, name).await?;
        if !member.active {
            return Err(Error::Rejected(Rejected::State(member.name, SUSPENDED)));
        }
        repo::members::mark_code_in_tx(&mut tx, municipality, name, Some((&invited.code.digest(), invited.expires_at))).await?;
        tx.commit().await?;
        Ok(invited)
    }

    /// Gives a member other roles, from their next request on.
    pub async fn assign_roles(&self, municipality: Municipality, command: &Command, name: &str, roles: &Roles) -> Result<(), Error<Rejected>> {
        another(command, name).and_then(|()| check_roles(roles)).map_err(Error::Rejected)?;
        let mut tx = self.pool.begin().await?;
        if self.claim_staff_in_tx(&mut tx, municipality, command).await? {
            return Ok(());
        }
        self.get_member_in_tx(&mut tx, municipality, name).await?;
        repo::members::mark_roles_in_tx(&mut tx, municipality, name, roles).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Suspends a member (`active` false): their sessions and their code end at once. Or lets them work again, with a new code.
    pub async fn set_staff_active(&self, municipality: Municipality, command: &Command, name: &str, active: bool) -> Result<(), Error<Rejected>> {
        another(command, name).map_err(Error::Rejected)?;
        let mut tx = self.pool.begin().await?;
        if self.claim_staff_in_tx(&mut tx, municipality, command).await? {
            return Ok(());
        }
        let member = self.get_member_in_tx(&mut tx, municipality, name).await?;
        if member.active == active {
            return Err(Error::Rejected(Rejected::State(member.name, if active { ACTIVE } else { SUSPENDED })));
        }
        repo::members::mark_active_in_tx(&mut tx, municipality, name, active).await?;
        repo::members::mark_code_in_tx(&mut tx, municipality, name, None).await?;
        session::repo::end_oldest_in_tx(&mut tx, municipality, &session::Principal::Staff(name.to_owned()), 0, self.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends every session of a member: a machine was lost, or left open.
    pub async fn end_staff_sessions(&self, municipality: Municipality, command: &Command, name: &str) -> Result<(), Error<Rejected>> {
        let mut tx = self.pool.begin().await?;
        if self.claim_staff_in_tx(&mut tx, municipality, command).await? {
            return Ok(());
        }
        self.get_member_in_tx(&mut tx, municipality, name).await?;
        session::repo::end_oldest_in_tx(&mut tx, municipality, &session::Principal::Staff(name.to_owned()), 0, self.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// All members of a city, by name; those who are suspended too.
    pub async fn list_staff(&self, municipality: Municipality) -> Result<Vec<Member>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::members::list_in_tx(&mut tx, municipality).await
    }

    /// A member, if there is one of this name.
    pub async fn find_staff(&self, municipality: Municipality, name: &str) -> Result<Option<Member>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::members::find_in_tx(&mut tx, municipality, name).await
    }

    /// Whether the command was done before.
    async fn claim_staff_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, command: &Command) -> Result<bool, Error<Rejected>> {
        let scope = command.scope(municipality);
        let subject = self.entropy.uuid(Draw { command: &scope, purpose: "staff command", index: 0 }, self.clock.now());
        match idempotency::claim_in_tx(tx, municipality, command, subject, self.clock.now()).await? {
            Claim::New => Ok(false),
            Claim::Replayed(_) => Ok(true),
            Claim::Conflict => Err(Error::Rejected(Rejected::Conflict)),
        }
    }

    async fn get_member_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, name: &str) -> Result<Member, Error<Rejected>> {
        repo::members::lock_in_tx(tx, municipality, name).await?.ok_or_else(|| Error::Rejected(Rejected::Unknown(name.to_owned())))
    }

    fn draw_code(&self, municipality: Municipality, command: &Command, name: &str, now: Instant) -> Invited {
        let scope = command.scope(municipality);
        let code = Code::new(CodeKind::OneTime, self.entropy.code_bits(Draw { command: &scope, purpose: "staff code", index: 0 }));
        Invited { name: name.to_owned(), code, expires_at: now + CODE_LIFE }
    }
}
