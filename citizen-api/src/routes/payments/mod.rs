//! Payments: set aside, shown as a code, paid at the desk, taken back.

pub(crate) mod body;
pub(crate) mod counter;
pub(crate) mod events;
pub(crate) mod qr;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use ledger::ids::{ChildId, FamilyId, MerchantId};
use ledger::money::Yen;
use ledger::payment::HoldPayment;
use ledger::payment::history::Payment;
use ledger::time::Month;
use serde::Serialize;
use utoipa::ToSchema;
use web::fields::{flag, parsed, whole, word};
use web::openapi::{Always, Commanded, OfOne, Queried, Sent, SignedIn};
use web::{Body, Created, Fields, IdempotencyKey, Params, PathId, Problem, Read};

use super::{PAGE, PAGE_MAX, YEN_MAX, children, own_children};
use crate::Deps;
use crate::auth::Family;
use crate::ids::PaymentId;
use crate::problems::{failed, hold, not_found, refused, void};
pub(crate) use body::PaymentBody;

pub(crate) fn router() -> Router<Deps> {
    Router::new()
        .route("/payments", get(list).post(create))
        .route("/payments/{payment}", get(show).delete(take_back))
        .route("/payments/{payment}/counter", get(counter::show))
        .route("/payments/{payment}/counter/events", get(counter::follow))
        .route("/payments/{payment}/qr.svg", get(qr::show))
        .route("/payments/{payment}/events", get(events::follow))
}

/// What a family asks.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPayment {
    /// Whose entitlements may pay: soonest to lapse first, in this order where they lapse on one day.
    #[schema(value_type = Vec<String>, max_items = 20)]
    children: Vec<ChildId>,
    /// Where the code will work.
    #[schema(value_type = String, pattern = "^mrc_[0-9a-f]{32}$")]
    merchant: MerchantId,
    /// What is paid for.
    #[schema(pattern = "^[a-z][a-z0-9_-]{0,39}$", example = "tuition")]
    expense: String,
    /// The service, where services have registrations of their own.
    #[schema(pattern = "^[a-z][a-z0-9_-]{0,39}$")]
    service: Option<String>,
    /// The month that is paid for: then only entitlements of that month pay.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$", example = "2026-05")]
    month: Option<Month>,
    /// The whole price.
    #[schema(rename = "price_yen", value_type = i64, minimum = 1, maximum = 9_999_999, example = 12_000)]
    price: Yen,
    /// Whether own money pays the rest; no where nothing is said.
    #[schema(required = false)]
    own_money: bool,
}

impl Read for NewPayment {
    fn read(fields: &mut Fields) -> Option<Self> {
        let children = fields.required("children", children);
        let merchant = fields.required("merchant", parsed("mrc_…"));
        let expense = fields.required("expense", word);
        let service = fields.optional("service", word);
        let month = fields.optional("month", parsed("2026-05"));
        let price = fields.required("price_yen", whole(1, YEN_MAX));
        let own_money = fields.optional("own_money", flag);
        Some(Self {
            children: children?,
            merchant: merchant?,
            expense: expense?,
            service: service?,
            month: month?,
            price: Yen::new(price?),
            own_money: own_money?.unwrap_or(false),
        })
    }
}

impl NewPayment {
    fn of(self, family: FamilyId) -> HoldPayment {
        let Self { children, merchant, expense, service, month, price, own_money } = self;
        HoldPayment { family, children, merchant, invoice: None, expense, service, price, month, own_money }
    }
}

/// Which page.
pub(crate) struct Page {
    after: Option<PaymentId>,
    limit: i64,
}

impl Read for Page {
    fn read(fields: &mut Fields) -> Option<Self> {
        let after = fields.optional("after", parsed("pay_…"));
        let limit = fields.optional("limit", whole(1, PAGE_MAX));
        Some(Self { after: after?, limit: limit?.unwrap_or(PAGE) })
    }
}

