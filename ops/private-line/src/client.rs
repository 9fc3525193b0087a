//! The merchants' end: the two doors as calls over the line.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::uri::{Authority, Scheme};
use axum::http::{Method, Request, StatusCode, Uri, header};
use chrono::{DateTime, Utc};
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use merchant_api::registrar::{
    Account, Accounts, Application, Applied, Caller, Invited, NewApplication, NewPerson, NewTerminal, Person, Registrar, SignIn, SignedIn, Terminal,
};
use merchant_api::till::{
    Answer, Billed, Credential, Invoice, NewCapture, NewInvoice, NewRefund, Paid, Payout, Receipt, Refund, Statement, StatementLine, Till, TillError,
    WhichInvoices, WhichLines, WhichReceipts,
};
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
#[derive(Clone)]
pub struct HttpTill {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    inner: Arc<Authority>,
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
    /// The doors at `address` (`https://host:port`), for whoever holds these certificates.
    pub fn new(address: &str, certificates: &Certificates) -> Result<Self, HttpTillError> {
        let uri: Option<Uri> = address.parse().ok();
        let inner = uri.filter(|uri| uri.scheme() == Some(&Scheme::HTTPS) && uri.path() == "/").and_then(|uri| uri.into_parts().authority);
        let inner = inner.ok_or_else(|| HttpTillError::Address(address.to_owned()))?;
        let connector = HttpsConnectorBuilder::new().with_tls_config(certificates.client()?).https_only().enable_http1().build();
        let client = Client::builder(TokioExecutor::new()).pool_idle_timeout(IDLE).pool_timer(TokioTimer::new()).build(connector);
        Ok(Self { client, inner: Arc::new(inner) })
    }

    async fn call<T: DeserializeOwned>(&self, method: &'static str, asked: &(impl Serialize + Sync)) -> Answer<T> {
        let body = serde_json::to_vec(asked).map_err(|error| TillError::Unknown(error.into()))?;
        let body = Bytes::from(body);
        let answered = tokio::time::timeout(DEADLINE, self.send(method, body)).await.unwrap_or(Err(Lost::Late));
        answered.and_then(|answer| serde_json::from_slice(&answer).map_err(Lost::Unreadable)).unwrap_or_else(|lost| {
            web::problem::log_failure(&lost);
            Err(TillError::Unknown(lost.into()))
        })
    }

    async fn send(&self, method: &'static str, body: Bytes) -> Result<Bytes, Lost> {
        let mut attempt = 1;
        loop {
            match self.try_send(method, body.clone()).await {
                Err(Lost::Line(_) | Lost::Cut(_)) if attempt < ATTEMPTS => attempt = attempt.saturating_add(1),
                done => return done,
            }
        }
    }

    async fn try_send(&self, method: &'static str, body: Bytes) -> Result<Bytes, Lost> {
        let path = format!("https://{}{}/{method}", self.inner, super::ROOT);
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

impl Till for HttpTill {
    async fn capture(&self, credential: &Credential, key: &str, capture: &NewCapture) -> Answer<Receipt> {
        self.call("capture", &(credential, key, capture)).await
    }

    async fn refund(&self, credential: &Credential, key: &str, refund: &NewRefund) -> Answer<Refund> {
        self.call("refund", &(credential, key, refund)).await
    }

    async fn create_invoice(&self, credential: &Credential, key: &str, invoice: &NewInvoice) -> Answer<Invoice> {
        self.call("create_invoice", &(credential, key, invoice)).await
    }

    async fn create_invoices(&self, credential: &Credential, key: &str, invoices: &[NewInvoice]) -> Answer<Vec<Billed>> {
        self.call("create_invoices", &(credential, key, invoices)).await
    }

    async fn cancel_invoice(&self, credential: &Credential, key: &str, invoice: &str) -> Answer<Invoice> {
        self.call("cancel_invoice", &(credential, key, invoice)).await
    }

    async fn invoice(&self, credential: &Credential, invoice: &str) -> Answer<Invoice> {
        self.call("invoice", &(credential, invoice)).await
    }

    async fn invoices(&self, credential: &Credential, which: &WhichInvoices) -> Answer<Vec<Invoice>> {
        self.call("invoices", &(credential, which)).await
    }

    async fn receipts(&self, credential: &Credential, which: &WhichReceipts) -> Answer<Vec<Receipt>> {
        self.call("receipts", &(credential, which)).await
    }

    async fn receipt(&self, credential: &Credential, receipt: &str) -> Answer<Receipt> {
        self.call("receipt", &(credential, receipt)).await
    }

    async fn paid(&self, credential: &Credential, since: Option<DateTime<Utc>>) -> Answer<Paid> {
        self.call("paid", &(credential, since)).await
    }

    async fn statements(&self, credential: &Credential) -> Answer<Vec<Statement>> {
        self.call("statements", &(credential,)).await
    }

    async fn statement(&self, credential: &Credential, month: &str) -> Answer<Statement> {
        self.call("statement", &(credential, month)).await
    }

    async fn statement_lines(&self, credential: &Credential, which: &WhichLines) -> Answer<Vec<StatementLine>> {
        self.call("statement_lines", &(credential, which)).await
    }

    async fn claim_payment(&self, credential: &Credential, key: &str, month: &str) -> Answer<Statement> {
        self.call("claim_payment", &(credential, key, month)).await
    }

    async fn payouts(&self, credential: &Credential) -> Answer<Vec<Payout>> {
        self.call("payouts", &(credential,)).await
    }
}

impl Registrar for HttpTill {
    async fn sign_in(&self, attempt: &SignIn) -> Answer<SignedIn> {
        self.call("sign_in", &(attempt,)).await
    }

    async fn sign_out(&self, credential: &Credential) -> Answer<()> {
        self.call("sign_out", &(credential,)).await
    }

    async fn caller(&self, credential: &Credential) -> Answer<Caller> {
        self.call("caller", &(credential,)).await
    }

    async fn apply(&self, key: &str, application: &NewApplication) -> Answer<Applied> {
        self.call("apply", &(key, application)).await
    }

    async fn application(&self, credential: &Credential) -> Answer<Application> {
        self.call("application", &(credential,)).await
    }

    async fn people(&self, credential: &Credential) -> Answer<Vec<Person>> {
        self.call("people", &(credential,)).await
    }

    async fn invite(&self, credential: &Credential, key: &str, person: &NewPerson) -> Answer<Invited> {
        self.call("invite", &(credential, key, person)).await
    }

    async fn issue_code(&self, credential: &Credential, key: &str, person: &str) -> Answer<Invited> {
        self.call("issue_code", &(credential, key, person)).await
    }

    async fn remove_person(&self, credential: &Credential, person: &str) -> Answer<()> {
        self.call("remove_person", &(credential, person)).await
    }

    async fn terminals(&self, credential: &Credential) -> Answer<Vec<Terminal>> {
        self.call("terminals", &(credential,)).await
    }

    async fn register_terminal(&self, credential: &Credential, key: &str, label: &str) -> Answer<NewTerminal> {
        self.call("register_terminal", &(credential, key, label)).await
    }

    async fn revoke_terminal(&self, credential: &Credential, terminal: &str) -> Answer<()> {
        self.call("revoke_terminal", &(credential, terminal)).await
    }

    async fn accounts(&self, credential: &Credential) -> Answer<Accounts> {
        self.call("accounts", &(credential,)).await
    }

    async fn change_account(&self, credential: &Credential, key: &str, account: &Account) -> Answer<()> {
        self.call("change_account", &(credential, key, account)).await
    }
}
