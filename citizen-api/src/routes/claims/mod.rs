//! Claims (償還払い): the family has paid, shows its receipts, and is repaid.
//!
//! A family reads what may be claimed, asks what the rules would give, files, shows files, corrects what came back, or takes a claim back. What
//! staff only propose it does not see.

pub(crate) mod body;
pub(crate) mod estimate;
pub(crate) mod evidence;
pub mod form;
pub(crate) mod offers;

use axum::extract::{DefaultBodyLimit, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use ledger::actor::{Actor, Command};
use ledger::claim::Standing;
use ledger::claim::{Detail, OfFamily};
use ledger::ids::{ChildId, ClaimId};
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{Fault, Given, parsed, text, whole};
use web::openapi::{Always, Commanded, OfOne, Queried, Sent, SignedIn};
use web::{Body, Created, Fields, IdempotencyKey, Params, PathId, Problem, Read};

use super::{PAGE, PAGE_MAX, own_child};
use crate::Deps;
use crate::auth::Family;
use crate::problems::{claim, failed, not_found, refused};
use body::{ClaimBody, ClaimDetailBody};
use form::{FilingForm, NewClaim};

/// Sixty costs with a sentence each.
const FORM_BYTES_MAX: usize = 256 * 1024;
/// The most characters of a status.
const STATUS_MAX: usize = 20;

pub(crate) fn router() -> Router<Deps> {
    Router::new()
        .route("/children/{child}/claim-schemes", get(offers::list))
        .route("/claims/estimates", post(estimate::new).layer(DefaultBodyLimit::max(FORM_BYTES_MAX)))
        .route("/claims", get(list).post(file).layer(DefaultBodyLimit::max(FORM_BYTES_MAX)))
        .route("/claims/{claim}", get(show))
        .route("/claims/{claim}/filings", post(file_again).layer(DefaultBodyLimit::max(FORM_BYTES_MAX)))
        .route("/claims/{claim}/estimates", post(estimate::again).layer(DefaultBodyLimit::max(FORM_BYTES_MAX)))
        .route("/claims/{claim}/withdraw", post(withdraw))
        .merge(evidence::router())
}

/// Which claims.
pub(crate) struct ClaimQuery {
    child: Option<ChildId>,
    status: Option<&'static [Standing]>,
    after: Option<ClaimId>,
    limit: i64,
}

impl Read for ClaimQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        let child = fields.optional("child", parsed("chd_…"));
        let status = fields.optional("status", status);
        let after = fields.optional("after", parsed("clm_…"));
        let limit = fields.optional("limit", whole(1, PAGE_MAX));
        Some(Self { child: child?, status: status?, after: after?, limit: limit?.unwrap_or(PAGE) })
    }
}

/// The states that a family's word stands for: an examined claim looks as if it were waiting.
fn status(given: Given<'_>) -> Result<&'static [Standing], Fault> {
    match text(STATUS_MAX)(given)?.as_str() {
        "filed" => Ok(&[Standing::Filed, Standing::Examined]),
        "returned" => Ok(&[Standing::Returned]),
        "decided" => Ok(&[Standing::Decided]),
        "withdrawn" => Ok(&[Standing::Withdrawn]),
        _ => Err(Fault::Form("filed, returned, decided, withdrawn")),
    }
}

/// Claims, newest first. `next`, where it is, asks for the following page as `after`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClaimList {
    claims: Vec<ClaimBody>,
    #[schema(required)]
    next: Option<String>,
}

/// Files a claim: what the rules give for its costs is set aside at once, so that nothing else can take it.
#[utoipa::path(post, path = "/claims", operation_id = "file_claim", tag = "claims", security(("token" = [])), params(IdempotencyKey), request_body = NewClaim,
    responses((status = 201, description = "Filed; or filed before, under this key.", body = ClaimDetailBody), Always, SignedIn, Sent, Commanded))]
pub(crate) async fn file(
    State(deps): State<Deps>,
    family: Family,
    key: IdempotencyKey,
    Body(form): Body<NewClaim>,
) -> Result<Created<ClaimDetailBody>, Problem> {
    own_child(&family, form.child())?;
    let asked = form.of(family.id);
    let command = Command::new(Actor::Family(family.id), key.of("claim"), &asked);
    let filed = deps.ledger.file_claim(family.municipality, &command, &asked).await.map_err(refused(claim))?;
    Ok(Created(ClaimDetailBody::new(&deps, get_claim(&deps, &family, filed.id).await?)))
}

