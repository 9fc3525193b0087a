//! The audit log: for auditors. Looking at it is written down too.

use axum::Json;
use axum::extract::State;
use ledger::staff::Action;
use ledger::staff::audit::{Row, Which};
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{text, whole};
use web::{Fields, Params, Problem, Read, tokyo_time};

use super::super::Deps;
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::failed;

const WORD_MAX: usize = 40;
const PAGE: i64 = 50;
const PAGE_MAX: i64 = 500;

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/audit", Action::ReadAudit, all)
}

impl Read for AuditQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        let name = fields.optional("name", text(WORD_MAX));
        let action = fields.optional("action", text(WORD_MAX));
        let before = fields.optional("before", whole(1, i64::MAX));
        let limit = fields.optional("limit", whole(1, PAGE_MAX));
        Some(Self(Which { name: name?, action: action?, before: before?, limit: limit?.unwrap_or(PAGE) }))
    }
}

/// Which rows.
pub(super) struct AuditQuery(Which);

/// One row: who did what, when, why, and how it ended.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditRow)]
pub struct RowBody {
    number: i64,
    at: String,
    name: String,
    #[schema(required)]
    role: Option<String>,
    action: String,
    #[schema(required)]
    subject: Option<String>,
    #[schema(required)]
    reason: Option<String>,
    door: String,
    #[schema(required)]
    request_id: Option<String>,
    #[schema(required)]
    key: Option<String>,
    outcome: String,
    #[schema(required)]
    code: Option<String>,
}

impl From<Row> for RowBody {
    fn from(row: Row) -> Self {
        let Row { number, at, name, role, action, subject, reason, door, request_id, key, outcome, code } = row;
        Self { number, at: tokyo_time(at), name, role, action, subject, reason, door, request_id, key, outcome, code }
    }
}

/// Newest first; `next`, where it is, asks for the rows before as `before`.
#[derive(Serialize, ToSchema)]
pub(super) struct AuditList {
    actions: Vec<RowBody>,
    #[schema(required)]
    next: Option<i64>,
}

/// Reads the audit log, newest first.
#[utoipa::path(get, path = "/audit", operation_id = "read_audit", tag = "staff", params(("name" = Option<String>, Query, max_length = 40, description = "Of one person."), ("action" = Option<String>, Query, max_length = 40, description = "Of one action, as `family.reveal`."), ("before" = Option<i64>, Query, minimum = 1, description = "Rows before this number."), ("limit" = Option<i64>, Query, minimum = 1, maximum = 500, description = "Rows on a page; 50 where nothing is said.")), responses((status = 200, body = AuditList)))]
pub(super) async fn all(State(deps): State<Deps>, acting: Acting, Params(AuditQuery(which)): Params<AuditQuery>) -> Result<Json<AuditList>, Problem> {
    let rows = deps.ledger.list_staff_actions(acting.member.municipality, &which).await.map_err(failed)?;
    let next = rows.last().map(|row| row.number).filter(|number| *number > 1);
    Ok(Json(AuditList { actions: rows.into_iter().map(Into::into).collect(), next }))
}
