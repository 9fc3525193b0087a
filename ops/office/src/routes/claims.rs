//! Claims as staff see them without a reason: ids, amounts, days, states. What a family wrote or showed is revealed, with one.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use citizen_api::routes::claims::form::{FilingForm, NewClaim};
use ledger::Ledger;
use ledger::claim::{Assessment, Claim, Clawback, Cost, Detail, Evidence, Step};
use ledger::error::Failure;
use ledger::ids::{ChildId, ClaimId, ClawbackId, FamilyId, MerchantId, Municipality};
use ledger::money::Yen;
use ledger::staff::Action;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{Fault, Given, parsed, text};
use web::{Body, Fields, Params, PathId, Problem, Read, tokyo_time};

use super::super::Deps;
use super::super::answers::{Because, Items, MadeAs, Page, page};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, not_found, refused};
use super::super::schemas::{AssessmentSchema, BecauseRequest};

const STATES: [&str; 5] = ["filed", "returned", "examined", "decided", "withdrawn"];
const STATE_MAX: usize = 20;

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/claims", Action::ListClaims, all)
        .post("/claims", Action::FileClaim, file)
        .get("/claims/{claim}", Action::ShowClaim, show)
        .get("/claims/{claim}/assessment", Action::ShowClaim, assess)
        .post("/claims/{claim}/reveal", Action::RevealClaim, reveal)
        .post("/claims/{claim}/filings", Action::FileClaim, file_again)
}

/// The queue: oldest filing first.
pub(super) struct ClaimQuery {
    state: Option<&'static str>,
    after: Option<ClaimId>,
    page: Page,
}

impl Read for ClaimQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        let state = |given: Given<'_>| {
            let state = text(STATE_MAX)(given)?;
            STATES.into_iter().find(|known| *known == state).ok_or(Fault::Form("filed, returned, examined, decided, withdrawn"))
        };
        let state = fields.optional("state", state);
        let after = fields.optional("after", parsed("clm_…"));
        let mut page = Page::read_from(fields)?;
        page.after = None;
        Some(Self { state: state?, after: after?, page })
    }
}

/// A claim.
#[derive(Serialize, ToSchema)]
#[schema(as = Claim)]
pub struct ClaimBody {
    #[schema(value_type = String, pattern = "^clm_[0-9a-f]{32}$")]
    claim: ClaimId,
    #[schema(value_type = String, pattern = "^fam_[0-9a-f]{32}$")]
    family: FamilyId,
    #[schema(value_type = String, pattern = "^chd_[0-9a-f]{32}$")]
    child: ChildId,
    scheme: String,
    fiscal_year: i16,
    #[schema(value_type = String)]
    state: &'static str,
    /// How often it was handed in: who examines says which filing they have seen.
    filing: i16,
    filed_at: String,
    requested_yen: i64,
    reserved_yen: i64,
    #[schema(required)]
    proposed_yen: Option<i64>,
    #[schema(required)]
    granted_yen: Option<i64>,
    clawed_back_yen: i64,
}

impl From<Claim> for ClaimBody {
    fn from(claim: Claim) -> Self {
        let Claim { id, family, child, scheme, year, filing, filed_at, state, requested, reserved, proposed, granted, clawed_back } = claim;
        Self {
            claim: id,
            family,
            child,
            scheme,
            fiscal_year: year.year(),
            state,
            filing,
            filed_at: tokyo_time(filed_at),
            requested_yen: requested.get(),
            reserved_yen: reserved.get(),
            proposed_yen: proposed.map(Yen::get),
            granted_yen: granted.map(Yen::get),
            clawed_back_yen: clawed_back.get(),
        }
    }
}

/// A claim with everything but texts and files.
#[derive(Serialize, ToSchema)]
#[schema(as = ClaimDetail)]
pub struct ClaimDetailBody {
    #[serde(flatten)]
    claim: ClaimBody,
    costs: Vec<CostBody>,
    steps: Vec<StepBody>,
    evidence: Vec<EvidenceBody>,
    missing_evidence: Vec<String>,
    clawbacks: Vec<ClawbackBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Cost)]
