//! Asks the service as a client does: a request with headers and a body goes in, an answer with a status and a body comes out.
//!
//! The requests go into the service's whole router, with everything that stands around it, and not through a socket: what a socket adds is the
//! reading and writing of the same bytes, and the demo and its test use one. So a rehearsal owns its clock and gives the same bytes on every machine.

use std::net::{IpAddr, SocketAddr};

use anyhow::Context as _;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tower::ServiceExt as _;

/// From which everybody asks.
const PORT: u16 = 49_152;

/// Somebody who asks one face of the service from a place of their own: a stranger, or whoever a token says.
#[derive(Debug, Clone)]
pub struct Client {
    routes: Router,
    face: &'static str,
    from: IpAddr,
    token: Option<String>,
}

/// The answer was no: a problem (RFC 9457).
#[derive(Debug, thiserror::Error)]
#[error("{method} {path}: {status} {problem}")]
pub struct Refusal {
    method: Method,
    path: String,
    status: u16,
    problem: Value,
}

impl Refusal {
    /// The problem's code.
    #[must_use]
    pub fn code(&self) -> &str {
        self.problem.get("code").and_then(Value::as_str).unwrap_or_default()
    }

    /// A number that the problem carries.
    #[must_use]
    pub fn number(&self, member: &str) -> Option<i64> {
        self.problem.get(member).and_then(Value::as_i64)
    }

    /// The word by which the ledger itself calls the refusal, as staff read it.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.problem.get("refusal").and_then(Value::as_str).unwrap_or_default()
    }
}

/// A body and what it is.
struct Sent {
    kind: &'static str,
    bytes: Vec<u8>,
}

impl Sent {
    fn json(body: &impl Serialize) -> anyhow::Result<Self> {
        Ok(Self { kind: "application/json", bytes: serde_json::to_vec(body)? })
    }
}

impl Client {
    /// A stranger at one face (`/citizen/v1`, `/merchant/v1`, `/ops/v1`), who asks from the address `from`.
    #[must_use]
    pub const fn stranger(routes: Router, face: &'static str, from: IpAddr) -> Self {
        Self { routes, face, from, token: None }
    }

    /// Whoever shows this token.
    #[must_use]
    pub fn with_token(&self, token: String) -> Self {
        Self { token: Some(token), ..self.clone() }
    }

    /// Asks for something.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        read(&self.bytes(path).await?).with_context(|| format!("the answer to {path}"))
    }

    /// Asks for a file.
    pub async fn bytes(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        Ok(self.ask(Method::GET, path, None, None).await??)
    }

    /// Sends a command under an idempotency key.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, key: &str, body: &impl Serialize) -> anyhow::Result<T> {
        Ok(self.try_post(path, key, body).await??)
    }

    /// Sends a command to which the answer may be no.
    pub async fn try_post<T: DeserializeOwned>(&self, path: &str, key: &str, body: &impl Serialize) -> anyhow::Result<Result<T, Refusal>> {
        let answered = self.ask(Method::POST, path, Some(key), Some(Sent::json(body)?)).await?;
        answered.map_or_else(|refusal| Ok(Err(refusal)), |answer| read(&answer).map(Ok).with_context(|| format!("the answer to {path}")))
    }

    /// Sends a command that is answered with a file.
    pub async fn download(&self, path: &str, key: &str, body: &impl Serialize) -> anyhow::Result<Vec<u8>> {
        Ok(self.ask(Method::POST, path, Some(key), Some(Sent::json(body)?)).await??)
    }

    /// Sends a file under an idempotency key.
    pub async fn upload<T: DeserializeOwned>(&self, path: &str, key: &str, kind: &'static str, file: &[u8]) -> anyhow::Result<T> {
        let sent = Sent { kind, bytes: file.to_vec() };
        read(&self.ask(Method::POST, path, Some(key), Some(sent)).await??).with_context(|| format!("the answer to {path}"))
    }

    /// Ends something.
    pub async fn delete(&self, path: &str) -> anyhow::Result<()> {
        self.ask(Method::DELETE, path, None, None).await??;
        Ok(())
    }

    async fn ask(&self, method: Method, path: &str, key: Option<&str>, sent: Option<Sent>) -> anyhow::Result<Result<Vec<u8>, Refusal>> {
        let mut request = Request::builder().method(&method).uri(format!("{}{path}", self.face)).header(header::ACCEPT_LANGUAGE, "ja");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        request = request.extension(ConnectInfo(SocketAddr::new(self.from, PORT)));
        let request = match sent {
            Some(Sent { kind, bytes }) => request.header(header::CONTENT_TYPE, kind).body(Body::from(bytes)),
            None => request.body(Body::empty()),
        };
        let Ok(answer) = self.routes.clone().oneshot(request?).await;
        let status = answer.status();
        let body = to_bytes(answer.into_body(), usize::MAX).await?.to_vec();
        if status.is_success() {
            return Ok(Ok(body));
        }
        let problem = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Ok(Err(Refusal { method, path: path.to_owned(), status: status.as_u16(), problem }))
    }
}

/// An answer without a body is read as nothing at all.
fn read<T: DeserializeOwned>(body: &[u8]) -> anyhow::Result<T> {
    Ok(serde_json::from_slice(if body.is_empty() { b"null" } else { body })?)
}
