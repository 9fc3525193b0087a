//! Bills that settle by themselves on the day on which they are due, where the family wants that.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, put};
use axum::{Json, Router};
use ledger::ids::InvoiceId;
use ledger::payment::invoice::PayInvoice;
use ledger::payment::invoice::due::{Consent, ConsentState};
use serde::Serialize;
use utoipa::ToSchema;
use web::openapi::{Always, OfOne, Sent, SignedIn};
use web::{Body, PathId, Problem};

use super::invoices::PayBody;
use super::own_children;
use crate::Deps;
use crate::auth::Family;
use crate::problems::{consent, failed, refused};

pub(crate) fn router() -> Router<Deps> {
    Router::new().route("/settlements", get(list)).route("/invoices/{invoice}/settlement", put(set).delete(withdraw))
}

/// A bill that settles by itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Settlement)]
pub(crate) struct SettlementBody {
    invoice: String,
    /// The merchant's own number.
    reference: String,
    merchant_name: String,
    price_yen: i64,
    /// The day, in the morning of which it settles.
    #[schema(format = Date)]
    due_on: String,
    /// `waiting`, `settled`, or why not: `short`, `ended`, `not_payable`. What did not settle is paid by hand.
    #[schema(value_type = String)]
    state: &'static str,
}

impl From<Consent> for SettlementBody {
    fn from(consent: Consent) -> Self {
        let Consent { invoice, reference, merchant_name, amount, due_on, state } = consent;
        let state = match state {
            ConsentState::Waiting => "waiting",
            ConsentState::Settled { .. } => "settled",
            ConsentState::Refused(why) => why.as_str(),
        };
        Self { invoice: invoice.to_string(), reference, merchant_name, price_yen: amount.get(), due_on: due_on.to_string(), state }
    }
}

/// Bills that settle by themselves, by their day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SettlementList {
    settlements: Vec<SettlementBody>,
}

/// Lists the bills that the family lets settle by themselves.
#[utoipa::path(get, path = "/settlements", operation_id = "list_settlements", tag = "invoices", security(("token" = [])),
    responses((status = 200, description = "As asked.", body = SettlementList), Always, SignedIn))]
pub(crate) async fn list(State(deps): State<Deps>, family: Family) -> Result<Json<SettlementList>, Problem> {
    let consents = deps.ledger.consents_of_family(family.municipality, family.id).await.map_err(failed)?;
    Ok(Json(SettlementList { settlements: consents.into_iter().map(Into::into).collect() }))
}

/// Lets a bill settle by itself in the morning of the day on which it is due, so that paying late or early tells the merchant nothing. Set again: as it says now.
#[utoipa::path(put, path = "/invoices/{invoice}/settlement", operation_id = "set_settlement", tag = "invoices", security(("token" = [])),
    params(("invoice" = String, Path)), request_body = PayBody,
    responses((status = 200, description = "Set.", body = SettlementBody), (status = 409, description = "It has ended, says no day, or the day is here.",
        body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"), Always, SignedIn, OfOne, Sent))]
pub(crate) async fn set(
    State(deps): State<Deps>,
    family: Family,
    PathId(invoice): PathId<InvoiceId>,
    Body(body): Body<PayBody>,
) -> Result<Json<SettlementBody>, Problem> {
    own_children(&family, &body.children)?;
    let asked = PayInvoice { family: family.id, children: body.children, own_money: body.own_money };
    let set = deps.ledger.consent(family.municipality, invoice, &asked).await.map_err(refused(consent))?;
    Ok(Json(set.into()))
}

/// Lets a bill settle by itself no more. Done already: the same answer again.
#[utoipa::path(delete, path = "/invoices/{invoice}/settlement", operation_id = "withdraw_settlement", tag = "invoices", security(("token" = [])),
    params(("invoice" = String, Path)),
    responses((status = 204, description = "Withdrawn."), (status = 409, description = "The day has come.",
        body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"), Always, SignedIn, OfOne))]
pub(crate) async fn withdraw(State(deps): State<Deps>, family: Family, PathId(invoice): PathId<InvoiceId>) -> Result<StatusCode, Problem> {
    deps.ledger.withdraw_consent(family.municipality, invoice, family.id).await.map_err(refused(consent))?;
    Ok(StatusCode::NO_CONTENT)
}
