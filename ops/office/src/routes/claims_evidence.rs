//! Files of claims: scanned by staff where a family brings paper, opened with a reason.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use ledger::actor::Command;
use ledger::ids::ClaimId;
use ledger::staff::Action;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::word;
use web::{Body, Fields, Params, PathId, PathIds, Picture, Problem, Read};

use super::super::Deps;
use super::super::answers::{Because, MadeAs};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, not_found, refused};
use super::super::schemas::BecauseRequest;

pub(super) fn add(desk: Desk) -> Desk {
    desk.upload("/claims/{claim}/evidence", Action::AddEvidence, scan).post("/claims/{claim}/evidence/{number}/reveal", Action::RevealEvidence, open)
}

/// What the file shows, as the scheme names it.
pub(super) struct KindQuery(String);

impl Read for KindQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.required("kind", word).map(Self)
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = EvidenceNumber)]
pub(super) struct NumberBody {
    #[schema(value_type = String, pattern = "^clm_[0-9a-f]{32}$")]
    claim: ClaimId,
    number: i16,
}

/// Takes in a scanned file of a claim.
#[utoipa::path(post, path = "/claims/{claim}/evidence", operation_id = "add_claim_evidence", tag = "claims", params(("kind" = String, Query, pattern = "^[a-z][a-z0-9_-]{0,39}$", description = "What it shows, as the scheme names it.")), request_body(content((String = "image/jpeg"), (String = "image/png"), (String = "application/pdf"))), responses((status = 201, body = NumberBody)))]
pub(super) async fn scan(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(claim): PathId<ClaimId>,
    Params(KindQuery(kind)): Params<KindQuery>,
    Picture(bytes): Picture,
) -> Result<MadeAs<NumberBody>, Problem> {
    let key = acting.command(&())?.key;
    let command = Command::with_file(acting.actor(), key, &(claim, &kind), &bytes);
    let number = deps.ledger.add_claim_evidence(acting.member.municipality, &command, claim, (&kind, &bytes)).await.map_err(refused)?;
    Ok(MadeAs(format!("{claim}/{number}"), NumberBody { claim, number }))
}

/// Opens a file of a claim.
#[utoipa::path(post, path = "/claims/{claim}/evidence/{number}/reveal", operation_id = "reveal_claim_evidence", tag = "claims", request_body = BecauseRequest, responses((status = 200, body = String, content_type = "application/octet-stream")))]
pub(super) async fn open(
    State(deps): State<Deps>,
    acting: Acting,
    PathIds(claim, number): PathIds<ClaimId, i16>,
    Body(_): Body<Because>,
) -> Result<Response, Problem> {
    let file = deps.ledger.claim_evidence(acting.member.municipality, (claim, number), None).await.map_err(failed)?.ok_or_else(not_found)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(file.media.as_str())),
        // Never opened as a page of this origin, whatever is in it.
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment")),
    ];
    Ok((headers, file.bytes).into_response())
}
