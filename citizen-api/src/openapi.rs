//! The OpenAPI document of the families' face.

use utoipa::OpenApi;
use web::openapi::{FieldProblemSchema, ProblemSchema, Token};

use crate::routes::{bank_account, children, claims, history, invoices, merchants, notices, own_money, paper, payments, sessions, settlements};

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
        sessions::cities, sessions::create, sessions::list, sessions::end, sessions::end_one, sessions::end_all, sessions::change_code,
        children::children,
        merchants::search, merchants::show, merchants::pay,
        payments::list, payments::create, payments::show, payments::take_back, payments::qr::show, payments::events::follow,
        payments::counter::show, payments::counter::follow,
        invoices::look_up, invoices::pay_bill,
        settlements::list, settlements::set, settlements::withdraw,
        notices::list, notices::follow,
        paper::booklets, paper::cards, paper::reserve,
        claims::offers::list, claims::estimate::new, claims::estimate::again, claims::list, claims::file, claims::show, claims::file_again, claims::withdraw,
        claims::evidence::add, claims::evidence::show,
        own_money::show, own_money::movements, own_money::pay_back_some,
        bank_account::show, bank_account::register, bank_account::withdraw,
        history::list,
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
