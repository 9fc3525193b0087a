//! What stands before every handler: who is signed in, and [`Acting::act`], which asks the permission table and writes the audit log.
//!
//! The work goes on to its end even when the caller has hung up, so that nothing is done without its row.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts as _, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use ledger::staff::{Action, Door, Ended, Member};
use ledger::token::CityToken;
use serde_json::Value;
use tracing::Instrument as _;
use web::problem::registry;
use web::{Bearer, IdempotencyKey, Language, Problem, RequestId};

use super::Session;
use super::problems::failed;
use crate::Deps;
use crate::acting::{About, Acting};

/// No request but a file is larger.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// What the guard of one route knows.
#[derive(Clone)]
pub(super) struct Guard {
    pub(super) deps: Deps,
    pub(super) action: Action,
    pub(super) upload: bool,
}

/// Lets a request through to its handler, or not; and writes it down.
pub(super) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let (member, token) = signed_in(&mut parts, &guard.deps).await?;
    let key = IdempotencyKey::from_request_parts(&mut parts, &()).await.ok();
    let about = about(&mut parts).await;
    let (body, reason) = if guard.upload { (Ok(body), None) } else { small(body).await };
    let acting = Acting::new(guard.deps.ledger, member, guard.action).because(reason).under(key.as_ref().map(IdempotencyKey::as_str));
    parts.extensions.insert(acting.clone());
    parts.extensions.insert(Session(token));
    let work = async move {
        let work = async {
            let answer = match body {
                Ok(body) => next.run(Request::from_parts(parts, body)).await,
                Err(problem) => problem.into_response(),
            };
            let ended = ended(&acting, &answer);
            (answer, ended)
        };
        acting.act(about, work).await
    };
    let acted = tokio::spawn(work.in_current_span()).await.map_err(|cut_short| Problem::failed(&cut_short))?;
    acted.map_err(Problem::from)
}

async fn signed_in(parts: &mut Parts, deps: &Deps) -> Result<(Member, CityToken), Problem> {
    let bearer = Bearer::from_request_parts(parts, &()).await?;
    let unauthorized = || Problem::new(&registry::UNAUTHORIZED);
    let token = CityToken::parse(bearer.token()).ok_or_else(unauthorized)?;
    let member = deps.ledger.find_staff_session(&token).await.map_err(failed)?;
    member.map(|member| (member, token)).ok_or_else(unauthorized)
}

/// What the head of the request says for the log.
async fn about(parts: &mut Parts) -> About {
    let ids = RawPathParams::from_request_parts(parts, &()).await.ok();
    let ids: Vec<_> = ids.iter().flatten().map(|(_, value)| value.to_owned()).collect();
    let request_id = parts.extensions.get::<RequestId>().map(|RequestId(id)| id.clone());
    About { door: Door::Api, subject: (!ids.is_empty()).then(|| ids.join("/")), request_id }
}

/// Reads a body that is no file, and the reason in it.
async fn small(body: Body) -> (Result<Body, Problem>, Option<String>) {
    let Ok(bytes): Result<Bytes, _> = to_bytes(body, BODY_BYTES_MAX).await else { return (Err(Problem::new(&registry::TOO_LARGE)), None) };
    let value: Option<Value> = serde_json::from_slice(&bytes).ok();
    let reason = value.as_ref().and_then(|value| value.get("reason")).and_then(Value::as_str).map(str::to_owned);
    (Ok(Body::from(bytes)), reason)
}

/// How an answer is written down.
fn ended(acting: &Acting, answer: &Response) -> Ended {
    if answer.status().is_success() {
        return acting.done();
    }
    match answer.extensions().get::<Problem>() {
        Some(problem) if answer.status().is_client_error() => {
            let body = problem.body(Language::English, None);
            let code = body.get("refusal").and_then(Value::as_str).unwrap_or(problem.kind().code);
            Ended::Refused(code.to_owned())
        }
        None if answer.status().is_client_error() => Ended::Refused(answer.status().as_u16().to_string()),
        _ => Ended::Failed,
    }
}