pub(super) struct CostBody {
    expense: String,
    #[schema(required)]
    service: Option<String>,
    amount_yen: i64,
    #[schema(value_type = String, format = Date)]
    from: NaiveDate,
    #[schema(value_type = String, format = Date)]
    to: NaiveDate,
    #[schema(required, value_type = Option<String>, pattern = "^mrc_[0-9a-f]{32}$")]
    merchant: Option<MerchantId>,
    /// What the family wrote, where it is revealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    paid_to: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ClaimStep)]
pub(super) struct StepBody {
    step: String,
    #[schema(required)]
    amount_yen: Option<i64>,
    at: String,
    #[schema(required)]
    by: Option<String>,
    /// What was written, where it is revealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    reason: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Evidence)]
pub(super) struct EvidenceBody {
    number: i16,
    kind: String,
    media: String,
    size_bytes: i32,
    /// Other claims that show the same file.
    #[schema(value_type = Vec<String>)]
    also_in: Vec<ClaimId>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ClawbackOfClaim)]
pub(super) struct ClawbackBody {
    #[schema(value_type = String, pattern = "^clw_[0-9a-f]{32}$")]
    clawback: ClawbackId,
    amount_yen: i64,
    #[schema(required, value_type = Option<String>, format = Date)]
    approved_on: Option<NaiveDate>,
}

impl From<Cost> for CostBody {
    fn from(cost: Cost) -> Self {
        let Cost { expense, service, amount, from, to, merchant, paid_to } = cost;
        Self { expense, service, amount_yen: amount.get(), from, to, merchant, paid_to }
    }
}

impl From<Step> for StepBody {
    fn from(step: Step) -> Self {
        let Step { step, amount, reason, at, by } = step;
        Self { step, amount_yen: amount.map(Yen::get), at: tokyo_time(at), by, reason }
    }
}

impl From<Evidence> for EvidenceBody {
    fn from(file: Evidence) -> Self {
        let Evidence { number, kind, media, size_bytes, also_in } = file;
        Self { number, kind, media, size_bytes, also_in }
    }
}

impl From<Clawback> for ClawbackBody {
    fn from(clawback: Clawback) -> Self {
        let Clawback { id, amount, approved_on } = clawback;
        Self { clawback: id, amount_yen: amount.get(), approved_on }
    }
}

impl ClaimDetailBody {
    /// Everything, opened.
    pub fn opened(detail: Detail) -> Self {
        let Detail { claim, costs, steps, evidence, missing_evidence, clawbacks } = detail;
        Self {
            claim: claim.into(),
            costs: costs.into_iter().map(Into::into).collect(),
            steps: steps.into_iter().map(Into::into).collect(),
            evidence: evidence.into_iter().map(Into::into).collect(),
            missing_evidence,
            clawbacks: clawbacks.into_iter().map(Into::into).collect(),
        }
    }

