//! A file as the whole body of a request. Its name is never asked for; what it is, is found by reading it.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;

use crate::language::Text;
use crate::problem::{Problem, registry};

/// The kinds that pictures and scans are sent as.
const PICTURES: [&str; 4] = ["image/jpeg", "image/png", "application/pdf", "application/octet-stream"];

/// Takes the bytes of a file that says it is one of `kinds`.
///
/// # Errors
/// Another kind (`expected` says which), or larger than the route allows.
pub async fn file(request: Request, kinds: &[&str], expected: Text) -> Result<Bytes, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !kinds.contains(&essence.as_str()) {
        return Err(Problem::new(&registry::MEDIA_TYPE).detail(expected));
    }
    Bytes::from_request(request, &()).await.map_err(|rejection| {
        let too_large = rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE;
        Problem::new(if too_large { &registry::TOO_LARGE } else { &registry::MALFORMED_JSON })
    })
}

/// A photograph or a scan.
#[derive(Debug, Clone)]
pub struct Picture(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Picture {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let expected = Text::fixed(
            "写真または PDF を image/jpeg、image/png、application/pdf のいずれかで送ってください。",
            "写真か PDF を送ってください。image/jpeg、image/png、application/pdf が使えます。",
            "Send a photograph or a PDF as image/jpeg, image/png or application/pdf.",
        );
        file(request, &PICTURES, expected).await.map(Self)
    }
}
