//! A file as the body of a request: a roster, or a bank statement. Its name is never asked for.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use web::{Problem, Text};

/// The kinds that files are sent as. What they are is found by reading them.
const KINDS: [&str; 3] = ["text/csv", "text/plain", "application/octet-stream"];

/// The bytes of a file.
pub(crate) struct Upload(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let expected =
            Text::fixed("ファイルは text/csv か application/octet-stream で送ってください。", "Send the file as text/csv or application/octet-stream.");
        web::extract::file(request, &KINDS, expected).await.map(Self)
    }
}
