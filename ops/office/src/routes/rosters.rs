//! Rosters, eligibility and grants, and taking an entitlement back.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use ledger::entitlement::GrantRun;
use ledger::ids::AccountId;
use ledger::people::Report;
use ledger::staff::Action;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{day, text};
use web::{Body, Created, Fields, PathId, Problem, Read};

use super::super::Deps;
use super::super::answers::{Because, DoneTo, MadeAs};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::refused;
use super::super::schemas::{BecauseRequest, GrantRequest, RosterReportSchema};
use super::super::upload::Upload;
use super::bodies::WORD_MAX;

pub(super) fn add(desk: Desk) -> Desk {
    desk.upload("/rosters/preview", Action::PreviewRoster, preview)
        .upload("/rosters", Action::ImportRoster, import)
        .post("/grants", Action::RunGrant, grant)
        .post("/entitlements/{entitlement}/revoke", Action::RevokeEntitlement, revoke)
}

pub(super) struct GrantBody {
    scheme: String,
    on: NaiveDate,
}

impl Read for GrantBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let scheme = fields.required("scheme", text(WORD_MAX));
        let on = fields.required("on", day);
        Some(Self { scheme: scheme?, on: on? })
    }
}

/// What a grant run did: whom it judged, what it granted now.
#[derive(Serialize, ToSchema)]
#[schema(as = GrantRun)]
pub struct GrantAnswer {
    children: usize,
    eligible: usize,
    changed: usize,
    granted_count: usize,
    granted_yen: i64,
    #[schema(value_type = String, format = Date)]
    service_from: NaiveDate,
    #[schema(value_type = String, format = Date)]
    service_to: NaiveDate,
    training_version: bool,
}

impl From<GrantRun> for GrantAnswer {
    fn from(run: GrantRun) -> Self {
        let GrantRun { judged, granted, period, training } = run;
        Self {
            children: judged.children,
            eligible: judged.eligible,
            changed: judged.changed,
            granted_count: granted.count,
            granted_yen: granted.amount.get(),
            service_from: period.service_from,
            service_to: period.service_to,
            training_version: training,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Revoked)]
pub(super) struct RevokedBody {
    taken_back_yen: i64,
}

/// Tells what a roster would change, and which lines cannot be used.
#[utoipa::path(post, path = "/rosters/preview", operation_id = "preview_roster", tag = "rosters", request_body(content((String = "text/csv"), (String = "text/plain"), (String = "application/octet-stream"))), responses((status = 200, body = RosterReportSchema)))]
pub(super) async fn preview(State(deps): State<Deps>, acting: Acting, Upload(file): Upload) -> Result<Json<Report>, Problem> {
    deps.ledger.preview_roster(acting.member.municipality, &file).await.map(Json).map_err(refused)
}

/// Imports a roster. The same file again changes nothing.
#[utoipa::path(post, path = "/rosters", operation_id = "import_roster", tag = "rosters", request_body(content((String = "text/csv"), (String = "text/plain"), (String = "application/octet-stream"))), responses((status = 201, body = RosterReportSchema)))]
pub(super) async fn import(State(deps): State<Deps>, acting: Acting, Upload(file): Upload) -> Result<MadeAs<Report>, Problem> {
    acting.command(&())?;
    let report = deps.ledger.import_roster(acting.member.municipality, &acting.actor(), &file, &mut |_| {}).await.map_err(refused)?;
    let roster = report.roster.map(|roster| roster.to_string()).unwrap_or_default();
    Ok(MadeAs(roster, report))
}

/// Judges who is eligible and grants the service period that holds a day, each child once.
#[utoipa::path(post, path = "/grants", operation_id = "run_grant", tag = "rosters", request_body = GrantRequest, responses((status = 200, body = GrantAnswer)))]
pub(super) async fn grant(State(deps): State<Deps>, acting: Acting, Body(body): Body<GrantBody>) -> Result<DoneTo<GrantAnswer>, Problem> {
    acting.command(&())?;
    let run = deps.ledger.run_grant(acting.member.municipality, (&body.scheme, body.on), &acting.actor(), &mut |_| {}).await.map_err(refused)?;
    Ok(DoneTo(format!("{}/{}", body.scheme, run.period.service_from), run.into()))
}

/// Takes back what is left of an entitlement.
#[utoipa::path(post, path = "/entitlements/{entitlement}/revoke", operation_id = "revoke_entitlement", tag = "rosters", request_body = BecauseRequest, responses((status = 201, body = RevokedBody)))]
pub(super) async fn revoke(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(entitlement): PathId<AccountId>,
    Body(because): Body<Because>,
) -> Result<Created<RevokedBody>, Problem> {
    let command = acting.command(&(entitlement, &because.reason))?;
    let taken = deps.ledger.revoke(acting.member.municipality, command, entitlement, &because.reason).await.map_err(refused)?;
    Ok(Created(RevokedBody { taken_back_yen: taken.get() }))
}
