//! Rosters, eligibility and grants, and taking an entitlement back.

use axum::Json;
use ledger::ids::AccountId;
use web::{Body, Created, PathId};

use crate::acting::Acting;
use crate::actions::rosters as actions;
use crate::bodies::rosters::{GrantRunBody, RevokedBody, RosterReportBody};
use crate::forms::Because;
use crate::forms::money::Grant;
use crate::http::{Upload, routes};
use crate::refused::Refused;

routes! {
    "rosters";
    /// Tells what a roster would change, and which lines cannot be used.
    upload "/rosters/preview", PreviewRoster => preview_roster;
    /// Imports a roster. The same file again changes nothing.
    upload "/rosters", ImportRoster => import_roster;
    /// Judges who is eligible and grants the service period that holds a day, each child once.
    post "/grants", RunGrant => run_grant;
    /// Takes back what is left of an entitlement.
    post "/entitlements/{entitlement}/revoke", RevokeEntitlement => revoke_entitlement;
}

async fn preview_roster(by: Acting, Upload(file): Upload) -> Result<Json<RosterReportBody>, Refused> {
    actions::preview_roster(&by, &file).await.map(Json)
}

async fn import_roster(by: Acting, Upload(file): Upload) -> Result<Created<RosterReportBody>, Refused> {
    actions::import_roster(&by, &file, &mut |_| {}).await.map(Created)
}

async fn run_grant(by: Acting, Body(form): Body<Grant>) -> Result<Json<GrantRunBody>, Refused> {
    actions::run_grant(&by, &form.scheme, form.on, &mut |_| {}).await.map(Json)
}

async fn revoke_entitlement(by: Acting, PathId(entitlement): PathId<AccountId>, _: Body<Because>) -> Result<Created<RevokedBody>, Refused> {
    let taken_back = actions::revoke_entitlement(&by, entitlement).await?;
    Ok(Created(RevokedBody { taken_back_yen: taken_back.get() }))
}
