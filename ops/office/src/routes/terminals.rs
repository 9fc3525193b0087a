//! Desks of merchants.

use axum::Json;
use axum::extract::State;
use ledger::ids::{MerchantId, TerminalId};
use ledger::merchant::Terminal;
use ledger::staff::Action;
use ledger::token::CityToken;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{parsed, text};
use web::{Body, Fields, PathId, Problem, Read};

use super::super::Deps;
use super::super::answers::{Done, MadeAs, REASON_MAX};
use super::super::desk::Desk;
use super::super::guard::Acting;
use super::super::problems::{failed, not_found, refused};
use super::super::schemas::{LabelRequest, RevokeTerminalRequest};
use super::bodies::WORD_MAX;

pub(super) fn add(desk: Desk) -> Desk {
    desk.get("/merchants/{merchant}/terminals", Action::ListTerminals, all).post("/merchants/{merchant}/terminals", Action::AddTerminal, make).post(
        "/merchants/{merchant}/terminals/revoke",
        Action::RevokeTerminal,
        revoke,
    )
}

pub(super) struct MakeBody(String);

impl Read for MakeBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.required("label", text(WORD_MAX)).map(Self)
    }
}

pub(super) struct RevokeBody {
    terminal: TerminalId,
}

impl Read for RevokeBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let terminal = fields.required("terminal", parsed("trm_…"));
        fields.required("reason", text(REASON_MAX))?;
        Some(Self { terminal: terminal? })
    }
}

#[derive(Serialize, ToSchema)]
pub(super) struct TerminalList {
    terminals: Vec<TerminalBody>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Terminal)]
pub(super) struct TerminalBody {
    #[schema(value_type = String, pattern = "^trm_[0-9a-f]{32}$")]
    terminal: TerminalId,
    label: String,
}

impl From<Terminal> for TerminalBody {
    fn from(terminal: Terminal) -> Self {
        Self { terminal: terminal.id, label: terminal.label }
    }
}

/// A desk with its token, shown once.
#[derive(Serialize, ToSchema)]
#[schema(as = NewTerminal)]
pub(super) struct NewTerminalBody {
    #[schema(value_type = String, pattern = "^trm_[0-9a-f]{32}$")]
    terminal: TerminalId,
    token: String,
}

/// Lists the desks of a merchant.
#[utoipa::path(get, path = "/merchants/{merchant}/terminals", operation_id = "list_terminals", tag = "merchants", responses((status = 200, body = TerminalList)))]
pub(super) async fn all(State(deps): State<Deps>, acting: Acting, PathId(merchant): PathId<MerchantId>) -> Result<Json<TerminalList>, Problem> {
    let city = acting.member.municipality;
    deps.ledger.get_merchant(city, merchant).await.map_err(failed)?.ok_or_else(not_found)?;
    let terminals = deps.ledger.list_terminals(city, merchant).await.map_err(failed)?;
    Ok(Json(TerminalList { terminals: terminals.into_iter().map(Into::into).collect() }))
}

/// Adds a desk; its token is shown once.
#[utoipa::path(post, path = "/merchants/{merchant}/terminals", operation_id = "add_terminal", tag = "merchants", request_body = LabelRequest, responses((status = 201, body = NewTerminalBody)))]
pub(super) async fn make(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(merchant): PathId<MerchantId>,
    Body(MakeBody(label)): Body<MakeBody>,
) -> Result<MadeAs<NewTerminalBody>, Problem> {
    let command = acting.command(&(merchant, &label))?;
    let (terminal, token) = deps.ledger.add_terminal(acting.member.municipality, &command, merchant, &label).await.map_err(refused)?;
    let token = CityToken::new(acting.member.municipality, token).to_string();
    Ok(MadeAs(format!("{merchant}/{terminal}"), NewTerminalBody { terminal, token }))
}

/// Revokes a desk: its token opens nothing any more.
#[utoipa::path(post, path = "/merchants/{merchant}/terminals/revoke", operation_id = "revoke_terminal", tag = "merchants", request_body = RevokeTerminalRequest, responses((status = 204)))]
pub(super) async fn revoke(
    State(deps): State<Deps>,
    acting: Acting,
    PathId(merchant): PathId<MerchantId>,
    Body(body): Body<RevokeBody>,
) -> Result<Done, Problem> {
    let command = acting.command(&(merchant, body.terminal))?;
    deps.ledger.revoke_terminal(acting.member.municipality, &command, merchant, body.terminal).await.map_err(refused)?;
    Ok(Done)
}
