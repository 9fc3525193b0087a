//! The Till's refusals as problems of the one registry.

use web::fields::{Fault, wrong_field};
use web::problem::{FieldProblem, Place, registry};
use web::{Problem, Text};

use crate::till::{Invalid, TillError, WrongField};

/// When it is worth asking again what became of a request.
const ASK_AGAIN_SECONDS: u32 = 1;

/// The problem that answers a refusal.
#[must_use]
pub fn problem(error: &TillError) -> Problem {
    match error {
        TillError::Refused => Problem::new(&registry::CODE_REFUSED),
        TillError::Unauthorized => Problem::new(&registry::UNAUTHORIZED),
        TillError::Forbidden => Problem::new(&registry::FORBIDDEN),
        TillError::NotFound => Problem::new(&registry::NOT_FOUND),
        TillError::Conflict => Problem::new(&registry::IDEMPOTENCY_CONFLICT),
        TillError::Invalid(invalid) => of_invalid(*invalid),
        TillError::Fields(fields) => Problem::fields(fields.iter().map(of_field).collect()),
        TillError::SignIn => Problem::new(&registry::MERCHANT_SIGN_IN),
        TillError::TooMany { seconds } => Problem::new(&registry::ATTEMPTS).retry_after(*seconds),
        TillError::Busy => Problem::new(&registry::BUSY).retry_after(ASK_AGAIN_SECONDS),
        TillError::Unknown(_) => Problem::new(&registry::OUTCOME_UNKNOWN).retry_after(ASK_AGAIN_SECONDS),
    }
}

fn of_invalid(invalid: Invalid) -> Problem {
    match invalid {
        Invalid::Amount => wrong_field("amount_yen", &Fault::Range(1, crate::routes::YEN_MAX)),
        Invalid::NotOffered => Problem::new(&registry::NOT_OFFERED),
        Invalid::Reference => Problem::new(&registry::REFERENCE_TAKEN),
        Invalid::Due => wrong_field("due_on", &Fault::Said("due", due())),
        Invalid::Paid => Problem::new(&registry::PAID_ALREADY),
        Invalid::RefundTooMuch { left_yen } => {
            let detail = Text::new(
                format!("返金できるのは残り {left_yen} 円までです。"),
                format!("返せるお金は {left_yen} 円までです。"),
                format!("{left_yen} yen are left of it."),
            );
            Problem::new(&registry::REFUND_TOO_MUCH).detail(detail).member("left_yen", left_yen)
        }
        Invalid::DayClosed => Problem::new(&registry::DAY_CLOSED),
        Invalid::StatementState => Problem::new(&registry::STATEMENT_STATE),
        Invalid::Oneself => Problem::new(&registry::ONESELF),
    }
}

const fn due() -> Text {
    Text::fixed(
        "支払期限は、今日から 1 年以内の日にしてください。",
        "払う日は、今日から 1 年以内の日にしてください。",
        "Give a day from today on, within a year.",
    )
}

fn of_field(field: &WrongField) -> FieldProblem {
    let WrongField { field, code, japanese, easy, english } = field.clone();
    FieldProblem { place: Place::Body(format!("/{field}")), code: code.into(), detail: Text::new(japanese, easy, english) }
}

/// What is wrong with one line of a batch: its code and a sentence.
#[must_use]
pub fn of_line(invalid: Invalid) -> (&'static str, Text) {
    match invalid {
        Invalid::Due => ("due", due()),
        other => {
            let kind = of_invalid(other).kind();
            (kind.code, kind.title.clone())
        }
    }
}
