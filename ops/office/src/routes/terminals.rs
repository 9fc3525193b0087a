//! Desks of merchants.

use axum::Json;
use ledger::ids::MerchantId;
use web::{Body, Created, PathId};

use crate::acting::Acting;
use crate::actions::merchants as actions;
use crate::bodies::Done;
use crate::bodies::merchants::{NewTerminalBody, TerminalList};
use crate::forms::merchants::{Label, RevokedTerminal};
use crate::http::routes;
use crate::refused::Refused;

routes! {
    "merchants";
    /// Lists the desks of a merchant.
    get "/merchants/{merchant}/terminals", ListTerminals => list_terminals;
    /// Adds a desk; its token is shown once.
    post "/merchants/{merchant}/terminals", AddTerminal => add_terminal;
    /// Revokes a desk: its token opens nothing any more.
    post "/merchants/{merchant}/terminals/revoke", RevokeTerminal => revoke_terminal;
}

async fn list_terminals(by: Acting, PathId(merchant): PathId<MerchantId>) -> Result<Json<TerminalList>, Refused> {
    let terminals = actions::list_terminals(&by, merchant).await?;
    Ok(Json(TerminalList { terminals }))
}

async fn add_terminal(by: Acting, PathId(merchant): PathId<MerchantId>, Body(form): Body<Label>) -> Result<Created<NewTerminalBody>, Refused> {
    actions::add_terminal(&by, merchant, &form.label).await.map(Created)
}

async fn revoke_terminal(by: Acting, PathId(merchant): PathId<MerchantId>, Body(form): Body<RevokedTerminal>) -> Result<Done, Refused> {
    actions::revoke_terminal(&by, merchant, form.terminal).await
}
