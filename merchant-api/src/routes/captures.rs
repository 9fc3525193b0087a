//! Taking a payment: the desk scans or types a code and the amount.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use web::fields::{raw, whole};
use web::{Body, Created, Fields, IdempotencyKey, Problem, Read};

use super::receipts::ReceiptBody;
use super::{Terminal, YEN_MAX, refused};
use crate::till::{ScannedCode, Till};

/// Longer than any link with a code.
const SCANNED_MAX: usize = 300;

pub(crate) fn router<T: Till>() -> Router<T> {
    Router::new().route("/captures", post(capture::<T>))
}

/// What the desk sends.
#[derive(Debug)]
pub struct CaptureBody {
    code: ScannedCode,
    amount_yen: i64,
}

impl Read for CaptureBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let code = fields.required("code", raw(SCANNED_MAX));
        let amount_yen = fields.required("amount_yen", whole(1, YEN_MAX));
        Some(Self { code: ScannedCode::new(code?), amount_yen: amount_yen? })
    }
}

async fn capture<T: Till>(
    terminal: Terminal,
    State(till): State<T>,
    key: IdempotencyKey,
    Body(body): Body<CaptureBody>,
) -> Result<Created<ReceiptBody>, Problem> {
    let receipt = till.capture(&terminal.0, &key.of("capture"), &body.code, body.amount_yen).await.map_err(refused)?;
    Ok(Created(receipt.into()))
}
