//! The OpenAPI document of the merchants' face.

use utoipa::OpenApi;
use web::openapi::{FieldProblemSchema, ProblemSchema, Token};

use crate::routes::{accounts, applications, captures, invoices, people, receipts, sessions, statements, terminals};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hagukumi for merchants",
        description = "The desk of a school, class or service: payments, receipts, bills, the month and the money for it, people and \
            terminals. A terminal's token, or a person's who works at a desk, takes payments, refunds those of the day and \
            makes bills; the rest is for managers. Nothing here depends on who pays.",
        version = "1",
        license(name = "MIT OR Apache-2.0")
    ),
    servers((url = "/merchant/v1")),
    paths(
        sessions::create, sessions::end, sessions::me,
        captures::capture,
        receipts::list, receipts::show, receipts::refund, receipts::file::download, receipts::events::follow,
        invoices::create, invoices::list, invoices::show, invoices::cancel, invoices::qr, invoices::batch::create, invoices::events::follow,
        statements::list, statements::show, statements::lines, statements::download, statements::claim, statements::payouts,
        people::list, people::invite, people::issue, people::remove,
        terminals::list, terminals::register, terminals::revoke,
        accounts::show, accounts::change,
        applications::apply, applications::show,
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
