//! The JSON body of a request.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use serde_json::Value;

use crate::fields::{Fields, Read};
use crate::language::Text;
use crate::problem::{Problem, registry};

/// A JSON object, read field by field.
#[derive(Debug, Clone, Copy)]
pub struct Body<T>(pub T);

impl<T: Read, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(&request) {
            let expected =
                Text::fixed("本文は application/json で送ってください。", "application/json で送ってください。", "Send the body as application/json.");
            return Err(Problem::new(&registry::MEDIA_TYPE).detail(expected));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            let too_large = rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE;
            Problem::new(if too_large { &registry::TOO_LARGE } else { &registry::MALFORMED_JSON })
        })?;
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(values)) => Fields::of_body(values).read().map(Self),
            Ok(_) => Err(Problem::new(&registry::MALFORMED_JSON).detail(Text::fixed(
                "オブジェクト { … } が必要です。",
                "{ … } を書いてください。",
                "An object { … } is needed.",
            ))),
            Err(error) => Err(malformed(&error)),
        }
    }
}

fn malformed(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    Problem::new(&registry::MALFORMED_JSON).detail(Text::new(
        format!("{line} 行 {column} 文字目で読めなくなりました。"),
        format!("{line} 行 {column} 番目の文字から、読めません。"),
        format!("It breaks off at line {line}, column {column}."),
    ))
}

fn is_json(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}
