//! What staff do about a claim: send it back, examine it, decide on it, take it back for a family.
//!
//! What is written to the family stands in `message` and is sealed with the claim; `reason` would stand open in the audit log.

use axum::extract::State;
use ledger::ids::ClaimId;
use ledger::money::Yen;
use ledger::staff::Action;
use web::fields::{text, whole};
use web::{Body, Fields, PathId, Problem, Read};

use super::super::Deps;
use super::super::answers::{Because, Done};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::refused;
use super::super::schemas::{BecauseRequest, DecideRequest, ExamineRequest, MessageRequest};
use super::bodies::YEN_MAX;

/// The most characters that a claim keeps of one message.
pub(super) const MESSAGE_MAX: usize = 400;
const FILINGS_MAX: i64 = 90;

pub(super) fn add(desk: Desk) -> Desk {
    desk.post("/claims/{claim}/return", Action::ReturnClaim, send_back)
        .post("/claims/{claim}/examine", Action::ExamineClaim, examine)
        .post("/claims/{claim}/decide", Action::DecideClaim, decide)
        .post("/claims/{claim}/withdraw", Action::WithdrawClaim, withdraw)
}

/// What the family is to correct.
pub(super) struct ReturnBody {
    message: String,
}

impl Read for ReturnBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.required("message", text(MESSAGE_MAX)).map(|message| Self { message })
    }
}

/// What to grant, for the filing that was seen; the message is for the second person.
pub(super) struct ExamineBody {
    filing: i16,
    proposed_yen: i64,
    message: String,
}

impl Read for ExamineBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let filing = fields.required("filing", whole(1, FILINGS_MAX));
        let proposed_yen = fields.required("proposed_yen", whole(0, YEN_MAX));
        let message = fields.required("message", text(MESSAGE_MAX));
        Some(Self { filing: i16::try_from(filing?).ok()?, proposed_yen: proposed_yen?, message: message? })
    }
}

/// What is granted, as it was proposed, and why.
pub(super) struct DecideBody {
    granted_yen: i64,
    message: String,
}

impl Read for DecideBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let granted_yen = fields.required("granted_yen", whole(0, YEN_MAX));
        let message = fields.required("message", text(MESSAGE_MAX));
        Some(Self { granted_yen: granted_yen?, message: message? })
    }
}

/// Sends a claim back for correction.
#[utoipa::path(post, path = "/claims/{claim}/return", operation_id = "return_claim", tag = "claims", request_body = MessageRequest, responses((status = 204)))]
pub(super) async fn send_back(State(deps): State<Deps>, acting: Acting, PathId(claim): PathId<ClaimId>, Body(body): Body<ReturnBody>) -> Result<Done, Problem> {
    let command = acting.command(&(claim, &body.message))?;
    deps.ledger.return_claim(acting.member.municipality, &command, claim, &body.message).await.map_err(refused)?;
    Ok(Done)
}

/// Examines a claim (審査) and proposes what to grant.
#[utoipa::path(post, path = "/claims/{claim}/examine", operation_id = "examine_claim", tag = "claims", request_body = ExamineRequest, responses((status = 204)))]
pub(super) async fn examine(State(deps): State<Deps>, acting: Acting, PathId(claim): PathId<ClaimId>, Body(body): Body<ExamineBody>) -> Result<Done, Problem> {
    let ExamineBody { filing, proposed_yen, message } = body;
    let command = acting.command(&(claim, filing, proposed_yen, &message))?;
    let seen = (claim, filing);
    deps.ledger.examine_claim(acting.member.municipality, &command, seen, Yen::new(proposed_yen), &message).await.map_err(refused)?;
    Ok(Done)
}

/// Decides on a claim as it was proposed, as a second person.
#[utoipa::path(post, path = "/claims/{claim}/decide", operation_id = "decide_claim", tag = "claims", request_body = DecideRequest, responses((status = 204)))]
pub(super) async fn decide(State(deps): State<Deps>, acting: Acting, PathId(claim): PathId<ClaimId>, Body(body): Body<DecideBody>) -> Result<Done, Problem> {
    let DecideBody { granted_yen, message } = body;
    let command = acting.command(&(claim, granted_yen, &message))?;
    deps.ledger.decide_claim(acting.member.municipality, &command, claim, Yen::new(granted_yen), &message).await.map_err(refused)?;
    Ok(Done)
}

/// Takes a claim back for a family.
#[utoipa::path(post, path = "/claims/{claim}/withdraw", operation_id = "withdraw_claim", tag = "claims", request_body = BecauseRequest, responses((status = 204)))]
pub(super) async fn withdraw(State(deps): State<Deps>, acting: Acting, PathId(claim): PathId<ClaimId>, Body(because): Body<Because>) -> Result<Done, Problem> {
    let command = acting.command(&(claim, &because.reason))?;
    deps.ledger.withdraw_claim(acting.member.municipality, &command, claim).await.map_err(refused)?;
    Ok(Done)
}
