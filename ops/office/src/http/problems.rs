//! The ledger's refusals as problems of the one registry. Staff may see every reason; `refusal` is its stable code.

use axum::response::{IntoResponse, Response};
use ledger::error::Failure;
use ledger::refusal;
use ledger::staff::Denied;
use web::fields::{Fault, wrong_field};
use web::problem::registry::{self, Kind};
use web::{Problem, Text};

use crate::refused::{No, Refused};

/// What broke is logged here, once.
#[expect(clippy::needless_pass_by_value, reason = "so that it reads `map_err(failed)`")]
pub(crate) fn failed(failure: Failure) -> Problem {
    Problem::failed(&failure)
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Denied(Denied::Role) => Self::new(&registry::FORBIDDEN),
            Refused::Denied(Denied::Reason) => wrong_field("reason", &Fault::Missing),
            Refused::NotFound => Self::new(&registry::NOT_FOUND),
            Refused::NoKey => Self::new(&registry::IDEMPOTENCY_KEY),
            Refused::Field(name, fault) => wrong_field(name, &fault),
            Refused::No(no) => problem(no),
            Refused::Failed(failure) => failed(failure),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

fn problem(no: No) -> Problem {
    let kind = of_kind(no.kind);
    let problem = Problem::new(kind).member("refusal", no.code);
    // What is unknown and what belongs to another city is answered the same, whatever was asked for.
    if kind == &registry::NOT_FOUND {
        return problem;
    }
    let refusal::Text { ja, easy, en } = no.text;
    problem.detail(Text { japanese: ja, easy, english: en })
}

const fn of_kind(kind: refusal::Kind) -> &'static Kind {
    match kind {
        refusal::Kind::NotFound => &registry::NOT_FOUND,
        refusal::Kind::Conflict => &registry::IDEMPOTENCY_CONFLICT,
        refusal::Kind::SecondPerson => &registry::SECOND_PERSON,
        refusal::Kind::Closed => &registry::DAY_CLOSED,
        refusal::Kind::NotNow | refusal::Kind::Busy => &registry::NOT_NOW,
        refusal::Kind::TooMany { .. } => &registry::ATTEMPTS,
        refusal::Kind::Forbidden | refusal::Kind::Unacceptable => &registry::REFUSED,
    }
}