/// Payments, newest first. `next`, where it is, asks for the following page as `after`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PaymentList {
    payments: Vec<PaymentBody>,
    #[schema(required)]
    next: Option<String>,
}

/// Sets a payment aside and makes its one-time code: only then is there something to show at the desk.
#[utoipa::path(post, path = "/payments", operation_id = "create_payment", tag = "payments", security(("token" = [])), params(IdempotencyKey), request_body = NewPayment,
    responses((status = 201, description = "Done; or done before, under this key.", body = PaymentBody), Always, SignedIn, Sent, Commanded))]
pub(crate) async fn create(
    State(deps): State<Deps>,
    family: Family,
    key: IdempotencyKey,
    Body(body): Body<NewPayment>,
) -> Result<Created<PaymentBody>, Problem> {
    let asked = body.of(family.id);
    own_children(&family, &asked.children)?;
    let payment = deps.ledger.hold(family.municipality, &key.of("pay"), &asked).await.map_err(refused(hold))?;
    Ok(Created(PaymentBody::new(&deps, &payment)))
}

/// Shows a payment: its code while it works, its receipt and match code once it is paid.
#[utoipa::path(get, path = "/payments/{payment}", operation_id = "show_payment", tag = "payments", security(("token" = [])), params(("payment" = String, Path)),
    responses((status = 200, description = "As asked.", body = PaymentBody), Always, SignedIn, OfOne))]
pub(crate) async fn show(State(deps): State<Deps>, family: Family, PathId(id): PathId<PaymentId>) -> Result<Json<PaymentBody>, Problem> {
    let payment = get_payment(&deps, &family, id).await?;
    Ok(Json(PaymentBody::new(&deps, &payment)))
}

/// Takes back what was set aside. Taken back already: the same answer again.
#[utoipa::path(delete, path = "/payments/{payment}", operation_id = "take_back_payment", tag = "payments", security(("token" = [])), params(("payment" = String, Path)),
    responses((status = 200, description = "As asked.", body = PaymentBody), (status = 409, description = "The merchant has been paid.",
        body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"), Always, SignedIn, OfOne))]
pub(crate) async fn take_back(State(deps): State<Deps>, family: Family, PathId(id): PathId<PaymentId>) -> Result<Json<PaymentBody>, Problem> {
    deps.ledger.void(family.municipality, family.id, id.0).await.map_err(refused(void))?;
    let payment = get_payment(&deps, &family, id).await?;
    Ok(Json(PaymentBody::new(&deps, &payment)))
}

/// Lists the family's payments, newest first.
#[utoipa::path(get, path = "/payments", operation_id = "list_payments", tag = "payments", security(("token" = [])),
    params(
        ("after" = Option<String>, Query, pattern = "^pay_[0-9a-f]{32}$", description = "The page begins behind this payment."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "Payments on a page; 20 where nothing is said."),
    ),
    responses((status = 200, description = "As asked.", body = PaymentList), Always, SignedIn, OfOne, Queried))]
pub(crate) async fn list(State(deps): State<Deps>, family: Family, Params(page): Params<Page>) -> Result<Json<PaymentList>, Problem> {
    let after = match page.after {
        None => None,
        Some(id) => {
            let known = deps.ledger.find_payment(family.municipality, family.id, id.0).await.map_err(failed)?.ok_or_else(not_found)?;
            Some((known.held_at, known.id))
        }
    };
    let mut found = deps.ledger.list_payments(family.municipality, family.id, after, page.limit.saturating_add(1)).await.map_err(failed)?;
    let next = super::cut(&mut found, page.limit).map(|last| PaymentId(last.id).to_string());
    Ok(Json(PaymentList { payments: found.iter().map(|payment| PaymentBody::new(&deps, payment)).collect(), next }))
}

/// A payment of this family.
pub(crate) async fn get_payment(deps: &Deps, family: &Family, id: PaymentId) -> Result<Payment, Problem> {
    deps.ledger.find_payment(family.municipality, family.id, id.0).await.map_err(failed)?.ok_or_else(not_found)
}
