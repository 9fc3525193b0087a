//! `hagukumi staff`: accounts of staff and the audit log. The first administrator of a city is made here and nowhere else.

use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::staff::audit::Which;
use ledger::staff::{Action, Invitation, Role, Roles};
use office::Refused;
use office::actions::staff;

use super::books::named;
use super::office::{Office, Who, refuse};
use super::output::{Exit, Output};

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
    let (who, command) = match command {
        Command::Invite { city, by: None, key: _, invited } => return first(&city, invited.into(), ledger, output).await,
        Command::Invite { city, by: Some(by), key, invited } => (Who { city, by, reason: None, key }, Asked::Invite(invited.into())),
        Command::Roles { who, name, roles } => (who, Asked::Roles(name, roles.into_iter().collect())),
        Command::List(who) => (who, Asked::List),
        Command::Code(Named { who, name }) => (who, Asked::Code(name)),
        Command::Suspend(Named { who, name }) => (who, Asked::Suspend(name)),
        Command::Resume(Named { who, name }) => (who, Asked::Resume(name)),
        Command::EndSessions(Named { who, name }) => (who, Asked::EndSessions(name)),
        Command::Audit { who, name, action, before, limit } => (who, Asked::Audit(Which { name, action, before, limit })),
    };
    let Some(office) = Office::open(who, ledger, output).await? else { return Ok(Exit::Refused) };
    act(&office, command).await
}

/// What is asked of an office that is open.
enum Asked {
    Invite(Invitation),
    Roles(String, Roles),
    List,
    Code(String),
    Suspend(String),
    Resume(String),
    EndSessions(String),
    Audit(Which),
}

async fn act(office: &Office<'_>, asked: Asked) -> anyhow::Result<Exit> {
    match asked {
        Asked::Invite(new) => office.run(Action::InviteStaff, Some(&new.name), async |by| staff::invite_staff(by, &new).await).await,
        Asked::Roles(name, roles) => office.run(Action::AssignRoles, Some(&name), async |by| staff::assign_roles(by, &name, &roles).await).await,
        Asked::List => office.run(Action::ListStaff, None, staff::list_staff).await,
        Asked::Code(name) => office.run(Action::IssueCode, Some(&name), async |by| staff::issue_staff_code(by, &name).await).await,
        Asked::Suspend(name) => office.run(Action::SuspendStaff, Some(&name), async |by| staff::suspend_staff(by, &name).await).await,
        Asked::Resume(name) => office.run(Action::ResumeStaff, Some(&name), async |by| staff::resume_staff(by, &name).await).await,
        Asked::EndSessions(name) => office.run(Action::EndSessions, Some(&name), async |by| staff::end_staff_sessions(by, &name).await).await,
        Asked::Audit(which) => office.run(Action::ReadAudit, None, async |by| staff::read_audit(by, &which).await).await,
    }
}

/// Nobody is there yet who could: the server does it, and the log says so under the new administrator's own name.
async fn first(city: &str, invitation: Invitation, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let Some(city) = named(city, ledger, output).await? else { return Ok(Exit::Refused) };
    match staff::invite_first(ledger, city.municipality, &invitation).await {
        Ok(code) => {
            output.answer(&code, format_args!("{} signs in once with {}, until {}", code.name, code.code, code.expires_at))?;
            Ok(Exit::Done)
        }
        Err(Refused::Failed(failure)) => Err(failure.into()),
        Err(refused) => refuse(output, refused.code(), refused),
    }
}
