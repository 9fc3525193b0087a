//! What the service says about itself, as it is kept in `docs/`.

use std::path::{Path, PathBuf};

/// What is kept, and where.
#[must_use]
pub fn kept() -> [(PathBuf, String); 4] {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("docs");
    let problems = serde_json::to_string_pretty(&web::problem::pages::list()).unwrap();
    [
        (docs.join("openapi/citizen.json"), web::openapi::text(&citizen_api::openapi::document())),
        (docs.join("openapi/merchant.json"), web::openapi::text(&merchant_api::openapi::document())),
        (docs.join("openapi/ops.json"), web::openapi::text(&office::openapi())),
        (docs.join("problems.json"), format!("{problems}\n")),
    ]
}
