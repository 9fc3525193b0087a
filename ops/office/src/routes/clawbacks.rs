//! What families must give back (返還): proposed by one person, approved by another. The family reads why.

use axum::Json;
use axum::extract::State;
use chrono::NaiveDate;
use ledger::claim::WaitingClawback;
use ledger::ids::{ClaimId, ClawbackId, FamilyId};
use ledger::money::Yen;
use ledger::staff::Action;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{flag, parsed, text, whole};
use web::{Body, Fields, Params, PathId, Problem, Read};

use super::super::Deps;
use super::super::answers::{Done, Items, MadeAs, Page, page};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, refused};
use super::super::schemas::{ClawbackRequest, MessageRequest};
use super::bodies::YEN_MAX;
use super::claims_steps::MESSAGE_MAX;

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/clawbacks", Action::ListClawbacks, all).post("/claims/{claim}/clawbacks", Action::ProposeClawback, propose).post(
        "/clawbacks/{clawback}/approve",
        Action::ApproveClawback,
        approve,
    )
}

/// Those that wait for a second person, unless all are asked for.
pub(super) struct ClawbackQuery {
    waiting: bool,
    after: Option<ClawbackId>,
    page: Page,
}

impl Read for ClawbackQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        let waiting = fields.optional("waiting", flag);
        let after = fields.optional("after", parsed("clw_…"));
        let mut page = Page::read_from(fields)?;
        page.after = None;
        Some(Self { waiting: waiting?.unwrap_or(true), after: after?, page })
    }
}

pub(super) struct ProposeBody {
    amount_yen: i64,
    message: String,
}

impl Read for ProposeBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let amount_yen = fields.required("amount_yen", whole(1, YEN_MAX));
        let message = fields.required("message", text(MESSAGE_MAX));
        Some(Self { amount_yen: amount_yen?, message: message? })
    }
}

pub(super) struct ApproveBody(String);

impl Read for ApproveBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.required("message", text(MESSAGE_MAX)).map(Self)
    }
}

/// What a family must give back.
#[derive(Serialize, ToSchema)]
#[schema(as = Clawback)]
pub struct ClawbackBody {
    #[schema(value_type = String, pattern = "^clw_[0-9a-f]{32}$")]
    clawback: ClawbackId,
    #[schema(value_type = String, pattern = "^clm_[0-9a-f]{32}$")]
    claim: ClaimId,
    #[schema(value_type = String, pattern = "^fam_[0-9a-f]{32}$")]
    family: FamilyId,
    amount_yen: i64,
    proposed_by: String,
    #[schema(required, value_type = Option<String>, format = Date)]
    approved_on: Option<NaiveDate>,
}

impl From<WaitingClawback> for ClawbackBody {
    fn from(clawback: WaitingClawback) -> Self {
        let WaitingClawback { id, claim, family, amount, proposed_by, approved_on } = clawback;
        Self { clawback: id, claim, family, amount_yen: amount.get(), proposed_by, approved_on }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = ProposedClawback)]
pub(super) struct NewBody {
    #[schema(value_type = String, pattern = "^clw_[0-9a-f]{32}$")]
    clawback: ClawbackId,
}

/// Lists what families must give back (返還).
#[utoipa::path(get, path = "/clawbacks", operation_id = "list_clawbacks", tag = "claims", params(("waiting" = Option<bool>, Query, description = "Only what waits for a second person; yes where nothing is said."), ("after" = Option<String>, Query, pattern = "^clw_[0-9a-f]{32}$", description = "The page begins behind this one."), ("limit" = Option<i64>, Query, minimum = 1, maximum = 500, description = "Items on a page; 50 where nothing is said.")), responses((status = 200, body = Items<ClawbackBody>)))]
pub(super) async fn all(State(deps): State<Deps>, acting: Acting, Params(query): Params<ClawbackQuery>) -> Result<Json<Items<ClawbackBody>>, Problem> {
    // One more than asked for tells whether there is a next page.
    let limit = query.page.limit.saturating_add(1);
    let found = deps.ledger.list_clawbacks(acting.member.municipality, query.waiting, query.after, limit).await.map_err(failed)?;
    Ok(Json(page(found.into_iter().map(ClawbackBody::from), &query.page, |clawback| clawback.clawback.to_string())))
}

/// Proposes that a family gives back some of a claim.
#[utoipa::path(post, path = "/claims/{claim}/clawbacks", operation_id = "propose_clawback", tag = "claims", request_body = ClawbackRequest, responses((status = 201, body = NewBody)))]
pub(super) async fn propose(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(claim): PathId<ClaimId>,
    Body(body): Body<ProposeBody>,
) -> Result<MadeAs<NewBody>, Problem> {
    let ProposeBody { amount_yen, message } = body;
    let command = acting.command(&(claim, amount_yen, &message))?;
    let proposed = deps.ledger.propose_clawback(acting.member.municipality, &command, claim, Yen::new(amount_yen), &message).await.map_err(refused)?;
    Ok(MadeAs(proposed.to_string(), NewBody { clawback: proposed }))
}

/// Approves it, as a second person.
#[utoipa::path(post, path = "/clawbacks/{clawback}/approve", operation_id = "approve_clawback", tag = "claims", request_body = MessageRequest, responses((status = 204)))]
pub(super) async fn approve(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(clawback): PathId<ClawbackId>,
    Body(ApproveBody(message)): Body<ApproveBody>,
) -> Result<Done, Problem> {
    let command = acting.command(&(clawback, &message))?;
    deps.ledger.approve_clawback(acting.member.municipality, &command, clawback, &message).await.map_err(refused)?;
    Ok(Done)
}