/// Lists the family's claims, newest first.
#[utoipa::path(get, path = "/claims", operation_id = "list_claims", tag = "claims", security(("token" = [])),
    params(
        ("child" = Option<String>, Query, pattern = "^chd_[0-9a-f]{32}$", description = "Those for this child only."),
        ("status" = Option<String>, Query, pattern = "^(filed|returned|decided|withdrawn)$", description = "Those in this state only."),
        ("after" = Option<String>, Query, pattern = "^clm_[0-9a-f]{32}$", description = "The page begins behind this claim."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "Claims on a page; 20 where nothing is said."),
    ),
    responses((status = 200, description = "As asked.", body = ClaimList), Always, SignedIn, Queried))]
pub(crate) async fn list(State(deps): State<Deps>, family: Family, Params(query): Params<ClaimQuery>) -> Result<Json<ClaimList>, Problem> {
    let ClaimQuery { child, status, after, limit } = query;
    let which = OfFamily { child, states: status.unwrap_or_default(), after, limit: limit.saturating_add(1) };
    let mut found = deps.ledger.claims_of_family(family.municipality, family.id, &which).await.map_err(failed)?;
    let next = super::cut(&mut found, limit).map(|last| last.id.to_string());
    Ok(Json(ClaimList { claims: found.into_iter().map(|claim| ClaimBody::new(&deps, claim)).collect(), next }))
}

/// Shows a claim: its costs, what was done to it and why, its files and which are missing, what was granted.
#[utoipa::path(get, path = "/claims/{claim}", operation_id = "show_claim", tag = "claims", security(("token" = [])), params(("claim" = String, Path)),
    responses((status = 200, description = "As asked.", body = ClaimDetailBody), Always, SignedIn, OfOne))]
pub(crate) async fn show(State(deps): State<Deps>, family: Family, PathId(id): PathId<ClaimId>) -> Result<Json<ClaimDetailBody>, Problem> {
    Ok(Json(ClaimDetailBody::new(&deps, get_claim(&deps, &family, id).await?)))
}

/// Files a claim again with other costs: when it came back for correction, or before staff have examined it. The difference is set aside or given back.
#[utoipa::path(post, path = "/claims/{claim}/filings", operation_id = "file_claim_again", tag = "claims", security(("token" = [])),
    params(("claim" = String, Path), IdempotencyKey), request_body = FilingForm,
    responses((status = 201, description = "Filed again; or before, under this key.", body = ClaimDetailBody), Always, SignedIn, OfOne, Sent, Commanded))]
pub(crate) async fn file_again(
    State(deps): State<Deps>,
    family: Family,
    PathId(id): PathId<ClaimId>,
    key: IdempotencyKey,
    Body(form): Body<FilingForm>,
) -> Result<Created<ClaimDetailBody>, Problem> {
    let costs = form.costs();
    let command = Command::new(Actor::Family(family.id), key.of("claim-again"), &(id, &costs));
    deps.ledger.file_claim_again(family.municipality, &command, id, &costs).await.map_err(refused(claim))?;
    Ok(Created(ClaimDetailBody::new(&deps, get_claim(&deps, &family, id).await?)))
}

/// Takes a claim back before it is decided: everything goes back where it came from.
#[utoipa::path(post, path = "/claims/{claim}/withdraw", operation_id = "withdraw_claim", tag = "claims", security(("token" = [])),
    params(("claim" = String, Path), IdempotencyKey),
    responses((status = 200, description = "Taken back; or before, under this key.", body = ClaimDetailBody), Always, SignedIn, OfOne, Commanded))]
pub(crate) async fn withdraw(
    State(deps): State<Deps>,
    family: Family,
    PathId(id): PathId<ClaimId>,
    key: IdempotencyKey,
) -> Result<Json<ClaimDetailBody>, Problem> {
    let command = Command::new(Actor::Family(family.id), key.of("claim-withdraw"), &id);
    deps.ledger.withdraw_claim(family.municipality, &command, id).await.map_err(refused(claim))?;
    Ok(Json(ClaimDetailBody::new(&deps, get_claim(&deps, &family, id).await?)))
}

/// A claim of this family, as a family reads it.
pub(crate) async fn get_claim(deps: &Deps, family: &Family, id: ClaimId) -> Result<Detail, Problem> {
    let found = deps.ledger.claim(family.municipality, id).await.map_err(failed)?;
    found.filter(|detail| detail.claim.family == family.id).map(Detail::for_family).ok_or_else(not_found)
}
