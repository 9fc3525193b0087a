//! What stands before every handler: who is signed in, and [`ledger::Ledger::act_as`], which asks the permission table and writes the audit log.
//!
//! The work goes on to its end even when whoever asked has hung up, so that nothing is done without its row.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use ledger::actor::{Actor, Command};
use ledger::staff::{Action, Asked, Denied, Door, Ended, Member};
use ledger::token::CityToken;
use serde::Serialize;
use serde_json::Value;
use tracing::Instrument as _;
use web::fields::{Fault, wrong_field};
use web::problem::registry;
use web::{Bearer, IdempotencyKey, Language, Problem, RequestId};

use super::Deps;
use super::problems::failed;

/// No request but a file is larger.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// What the guard of one route knows.
#[derive(Clone)]
pub(super) struct Guard {
    pub(super) deps: Deps,
    pub(super) action: Action,
    pub(super) upload: bool,
}

/// A member of staff who may do what the route stands for.
#[derive(Debug, Clone)]
pub(super) struct Acting {
    /// Who.
    pub(super) member: Member,
    /// What they showed.
    pub(super) token: CityToken,
    key: Option<String>,
}

/// The id of what a command made, for the audit log.
#[derive(Debug, Clone)]
pub(super) struct Made(pub(super) String);

impl Acting {
    /// The command under the request's idempotency key. A caller's keys never meet those of another kind of command.
    ///
    /// # Errors
    /// The request has no key.
    pub(super) fn command(&self, request: &impl Serialize) -> Result<Command, Problem> {
        let key = self.key.clone().ok_or_else(|| Problem::new(&registry::IDEMPOTENCY_KEY))?;
        Ok(Command::new(self.actor(), key, request))
    }

    /// How the books call them.
    pub(super) fn actor(&self) -> Actor {
        self.member.actor()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Acting {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::new(&registry::UNAUTHORIZED))
    }
}

/// Lets a request through to its handler, or not; and writes it down.
pub(super) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let (member, token) = signed_in(&mut parts, &guard.deps).await?;
    let mut asked = asked(&mut parts, guard.action).await;
    let body = if guard.upload { Ok(body) } else { small(body, &mut asked).await };
    parts.extensions.insert(Acting { member: member.clone(), token, key: asked.key.clone() });
    let ledger = guard.deps.ledger;
    let work = async move {
        let answer = match body {
            Ok(body) => next.run(Request::from_parts(parts, body)).await,
            Err(problem) => problem.into_response(),
        };
        let ended = ended(&answer);
        (answer, ended)
    };
    let acting = async move { ledger.act_as(&member, asked, work).await };
    let acted = tokio::spawn(acting.in_current_span()).await.map_err(|cut_short| Problem::failed(&cut_short))?;
    match acted.map_err(failed)? {
        Ok(answer) => Ok(answer),
        Err(Denied::Role) => Err(Problem::new(&registry::FORBIDDEN)),
        Err(Denied::Reason) => Err(wrong_field("reason", &Fault::Missing)),
    }
}

async fn signed_in(parts: &mut Parts, deps: &Deps) -> Result<(Member, CityToken), Problem> {
    let bearer = Bearer::from_request_parts(parts, &()).await?;
    let unauthorized = || Problem::new(&registry::UNAUTHORIZED);
    let token = CityToken::parse(bearer.token()).ok_or_else(unauthorized)?;
    let member = deps.ledger.find_staff_session(&token).await.map_err(failed)?;
    member.map(|member| (member, token)).ok_or_else(unauthorized)
}

/// What the request asks, as far as its head says.
async fn asked(parts: &mut Parts, action: Action) -> Asked {
    let ids = RawPathParams::from_request_parts(parts, &()).await.ok();
    let ids: Vec<_> = ids.iter().flatten().map(|(_, value)| value.to_owned()).collect();
    let key = IdempotencyKey::from_request_parts(parts, &()).await.ok();
    let request_id = parts.extensions.get::<RequestId>().map(|RequestId(id)| id.clone());
    Asked { subject: (!ids.is_empty()).then(|| ids.join("/")), key: key.map(|key| key.of(action.code())), request_id, ..Asked::new(action, Door::Api) }
}

/// Reads a body that is no file, and the reason in it.
async fn small(body: Body, asked: &mut Asked) -> Result<Body, Problem> {
    let bytes: Bytes = to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| Problem::new(&registry::TOO_LARGE))?;
    let value: Option<Value> = serde_json::from_slice(&bytes).ok();
    asked.reason = value.as_ref().and_then(|value| value.get("reason")).and_then(Value::as_str).map(str::to_owned);
    Ok(Body::from(bytes))
}

/// How an answer is written down.
fn ended(answer: &Response) -> Ended {
    if answer.status().is_success() {
        return Ended::Done(answer.extensions().get::<Made>().map(|Made(id)| id.clone()));
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