    /// Without what anybody wrote; of a protected family (支援措置) also without where it goes.
    pub fn closed(detail: Detail, protected: bool) -> Self {
        let mut body = Self::opened(detail);
        if protected {
            body.costs.iter_mut().for_each(|cost| cost.merchant = None);
        }
        body.costs.iter_mut().for_each(|cost| cost.paid_to = None);
        body.steps.iter_mut().for_each(|step| step.reason = None);
        body
    }
}

/// Lists claims without what families wrote, the oldest filing first.
#[utoipa::path(get, path = "/claims", operation_id = "list_claims", tag = "claims", params(("state" = Option<String>, Query, pattern = "^(filed|returned|examined|decided|withdrawn)$", description = "In one state."), ("after" = Option<String>, Query, pattern = "^clm_[0-9a-f]{32}$", description = "The page begins behind this one."), ("limit" = Option<i64>, Query, minimum = 1, maximum = 500, description = "Items on a page; 50 where nothing is said.")), responses((status = 200, body = Items<ClaimBody>)))]
pub(super) async fn all(State(deps): State<Deps>, acting: Acting, Params(query): Params<ClaimQuery>) -> Result<Json<Items<ClaimBody>>, Problem> {
    let (ledger, city) = (&deps.ledger, acting.member.municipality);
    let after = match query.after {
        None => None,
        Some(id) => {
            let known = ledger.find_claim(city, id).await.map_err(failed)?.ok_or_else(not_found)?;
            Some((known.filed_at, id))
        }
    };
    // One more than asked for tells whether there is a next page.
    let claims = ledger.list_claims(city, query.state, after, query.page.limit.saturating_add(1)).await.map_err(failed)?;
    Ok(Json(page(claims.into_iter().map(ClaimBody::from), &query.page, |claim| claim.claim.to_string())))
}

/// Shows a claim without what the family wrote.
#[utoipa::path(get, path = "/claims/{claim}", operation_id = "show_claim", tag = "claims", responses((status = 200, body = ClaimDetailBody)))]
pub(super) async fn show(State(deps): State<Deps>, acting: Acting, PathId(claim): PathId<ClaimId>) -> Result<Json<ClaimDetailBody>, Problem> {
    let seen = seen(&deps.ledger, acting.member.municipality, claim).await.map_err(failed)?;
    seen.map(Json).ok_or_else(not_found)
}

/// A claim as staff see it without a reason; none if there is no such claim.
pub async fn seen(ledger: &Ledger, city: Municipality, claim: ClaimId) -> Result<Option<ClaimDetailBody>, Failure> {
    let Some(found) = ledger.claim(city, claim).await? else { return Ok(None) };
    let protected = ledger.find_family(city, found.claim.family).await?.is_none_or(|family| family.protected);
    Ok(Some(ClaimDetailBody::closed(found, protected)))
}

/// Asks the rules what they give for a claim now, line by line; nothing for one that has ended.
#[utoipa::path(get, path = "/claims/{claim}/assessment", operation_id = "assess_claim", tag = "claims", responses((status = 200, body = Option<AssessmentSchema>)))]
pub(super) async fn assess(State(deps): State<Deps>, acting: Acting, PathId(claim): PathId<ClaimId>) -> Result<Json<Option<Assessment>>, Problem> {
    deps.ledger.reassess_claim(acting.member.municipality, claim).await.map(Json).map_err(refused)
}

/// Reveals what was written in a claim.
#[utoipa::path(post, path = "/claims/{claim}/reveal", operation_id = "reveal_claim", tag = "claims", request_body = BecauseRequest, responses((status = 200, body = ClaimDetailBody)))]
pub(super) async fn reveal(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(claim): PathId<ClaimId>,
    Body(_): Body<Because>,
) -> Result<Json<ClaimDetailBody>, Problem> {
    let found = deps.ledger.claim(acting.member.municipality, claim).await.map_err(failed)?.ok_or_else(not_found)?;
    Ok(Json(ClaimDetailBody::opened(found)))
}

/// Takes in a claim on paper: the child's family of today asks.
#[utoipa::path(post, path = "/claims", operation_id = "file_claim", tag = "claims", request_body = NewClaim, responses((status = 201, body = ClaimBody)))]
pub(super) async fn file(State(deps): State<Deps>, acting: Acting, Body(form): Body<NewClaim>) -> Result<MadeAs<ClaimBody>, Problem> {
    let (ledger, city) = (&deps.ledger, acting.member.municipality);
    let family = ledger.family_of_child(city, form.child(), ledger.clock.today()).await.map_err(failed)?.ok_or_else(not_found)?;
    let asked = form.of(family);
    let command = acting.command(&asked)?;
    let filed = ledger.file_claim(city, &command, &asked).await.map_err(refused)?;
    Ok(MadeAs(filed.id.to_string(), filed.into()))
}

/// Takes in a corrected claim on paper.
#[utoipa::path(post, path = "/claims/{claim}/filings", operation_id = "file_claim_again", tag = "claims", request_body = FilingForm, responses((status = 201, body = ClaimBody)))]
pub(super) async fn file_again(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(claim): PathId<ClaimId>,
    Body(form): Body<FilingForm>,
) -> Result<MadeAs<ClaimBody>, Problem> {
    let costs = form.costs();
    let command = acting.command(&(claim, &costs))?;
    let filed = deps.ledger.file_claim_again(acting.member.municipality, &command, claim, &costs).await.map_err(refused)?;
    Ok(MadeAs(filed.id.to_string(), filed.into()))
}
