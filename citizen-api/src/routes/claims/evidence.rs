//! Files of a claim: receipts, passes, cards. What a file is, the ledger finds by its content; its name is never asked for.

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use ledger::actor::{Actor, Command};
use ledger::claim::EVIDENCE_BYTES_MAX;
use ledger::ids::ClaimId;
use web::fields::word;
use web::openapi::{Always, Commanded, FileSchema, OfOne, Shown, SignedIn};
use web::{Created, Fields, IdempotencyKey, Params, PathId, PathIds, Picture, Problem, Read};

use super::body::EvidenceBody;
use super::get_claim;
use crate::Deps;
use crate::auth::Family;
use crate::problems::{claim, failed, not_found, refused};

pub(crate) fn router() -> Router<Deps> {
    Router::new()
        .route("/claims/{claim}/evidence", post(add).layer(DefaultBodyLimit::max(EVIDENCE_BYTES_MAX)))
        .route("/claims/{claim}/evidence/{number}", get(show))
}

/// What a file shows.
pub(crate) struct EvidenceQuery(String);

impl Read for EvidenceQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.required("kind", word).map(Self)
    }
}

/// Adds a file to a claim: a photograph or a PDF of at most 8 MB as the whole body, at most ten. The same file again is the same file.
#[utoipa::path(post, path = "/claims/{claim}/evidence", operation_id = "add_evidence", tag = "claims", security(("token" = [])),
    params(
        ("claim" = String, Path),
        ("kind" = String, Query, pattern = "^[a-z][a-z_]{0,39}$", description = "What it shows, as the scheme names it.", example = "receipt"),
        IdempotencyKey,
    ),
    request_body(content((FileSchema = "image/jpeg"), (FileSchema = "image/png"), (FileSchema = "application/pdf"), (FileSchema = "application/octet-stream"))),
    responses((status = 201, description = "Added; or added before.", body = EvidenceBody), Always, SignedIn, OfOne, Shown, Commanded))]
pub(crate) async fn add(
    State(deps): State<Deps>,
    family: Family,
    PathId(id): PathId<ClaimId>,
    key: IdempotencyKey,
    Params(EvidenceQuery(kind)): Params<EvidenceQuery>,
    Picture(bytes): Picture,
) -> Result<Created<EvidenceBody>, Problem> {
    let command = Command::with_file(Actor::Family(family.id), key.of("claim-evidence"), &(id, &kind), &bytes);
    let number = deps.ledger.add_claim_evidence(family.municipality, &command, id, (&kind, &bytes)).await.map_err(refused(claim))?;
    let shown = get_claim(&deps, &family, id).await?.evidence.into_iter().find(|file| file.number == number);
    shown.map(|file| Created(EvidenceBody::new(id, file))).ok_or_else(not_found)
}

/// Shows a file of a claim.
#[utoipa::path(get, path = "/claims/{claim}/evidence/{number}", operation_id = "show_evidence", tag = "claims", security(("token" = [])),
    params(("claim" = String, Path), ("number" = i16, Path, minimum = 1, maximum = 10)),
    responses((status = 200, description = "The file.", content((FileSchema = "image/jpeg"), (FileSchema = "image/png"), (FileSchema = "application/pdf"))),
        Always, SignedIn, OfOne))]
pub(crate) async fn show(State(deps): State<Deps>, family: Family, PathIds(id, number): PathIds<ClaimId, i16>) -> Result<Response, Problem> {
    let file = deps.ledger.claim_evidence(family.municipality, (id, number), Some(family.id)).await.map_err(failed)?.ok_or_else(not_found)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(file.media.as_str())),
        // Never opened as a page of this origin, whatever is in it.
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment")),
    ];
    Ok((headers, file.bytes).into_response())
}
