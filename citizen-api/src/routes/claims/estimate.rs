//! What the rules would give, before anything is filed. Nothing is written.

use axum::Json;
use axum::extract::State;
use ledger::claim::Assessment;
use ledger::ids::ClaimId;
use ledger::money::Yen;
use ledger::scheme::Reason;
use ledger::scheme::quote::Line;
use serde::Serialize;
use utoipa::ToSchema;
use web::openapi::{Always, OfOne, Sent, SignedIn};
use web::{Body, PathId, Problem};

use super::form::{FilingForm, NewClaim};
use super::own_child;
use crate::Deps;
use crate::auth::Family;
use crate::problems::{claim, refused};

/// What the rules would give.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Estimate)]
pub(crate) struct EstimateBody {
    /// The year that is claimed for.
    fiscal_year: i16,
    requested_yen: i64,
    payable_yen: i64,
    /// By cost and version of the rules.
    lines: Vec<LineBody>,
    /// Why it is nothing, or not more.
    reasons: Vec<ReasonBody>,
}

/// A part of an estimate.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EstimateLine)]
struct LineBody {
    /// Which cost, from 1; none where several share one deduction.
    #[schema(required)]
    cost: Option<usize>,
    #[schema(required)]
    expense: Option<String>,
    /// The version of the rules, by its first day.
    #[schema(required, format = Date)]
    rules_from: Option<String>,
    #[schema(required)]
    amount_yen: Option<i64>,
    /// What of it counts: apportioned by day and capped.
    counted_yen: i64,
    /// How many months count towards the deduction.
    #[schema(required)]
    months: Option<usize>,
    /// What is deducted before the share.
    deduct_yen: i64,
    payable_yen: i64,
    #[schema(required)]
    reason: Option<ReasonBody>,
}

/// Why nothing, or not more, is paid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reason)]
pub(crate) struct ReasonBody {
    /// For programs.
    code: String,
    japanese: String,
    english: String,
}

impl From<Assessment> for EstimateBody {
    fn from(assessment: Assessment) -> Self {
        let Assessment { year, requested, payable, lines, reasons, .. } = assessment;
        Self {
            fiscal_year: year.year(),
            requested_yen: requested.get(),
            payable_yen: payable.get(),
            lines: lines.into_iter().map(Into::into).collect(),
            reasons: reasons.iter().map(Into::into).collect(),
        }
    }
}

impl From<Line> for LineBody {
    fn from(line: Line) -> Self {
        let Line { cost, expense, version, amount_yen, counted_yen, months, deduct_yen, city_yen, reason, .. } = line;
        Self {
            cost,
            expense,
            rules_from: version.map(|day| day.to_string()),
            amount_yen: amount_yen.map(Yen::get),
            counted_yen: counted_yen.get(),
            months,
            deduct_yen: deduct_yen.get(),
            payable_yen: city_yen.get(),
            reason: reason.as_ref().map(Into::into),
        }
    }
}

impl From<&Reason> for ReasonBody {
    fn from(reason: &Reason) -> Self {
        Self { code: reason.code(), japanese: reason.japanese(), english: reason.english() }
    }
}

/// Says what the rules would give for these costs, line by line, before anything is filed. Nothing is written.
#[utoipa::path(post, path = "/claims/estimates", operation_id = "estimate_claim", tag = "claims", security(("token" = [])), request_body = NewClaim,
    responses((status = 200, description = "As asked.", body = EstimateBody), (status = 409, description = "It cannot be claimed now.",
        body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"), Always, SignedIn, Sent))]
pub(crate) async fn new(State(deps): State<Deps>, family: Family, Body(form): Body<NewClaim>) -> Result<Json<EstimateBody>, Problem> {
    own_child(&family, form.child())?;
    let assessment = deps.ledger.estimate_claim(family.municipality, &form.of(family.id)).await.map_err(refused(claim))?;
    Ok(Json(assessment.into()))
}

/// Says what the rules would give for other costs of a claim that can still be filed again. Nothing is written.
#[utoipa::path(post, path = "/claims/{claim}/estimates", operation_id = "estimate_claim_again", tag = "claims", security(("token" = [])),
    params(("claim" = String, Path)), request_body = FilingForm,
    responses((status = 200, description = "As asked.", body = EstimateBody), (status = 409, description = "It cannot be filed again.",
        body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"), Always, SignedIn, OfOne, Sent))]
pub(crate) async fn again(
    State(deps): State<Deps>,
    family: Family,
    PathId(id): PathId<ClaimId>,
    Body(form): Body<FilingForm>,
) -> Result<Json<EstimateBody>, Problem> {
    let assessment = deps.ledger.estimate_claim_again(family.municipality, (family.id, id), &form.costs()).await.map_err(refused(claim))?;
    Ok(Json(assessment.into()))
}
