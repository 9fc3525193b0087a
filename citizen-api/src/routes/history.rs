//! What happened to a family's money: payments, refunds, claims, own money, payouts in one list.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use chrono::NaiveDate;
use ledger::history::{Item, Kind, Which};
use ledger::ids::ChildId;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{Fault, Given, day, parsed, text, whole};
use web::openapi::{Always, Queried, SignedIn};
use web::{Fields, Params, Problem, Read, tokyo_time};

use super::{PAGE, PAGE_MAX};
use crate::Deps;
use crate::auth::Family;
use crate::ids::{Mark, PaymentId};
use crate::problems::failed;

/// The most characters of a kind.
const KIND_MAX: usize = 20;

pub(crate) fn router() -> Router<Deps> {
    Router::new().route("/history", get(list))
}

/// Which items.
pub(crate) struct HistoryQuery {
    kind: Option<Kind>,
    child: Option<ChildId>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    after: Option<Mark>,
    limit: i64,
}

impl Read for HistoryQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        let kind = |given: Given<'_>| Kind::parse(&text(KIND_MAX)(given)?).ok_or(Fault::Form("payment, refund, claim, clawback, loaded, paid_back, payout"));
        let kind = fields.optional("kind", kind);
        let child = fields.optional("child", parsed("chd_…"));
        let (from, to) = (fields.optional("from", day), fields.optional("to", day));
        let after = fields.optional("after", parsed("1780000000000000_…"));
        let limit = fields.optional("limit", whole(1, PAGE_MAX));
        Some(Self { kind: kind?, child: child?, from: from?, to: to?, after: after?, limit: limit?.unwrap_or(PAGE) })
    }
}

/// What happened, newest first. `next`, where it is, asks for the following page as `after`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryList {
    items: Vec<HistoryBody>,
    #[schema(required)]
    next: Option<String>,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HistoryItem)]
pub(crate) struct HistoryBody {
    /// `payment`, `refund`, `claim`, `clawback`, `loaded`, `paid_back` or `payout`.
    #[schema(value_type = String)]
    kind: &'static str,
    #[schema(format = "date-time")]
    at: String,
    amount_yen: i64,
    #[schema(required)]
    merchant: Option<String>,
    #[schema(required)]
    merchant_name: Option<String>,
    #[schema(required)]
    payment: Option<String>,
    #[schema(required)]
    claim: Option<String>,
    #[schema(required)]
    child: Option<String>,
    /// Where a claim (`filed`, `returned`, `decided`, `withdrawn`) or a payout (`sent`, `paid`, `returned`) stands.
    #[schema(required)]
    status: Option<String>,
}

impl From<Item> for HistoryBody {
    fn from(item: Item) -> Self {
        let Item { at, kind, amount, merchant, payment, claim, state, .. } = item;
        let (merchant, merchant_name) = merchant.unzip();
        let (claim, child) = claim.unzip();
        Self {
            kind: kind.as_str(),
            at: tokyo_time(at),
            amount_yen: amount.get(),
            merchant: merchant.map(|merchant| merchant.to_string()),
            merchant_name,
            payment: payment.map(|payment| PaymentId(payment).to_string()),
            claim: claim.map(|claim| claim.to_string()),
            child: child.map(|child| child.to_string()),
            status: state,
        }
    }
}

/// Lists what happened to the family's money, newest first: of one kind, about one child, between two days.
#[utoipa::path(get, path = "/history", operation_id = "list_history", tag = "history", security(("token" = [])),
    params(
        ("kind" = Option<String>, Query, pattern = "^(payment|refund|claim|clawback|loaded|paid_back|payout)$"),
        ("child" = Option<String>, Query, pattern = "^chd_[0-9a-f]{32}$", description = "What a child's entitlements paid, or was claimed for it."),
        ("from" = Option<String>, Query, format = Date, description = "From this day in Tokyo on."),
        ("to" = Option<String>, Query, format = Date, description = "Through this day."),
        ("after" = Option<String>, Query, pattern = "^[0-9]{1,17}_[0-9a-f]{32}$", description = "The `next` of the page before."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "Items on a page; 20 where nothing is said."),
    ),
    responses((status = 200, description = "As asked.", body = HistoryList), Always, SignedIn, Queried))]
pub(crate) async fn list(State(deps): State<Deps>, family: Family, Params(query): Params<HistoryQuery>) -> Result<Json<HistoryList>, Problem> {
    let HistoryQuery { kind, child, from, to, after, limit } = query;
    let which = Which { kind, child, from, to, after: after.map(|mark| (mark.at, mark.reference)), limit: limit.saturating_add(1) };
    let mut found = deps.ledger.family_history(family.municipality, family.id, &which).await.map_err(failed)?;
    let next = super::cut(&mut found, limit).map(|last| Mark { at: last.at, reference: last.reference }.to_string());
    Ok(Json(HistoryList { items: found.into_iter().map(Into::into).collect(), next }))
}
