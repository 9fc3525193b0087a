//! The ledger's refusals as problems of the one registry. Staff may see every reason; `refusal` is its stable code.

use ledger::error::{Error, Failure};
use ledger::refusal::{self, Refusal};
use web::problem::registry::{self, Kind};
use web::{Problem, Text};

/// What broke is logged here, once.
#[expect(clippy::needless_pass_by_value, reason = "so that it reads `map_err(failed)`")]
pub(super) fn failed(failure: Failure) -> Problem {
    Problem::failed(&failure)
}

/// A refusal, or a failure.
pub(super) fn refused<R: Refusal>(error: Error<R>) -> Problem {
    match error {
        Error::Rejected(rejected) => problem(&rejected),
        Error::Failed(failure) => failed(failure),
    }
}

pub(super) fn not_found() -> Problem {
    Problem::new(&registry::NOT_FOUND)
}

fn problem(rejected: &impl Refusal) -> Problem {
    let kind = of_kind(rejected.kind());
    let problem = Problem::new(kind).member("refusal", rejected.code());
    // What is unknown and what belongs to another city is answered the same, whatever was asked for.
    if kind == &registry::NOT_FOUND {
        return problem;
    }
    let refusal::Text { ja, easy, en } = rejected.text();
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
