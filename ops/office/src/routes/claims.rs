//! Claims: ids, amounts, days and states without a reason, what families wrote with one; and their files.

use axum::Json;
use citizen_api::routes::claims::form::{FilingForm, NewClaim};
use ledger::ids::ClaimId;
use web::{Body, Created, Params, PathId, PathIds, Picture};

use crate::acting::Acting;
use crate::actions::claims as actions;
use crate::bodies::Items;
use crate::bodies::claims::{AssessmentBody, ClaimBody, ClaimDetailBody, EvidenceFile, EvidenceNumberBody};
use crate::forms::claims::EvidenceKind;
use crate::forms::{Because, ClaimPage};
use crate::http::answers::Perhaps;
use crate::http::routes;
use crate::refused::Refused;

routes! {
    "claims";
    /// Lists claims without what families wrote, the oldest filing first.
    get "/claims", ListClaims => list_claims;
    /// Takes in a claim on paper: the child's family of today asks.
    post "/claims", FileClaim => file_claim;
    /// Shows a claim without what the family wrote.
    get "/claims/{claim}", ShowClaim => show_claim;
    /// Asks the rules what they give for a claim now, line by line; nothing for one that has ended.
    get "/claims/{claim}/assessment", ShowClaim => assess_claim;
    /// Reveals what was written in a claim.
    post "/claims/{claim}/reveal", RevealClaim => reveal_claim;
    /// Takes in a corrected claim on paper.
    post "/claims/{claim}/filings", FileClaim => file_claim_again;
    /// Takes in a scanned file of a claim.
    upload "/claims/{claim}/evidence", AddEvidence => add_claim_evidence;
    /// Opens a file of a claim.
    post "/claims/{claim}/evidence/{number}/reveal", RevealEvidence => reveal_claim_evidence;
}

async fn list_claims(by: Acting, Params(page): Params<ClaimPage>) -> Result<Json<Items<ClaimBody>>, Refused> {
    let claims = actions::list_claims(&by, page.state, page.after, page.limit.saturating_add(1)).await?;
    Ok(Json(Items::first(claims, page.limit, |claim| claim.claim.to_string())))
}

async fn file_claim(by: Acting, Body(form): Body<NewClaim>) -> Result<Created<ClaimBody>, Refused> {
    actions::file_claim(&by, form).await.map(Created)
}

async fn show_claim(by: Acting, PathId(claim): PathId<ClaimId>) -> Result<Json<ClaimDetailBody>, Refused> {
    actions::show_claim(&by, claim).await.map(Json)
}

async fn assess_claim(by: Acting, PathId(claim): PathId<ClaimId>) -> Result<Perhaps<AssessmentBody>, Refused> {
    actions::assess_claim(&by, claim).await.map(Perhaps)
}

async fn reveal_claim(by: Acting, PathId(claim): PathId<ClaimId>, _: Body<Because>) -> Result<Json<ClaimDetailBody>, Refused> {
    actions::reveal_claim(&by, claim).await.map(Json)
}

async fn file_claim_again(by: Acting, PathId(claim): PathId<ClaimId>, Body(form): Body<FilingForm>) -> Result<Created<ClaimBody>, Refused> {
    actions::file_claim_again(&by, claim, form).await.map(Created)
}

async fn add_claim_evidence(
    by: Acting,
    PathId(claim): PathId<ClaimId>,
    Params(shows): Params<EvidenceKind>,
    Picture(file): Picture,
) -> Result<Created<EvidenceNumberBody>, Refused> {
    actions::add_claim_evidence(&by, claim, &shows.kind, &file).await.map(Created)
}

async fn reveal_claim_evidence(by: Acting, PathIds(claim, number): PathIds<ClaimId, i16>, _: Body<Because>) -> Result<EvidenceFile, Refused> {
    actions::reveal_claim_evidence(&by, claim, number).await
}
