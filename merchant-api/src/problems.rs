//! The Till's refusals as problems of the one registry.

use web::fields::{Fault, wrong_field};
use web::problem::registry;
use web::{Problem, Text};

use crate::till::{Invalid, TillError};

/// When it is worth asking again what became of a request.
const ASK_AGAIN_SECONDS: u32 = 1;

/// The problem that answers a refusal.
#[must_use]
pub fn problem(error: &TillError) -> Problem {
    match error {
        TillError::Refused => Problem::new(&registry::CODE_REFUSED),
        TillError::Unauthorized => Problem::new(&registry::UNAUTHORIZED),
        TillError::NotFound => Problem::new(&registry::NOT_FOUND),
        TillError::Conflict => Problem::new(&registry::IDEMPOTENCY_CONFLICT),
        TillError::Invalid(invalid) => of_invalid(*invalid),
        TillError::Unknown(_) => Problem::new(&registry::OUTCOME_UNKNOWN).retry_after(ASK_AGAIN_SECONDS),
    }
}

fn of_invalid(invalid: Invalid) -> Problem {
    match invalid {
        Invalid::Amount => wrong_field("amount_yen", &Fault::Range(1, crate::routes::YEN_MAX)),
        Invalid::NotOffered => Problem::new(&registry::NOT_OFFERED),
        Invalid::Reference => Problem::new(&registry::REFERENCE_TAKEN),
        Invalid::RefundTooMuch { left_yen } => {
            let detail = Text::new(format!("返金できるのは残り {left_yen} 円までです。"), format!("{left_yen} yen are left of it."));
            Problem::new(&registry::REFUND_TOO_MUCH).detail(detail).member("left_yen", left_yen)
        }
        Invalid::DayClosed => Problem::new(&registry::DAY_CLOSED),
        Invalid::StatementState => Problem::new(&registry::STATEMENT_STATE),
    }
}
