//! Returns (組戻・不能): proposed by one person or the program on somebody's behalf, confirmed or rejected by another. Early ones are those that the bank
//! tells before it debits the file.

use axum::Json;
use axum::extract::State;
use ledger::ids::{BankLineId, RemittanceId};
use ledger::reconciliation::repo::WaitingReturn;
use ledger::remittance::repo::EarlyReturn;
use ledger::staff::Action;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{parsed, text, whole};
use web::{Body, Fields, PathId, Problem, Read, tokyo_time};

use super::super::Deps;
use super::super::answers::{Because, Done, REASON_MAX};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, refused};
use super::super::schemas::{BecauseRequest, LineBecauseRequest, LineRequest, PaidRequest, ProposeReturnRequest};

const LINES_MAX: i64 = 999_999;

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/returns", Action::ShowBankLines, waiting)
        .post("/bank-lines/{line}/propose-return", Action::ProposeReturn, propose)
        .post("/bank-lines/{line}/confirm-return", Action::ConfirmReturn, confirm)
        .post("/bank-lines/{line}/reject-returns", Action::RejectReturn, reject)
        .get("/early-returns", Action::ShowBankLines, waiting_early)
        .post("/remittances/{remittance}/propose-return", Action::ProposeReturn, propose_early)
        .post("/remittances/{remittance}/confirm-return", Action::ConfirmReturn, confirm_early)
        .post("/remittances/{remittance}/reject-return", Action::RejectReturn, reject_early)
}

/// Which line of which file has come back.
pub(super) struct PaidBody {
    remittance: RemittanceId,
    number: i32,
}

impl PaidBody {
    fn read_from(fields: &mut Fields) -> Option<Self> {
        let remittance = fields.required("remittance", parsed("rmt_…"));
        let number = fields.required("number", whole(1, LINES_MAX));
        Some(Self { remittance: remittance?, number: i32::try_from(number?).ok()? })
    }
}

impl Read for PaidBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        Self::read_from(fields)
    }
}

pub(super) struct ProposeBody {
    paid: PaidBody,
    reason: String,
}

impl Read for ProposeBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let paid = PaidBody::read_from(fields);
        let reason = fields.required("reason", text(REASON_MAX));
        Some(Self { paid: paid?, reason: reason? })
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = WaitingReturnList)]
pub(super) struct WaitingList {
    returns: Vec<WaitingBody>,
}

/// A return that waits for a second person.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitingReturn)]
pub struct WaitingBody {
    #[schema(value_type = String, pattern = "^bnk_[0-9a-f]{32}$")]
    line: BankLineId,
    #[schema(value_type = String, pattern = "^rmt_[0-9a-f]{32}$")]
    remittance: RemittanceId,
    number: i32,
    score: i16,
    reason: String,
    proposed_by: String,
    proposed_at: String,
}

impl From<WaitingReturn> for WaitingBody {
    fn from(waiting: WaitingReturn) -> Self {
        let WaitingReturn { line, remittance, number, score, reason, proposed_by, proposed_at } = waiting;
        let (line, remittance) = (BankLineId::new(line), RemittanceId::new(remittance));
        Self { line, remittance, number, score, reason, proposed_by, proposed_at: tokyo_time(proposed_at) }
    }
}

/// Lists returns (組戻) that wait for a second person.
#[utoipa::path(get, path = "/returns", operation_id = "list_returns", tag = "bank", responses((status = 200, body = WaitingList)))]
pub(super) async fn waiting(State(deps): State<Deps>, acting: Acting) -> Result<Json<WaitingList>, Problem> {
    let returns = deps.ledger.list_waiting_returns(acting.member.municipality).await.map_err(failed)?;
    Ok(Json(WaitingList { returns: returns.into_iter().map(Into::into).collect() }))
}

/// Proposes that a credit is a payout that came back.
#[utoipa::path(post, path = "/bank-lines/{line}/propose-return", operation_id = "propose_return", tag = "bank", request_body = ProposeReturnRequest, responses((status = 204)))]
pub(super) async fn propose(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(line): PathId<BankLineId>,
    Body(body): Body<ProposeBody>,
) -> Result<Done, Problem> {
    let paid = (body.paid.remittance, body.paid.number);
    let command = acting.command(&(line, paid, &body.reason))?;
    deps.ledger.propose_return(acting.member.municipality, &command, line, paid, &body.reason).await.map_err(refused)?;
    Ok(Done)
}

