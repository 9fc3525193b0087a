//! The code of a payment as a QR symbol (standards §5.4): the link in capitals, so that it needs the alphanumeric mode only; error correction M on a
//! screen; a quiet zone of four modules.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use qrcode::render::svg;
use qrcode::types::QrError;
use qrcode::{EcLevel, QrCode};
use web::openapi::{Always, OfOne, SignedIn};
use web::{PathId, Problem};

use super::get_payment;
use crate::Deps;
use crate::auth::Family;
use crate::ids::PaymentId;
use crate::problems::not_found;

/// Pixels of one module where the symbol is shown as large as it says.
const MODULE: u32 = 8;

/// Draws the code as a QR symbol, as long as it works; afterwards there is none.
#[utoipa::path(get, path = "/payments/{payment}/qr.svg", operation_id = "show_qr", tag = "payments", security(("token" = [])), params(("payment" = String, Path)),
    responses((status = 200, description = "The symbol.", body = String, content_type = "image/svg+xml"), Always, SignedIn, OfOne))]
pub(crate) async fn show(State(deps): State<Deps>, family: Family, PathId(id): PathId<PaymentId>) -> Result<Response, Problem> {
    let payment = get_payment(&deps, &family, id).await?;
    if !payment.is_open(deps.ledger.clock.now()) || payment.on_card {
        return Err(not_found());
    }
    let symbol = symbol(&deps.ledger.payment_code(&payment).url(&deps.host)).map_err(|error| Problem::failed(&error))?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"))], symbol).into_response())
}

fn symbol(link: &str) -> Result<String, QrError> {
    let code = QrCode::with_error_correction_level(link, EcLevel::M)?;
    Ok(code.render::<svg::Color<'_>>().module_dimensions(MODULE, MODULE).quiet_zone(true).build())
}
