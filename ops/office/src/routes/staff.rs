//! Accounts of staff: for administrators.

use axum::Json;
use axum::extract::State;
use ledger::staff::{Action, Invitation, Invited, Role, Roles};
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{Fault, Given, list, parsed, text};
use web::{Body, Fields, PathId, Problem, Read, tokyo_time};

use super::super::Deps;
use super::super::answers::{Because, Done, MadeAs, REASON_MAX};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, refused};
use super::super::schemas::{BecauseRequest, InviteStaffRequest, RolesRequest};
use super::sessions::MemberBody;

const NAME_MAX: usize = 40;
const DISPLAY_NAME_MAX: usize = 100;

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/staff", Action::ListStaff, all)
        .post("/staff", Action::InviteStaff, invite)
        .post("/staff/{name}/roles", Action::AssignRoles, assign)
        .post("/staff/{name}/code", Action::IssueCode, issue)
        .post("/staff/{name}/end-sessions", Action::EndSessions, end_sessions)
        .post("/staff/{name}/suspend", Action::SuspendStaff, suspend)
        .post("/staff/{name}/resume", Action::ResumeStaff, resume)
}

#[derive(Serialize, ToSchema)]
pub(super) struct StaffList {
    staff: Vec<MemberBody>,
}

fn roles(given: Given<'_>) -> Result<Roles, Fault> {
    list(Role::ALL.len(), parsed::<Role>("approver"))(given).map(|roles| roles.into_iter().collect())
}

/// Who is to join.
pub(super) struct InviteBody(Invitation);

impl Read for InviteBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let name = fields.required("name", text(NAME_MAX));
        let display_name = fields.required("display_name", text(DISPLAY_NAME_MAX));
        let roles = fields.required("roles", roles);
        Some(Self(Invitation { name: name?, display_name: display_name?, roles: roles? }))
    }
}

/// Other roles, and why.
pub(super) struct RolesBody {
    roles: Roles,
}

impl Read for RolesBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let roles = fields.required("roles", roles);
        fields.required("reason", text(REASON_MAX))?;
        Some(Self { roles: roles? })
    }
}

/// A code that signs in once. Shown once.
#[derive(Serialize, ToSchema)]
#[schema(as = SignInCode)]
pub struct CodeBody {
    name: String,
    code: String,
    expires_at: String,
}

impl From<Invited> for CodeBody {
    fn from(invited: Invited) -> Self {
        Self { name: invited.name, code: invited.code.grouped(), expires_at: tokyo_time(invited.expires_at) }
    }
}

/// Lists staff.
#[utoipa::path(get, path = "/staff", operation_id = "list_staff", tag = "staff", responses((status = 200, body = StaffList)))]
pub(super) async fn all(State(deps): State<Deps>, acting: Acting) -> Result<Json<StaffList>, Problem> {
    let staff = deps.ledger.list_staff(acting.member.municipality).await.map_err(failed)?;
    Ok(Json(StaffList { staff: staff.into_iter().map(Into::into).collect() }))
}

/// Invites somebody; their sign-in code is shown once.
#[utoipa::path(post, path = "/staff", operation_id = "invite_staff", tag = "staff", request_body = InviteStaffRequest, responses((status = 201, body = CodeBody)))]
pub(super) async fn invite(State(deps): State<Deps>, acting: Acting, Body(InviteBody(invitation)): Body<InviteBody>) -> Result<MadeAs<CodeBody>, Problem> {
    let command = acting.command(&invitation)?;
    let invited = deps.ledger.invite_staff(acting.member.municipality, &command, &invitation).await.map_err(refused)?;
    Ok(MadeAs(invitation.name, invited.into()))
}

/// Gives somebody other roles.
#[utoipa::path(post, path = "/staff/{name}/roles", operation_id = "assign_roles", tag = "staff", request_body = RolesRequest, responses((status = 204)))]
pub(super) async fn assign(State(deps): State<Deps>, acting: Acting, PathId(name): PathId<String>, Body(body): Body<RolesBody>) -> Result<Done, Problem> {
    let command = acting.command(&(&name, &body.roles))?;
    deps.ledger.assign_roles(acting.member.municipality, &command, &name, &body.roles).await.map_err(refused)?;
    Ok(Done)
}

/// Issues a new sign-in code; an older one is dead at once.
#[utoipa::path(post, path = "/staff/{name}/code", operation_id = "issue_staff_code", tag = "staff", responses((status = 201, body = CodeBody)))]
pub(super) async fn issue(State(deps): State<Deps>, acting: Acting, PathId(name): PathId<String>) -> Result<MadeAs<CodeBody>, Problem> {
    let command = acting.command(&name)?;
    let invited = deps.ledger.issue_staff_code(acting.member.municipality, &command, &name).await.map_err(refused)?;
    Ok(MadeAs(name, invited.into()))
}

/// Ends every session of somebody.
#[utoipa::path(post, path = "/staff/{name}/end-sessions", operation_id = "end_staff_sessions", tag = "staff", request_body = BecauseRequest, responses((status = 204)))]
pub(super) async fn end_sessions(State(deps): State<Deps>, acting: Acting, PathId(name): PathId<String>, Body(_): Body<Because>) -> Result<Done, Problem> {
    let command = acting.command(&name)?;
    deps.ledger.end_staff_sessions(acting.member.municipality, &command, &name).await.map_err(refused)?;
    Ok(Done)
}

/// Suspends somebody: their sessions and their code end at once.
#[utoipa::path(post, path = "/staff/{name}/suspend", operation_id = "suspend_staff", tag = "staff", request_body = BecauseRequest, responses((status = 204)))]
pub(super) async fn suspend(deps: State<Deps>, acting: Acting, name: PathId<String>, because: Body<Because>) -> Result<Done, Problem> {
    set_active(deps, acting, name, because, false).await
}

/// Lets somebody work again.
#[utoipa::path(post, path = "/staff/{name}/resume", operation_id = "resume_staff", tag = "staff", request_body = BecauseRequest, responses((status = 204)))]
pub(super) async fn resume(deps: State<Deps>, acting: Acting, name: PathId<String>, because: Body<Because>) -> Result<Done, Problem> {
    set_active(deps, acting, name, because, true).await
}

async fn set_active(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(name): PathId<String>,
    Body(because): Body<Because>,
    active: bool,
) -> Result<Done, Problem> {
    let command = acting.command(&(&name, &because.reason, active))?;
    deps.ledger.set_staff_active(acting.member.municipality, &command, &name, active).await.map_err(refused)?;
    Ok(Done)
}
