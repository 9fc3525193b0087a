//! A live stream of what the merchant is paid: for the screen at the desk, which shows a bill that was paid from home or from the family's phone.
//!
//! A simple poll of the door. A receipt is told once, also one that was being made while the stream looked.

use std::collections::BTreeSet;
use std::convert::Infallible;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use chrono::{DateTime, Utc};
use futures_util::Stream;
use futures_util::stream::{StreamExt as _, iter, unfold};
use web::Problem;
use web::openapi::{Always, SignedIn};

use super::ReceiptBody;
use crate::Deps;
use crate::routes::{Caller, KEEP_ALIVE, refused};
use crate::till::{Paid, Receipt, Since};

/// Somebody watches.
struct Watch {
    deps: Deps,
    caller: Caller,
    since: DateTime<Utc>,
    told: BTreeSet<String>,
}

/// Follows what is paid from now on as server-sent events: `receipt` with the receipt as its data.
#[utoipa::path(get, path = "/receipts/events", operation_id = "follow_receipts", tag = "receipts", security(("token" = [])),
    responses((status = 200, description = "The stream.", body = String, content_type = "text/event-stream"), Always, SignedIn))]
pub(crate) async fn follow(State(deps): State<Deps>, caller: Caller) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let Paid { receipts, until } = deps.doors.paid(&caller.0, &Since(None)).await.map_err(refused)?;
    // What is there at this very instant was paid before.
    let before = deps.doors.paid(&caller.0, &Since(Some(until))).await.map_err(refused)?.receipts;
    let told = receipts.into_iter().chain(before).map(|receipt| receipt.receipt).collect();
    let watch = Watch { deps, caller, since: until, told };
    let events = unfold(watch, next).flat_map(iter);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// What has been paid since the last look; what breaks, or a credential that opens nothing any more, ends the stream.
async fn next(mut watch: Watch) -> Option<(Vec<Result<Event, Infallible>>, Watch)> {
    tokio::time::sleep(watch.deps.look_again).await;
    let Paid { receipts, until } = watch.deps.doors.paid(&watch.caller.0, &Since(Some(watch.since))).await.ok()?;
    // Only what an answer still holds can be told twice.
    let held: BTreeSet<_> = receipts.iter().map(|receipt| receipt.receipt.clone()).collect();
    let new: Vec<Receipt> = receipts.into_iter().filter(|receipt| !watch.told.contains(&receipt.receipt)).collect();
    watch.told = held;
    watch.since = until;
    let events = new.into_iter().map(|receipt| Event::default().event("receipt").json_data(ReceiptBody::from(receipt)));
    let events = events.collect::<Result<Vec<_>, _>>().ok()?;
    Some((events.into_iter().map(Ok).collect(), watch))
}
