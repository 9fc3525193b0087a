//! The viewer of the OpenAPI documents, at `/api`. Its files are in the program: nothing comes from elsewhere, and it calls nobody but this service.

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::map_response;
use axum::response::Response;
use utoipa_swagger_ui::{Config, SwaggerUi, Url};

/// It styles itself inline and draws its logo from a data link; its scripts are files.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
);

/// The routes, for the documents of these faces.
pub(super) fn router(documents: Vec<Url<'static>>) -> Router {
    // Otherwise it would send the document's address to a validator on the Internet.
    let config = Config::new(documents).validator_url("none");
    let pages: Router = SwaggerUi::new("/api").config(config).into();
    pages.layer(map_response(async |mut answer: Response| {
        answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
        answer
    }))
}
