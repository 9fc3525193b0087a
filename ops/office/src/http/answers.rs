//! Answers that are no JSON.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{ObjectBuilder, OneOfBuilder, Type};

use super::describe::{Answers, Description};
use crate::bodies::Done;
use crate::bodies::claims::EvidenceFile;
use crate::bodies::remittances::BankFile;
use crate::print::Page;

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl Answers for Page {
    fn answer(description: &mut Description) {
        description.file("text/html; charset=utf-8");
    }
}

/// A table as CSV (UTF-8).
pub(crate) struct Csv(pub(crate) Vec<u8>);

impl IntoResponse for Csv {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], self.0).into_response()
    }
}

impl Answers for Csv {
    fn answer(description: &mut Description) {
        description.file("text/csv");
    }
}

/// A journal for hledger.
pub(crate) struct Journal(pub(crate) Vec<u8>);

impl IntoResponse for Journal {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], self.0).into_response()
    }
}

impl Answers for Journal {
    fn answer(description: &mut Description) {
        description.file("text/plain");
    }
}

impl IntoResponse for BankFile {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", self.name)),
            (HeaderName::from_static("x-content-sha256"), self.body.sha256),
        ];
        let mut answer = self.bytes.into_response();
        for (header, value) in headers {
            answer.headers_mut().extend(HeaderValue::from_str(&value).ok().map(|value| (header, value)));
        }
        answer
    }
}

impl Answers for BankFile {
    fn answer(description: &mut Description) {
        description.file("application/octet-stream");
        description.problem("409", "Its file is not built yet.");
    }
}

impl IntoResponse for EvidenceFile {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(self.media.as_str())),
            // Never opened as a page of this origin, whatever is in it.
            (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment")),
        ];
        (headers, self.bytes).into_response()
    }
}

impl Answers for EvidenceFile {
    fn answer(description: &mut Description) {
        description.file("application/octet-stream");
    }
}

/// JSON, or null where there is nothing to tell.
pub(crate) struct Perhaps<T>(pub(crate) Option<T>);

impl<T: Serialize> IntoResponse for Perhaps<T> {
    fn into_response(self) -> Response {
        Json(self.0).into_response()
    }
}

impl<T: ToSchema> Answers for Perhaps<T> {
    fn answer(description: &mut Description) {
        let schema = description.refer::<T>();
        let nothing = ObjectBuilder::new().schema_type(Type::Null);
        description.answer("200", "application/json", OneOfBuilder::new().item(schema).item(nothing).into());
    }
}
