//! A link as a QR symbol (standards §5.4): in capitals, so that it needs the alphanumeric mode only; error correction M on a screen; a quiet zone of
//! four modules.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::problem::Problem;

/// Pixels of one module where the symbol is shown as large as it says.
const MODULE: u32 = 8;

/// The symbol of a link, as SVG.
///
/// # Errors
/// The link does not fit into a symbol.
pub fn svg(link: &str) -> Result<Response, Problem> {
    let code = QrCode::with_error_correction_level(link, EcLevel::M).map_err(|error| Problem::failed(&error))?;
    let symbol = code.render::<svg::Color<'_>>().module_dimensions(MODULE, MODULE).quiet_zone(true).build();
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"))], symbol).into_response())
}
