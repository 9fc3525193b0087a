//! The code of a payment as a QR symbol.

use axum::extract::State;
use axum::response::Response;
use web::openapi::{Always, OfOne, SignedIn};
use web::{PathId, Problem};

use super::get_payment;
use crate::Deps;
use crate::auth::Family;
use crate::ids::PaymentId;
use crate::problems::not_found;

/// Draws the code as a QR symbol, as long as it works; afterwards there is none.
#[utoipa::path(get, path = "/payments/{payment}/qr.svg", operation_id = "show_qr", tag = "payments", security(("token" = [])), params(("payment" = String, Path)),
    responses((status = 200, description = "The symbol.", body = String, content_type = "image/svg+xml"), Always, SignedIn, OfOne))]
pub(crate) async fn show(State(deps): State<Deps>, family: Family, PathId(id): PathId<PaymentId>) -> Result<Response, Problem> {
    let payment = get_payment(&deps, &family, id).await?;
    if !payment.is_open(deps.ledger.clock.now()) || payment.on_card {
        return Err(not_found());
    }
    web::qr::svg(&deps.ledger.payment_code(&payment).url(&deps.host))
}
