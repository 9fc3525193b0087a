//! Looking for a class, what of its offer each child may use (使える費用), and paying it from home.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use axum::{Json, Router};
use ledger::ids::{ChildId, MerchantId};
use ledger::merchant::search::Search;
use ledger::merchant::{Listing, Service};
use ledger::money::Yen;
use ledger::payment::{HoldPayment, Usable};
use ledger::time::Month;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{flag, parsed, text, whole, word};
use web::openapi::{Always, Commanded, OfOne, Queried, Sent, SignedIn};
use web::{Body, Created, Fields, IdempotencyKey, Params, PathId, Problem, Read};

use super::children::scheme_name;
use super::claims::estimate::ReasonBody;
use super::cover::{WarningBody, warning};
use super::payments::{PaymentBody, get_payment};
use super::{PAGE, PAGE_MAX, TEXT_MAX, YEN_MAX, children, own_children};
use crate::Deps;
use crate::auth::Family;
use crate::ids::PaymentId;
use crate::problems::{failed, hold, not_found, refused};

pub(crate) fn router() -> Router<Deps> {
    Router::new().route("/merchants", get(search)).route("/merchants/{merchant}", get(show)).route("/merchants/{merchant}/payments", post(pay))
}

/// What is looked for.
pub(crate) struct SearchQuery {
    search: Search,
    after: Option<MerchantId>,
    limit: i64,
}

impl Read for SearchQuery {
    fn read(fields: &mut Fields) -> Option<Self> {
        let area = fields.optional("area", text(TEXT_MAX));
        let category = fields.optional("category", word);
        let name = fields.optional("name", text(TEXT_MAX));
        let after = fields.optional("after", parsed("mrc_…"));
        let limit = fields.optional("limit", whole(1, PAGE_MAX));
        Some(Self { search: Search { area: area?, category: category?, name: name? }, after: after?, limit: limit?.unwrap_or(PAGE) })
    }
}

/// Merchants that fit, by reading. `next`, where it is, asks for the following page as `after`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MerchantList {
    merchants: Vec<MerchantBody>,
    #[schema(required)]
    next: Option<String>,
}

/// A class, school or provider.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Merchant)]
pub(crate) struct MerchantBody {
    merchant: String,
    name: String,
    kana: String,
    area: String,
    categories: Vec<String>,
}

impl From<Listing> for MerchantBody {
    fn from(listing: Listing) -> Self {
        let Listing { id, name, kana, area, categories } = listing;
        Self { merchant: id.to_string(), name, kana, area, categories }
    }
}

/// Looks for a class by area, kind, and name or reading.
#[utoipa::path(get, path = "/merchants", operation_id = "search_merchants", tag = "merchants", security(("token" = [])),
    params(
        ("area" = Option<String>, Query, max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$", description = "Ward or district."),
        ("category" = Option<String>, Query, pattern = "^[a-z][a-z0-9_-]{0,39}$", example = "cram_school"),
        ("name" = Option<String>, Query, max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$", description = "Part of the name, or of its reading in hiragana or katakana."),
        ("after" = Option<String>, Query, pattern = "^mrc_[0-9a-f]{32}$", description = "The page begins behind this merchant."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "Merchants on a page; 20 where nothing is said."),
    ),
    responses((status = 200, description = "As asked.", body = MerchantList), Always, SignedIn, OfOne, Queried))]
pub(crate) async fn search(State(deps): State<Deps>, family: Family, Params(query): Params<SearchQuery>) -> Result<Json<MerchantList>, Problem> {
    let ledger = &deps.ledger;
    let after = match query.after {
        None => None,
        Some(id) => {
            let known = ledger.get_merchant(family.municipality, id).await.map_err(failed)?.ok_or_else(not_found)?;
            Some((known.kana, id))
        }
    };
    // One more than asked for tells whether there is a next page.
    let mut found = ledger.search_merchants(family.municipality, &query.search, after, query.limit.saturating_add(1)).await.map_err(failed)?;
    let next = super::cut(&mut found, query.limit).map(|last| last.id.to_string());
    Ok(Json(MerchantList { merchants: found.into_iter().map(Into::into).collect(), next }))
}

/// A class, with what each child's schemes pay there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MerchantDetail)]
pub(crate) struct MerchantDetailBody {
    merchant: String,
    name: String,
    kana: String,
    area: String,
    /// What it offers.
    offers: Vec<OfferBody>,
    /// Paying here by code may give something away: to be read before paying.
    #[schema(required)]
    warning: Option<WarningBody>,
}

/// Something that a class offers, and whose money pays for it (使える費用).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Offer)]
struct OfferBody {
    category: String,
    expense: String,
    /// By child and scheme; only what may be spent now is asked about. Own money pays for everything.
    usable: Vec<UsableBody>,
}

