//! A file as the body of a request: a roster, or a bank statement. Its name is never asked for.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use web::problem::registry;
use web::{Problem, Text};

/// The kinds that files are sent as. What they are is found by reading them.
const KINDS: [&str; 3] = ["text/csv", "text/plain", "application/octet-stream"];

/// The bytes of a file.
pub(super) struct Upload(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !KINDS.contains(&essence.as_str()) {
            let detail =
                Text::fixed("ファイルは text/csv か application/octet-stream で送ってください。", "Send the file as text/csv or application/octet-stream.");
            return Err(Problem::new(&registry::MEDIA_TYPE).detail(detail));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            let too_large = rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE;
            Problem::new(if too_large { &registry::TOO_LARGE } else { &registry::MALFORMED_JSON })
        })?;
        Ok(Self(bytes))
    }
}
