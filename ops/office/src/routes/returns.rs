//! Returns (組戻・不能): proposed by one person or the program, confirmed or rejected by another.

use axum::Json;
use ledger::ids::{BankLineId, RemittanceId};
use web::{Body, PathId};

use crate::acting::Acting;
use crate::actions::bank as actions;
use crate::bodies::Done;
use crate::bodies::bank::{EarlyReturnList, WaitingReturnList};
use crate::forms::Because;
use crate::forms::money::{LineBecause, LineNumber, PaidLine, ProposedReturn};
use crate::http::routes;
use crate::refused::Refused;

routes! {
    "bank";
    /// Lists returns (組戻) that wait for a second person.
    get "/returns", ShowBankLines => list_returns;
    /// Proposes that a credit is a payout that came back.
    post "/bank-lines/{line}/propose-return", ProposeReturn => propose_return;
    /// Confirms a return, as a second person.
    post "/bank-lines/{line}/confirm-return", ConfirmReturn => confirm_return;
    /// Rejects what was proposed about a credit.
    post "/bank-lines/{line}/reject-returns", RejectReturn => reject_returns;
    /// Lists lines that the bank said it will not pay and that wait for a second person.
    get "/early-returns", ShowBankLines => list_early_returns;
    /// Proposes that the bank will not pay a line of a file.
    post "/remittances/{remittance}/propose-return", ProposeReturn => propose_early_return;
    /// Confirms it, as a second person.
    post "/remittances/{remittance}/confirm-return", ConfirmReturn => confirm_early_return;
    /// Rejects it.
    post "/remittances/{remittance}/reject-return", RejectReturn => reject_early_return;
}

async fn list_returns(by: Acting) -> Result<Json<WaitingReturnList>, Refused> {
    let returns = actions::list_returns(&by).await?;
    Ok(Json(WaitingReturnList { returns }))
}

async fn propose_return(by: Acting, PathId(line): PathId<BankLineId>, Body(form): Body<ProposedReturn>) -> Result<Done, Refused> {
    actions::propose_return(&by, line, (form.paid.remittance, form.paid.number)).await
}

async fn confirm_return(by: Acting, PathId(line): PathId<BankLineId>, Body(form): Body<PaidLine>) -> Result<Done, Refused> {
    actions::confirm_return(&by, line, (form.remittance, form.number)).await
}

async fn reject_returns(by: Acting, PathId(line): PathId<BankLineId>, _: Body<Because>) -> Result<Done, Refused> {
    actions::reject_returns(&by, line).await
}

async fn list_early_returns(by: Acting) -> Result<Json<EarlyReturnList>, Refused> {
    let returns = actions::list_early_returns(&by).await?;
    Ok(Json(EarlyReturnList { returns }))
}

async fn propose_early_return(by: Acting, PathId(remittance): PathId<RemittanceId>, Body(form): Body<LineBecause>) -> Result<Done, Refused> {
    actions::propose_early_return(&by, (remittance, form.number)).await
}

async fn confirm_early_return(by: Acting, PathId(remittance): PathId<RemittanceId>, Body(form): Body<LineNumber>) -> Result<Done, Refused> {
    actions::confirm_early_return(&by, (remittance, form.number)).await
}

async fn reject_early_return(by: Acting, PathId(remittance): PathId<RemittanceId>, Body(form): Body<LineBecause>) -> Result<Done, Refused> {
    actions::reject_early_return(&by, (remittance, form.number)).await
}
