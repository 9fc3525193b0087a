//! A live stream of one payment: the family's phone says "paid" when the desk's screen does.
//!
//! A simple poll of the database: a payment lives ten minutes, and no posting is made slower by who watches. The stream ends with the payment.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use ledger::payment::history::Payment;
use web::openapi::{Always, OfOne, SignedIn};
use web::{PathId, Problem};

use super::{PaymentBody, get_payment};
use crate::Deps;
use crate::auth::Family;
use crate::ids::PaymentId;

/// Proxies close what is silent for long.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What a stream tells.
pub(crate) type Told = Result<Event, Infallible>;
/// A payment as a stream shows it.
type Shown = fn(&Deps, &Payment) -> Result<Event, axum::Error>;

/// Somebody watches a payment.
struct Watch {
    deps: Deps,
    family: Family,
    id: PaymentId,
    shown: Shown,
    /// What was said last; nothing yet.
    said: Option<&'static str>,
}

/// Follows a payment as server-sent events: `payment` with the payment as its data, at once and whenever its status changes. The stream ends when the
/// payment is no longer `held`.
#[utoipa::path(get, path = "/payments/{payment}/events", operation_id = "follow_payment", tag = "payments", security(("token" = [])),
    params(("payment" = String, Path)),
    responses((status = 200, description = "The stream.", body = String, content_type = "text/event-stream"), Always, SignedIn, OfOne))]
pub(crate) async fn follow(State(deps): State<Deps>, family: Family, PathId(id): PathId<PaymentId>) -> Result<Sse<impl Stream<Item = Told>>, Problem> {
    stream(deps, family, id, |deps, payment| Event::default().event("payment").json_data(PaymentBody::new(deps, payment))).await
}

/// The stream of one payment, as `shown`.
pub(super) async fn stream(deps: Deps, family: Family, id: PaymentId, shown: Shown) -> Result<Sse<impl Stream<Item = Told>>, Problem> {
    get_payment(&deps, &family, id).await?;
    let watch = Watch { deps, family, id, shown, said: None };
    Ok(Sse::new(unfold(watch, next)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// The next change; none when there is no further one. What breaks ends the stream: the phone asks again.
async fn next(mut watch: Watch) -> Option<(Told, Watch)> {
    if watch.said.is_some_and(|said| said != PaymentBody::HELD) {
        return None;
    }
    loop {
        if watch.said.is_some() {
            tokio::time::sleep(watch.deps.look_again).await;
        }
        let payment = get_payment(&watch.deps, &watch.family, watch.id).await.ok()?;
        let status = PaymentBody::new(&watch.deps, &payment).status();
        if watch.said != Some(status) {
            watch.said = Some(status);
            let event = (watch.shown)(&watch.deps, &payment).ok()?;
            return Some((Ok(event), watch));
        }
    }
}
