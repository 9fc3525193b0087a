//! The OpenAPI document of the families' face.

use utoipa::OpenApi;
use web::openapi::{FieldProblemSchema, ProblemSchema, Token};

use crate::routes::{children, claims, invoices, merchants, payments, sessions};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hagukumi for families",
        description = "What children may spend, payments with one-time codes, bills, claims, own money, and the search for a class.",
        version = "1",
        license(name = "MIT OR Apache-2.0")
    ),
    servers((url = "/citizen/v1")),
    paths(
        sessions::cities, sessions::create, sessions::end,
        children::children, children::own_money,
        merchants::search,
        payments::list, payments::create, payments::show, payments::take_back, payments::qr::show, payments::events::follow,
        invoices::look_up, invoices::pay_bill,
        claims::offers::list, claims::estimate, claims::list, claims::file, claims::show, claims::file_again, claims::withdraw,
        claims::evidence::add, claims::evidence::show,
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
