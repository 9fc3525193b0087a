//! `hagukumi staff`: accounts of staff and the audit log. The first administrator of a city is made here and nowhere else.

use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::actor::{Actor, Command as LedgerCommand};
use ledger::error::Error;
use ledger::staff::audit::Which;
use ledger::staff::{Action, Invitation, Invited, Rejected, Role};

use super::books::named;
use super::office::{Office, Who, refuse};
use super::output::{Exit, Output};
use crate::console::routes::audit::RowBody;
use crate::console::routes::sessions::MemberBody;
use crate::console::routes::staff::CodeBody;
use ledger::refusal::Refusal as _;

/// What is done about staff.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Invite somebody; their sign-in code is shown once. The first administrator of a city is invited by nobody but this server: leave out `--as`.
    Invite {
        /// The city, as in `osaka`.
        #[arg(long)]
        city: String,
        /// The administrator who invites.
        #[arg(long = "as", value_name = "NAME")]
        by: Option<String>,
        /// An idempotency key: the same command under the same key is done once.
        #[arg(long)]
        key: Option<String>,
        /// Who is to join.
        #[command(flatten)]
        invited: InvitedArguments,
    },
    /// Give somebody other roles.
    Roles {
        /// Who does it.
        #[command(flatten)]
        who: Who,
        /// Whom.
        name: String,
        /// preparer, approver, treasurer, auditor, administrator.
        #[arg(long = "role", required = true)]
        roles: Vec<Role>,
    },
    /// List staff.
    List(Who),
    /// Issue a new sign-in code; it is shown once.
    Code(Named),
    /// Suspend somebody: their sessions end at once.
    Suspend(Named),
    /// Let somebody work again.
    Resume(Named),
    /// End every session of somebody.
    EndSessions(Named),
    /// Read the audit log, newest first.
    Audit {
        /// Who does it.
        #[command(flatten)]
        who: Who,
        /// Of one person.
        #[arg(long)]
        name: Option<String>,
        /// Of one action, as in `family.reveal`.
        #[arg(long)]
        action: Option<String>,
        /// Rows before this number.
        #[arg(long)]
        before: Option<i64>,
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: i64,
    },
}

/// Who is to join.
#[derive(Debug, Args)]
pub struct InvitedArguments {
    /// What they will type.
    name: String,
    /// What colleagues will read.
    display_name: String,
    /// preparer, approver, treasurer, auditor, administrator.
    #[arg(long = "role", required = true)]
    roles: Vec<Role>,
}

impl From<InvitedArguments> for Invitation {
    fn from(arguments: InvitedArguments) -> Self {
        let InvitedArguments { name, display_name, roles } = arguments;
        Self { name, display_name, roles: roles.into_iter().collect() }
    }
}

/// Who, and about whom.
#[derive(Debug, Args)]
pub struct Named {
    #[command(flatten)]
    who: Who,
    /// Whom.
    name: String,
}

/// Runs the command.
pub async fn run(command: Command, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    match command {
        Command::Invite { city, by: None, key: _, invited } => first(&city, invited.into(), ledger, output).await,
        Command::Invite { city, by: Some(by), key, invited } => {
            let Some(office) = Office::open(Who { city, by, reason: None, key }, ledger, output).await? else { return Ok(Exit::Refused) };
            let invitation = Invitation::from(invited);
            let command = office.command(Action::InviteStaff, &invitation);
            let invited = async { ledger.invite_staff(office.city, &command, &invitation).await.map(CodeBody::from) };
            office.run(Action::InviteStaff, Some(invitation.name.clone()), invited).await
        }
        Command::Roles { who, name, roles } => {
            let Some(office) = Office::open(who, ledger, output).await? else { return Ok(Exit::Refused) };
            let roles = roles.into_iter().collect();
            let command = office.command(Action::AssignRoles, &(&name, &roles));
            office.run(Action::AssignRoles, Some(name.clone()), ledger.assign_roles(office.city, &command, &name, &roles)).await
        }
        Command::List(who) => {
            let Some(office) = Office::open(who, ledger, output).await? else { return Ok(Exit::Refused) };
            let staff = async { Ok(ledger.list_staff(office.city).await?.into_iter().map(MemberBody::from).collect::<Vec<_>>()) };
            office.look(Action::ListStaff, None, staff).await
        }
        Command::Audit { who, name, action, before, limit } => {
            let Some(office) = Office::open(who, ledger, output).await? else { return Ok(Exit::Refused) };
            let which = Which { name, action, before, limit };
            let rows = async { Ok(ledger.list_staff_actions(office.city, &which).await?.into_iter().map(RowBody::from).collect::<Vec<_>>()) };
            office.look(Action::ReadAudit, None, rows).await
        }
        about => change(about, ledger, output).await,
    }
}

async fn change(about: Command, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let (action, Named { who, name }) = match about {
        Command::Code(named) => (Action::IssueCode, named),
        Command::Suspend(named) => (Action::SuspendStaff, named),
        Command::Resume(named) => (Action::ResumeStaff, named),
        Command::EndSessions(named) => (Action::EndSessions, named),
        _ => return Ok(Exit::Refused),
    };
    let Some(office) = Office::open(who, ledger, output).await? else { return Ok(Exit::Refused) };
    let city = office.city;
    let command = office.command(action, &name);
    let subject = Some(name.clone());
    match action {
        Action::IssueCode => office.run(action, subject, async { ledger.issue_staff_code(city, &command, &name).await.map(CodeBody::from) }).await,
        Action::EndSessions => office.run(action, subject, ledger.end_staff_sessions(city, &command, &name)).await,
        _ => office.run(action, subject, ledger.set_staff_active(city, &command, &name, action == Action::ResumeStaff)).await,
    }
}

/// Nobody is there yet who could: the server does it, and the log says so under the new administrator's own name.
async fn first(city: &str, invitation: Invitation, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(city) = named(city, ledger, output).await? else { return Ok(Exit::Refused) };
    let key = format!("first/{}/{}", invitation.name, ledger.clock.now().timestamp_micros());
    let command = LedgerCommand::new(Actor::Job("command line"), key, &invitation);
    let invited: Result<Invited, Error<Rejected>> = ledger.invite_staff(city.municipality, &command, &invitation).await;
    let invited = match invited {
        Ok(invited) => invited,
        Err(Error::Rejected(rejected)) => return refuse(output, rejected.code(), &rejected),
        Err(Error::Failed(failure)) => return Err(failure.into()),
    };
    let readable = format!("{} signs in once with {}, until {}", invited.name, invited.code.grouped(), invited.expires_at);
    output.answer(&CodeBody::from(invited), readable)?;
    Ok(Exit::Done)
}
