//! Notices: what a phone shows where others see it too, on a lock screen. One fixed text for each kind of event, and every notice is as long as every other:
//! whoever watches the line learns that something happened, and not what. The same events for every family, whoever pays.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use axum::{Json, Router};
use futures_util::Stream;
use futures_util::stream::{StreamExt as _, iter, unfold};
use ledger::payment::notice::{After, Notice, NoticeKind};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::fields::{parsed, whole};
use web::openapi::{Always, Queried, SignedIn};
use web::{Fields, Language, Params, Problem, Read, Text, tokyo_time};

use super::{PAGE, PAGE_MAX, cut};
use crate::Deps;
use crate::auth::Family;
use crate::problems::failed;

/// The stream looks this many times less often than that of a payment: nobody waits at a lock screen.
const LESS_OFTEN: u32 = 4;
/// Proxies close what is silent for long.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Text and padding together, in bytes.
const TEXT_BYTES: usize = 120;
/// More than happens to a family between two looks.
const NEW_MAX: i64 = 20;

const PAID: Text = Text::fixed("お支払いが完了しました。", "Your payment is complete.");
const REFUNDED: Text = Text::fixed("返金がありました。", "There is a refund.");
const NOT_SETTLED: Text = Text::fixed("お支払いの設定をご確認ください。", "Please look at a payment that you have set.");

pub(crate) fn router() -> Router<Deps> {
    Router::new().route("/notices", get(list)).route("/notices/events", get(follow))
}

/// A notice.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Notice)]
pub(crate) struct NoticeBody {
    /// Its number.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    notice: String,
    /// What is shown.
    text: String,
    #[schema(format = "date-time")]
    at: String,
    /// Makes every notice as long as every other.
    padding: String,
}

impl NoticeBody {
    fn new(notice: &Notice, language: Language) -> Self {
        let text = match notice.kind {
            NoticeKind::Paid => PAID,
            NoticeKind::Refunded => REFUNDED,
            NoticeKind::NotSettled => NOT_SETTLED,
        };
        let text = text.of(language).to_owned();
        let padding = " ".repeat(TEXT_BYTES.saturating_sub(text.len()));
        Self { notice: notice.id.as_simple().to_string(), text, at: tokyo_time(notice.at), padding }
    }
}

/// Notices, newest first. `next`, where it is, asks for the following page as `after`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeList {
    notices: Vec<NoticeBody>,
    #[schema(required)]
    next: Option<String>,
}

/// Which page.
pub(crate) struct Page {
    after: Option<After>,
    limit: i64,
}

impl Read for Page {
    fn read(fields: &mut Fields) -> Option<Self> {
        let after = fields.optional("after", parsed::<Behind>("…"));
        let limit = fields.optional("limit", whole(1, PAGE_MAX));
        Some(Self { after: after?.map(|Behind(after)| after), limit: limit?.unwrap_or(PAGE) })
    }
}

/// The place behind a notice, as it goes out and comes back: instant and number.
struct Behind(After);

impl std::fmt::Display for Behind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.0.0.timestamp_micros(), self.0.1.as_simple())
    }
}

impl std::str::FromStr for Behind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (at, id) = text.split_once('-').ok_or(())?;
        let at = at.parse().ok().and_then(chrono::DateTime::from_timestamp_micros).ok_or(())?;
        Ok(Self((at, Uuid::try_parse(id).map_err(|_| ())?)))
    }
}

fn behind(notice: &Notice) -> String {
    Behind((notice.at, notice.id)).to_string()
}

/// Lists what the family has been told, newest first.
#[utoipa::path(get, path = "/notices", operation_id = "list_notices", tag = "notices", security(("token" = [])),
    params(
        ("after" = Option<String>, Query, pattern = "^[0-9]{1,18}-[0-9a-f]{32}$", description = "The page begins behind this notice."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 100, description = "Notices on a page; 20 where nothing is said."),
    ),
    responses((status = 200, description = "As asked.", body = NoticeList), Always, SignedIn, Queried))]
pub(crate) async fn list(State(deps): State<Deps>, family: Family, headers: HeaderMap, Params(page): Params<Page>) -> Result<Json<NoticeList>, Problem> {
    let language = Language::of(&headers);
    let mut found = deps.ledger.list_notices(family.municipality, family.id, page.after, page.limit.saturating_add(1)).await.map_err(failed)?;
    let next = cut(&mut found, page.limit).map(behind);
    Ok(Json(NoticeList { notices: found.iter().map(|notice| NoticeBody::new(notice, language)).collect(), next }))
}

/// Somebody's lock screen.
struct Watch {
    deps: Deps,
    family: Family,
    language: Language,
    /// The newest that was told.
    told: Option<After>,
}

/// Follows notices from now on as server-sent events: `notice` with the notice as its data, each as long as every other.
#[utoipa::path(get, path = "/notices/events", operation_id = "follow_notices", tag = "notices", security(("token" = [])),
    responses((status = 200, description = "The stream.", body = String, content_type = "text/event-stream"), Always, SignedIn))]
pub(crate) async fn follow(
    State(deps): State<Deps>,
    family: Family,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let newest = deps.ledger.list_notices(family.municipality, family.id, None, 1).await.map_err(failed)?.pop();
    let told = newest.map(|notice| (notice.at, notice.id));
    let watch = Watch { deps, family, language: Language::of(&headers), told };
    Ok(Sse::new(unfold(watch, next).flat_map(iter)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// What has happened since the last look, the oldest first. What breaks ends the stream: the phone asks again.
async fn next(mut watch: Watch) -> Option<(Vec<Result<Event, Infallible>>, Watch)> {
    tokio::time::sleep(watch.deps.look_again * LESS_OFTEN).await;
    let mut new = watch.deps.ledger.list_notices(watch.family.municipality, watch.family.id, None, NEW_MAX).await.ok()?;
    new.retain(|notice| watch.told.is_none_or(|told| (notice.at, notice.id) > told));
    watch.told = new.first().map(|notice| (notice.at, notice.id)).or(watch.told);
    let events = new.iter().rev().map(|notice| Event::default().event("notice").json_data(NoticeBody::new(notice, watch.language)));
    let events = events.collect::<Result<Vec<_>, _>>().ok()?;
    Some((events.into_iter().map(Ok).collect(), watch))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn every_notice_is_as_long_as_every_other_in_every_language() {
        let at = DateTime::UNIX_EPOCH;
        let mut lengths = Vec::new();
        for kind in [NoticeKind::Paid, NoticeKind::Refunded, NoticeKind::NotSettled] {
            for language in [Language::Japanese, Language::English] {
                let body = NoticeBody::new(&Notice { id: Uuid::nil(), kind, at }, language);
                lengths.push(serde_json::to_string(&body).unwrap().len());
            }
        }
        lengths.dedup();
        assert_eq!(lengths.len(), 1, "{lengths:?}");
    }

    #[test]
    fn a_place_behind_a_notice_reads_back_as_written() {
        let place = (DateTime::from_timestamp_micros(1_779_000_000_123_456).unwrap(), Uuid::from_u128(7));
        assert_eq!(Behind(place).to_string().parse::<Behind>().map(|Behind(read)| read), Ok(place));
        assert!("1-x".parse::<Behind>().is_err());
    }
}
