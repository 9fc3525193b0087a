//! The counter mode: what the phone shows where others look at it. Merchant, amount and code, then "paid" and the match code; nothing that depends on who
//! pays, and the same for every family. Balances and splits are elsewhere.

use axum::Json;
use axum::extract::State;
use axum::response::sse::{Event, Sse};
use futures_util::Stream;
use ledger::payment::history::Payment;
use serde::Serialize;
use utoipa::ToSchema;
use web::openapi::{Always, OfOne, SignedIn};
use web::{PathId, Problem};

use super::events::{Told, stream};
use super::{PaymentBody, get_payment};
use crate::Deps;
use crate::auth::Family;
use crate::ids::PaymentId;

/// A payment, as others may see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CounterPayment)]
pub(crate) struct CounterBody {
    merchant_name: String,
    price_yen: i64,
    /// `held`, `paid`, `taken_back` or `expired`.
    #[schema(value_type = String)]
    status: &'static str,
    /// What the desk types; none once it works no more.
    #[schema(required)]
    code: Option<String>,
    /// What the QR symbol holds.
    #[schema(required)]
    link: Option<String>,
    /// Where the QR symbol is, from the root of this API.
    #[schema(required)]
    qr: Option<String>,
    /// Four digits that the desk's screen shows too.
    #[schema(required)]
    match_code: Option<String>,
}

impl CounterBody {
    fn new(deps: &Deps, payment: &Payment) -> Self {
        let PaymentBody { merchant_name, price_yen, status, code, link, qr, match_code, .. } = PaymentBody::new(deps, payment);
        Self { merchant_name, price_yen, status, code, link, qr, match_code }
    }
}

/// Shows a payment as others may see it: merchant, amount, code.
#[utoipa::path(get, path = "/payments/{payment}/counter", operation_id = "show_at_counter", tag = "payments", security(("token" = [])),
    params(("payment" = String, Path)), responses((status = 200, description = "As asked.", body = CounterBody), Always, SignedIn, OfOne))]
pub(crate) async fn show(State(deps): State<Deps>, family: Family, PathId(id): PathId<PaymentId>) -> Result<Json<CounterBody>, Problem> {
    let payment = get_payment(&deps, &family, id).await?;
    Ok(Json(CounterBody::new(&deps, &payment)))
}

/// Follows it as server-sent events: `payment`, at once and whenever its status changes.
#[utoipa::path(get, path = "/payments/{payment}/counter/events", operation_id = "follow_at_counter", tag = "payments", security(("token" = [])),
    params(("payment" = String, Path)),
    responses((status = 200, description = "The stream.", body = String, content_type = "text/event-stream"), Always, SignedIn, OfOne))]
pub(crate) async fn follow(State(deps): State<Deps>, family: Family, PathId(id): PathId<PaymentId>) -> Result<Sse<impl Stream<Item = Told>>, Problem> {
    stream(deps, family, id, |deps, payment| Event::default().event("payment").json_data(CounterBody::new(deps, payment))).await
}
