//! The OpenAPI document of the merchants' face.

use utoipa::OpenApi;
use web::openapi::{FieldProblemSchema, ProblemSchema, Token};

use crate::routes::{captures, invoices, receipts, statements};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hagukumi for merchants",
        description = "The desk of a school, class or service: payments, receipts, bills and the month. Nothing here depends on who pays.",
        version = "1",
        license(name = "MIT OR Apache-2.0")
    ),
    servers((url = "/merchant/v1")),
    paths(
        captures::capture,
        receipts::list, receipts::show, receipts::refund,
        invoices::create, invoices::show,
        statements::show, statements::claim,
    ),
    components(schemas(ProblemSchema, FieldProblemSchema)),
    modifiers(&Token),
)]
struct Document;

/// The document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}
