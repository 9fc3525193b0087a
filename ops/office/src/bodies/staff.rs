//! Staff, their sessions, and the audit log.

use ledger::staff::audit::Row;
use ledger::staff::{Invited, Member, Role};
use serde::Serialize;
use utoipa::ToSchema;
use web::tokyo_time;

/// A session.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionBody {
    pub token: String,
    pub expires_at: String,
    pub member: MemberBody,
}

/// A member of staff.
#[derive(Serialize, ToSchema)]
#[schema(as = Member)]
pub struct MemberBody {
    pub name: String,
    pub display_name: String,
    #[schema(value_type = Vec<String>)]
    pub roles: Vec<Role>,
    #[schema(value_type = String)]
    pub state: &'static str,
}

impl From<Member> for MemberBody {
    fn from(member: Member) -> Self {
        let Member { municipality: _, name, display_name, roles, active } = member;
        Self { name, display_name, roles: roles.into_iter().collect(), state: if active { "active" } else { "suspended" } }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct StaffList {
    pub staff: Vec<MemberBody>,
}

/// A code that signs in once. Shown once.
#[derive(Serialize, ToSchema)]
#[schema(as = SignInCode)]
pub struct CodeBody {
    pub name: String,
    pub code: String,
    pub expires_at: String,
}

impl From<Invited> for CodeBody {
    fn from(invited: Invited) -> Self {
        let Invited { name, code, expires_at } = invited;
        Self { name, code: code.grouped(), expires_at: tokyo_time(expires_at) }
    }
}

/// One row: who did what, when, why, and how it ended.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditRow)]
pub struct RowBody {
    pub number: i64,
    pub at: String,
    pub name: String,
    #[schema(required)]
    pub role: Option<String>,
    pub action: String,
    #[schema(required)]
    pub subject: Option<String>,
    #[schema(required)]
    pub reason: Option<String>,
    pub door: String,
    #[schema(required)]
    pub request_id: Option<String>,
    #[schema(required)]
    pub key: Option<String>,
    pub outcome: String,
    #[schema(required)]
    pub code: Option<String>,
}

impl From<Row> for RowBody {
    fn from(row: Row) -> Self {
        let Row { number, at, name, role, action, subject, reason, door, request_id, key, outcome, code } = row;
        Self { number, at: tokyo_time(at), name, role, action, subject, reason, door, request_id, key, outcome, code }
    }
}

/// Newest first; `next`, where it is, asks for the rows before as `before`.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditList {
    pub actions: Vec<RowBody>,
    #[schema(required)]
    pub next: Option<i64>,
}
