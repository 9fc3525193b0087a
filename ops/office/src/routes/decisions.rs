//! What staff decide about claims: sent back, examined, decided, taken back; and what families must give back (返還).

use axum::Json;
use ledger::ids::{ClaimId, ClawbackId};
use web::{Body, Created, Params, PathId};

use crate::acting::Acting;
use crate::actions::claims as actions;
use crate::bodies::claims::{ClawbackBody, ProposedClawbackBody};
use crate::bodies::{Done, Items};
use crate::forms::claims::{Decision, Examination, ProposedAmount};
use crate::forms::{Because, ClawbackPage, Message};
use crate::http::routes;
use crate::refused::Refused;

routes! {
    "claims";
    /// Sends a claim back for correction.
    post "/claims/{claim}/return", ReturnClaim => return_claim;
    /// Examines a claim (審査) and proposes what to grant.
    post "/claims/{claim}/examine", ExamineClaim => examine_claim;
    /// Decides on a claim as it was proposed, as a second person.
    post "/claims/{claim}/decide", DecideClaim => decide_claim;
    /// Takes a claim back for a family.
    post "/claims/{claim}/withdraw", WithdrawClaim => withdraw_claim;
    /// Lists what families must give back (返還).
    get "/clawbacks", ListClawbacks => list_clawbacks;
    /// Proposes that a family gives back some of a claim.
    post "/claims/{claim}/clawbacks", ProposeClawback => propose_clawback;
    /// Approves it, as a second person.
    post "/clawbacks/{clawback}/approve", ApproveClawback => approve_clawback;
}

async fn return_claim(by: Acting, PathId(claim): PathId<ClaimId>, Body(form): Body<Message>) -> Result<Done, Refused> {
    actions::return_claim(&by, claim, &form.message).await
}

async fn examine_claim(by: Acting, PathId(claim): PathId<ClaimId>, Body(form): Body<Examination>) -> Result<Done, Refused> {
    actions::examine_claim(&by, claim, form.filing, form.proposed_yen, &form.message).await
}

async fn decide_claim(by: Acting, PathId(claim): PathId<ClaimId>, Body(form): Body<Decision>) -> Result<Done, Refused> {
    actions::decide_claim(&by, claim, form.granted_yen, &form.message).await
}

async fn withdraw_claim(by: Acting, PathId(claim): PathId<ClaimId>, _: Body<Because>) -> Result<Done, Refused> {
    actions::withdraw_claim(&by, claim).await
}

async fn list_clawbacks(by: Acting, Params(page): Params<ClawbackPage>) -> Result<Json<Items<ClawbackBody>>, Refused> {
    let clawbacks = actions::list_clawbacks(&by, page.waiting, page.after, page.limit.saturating_add(1)).await?;
    Ok(Json(Items::first(clawbacks, page.limit, |clawback| clawback.clawback.to_string())))
}

async fn propose_clawback(by: Acting, PathId(claim): PathId<ClaimId>, Body(form): Body<ProposedAmount>) -> Result<Created<ProposedClawbackBody>, Refused> {
    actions::propose_clawback(&by, claim, form.amount_yen, &form.message).await.map(Created)
}

async fn approve_clawback(by: Acting, PathId(clawback): PathId<ClawbackId>, Body(form): Body<Message>) -> Result<Done, Refused> {
    actions::approve_clawback(&by, clawback, &form.message).await
}
