//! Problems (RFC 9457): `application/problem+json` with a stable type, a title and details in the reader's language.
//!
//! A handler answers a [`Problem`]; [`crate::outer`] renders it, for only there the language is known. What broke inside is logged and never shown.

pub mod pages;
pub mod registry;

use std::borrow::Cow;
use std::error::Error;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::language::{Language, Text};
use registry::Kind;

/// Where a wrong field stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the body, as a JSON pointer: `/children/0`.
    Body(String),
    /// In the query.
    Query(String),
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// Which field.
    pub place: Place,
    /// Stable name for programs.
    pub code: Cow<'static, str>,
    /// For people.
    pub detail: Text,
}

/// One problem. In a box, for it is the rare way out of a handler.
#[derive(Debug, Clone)]
pub struct Problem(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: &'static Kind,
    detail: Option<Text>,
    fields: Vec<FieldProblem>,
    members: Map<String, Value>,
    retry_after_seconds: Option<u32>,
}

impl Problem {
    /// A problem of this kind.
    #[must_use]
    pub fn new(kind: &'static Kind) -> Self {
        Self(Box::new(Inner { kind, detail: None, fields: Vec::new(), members: Map::new(), retry_after_seconds: None }))
    }

    /// Fields that are not right.
    #[must_use]
    pub fn fields(fields: Vec<FieldProblem>) -> Self {
        let mut problem = Self::new(&registry::FIELDS);
        problem.0.fields = fields;
        problem
    }

    /// Something broke: logged here with its whole chain; the answer names the request and nothing else.
    #[must_use]
    pub fn failed(failure: &dyn Error) -> Self {
        log_failure(failure);
        Self::new(&registry::INTERNAL)
    }

    /// With what is the matter in this case.
    #[must_use]
    pub fn detail(mut self, detail: Text) -> Self {
        self.0.detail = Some(detail);
        self
    }

    /// With a member of its own, for programs.
    #[must_use]
    pub fn member(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// With the time after which it is worth trying again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after_seconds = Some(seconds);
        self
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> &'static Kind {
        self.0.kind
    }

    /// What is wrong with which field.
    #[must_use]
    pub fn errors(&self) -> &[FieldProblem] {
        &self.0.fields
    }

    /// The body in `language`; of what broke here, with the name of the request.
    #[must_use]
    pub fn body(&self, language: Language, request_id: Option<&str>) -> Value {
        let Inner { kind, detail, fields, members, .. } = &*self.0;
        let mut body = members.clone();
        let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
        put("type", uri(kind).into());
        put("code", kind.code.into());
        put("status", kind.status.as_u16().into());
        put("title", kind.title.of(language).into());
        if let Some(detail) = detail {
            put("detail", detail.of(language).into());
        }
        if !fields.is_empty() {
            put("errors", fields.iter().map(|field| field.body(language)).collect());
        }
        if let Some(id) = request_id.filter(|_| kind.status.is_server_error()) {
            put("request_id", id.into());
        }
        Value::Object(body)
    }

    /// The whole answer.
    #[must_use]
    pub fn render(&self, language: Language, request_id: Option<&str>) -> Response {
        let body = self.body(language, request_id).to_string();
        let mut response = (self.0.kind.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
        if self.0.kind.status == axum::http::StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.0.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// The type of a kind: a path that [`pages`] answers.
fn uri(kind: &Kind) -> String {
    format!("/problems/{}", kind.code)
}

impl FieldProblem {
    /// The same of a field that stands below another: `/items/0`.
    pub(crate) fn below(self, outer: &str) -> Self {
        let place = match self.place {
            Place::Body(pointer) => Place::Body(format!("{outer}{pointer}")),
            query @ Place::Query(_) => query,
        };
        Self { place, ..self }
    }

    fn body(&self, language: Language) -> Value {
        let (place, at) = match &self.place {
            Place::Body(pointer) => ("pointer", format!("#{pointer}")),
            Place::Query(name) => ("parameter", name.clone()),
        };
        json!({ place: at, "code": self.code, "detail": self.detail.of(language) })
    }
}

impl IntoResponse for Problem {
    /// In Japanese; [`crate::outer`] renders it again in the reader's language.
    fn into_response(self) -> Response {
        let mut response = self.render(Language::Japanese, None);
        response.extensions_mut().insert(self);
        response
    }
}

/// Logs a failure once, with its whole chain. The request's name stands in the span around it.
pub fn log_failure(failure: &dyn Error) {
    let mut chain = failure.to_string();
    let mut next = failure.source();
    while let Some(cause) = next {
        chain = format!("{chain}: {cause}");
        next = cause.source();
    }
    tracing::error!(chain, "a request failed");
}
