//! What the OpenAPI documents of the faces share: the problem, groups of answers, the parameters of every command, the token, and the route of the document.

use std::collections::BTreeMap;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::routing::get;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, ObjectBuilder, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder, Type};
use utoipa::{IntoParams, IntoResponses, Modify, ToSchema};

use crate::extract::IdempotencyKey;

/// A problem (RFC 9457). `code` names its kind for programs; kinds may have members of their own.
#[derive(Debug, ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "describes what `Problem::body` writes")]
pub struct ProblemSchema {
    /// Where the kind is described.
    #[schema(rename = "type", example = "/problems/invalid-fields")]
    kind: String,
    /// The kind, for programs.
    #[schema(example = "invalid-fields")]
    code: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: i32,
    /// The kind, for people, in the language asked for by `Accept-Language` (ja, en).
    title: String,
    /// What is the matter in this case.
    #[schema(required = false)]
    detail: Option<String>,
    /// The fields that are not right.
    #[schema(required = false)]
    errors: Option<Vec<FieldProblemSchema>>,
    /// Names the request in the log, where something broke.
    #[schema(required = false)]
    request_id: Option<String>,
}

/// What is wrong with one field.
#[derive(Debug, ToSchema)]
#[schema(as = FieldProblem)]
#[expect(dead_code, reason = "describes what `Problem::body` writes")]
pub struct FieldProblemSchema {
    /// Its place in the body, as a JSON pointer in a fragment.
    #[schema(required = false, example = "#/children/0")]
    pointer: Option<String>,
    /// Its name in the query.
    #[schema(required = false)]
    parameter: Option<String>,
    /// What is wrong, for programs.
    #[schema(example = "range")]
    code: String,
    /// What is wrong, for people.
    detail: String,
}

/// The bytes of a file.
#[derive(Debug, ToSchema)]
#[schema(as = File, value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes a body that is no JSON")]
pub struct FileSchema(Vec<u8>);

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident: $($status:literal $text:literal),+;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                [$(($status.to_owned(), problem($text))),+].into()
            }
        }
    )+};
}

problems! {
    /// Whatever was asked.
    Always: "500" "Something broke here.", "503" "Not available now; a command may be sent again with the same key.";
    /// Only for those who showed a token that opens something.
    SignedIn: "401" "No token, or one that opens nothing.";
    /// Not for everybody who is signed in.
    ByRole: "403" "Not for this role.";
    /// Counted by where it comes from.
    Counted: "429" "Too many from one place: see `Retry-After`.";
    /// About one thing.
    OfOne: "404" "There is no such thing, or it is somebody else's.";
    /// With a query.
    Queried: "422" "Parameters that are not right.";
    /// With a body.
    Sent: "400" "Not JSON.", "413" "Too large.", "415" "Not `application/json`.", "422" "Fields that are not right.";
    /// With a photograph or a scan as the body.
    Shown: "413" "Too large.", "415" "Not a photograph or a PDF.", "422" "A file that cannot be read as one, or parameters that are not right.";
    /// Under an idempotency key.
    Commanded: "400" "Not JSON, or no idempotency key.", "409" "The answer is no, or the key stands for another request.";
}

fn problem(description: &str) -> RefOr<Response> {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().description(description).content("application/problem+json", content).build().into()
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(128)).pattern(Some("^[!-~]+$"));
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::True)
            .description(Some("Chosen by the caller. The same key with the same request is answered the same again, and done once."))
            .schema(Some(text))
            .build();
        vec![key]
    }
}

/// Adds the token that most requests carry.
#[derive(Debug)]
pub struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        document.components.get_or_insert_default().add_security_scheme("token", scheme);
    }
}

/// The document as it is served and kept: indented JSON.
#[must_use]
pub fn text(document: &OpenApi) -> String {
    // A document is made of maps and texts: it always serialises.
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// `GET /openapi.json`.
pub fn router(document: &OpenApi) -> Router {
    let text: std::sync::Arc<str> = text(document).into();
    let json = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Router::new().route("/openapi.json", get(move || async move { ([json], text.to_string()) }))
}
