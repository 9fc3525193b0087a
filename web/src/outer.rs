//! What every answer carries and every request meets, whichever face it came to: a deadline, a limit of size, the time of our clock, headers
//! that keep browsers and caches from doing harm, problems in the reader's language, and one line in the log.
//!
//! The log names routes and never paths, so that no code or token of a link is kept; ids in paths stay out too.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use tracing::Instrument as _;

use crate::extract::{Origin, RequestId};
use crate::language::Language;
use crate::problem::{Problem, registry};
use crate::surroundings::Surroundings;

/// No request is larger: the largest holds a few ids and a sentence.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// A file comes as slowly as a phone's line lets it: 8 MB at half a megabit a second.
const FILE_DEADLINE: Duration = Duration::from_secs(150);

/// What every answer carries unless it says otherwise.
const HEADERS: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; base-uri 'none'; frame-ancestors 'none'")),
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000; includeSubDomains")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Puts all of it around the routes of a process. Call it last.
pub fn outer(routes: Router, surroundings: Arc<dyn Surroundings>) -> Router {
    routes
        .fallback(|| async { Problem::new(&registry::NOT_FOUND) })
        .method_not_allowed_fallback(|| async { Problem::new(&registry::METHOD) })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(surroundings, around))
}

async fn around(State(surroundings): State<Arc<dyn Surroundings>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = surroundings.request_id();
    let language = Language::of(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let origin = Origin::of(&request, surroundings.behind_proxy());
    request.extensions_mut().insert(origin);
    request.extensions_mut().insert(RequestId(id.clone()));
    let answer = run(request, next, surroundings.deadline(&route)).instrument(tracing::info_span!("request", id)).await;
    let mut answer = in_language(answer, language, &id);
    carry(answer.headers_mut(), &*surroundings);
    let microseconds = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::info!(id, %method, route, status = answer.status().as_u16(), microseconds, "answered");
    answer
}

/// Runs the handler. One that takes too long or panics is answered for.
async fn run(request: Request, next: Next, deadline: Duration) -> Response {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let deadline = if length.is_some_and(|bytes| bytes > BODY_BYTES_MAX) { deadline.max(FILE_DEADLINE) } else { deadline };
    let handled = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(deadline, handled).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => {
            tracing::error!("a handler panicked");
            Problem::new(&registry::INTERNAL).into_response()
        }
        Err(_) => Problem::new(&registry::DEADLINE).into_response(),
    }
}

/// Renders a problem in the reader's language; headers that came with it, such as `Allow`, stay.
fn in_language(answer: Response, language: Language, id: &str) -> Response {
    let Some(problem) = answer.extensions().get::<Problem>() else { return answer };
    let mut rendered = problem.render(language, Some(id));
    for (name, value) in answer.headers() {
        if !rendered.headers().contains_key(name) && name != header::CONTENT_LENGTH {
            rendered.headers_mut().insert(name, value.clone());
        }
    }
    rendered
}

fn carry(headers: &mut HeaderMap, surroundings: &dyn Surroundings) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
    let date = surroundings.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(date) = HeaderValue::from_str(&date) {
        headers.insert(header::DATE, date);
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use chrono::{DateTime, Utc};
    use tower::ServiceExt as _;

    use super::*;

    struct Still;

    impl Surroundings for Still {
        fn now(&self) -> DateTime<Utc> {
            DateTime::UNIX_EPOCH
        }

        fn request_id(&self) -> String {
            "req_1".to_owned()
        }

        fn deadline(&self, route: &str) -> Duration {
            if route == "/slow" { Duration::ZERO } else { Duration::MAX }
        }
    }

    #[tokio::test]
    async fn a_handler_that_takes_longer_than_its_route_may_is_answered_for() {
        let never = || async { std::future::pending::<()>().await };
        let slow = || async { tokio::task::yield_now().await };
        let routes = outer(Router::new().route("/slow", get(never)).route("/patient", get(slow)), Arc::new(Still));
        let mut answers = Vec::new();
        for path in ["/slow", "/patient"] {
            let answer = routes.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
            answers.push(answer.status().as_u16());
        }
        assert_eq!(answers, [503, 200]);
    }

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_for_and_says_nothing_of_itself() {
        async fn broken() -> &'static str {
            panic!("the secret is 42")
        }
        let routes = outer(Router::new().route("/broken", get(broken)), Arc::new(Still));
        let answer = routes.oneshot(Request::get("/broken").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!((answer.status().as_u16(), &answer.headers()[header::DATE]), (500, &"Thu, 01 Jan 1970 00:00:00 GMT".parse().unwrap()));
        let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&body["code"], &body["request_id"], body.get("detail")), (&"internal".into(), &"req_1".into(), None));
    }
}
