//! A live stream of one payment: the family's phone says "paid" when the desk's screen does.
//!
//! A simple poll of the database: a payment lives ten minutes, and no posting is made slower by who watches. The stream ends with the payment.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use web::openapi::{Always, OfOne, SignedIn};
use web::{PathId, Problem};

use super::{PaymentBody, get_payment};
use crate::Deps;
use crate::auth::Family;
use crate::ids::PaymentId;

/// How often it is looked: people notice half a second hardly.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// Proxies close what is silent for long.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Somebody watches a payment.
struct Watch {
    deps: Deps,
    family: Family,
    id: PaymentId,
    /// What was said last; nothing yet.
    said: Option<&'static str>,
}

/// Follows a payment as server-sent events: `payment` with the payment as its data, at once and whenever its status changes. The stream ends when the
/// payment is no longer `held`.
#[utoipa::path(get, path = "/payments/{payment}/events", operation_id = "follow_payment", tag = "payments", security(("token" = [])),
    params(("payment" = String, Path)),
    responses((status = 200, description = "The stream.", body = String, content_type = "text/event-stream"), Always, SignedIn, OfOne))]
pub(crate) async fn follow(
    State(deps): State<Deps>,
    family: Family,
    PathId(id): PathId<PaymentId>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    get_payment(&deps, &family, id).await?;
    let watch = Watch { deps, family, id, said: None };
    Ok(Sse::new(unfold(watch, next)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// The next change; none when there is no further one. What breaks ends the stream: the phone asks again.
async fn next(mut watch: Watch) -> Option<(Result<Event, Infallible>, Watch)> {
    if watch.said.is_some_and(|said| said != PaymentBody::HELD) {
        return None;
    }
    loop {
        if watch.said.is_some() {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        let payment = get_payment(&watch.deps, &watch.family, watch.id).await.ok()?;
        let body = PaymentBody::new(&watch.deps, &payment);
        if watch.said != Some(body.status()) {
            watch.said = Some(body.status());
            let event = Event::default().event("payment").json_data(&body).ok()?;
            return Some((Ok(event), watch));
        }
    }
}
