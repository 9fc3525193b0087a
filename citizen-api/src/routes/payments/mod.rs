//! Payments: set aside, shown as a code, paid at the desk, taken back.

mod body;
mod qr;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use ledger::ids::{ChildId, FamilyId, MerchantId};
use ledger::money::Yen;
use ledger::payment::HoldPayment;
use ledger::payment::history::Payment;
use ledger::time::Month;
use serde::Serialize;
use web::fields::{Fault, flag, parsed, text, whole};
use web::{Body, Created, Fields, IdempotencyKey, Params, PathId, Problem, Read};

use super::{PAGE, PAGE_MAX, WORD_MAX, YEN_MAX, children, own_children};
use crate::Deps;
use crate::auth::Family;
use crate::ids::PaymentId;
use crate::problems::{failed, hold, not_found, refused, void};
pub(crate) use body::PaymentBody;

pub(crate) fn router() -> Router<Deps> {
    Router::new()
        .route("/payments", get(list).post(create))
        .route("/payments/{payment}", get(show).delete(take_back))
        .route("/payments/{payment}/qr.svg", get(qr::show))
}

/// What a family asks.
pub(crate) struct NewPayment {
    children: Vec<ChildId>,
    merchant: MerchantId,
    expense: String,
    service: Option<String>,
    month: Option<Month>,
    price: Yen,
    own_money: bool,
}

impl Read for NewPayment {
    fn read(fields: &mut Fields) -> Option<Self> {
        let children = fields.required("children", children);
        let merchant = fields.required("merchant", parsed("mrc_…"));
        let expense = fields.required("expense", text(WORD_MAX));
        let service = fields.optional("service", text(WORD_MAX));
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

#[derive(Debug, Serialize)]
pub(crate) struct PaymentList {
    payments: Vec<PaymentBody>,
    next: Option<String>,
}

async fn create(State(deps): State<Deps>, family: Family, key: IdempotencyKey, Body(body): Body<NewPayment>) -> Result<Created<PaymentBody>, Problem> {
    let asked = body.of(family.id);
    own_children(&deps, &family, &asked.children).await?;
    let held = deps.ledger.hold(family.municipality, &key.of("pay"), &asked).await.map_err(refused(hold))?;
    let payment = get_payment(&deps, &family, PaymentId(held.hold)).await?;
    Ok(Created(PaymentBody::new(&deps, &payment)))
}

async fn show(State(deps): State<Deps>, family: Family, PathId(id): PathId<PaymentId>) -> Result<Json<PaymentBody>, Problem> {
    let payment = get_payment(&deps, &family, id).await?;
    Ok(Json(PaymentBody::new(&deps, &payment)))
}

async fn take_back(State(deps): State<Deps>, family: Family, PathId(id): PathId<PaymentId>) -> Result<Json<PaymentBody>, Problem> {
    deps.ledger.void(family.municipality, family.id, id.0).await.map_err(refused(void))?;
    let payment = get_payment(&deps, &family, id).await?;
    Ok(Json(PaymentBody::new(&deps, &payment)))
}

async fn list(State(deps): State<Deps>, family: Family, Params(page): Params<Page>) -> Result<Json<PaymentList>, Problem> {
    let after = match page.after {
        None => None,
        Some(id) => {
            let unknown = || web::fields::wrong_parameter("after", &Fault::Form("pay_…"));
            let known = deps.ledger.find_payment(family.municipality, family.id, id.0).await.map_err(failed)?.ok_or_else(unknown)?;
            Some((known.held_at, known.id))
        }
    };
    let mut found = deps.ledger.list_payments(family.municipality, family.id, after, page.limit.saturating_add(1)).await.map_err(failed)?;
    let next = super::cut(&mut found, page.limit).map(|last| PaymentId(last.id).to_string());
    Ok(Json(PaymentList { payments: found.iter().map(|payment| PaymentBody::new(&deps, payment)).collect(), next }))
}

/// A payment of this family.
async fn get_payment(deps: &Deps, family: &Family, id: PaymentId) -> Result<Payment, Problem> {
    deps.ledger.find_payment(family.municipality, family.id, id.0).await.map_err(failed)?.ok_or_else(not_found)
}