/// Confirms a return, as a second person.
#[utoipa::path(post, path = "/bank-lines/{line}/confirm-return", operation_id = "confirm_return", tag = "bank", request_body = PaidRequest, responses((status = 204)))]
pub(super) async fn confirm(State(deps): State<Deps>, acting: Acting, PathId(line): PathId<BankLineId>, Body(body): Body<PaidBody>) -> Result<Done, Problem> {
    let paid = (body.remittance, body.number);
    let command = acting.command(&(line, paid))?;
    deps.ledger.confirm_return(acting.member.municipality, &command, line, paid).await.map_err(refused)?;
    Ok(Done)
}

/// Rejects what was proposed about a credit.
#[utoipa::path(post, path = "/bank-lines/{line}/reject-returns", operation_id = "reject_returns", tag = "bank", request_body = BecauseRequest, responses((status = 204)))]
pub(super) async fn reject(State(deps): State<Deps>, acting: Acting, PathId(line): PathId<BankLineId>, Body(because): Body<Because>) -> Result<Done, Problem> {
    let command = acting.command(&(line, &because.reason))?;
    deps.ledger.reject_returns(acting.member.municipality, &command, line).await.map_err(refused)?;
    Ok(Done)
}

/// A line of a file, as a number of it.
pub(super) struct NumberBody(i32);

impl Read for NumberBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let number = fields.required("number", whole(1, LINES_MAX))?;
        i32::try_from(number).ok().map(Self)
    }
}

pub(super) struct NumberBecause {
    number: i32,
    reason: String,
}

impl Read for NumberBecause {
    fn read(fields: &mut Fields) -> Option<Self> {
        let number = NumberBody::read(fields);
        let reason = fields.required("reason", text(REASON_MAX));
        Some(Self { number: number?.0, reason: reason? })
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = EarlyReturnList)]
pub(super) struct EarlyList {
    returns: Vec<EarlyBody>,
}

/// A line that the bank said it will not pay.
#[derive(Serialize, ToSchema)]
#[schema(as = EarlyReturn)]
pub struct EarlyBody {
    #[schema(value_type = String, pattern = "^rmt_[0-9a-f]{32}$")]
    remittance: RemittanceId,
    number: i32,
    reason: String,
    proposed_by: String,
    proposed_at: String,
}

impl From<EarlyReturn> for EarlyBody {
    fn from(told: EarlyReturn) -> Self {
        let EarlyReturn { remittance, number, reason, proposed_by, proposed_at } = told;
        Self { remittance: RemittanceId::new(remittance), number, reason, proposed_by, proposed_at: tokyo_time(proposed_at) }
    }
}

/// Lists lines that the bank said it will not pay and that wait for a second person.
#[utoipa::path(get, path = "/early-returns", operation_id = "list_early_returns", tag = "bank", responses((status = 200, body = EarlyList)))]
pub(super) async fn waiting_early(State(deps): State<Deps>, acting: Acting) -> Result<Json<EarlyList>, Problem> {
    let returns = deps.ledger.list_waiting_early_returns(acting.member.municipality).await.map_err(failed)?;
    Ok(Json(EarlyList { returns: returns.into_iter().map(Into::into).collect() }))
}

/// Proposes that the bank will not pay a line of a file.
#[utoipa::path(post, path = "/remittances/{remittance}/propose-return", operation_id = "propose_early_return", tag = "bank", request_body = LineBecauseRequest, responses((status = 204)))]
pub(super) async fn propose_early(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(remittance): PathId<RemittanceId>,
    Body(body): Body<NumberBecause>,
) -> Result<Done, Problem> {
    let line = (remittance, body.number);
    let command = acting.command(&(line, &body.reason))?;
    deps.ledger.propose_early_return(acting.member.municipality, &command, line, &body.reason).await.map_err(refused)?;
    Ok(Done)
}

/// Confirms it, as a second person.
#[utoipa::path(post, path = "/remittances/{remittance}/confirm-return", operation_id = "confirm_early_return", tag = "bank", request_body = LineRequest, responses((status = 204)))]
pub(super) async fn confirm_early(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(remittance): PathId<RemittanceId>,
    Body(NumberBody(number)): Body<NumberBody>,
) -> Result<Done, Problem> {
    let command = acting.command(&(remittance, number))?;
    deps.ledger.confirm_early_return(acting.member.municipality, &command, (remittance, number)).await.map_err(refused)?;
    Ok(Done)
}

/// Rejects it.
#[utoipa::path(post, path = "/remittances/{remittance}/reject-return", operation_id = "reject_early_return", tag = "bank", request_body = LineBecauseRequest, responses((status = 204)))]
pub(super) async fn reject_early(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(remittance): PathId<RemittanceId>,
    Body(body): Body<NumberBecause>,
) -> Result<Done, Problem> {
    let command = acting.command(&(remittance, body.number, &body.reason))?;
    deps.ledger.reject_early_return(acting.member.municipality, &command, (remittance, body.number)).await.map_err(refused)?;
    Ok(Done)
}
