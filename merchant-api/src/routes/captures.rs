//! Taking a payment: the desk scans or types a code, and the amount where it wants it checked.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use utoipa::ToSchema;
use web::fields::{raw, whole};
use web::openapi::{Always, Commanded, Sent, SignedIn};
use web::{Body, Created, Fields, IdempotencyKey, Problem, Read};

use super::receipts::ReceiptBody;
use super::{CODE_MAX, Caller, YEN_MAX, refused};
use crate::Deps;
use crate::till::{NewCapture, ScannedCode};

pub(crate) fn router() -> Router<Deps> {
    Router::new().route("/captures", post(capture))
}

/// What the desk sends.
#[derive(Debug, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaptureBody {
    /// What was scanned or typed: 28 characters, with or without hyphens, or the whole link.
    #[schema(value_type = String, max_length = 300, example = "14SFS6F-RW02Y4C-RY5XCS1-0FS64T5")]
    code: ScannedCode,
    /// The price. Where it is sent, a code that holds another amount is refused; where it is not, the code pays what it holds: look at the answer.
    #[schema(minimum = 1, maximum = 9_999_999, example = 12_000)]
    amount_yen: Option<i64>,
}

impl Read for CaptureBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let code = fields.required("code", raw(CODE_MAX));
        let amount_yen = fields.optional("amount_yen", whole(1, YEN_MAX));
        Some(Self { code: ScannedCode::new(code?), amount_yen: amount_yen? })
    }
}

/// Takes a payment. About a code that does not pay there is one refusal, `code-refused`, whatever the reason.
#[utoipa::path(post, path = "/captures", operation_id = "capture", tag = "payments", security(("token" = [])),
    params(IdempotencyKey), request_body = CaptureBody,
    responses((status = 201, description = "Done; or done before, under this key.", body = ReceiptBody), Always, SignedIn, Sent, Commanded))]
pub(crate) async fn capture(
    State(deps): State<Deps>,
    caller: Caller,
    key: IdempotencyKey,
    Body(CaptureBody { code, amount_yen }): Body<CaptureBody>,
) -> Result<Created<ReceiptBody>, Problem> {
    let receipt = deps.doors.capture(&caller.0, &key.of("capture"), &NewCapture { code, amount_yen }).await.map_err(refused)?;
    Ok(Created(receipt.into()))
}
