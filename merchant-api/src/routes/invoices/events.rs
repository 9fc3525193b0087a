//! A live stream of one bill: the desk's screen says "paid" when the family's phone does.
//!
//! A simple poll of the door. The stream ends with the bill.

use std::convert::Infallible;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use web::openapi::{Always, OfOne, SignedIn};
use web::{PathId, Problem};

use super::InvoiceBody;
use crate::Deps;
use crate::routes::{Caller, KEEP_ALIVE, refused};
use crate::till::InvoiceState;

/// Somebody watches a bill.
struct Watch {
    deps: Deps,
    caller: Caller,
    invoice: String,
    /// What was said last; nothing yet.
    said: Option<InvoiceState>,
}

/// Follows a bill as server-sent events: `invoice` with the bill as its data, at once and when it is paid or cancelled. Then the stream ends.
#[utoipa::path(get, path = "/invoices/{invoice}/events", operation_id = "follow_invoice", tag = "invoices", security(("token" = [])),
    params(("invoice" = String, Path)),
    responses((status = 200, description = "The stream.", body = String, content_type = "text/event-stream"), Always, SignedIn, OfOne))]
pub(crate) async fn follow(
    State(deps): State<Deps>,
    caller: Caller,
    PathId(invoice): PathId<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    deps.doors.invoice(&caller.0, &invoice).await.map_err(refused)?;
    let watch = Watch { deps, caller, invoice, said: None };
    Ok(Sse::new(unfold(watch, next)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// The next change; none when there is no further one. What breaks ends the stream: the desk asks again.
async fn next(mut watch: Watch) -> Option<(Result<Event, Infallible>, Watch)> {
    if watch.said.is_some_and(|said| said != InvoiceState::Open) {
        return None;
    }
    loop {
        if watch.said.is_some() {
            tokio::time::sleep(watch.deps.look_again).await;
        }
        let invoice = watch.deps.doors.invoice(&watch.caller.0, &watch.invoice).await.ok()?;
        if watch.said != Some(invoice.state) {
            watch.said = Some(invoice.state);
            let body = InvoiceBody::new(&watch.deps, invoice);
            let event = Event::default().event("invoice").json_data(&body).ok()?;
            return Some((Ok(event), watch));
        }
    }
}
