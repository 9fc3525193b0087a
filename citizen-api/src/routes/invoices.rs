//! Bills of merchants: looked at by their code, paid from home.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use axum::{Json, Router};
use ledger::code::Code;
use ledger::ids::{ChildId, InvoiceId};
use ledger::payment::history::match_code;
use ledger::payment::invoice::PayInvoice;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{flag, raw};
use web::openapi::{Always, Commanded, OfOne, Sent, SignedIn};
use web::{Body, Created, Fields, IdempotencyKey, PathId, Problem, Read, tokyo_time};

use super::cover::{WarningBody, warning};
use super::{children, own_children};
use crate::Deps;
use crate::auth::Family;
use crate::problems::{self, failed, not_found, pay, refused};

/// Longer than any link with a code.
const CODE_MAX: usize = 300;

pub(crate) fn router() -> Router<Deps> {
    Router::new().route("/invoices/lookup", post(look_up)).route("/invoices/{invoice}/payments", post(pay_bill))
}

/// What was scanned or typed. In the body and not in the path, so that it stands in no log.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LookUp {
    /// 28 characters, with or without hyphens, or the whole link.
    #[schema(max_length = 300)]
    code: String,
}

impl Read for LookUp {
    fn read(fields: &mut Fields) -> Option<Self> {
        fields.required("code", raw(CODE_MAX)).map(|code| Self { code })
    }
}

/// A bill, as a family looks at it before it pays.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invoice)]
pub(crate) struct InvoiceBody {
    invoice: String,
    merchant: String,
    merchant_name: String,
    /// The merchant's own number.
    reference: String,
    expense: String,
    #[schema(required)]
    service: Option<String>,
    price_yen: i64,
    /// The day on which it is due, where it says one.
    #[schema(required, format = Date)]
    due_on: Option<String>,
    paid: bool,
    /// Paying this merchant by code may give something away: to be read before paying.
    #[schema(required)]
    warning: Option<WarningBody>,
}

/// Whose entitlements may pay, and whether own money may.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PayInvoice)]
pub(crate) struct PayBody {
    /// Whose entitlements may pay; none pay where the list is empty.
    #[schema(value_type = Vec<String>, max_items = 20)]
    pub(super) children: Vec<ChildId>,
    /// Whether own money pays the rest; no where nothing is said.
    #[schema(required = false)]
    pub(super) own_money: bool,
}

impl Read for PayBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let children = fields.required("children", children);
        let own_money = fields.optional("own_money", flag);
        Some(Self { children: children?, own_money: own_money?.unwrap_or(false) })
    }
}

/// A bill that has been paid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaidInvoice)]
pub(crate) struct PaidBody {
    receipt: String,
    invoice: String,
    price_yen: i64,
    #[schema(format = "date-time")]
    paid_at: String,
    match_code: String,
}

/// Shows the bill of a scanned or typed code, before anything is paid.
#[utoipa::path(post, path = "/invoices/lookup", operation_id = "look_up_invoice", tag = "invoices", security(("token" = [])), request_body = LookUp,
    responses((status = 200, description = "As asked.", body = InvoiceBody), Always, SignedIn, OfOne, Sent))]
pub(crate) async fn look_up(State(deps): State<Deps>, family: Family, headers: HeaderMap, Body(body): Body<LookUp>) -> Result<Json<InvoiceBody>, Problem> {
    let code = Code::parse(&body.code).map_err(problems::code)?;
    let found = deps.ledger.invoice_of_code(family.municipality, &code).await.map_err(failed)?.ok_or_else(not_found)?;
    let merchant = deps.ledger.get_merchant(family.municipality, found.bill.merchant).await.map_err(failed)?.ok_or_else(not_found)?;
    let warning = warning(&deps, &family, merchant.id, &headers).await?;
    Ok(Json(InvoiceBody {
        invoice: found.id.to_string(),
        merchant: merchant.id.to_string(),
        merchant_name: merchant.name,
        reference: found.bill.reference,
        expense: found.bill.expense,
        service: found.bill.service,
        price_yen: found.bill.amount.get(),
        due_on: found.bill.due_on.map(|day| day.to_string()),
        paid: found.receipt.is_some(),
        warning,
    }))
}

/// Pays a bill from home. A bill is paid once, whoever pays.
#[utoipa::path(post, path = "/invoices/{invoice}/payments", operation_id = "pay_invoice", tag = "invoices", security(("token" = [])),
    params(("invoice" = String, Path), IdempotencyKey), request_body = PayBody,
    responses((status = 201, description = "Done; or done before, under this key.", body = PaidBody), Always, SignedIn, OfOne, Sent, Commanded))]
pub(crate) async fn pay_bill(
    State(deps): State<Deps>,
    family: Family,
    PathId(invoice): PathId<InvoiceId>,
    key: IdempotencyKey,
    Body(body): Body<PayBody>,
) -> Result<Created<PaidBody>, Problem> {
    own_children(&family, &body.children)?;
    let asked = PayInvoice { family: family.id, children: body.children, own_money: body.own_money };
    let receipt = deps.ledger.pay_invoice(family.municipality, &key.of("bill"), invoice, &asked).await.map_err(refused(pay))?;
    Ok(Created(PaidBody {
        receipt: receipt.id.to_string(),
        invoice: invoice.to_string(),
        price_yen: receipt.amount.get(),
        paid_at: tokyo_time(receipt.captured_at),
        match_code: match_code(receipt.id),
    }))
}
