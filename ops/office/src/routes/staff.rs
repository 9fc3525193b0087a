//! Accounts of staff, and the audit log.

use axum::Json;
use ledger::staff::Invitation;
use ledger::staff::audit::Which;
use web::{Body, Created, Params, PathId};

use crate::acting::Acting;
use crate::actions::staff as actions;
use crate::bodies::Done;
use crate::bodies::staff::{AuditList, CodeBody, StaffList};
use crate::forms::Because;
use crate::forms::staff::{AuditQuery, NewMember, NewRoles};
use crate::http::routes;
use crate::refused::Refused;

routes! {
    "staff";
    /// Lists staff.
    get "/staff", ListStaff => list_staff;
    /// Invites somebody; their sign-in code is shown once.
    post "/staff", InviteStaff => invite_staff;
    /// Gives somebody other roles.
    post "/staff/{name}/roles", AssignRoles => assign_roles;
    /// Issues a new sign-in code; an older one is dead at once.
    post "/staff/{name}/code", IssueCode => issue_staff_code;
    /// Ends every session of somebody.
    post "/staff/{name}/end-sessions", EndSessions => end_staff_sessions;
    /// Suspends somebody: their sessions and their code end at once.
    post "/staff/{name}/suspend", SuspendStaff => suspend_staff;
    /// Lets somebody work again.
    post "/staff/{name}/resume", ResumeStaff => resume_staff;
    /// Reads the audit log, newest first.
    get "/audit", ReadAudit => read_audit;
}

async fn list_staff(by: Acting) -> Result<Json<StaffList>, Refused> {
    let staff = actions::list_staff(&by).await?;
    Ok(Json(StaffList { staff }))
}

async fn invite_staff(by: Acting, Body(form): Body<NewMember>) -> Result<Created<CodeBody>, Refused> {
    let NewMember { name, display_name, roles } = form;
    actions::invite_staff(&by, &Invitation { name, display_name, roles }).await.map(Created)
}

async fn assign_roles(by: Acting, PathId(name): PathId<String>, Body(form): Body<NewRoles>) -> Result<Done, Refused> {
    actions::assign_roles(&by, &name, &form.roles).await
}

async fn issue_staff_code(by: Acting, PathId(name): PathId<String>) -> Result<Created<CodeBody>, Refused> {
    actions::issue_staff_code(&by, &name).await.map(Created)
}

async fn end_staff_sessions(by: Acting, PathId(name): PathId<String>, _: Body<Because>) -> Result<Done, Refused> {
    actions::end_staff_sessions(&by, &name).await
}

async fn suspend_staff(by: Acting, PathId(name): PathId<String>, _: Body<Because>) -> Result<Done, Refused> {
    actions::suspend_staff(&by, &name).await
}

async fn resume_staff(by: Acting, PathId(name): PathId<String>, _: Body<Because>) -> Result<Done, Refused> {
    actions::resume_staff(&by, &name).await
}

async fn read_audit(by: Acting, Params(query): Params<AuditQuery>) -> Result<Json<AuditList>, Refused> {
    let AuditQuery { name, action, before, limit } = query;
    let rows = actions::read_audit(&by, &Which { name, action, before, limit }).await?;
    let next = rows.last().map(|row| row.number).filter(|number| *number > 1);
    Ok(Json(AuditList { actions: rows, next }))
}
