//! The merchants' end: each door as a call over the line.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::uri::{Authority, Scheme};
use axum::http::{Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use merchant_api::doors::{self, BoxAnswer};
use merchant_api::till::TillError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::certificates::{Certificates, CertificatesError};

/// Sooner than the face itself gives up on a request: there is time to say that the outcome is not known.
const DEADLINE: Duration = Duration::from_secs(15);
/// The line is quiet at night; a connection that somebody in between has forgotten is not used again.
const IDLE: Duration = Duration::from_mins(1);
/// A call whose connection broke is made once more: with the same key it is the same command, and reading changes nothing.
const ATTEMPTS: u32 = 2;

/// The doors of another process.
pub struct HttpTill {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    inner: Authority,
}

/// There is no way to the doors.
#[derive(Debug, thiserror::Error)]
pub enum HttpTillError {
    /// The address is not one.
    #[error("{0} is not the address of a Till: write https://host:port")]
    Address(String),
    /// The certificates cannot be used.
    #[error(transparent)]
    Certificates(#[from] CertificatesError),
}

/// Why it is not known what became of a call.
#[derive(Debug, thiserror::Error)]
enum Lost {
    #[error("the line to the Till broke")]
    Line(#[source] hyper_util::client::legacy::Error),
    #[error("the Till's answer broke off")]
    Cut(#[source] hyper::Error),
    #[error("the Till did not answer in time")]
    Late,
    #[error("the Till answered {0}")]
    Status(StatusCode),
    #[error("the Till's answer cannot be read")]
    Unreadable(#[source] serde_json::Error),
}

impl HttpTill {
    /// The doors at `address` (`https://host:port`), for the holder of these certificates.
    pub fn new(address: &str, certificates: &Certificates) -> Result<Self, HttpTillError> {
        let uri: Option<Uri> = address.parse().ok();
        let inner = uri.filter(|uri| uri.scheme() == Some(&Scheme::HTTPS) && uri.path() == "/").and_then(|uri| uri.into_parts().authority);
        let inner = inner.ok_or_else(|| HttpTillError::Address(address.to_owned()))?;
        let connector = HttpsConnectorBuilder::new().with_tls_config(certificates.client()?).https_only().enable_http1().build();
        let client = Client::builder(TokioExecutor::new()).pool_idle_timeout(IDLE).pool_timer(TokioTimer::new()).build(connector);
        Ok(Self { client, inner })
    }

    /// Calls a door with its parameters, an array.
    fn call<T: DeserializeOwned + Send + 'static>(&self, door: &'static str, asked: &impl Serialize) -> BoxAnswer<'_, T> {
        let body = serde_json::to_vec(asked);
        Box::pin(async move {
            let body = body.map_err(|error| TillError::Unknown(error.into()))?;
            let answered = tokio::time::timeout(DEADLINE, self.send(door, body.into())).await.unwrap_or(Err(Lost::Late));
            answered.and_then(|answer| serde_json::from_slice(&answer).map_err(Lost::Unreadable)).unwrap_or_else(|lost| {
                web::problem::log_failure(&lost);
                Err(TillError::Unknown(lost.into()))
            })
        })
    }

    async fn send(&self, door: &'static str, body: Bytes) -> Result<Bytes, Lost> {
        let mut attempt = 1;
        loop {
            match self.try_send(door, body.clone()).await {
                Err(Lost::Line(_) | Lost::Cut(_)) if attempt < ATTEMPTS => attempt = attempt.saturating_add(1),
                done => return done,
            }
        }
    }

    async fn try_send(&self, door: &'static str, body: Bytes) -> Result<Bytes, Lost> {
        let path = format!("https://{}{}/{door}", self.inner, super::ROOT);
        let request = Request::builder().method(Method::POST).uri(path).header(header::CONTENT_TYPE, "application/json");
        // The parts are constants and an address that was parsed.
        let request = request.body(Full::new(body)).unwrap_or_default();
        let response = self.client.request(request).await.map_err(Lost::Line)?;
        if response.status() != StatusCode::OK {
            return Err(Lost::Status(response.status()));
        }
        Ok(response.into_body().collect().await.map_err(Lost::Cut)?.to_bytes())
    }
}

macro_rules! calls {
    ($($(#[$about:meta])* trait $name:ident {
        $($(#[$does:meta])* fn $door:ident($($param:ident: &$of:ty),*) -> $answer:ty;)*
    })*) => {
        $(impl doors::$name for HttpTill {
            $(fn $door<'a>(&'a self, $($param: &'a $of),*) -> BoxAnswer<'a, $answer> {
                self.call(stringify!($door), &($($param,)*))
            })*
        })*
    };
}

merchant_api::doors!(calls);