/// Whether one scheme of one child pays.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Usable)]
struct UsableBody {
    child: String,
    scheme: String,
    scheme_name: String,
    /// ○ or ✖.
    usable: bool,
    /// Why not.
    #[schema(required)]
    reason: Option<ReasonBody>,
}

/// What is paid from home.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHomePayment)]
pub(crate) struct HomePayment {
    /// Whose entitlements may pay; none pay where the list is empty.
    #[schema(value_type = Vec<String>, max_items = 20)]
    children: Vec<ChildId>,
    /// What is paid for.
    #[schema(pattern = "^[a-z][a-z0-9_-]{0,39}$", example = "tuition")]
    expense: String,
    /// The service, where services have registrations of their own.
    #[schema(required = false, pattern = "^[a-z][a-z0-9_-]{0,39}$")]
    service: Option<String>,
    /// The month that is paid for: only entitlements of that month pay.
    #[schema(value_type = String, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", example = "2026-05")]
    month: Month,
    /// The whole price.
    #[schema(minimum = 1, maximum = 9_999_999, example = 12_000)]
    price_yen: i64,
    /// Whether own money pays the rest; no where nothing is said.
    #[schema(required = false)]
    own_money: bool,
}

impl Read for HomePayment {
    fn read(fields: &mut Fields) -> Option<Self> {
        let children = fields.required("children", children);
        let expense = fields.required("expense", word);
        let service = fields.optional("service", word);
        let month = fields.required("month", parsed("2026-05"));
        let price_yen = fields.required("price_yen", whole(1, YEN_MAX));
        let own_money = fields.optional("own_money", flag);
        Some(Self { children: children?, expense: expense?, service: service?, month: month?, price_yen: price_yen?, own_money: own_money?.unwrap_or(false) })
    }
}

/// Shows a class: what it offers, and whether each child's schemes pay for it.
#[utoipa::path(get, path = "/merchants/{merchant}", operation_id = "show_merchant", tag = "merchants", security(("token" = [])), params(("merchant" = String, Path)),
    responses((status = 200, description = "As asked.", body = MerchantDetailBody), Always, SignedIn, OfOne))]
pub(crate) async fn show(
    State(deps): State<Deps>,
    family: Family,
    headers: HeaderMap,
    PathId(id): PathId<MerchantId>,
) -> Result<Json<MerchantDetailBody>, Problem> {
    let found = deps.ledger.usable_at(family.municipality, family.id, id).await.map_err(failed)?;
    let (merchant, usable) = found.ok_or_else(not_found)?;
    let of = |service: &Service| {
        let of_service = usable.iter().filter(|usable| usable.service == *service);
        let body = |usable: &Usable| UsableBody {
            child: usable.child.to_string(),
            scheme: usable.scheme.clone(),
            scheme_name: scheme_name(&deps.ledger.schemes, &usable.scheme),
            usable: usable.usable,
            reason: usable.reason.as_ref().map(Into::into),
        };
        OfferBody { category: service.category.clone(), expense: service.expense.clone(), usable: of_service.map(body).collect() }
    };
    let offers = merchant.services.iter().filter(|(_, approved)| *approved).map(|(service, _)| of(service)).collect();
    let warning = warning(&deps, &family, merchant.id, &headers).await?;
    Ok(Json(MerchantDetailBody { merchant: merchant.id.to_string(), name: merchant.name, kana: merchant.kana, area: merchant.area, offers, warning }))
}

/// Pays a class from home for a month, without a bill. To the class it is a payment like any other.
#[utoipa::path(post, path = "/merchants/{merchant}/payments", operation_id = "pay_from_home", tag = "merchants", security(("token" = [])),
    params(("merchant" = String, Path), IdempotencyKey), request_body = HomePayment,
    responses((status = 201, description = "Paid; or paid before, under this key.", body = PaymentBody), Always, SignedIn, OfOne, Sent, Commanded))]
pub(crate) async fn pay(
    State(deps): State<Deps>,
    family: Family,
    PathId(merchant): PathId<MerchantId>,
    key: IdempotencyKey,
    Body(body): Body<HomePayment>,
) -> Result<Created<PaymentBody>, Problem> {
    own_children(&family, &body.children)?;
    deps.ledger.get_merchant(family.municipality, merchant).await.map_err(failed)?.ok_or_else(not_found)?;
    let HomePayment { children, expense, service, month, price_yen, own_money } = body;
    let (family_id, price, month) = (family.id, Yen::new(price_yen), Some(month));
    let asked = HoldPayment { family: family_id, children, merchant, invoice: None, expense, service, price, month, own_money };
    let (payment, _) = deps.ledger.pay_from_home(family.municipality, &key.of("home"), &asked).await.map_err(refused(hold))?;
    let payment = get_payment(&deps, &family, PaymentId(payment)).await?;
    Ok(Created(PaymentBody::new(&deps, &payment)))
}
