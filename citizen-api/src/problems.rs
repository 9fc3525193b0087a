//! The ledger's refusals as problems of the one registry. A family may see every reason.

use ledger::bank::account::AccountError;
use ledger::bank::directory::{DirectoryError, Unpayable};
use ledger::claim;
use ledger::code::CodeError;
use ledger::error::{Error, Failure};
use ledger::own_money::PayBackRejected;
use ledger::payment::invoice::PayRejected;
use ledger::payment::invoice::due::ConsentRejected;
use ledger::payment::{HoldRejected, NotCapturable};
use ledger::people::account;
use ledger::people::sign_in::ChangeRejected;
use ledger::refusal::{self, Kind, Refusal};
use ledger::session::SignInRejected;
use web::fields::{Fault, wrong_field, wrong_fields, wrong_place};
use web::problem::registry;
use web::{Problem, Text};

use crate::routes::YEN_MAX;

/// When others are likely to have paid.
const BUSY_SECONDS: u32 = 1;

/// What broke is logged here, once.
pub(crate) fn failed(failure: Failure) -> Problem {
    match failure {
        Failure::Busy(_) => Problem::new(&registry::BUSY).retry_after(BUSY_SECONDS),
        failure => Problem::failed(&failure),
    }
}

/// A refusal by `of`, or a failure.
pub(crate) fn refused<R: Refusal>(of: impl Fn(R) -> Problem) -> impl Fn(Error<R>) -> Problem {
    move |error| match error {
        Error::Rejected(rejected) => of(rejected),
        Error::Failed(failure) => failed(failure),
    }
}

pub(crate) fn not_found() -> Problem {
    Problem::new(&registry::NOT_FOUND)
}

/// A refusal that has no problem of its own. What is said to staff only, or is another family's, is not there.
pub(crate) fn by_kind(rejected: &impl Refusal) -> Problem {
    match rejected.kind() {
        Kind::Conflict => Problem::new(&registry::IDEMPOTENCY_CONFLICT),
        Kind::Closed => Problem::new(&registry::DAY_CLOSED),
        Kind::Busy => Problem::new(&registry::BUSY).retry_after(BUSY_SECONDS),
        Kind::TooMany { seconds } => Problem::new(&registry::ATTEMPTS).retry_after(seconds),
        Kind::NotFound | Kind::NotNow | Kind::SecondPerson | Kind::Forbidden | Kind::Unacceptable => not_found(),
    }
}

/// The sentence of a refusal.
fn said(rejected: &impl Refusal) -> Text {
    let refusal::Text { ja, easy, en } = rejected.text();
    Text { japanese: ja, easy, english: en }
}

pub(crate) fn sign_in(rejected: SignInRejected) -> Problem {
    match rejected {
        SignInRejected::Refused => Problem::new(&registry::SIGN_IN),
        SignInRejected::TooMany { .. } => by_kind(&rejected),
    }
}

pub(crate) fn hold(rejected: HoldRejected) -> Problem {
    match rejected {
        HoldRejected::Short(short) => Problem::new(&registry::SHORT).detail(said(&short)).member("missing_yen", short.missing.get()),
        HoldRejected::Price => wrong_field("price_yen", &Fault::Range(1, YEN_MAX)),
        HoldRejected::Merchant => Problem::new(&registry::MERCHANT_CLOSED),
        HoldRejected::Invoice => Problem::new(&registry::PAID_ALREADY),
        HoldRejected::Conflict | HoldRejected::Closed | HoldRejected::Busy => by_kind(&rejected),
    }
}

pub(crate) fn void(rejected: NotCapturable) -> Problem {
    match rejected {
        NotCapturable::Spent => Problem::new(&registry::PAID_ALREADY),
        NotCapturable::Unknown | NotCapturable::Foreign | NotCapturable::Amount | NotCapturable::Expired => not_found(),
    }
}

pub(crate) fn pay(rejected: PayRejected) -> Problem {
    match rejected {
        PayRejected::Unknown => not_found(),
        PayRejected::Paid => Problem::new(&registry::PAID_ALREADY),
        PayRejected::Cancelled => Problem::new(&registry::BILL_CANCELLED),
        PayRejected::Hold(rejected) => hold(rejected),
    }
}

/// Why own money is not paid back.
pub(crate) fn pay_back(rejected: PayBackRejected) -> Problem {
    match rejected {
        PayBackRejected::Amount => wrong_field("amount_yen", &Fault::Range(1, YEN_MAX)),
        PayBackRejected::Short { balance } => Problem::new(&registry::SHORT).detail(said(&rejected)).member("balance_yen", balance.get()),
        PayBackRejected::NoAccount => Problem::new(&registry::NO_ACCOUNT),
        PayBackRejected::Conflict | PayBackRejected::Closed | PayBackRejected::NotAllowed => by_kind(&rejected),
    }
}

/// Why a bank account is not taken.
#[expect(clippy::needless_pass_by_value, reason = "so that it reads `map_err(refused(account))`")]
pub(crate) fn account(rejected: account::Rejected) -> Problem {
    let account::Rejected::Unpayable(why) = &rejected else { return by_kind(&rejected) };
    match why {
        Unpayable::Account(errors) => wrong_fields(errors.iter().map(|error| (account_field(error), Fault::Said(error.code(), said(error))))),
        Unpayable::NotTraining(_) | Unpayable::Directory(DirectoryError::UnknownBank { .. }) => wrong_field("bank", &Fault::Said(why.code(), said(why))),
        Unpayable::Directory(DirectoryError::UnknownBranch { .. }) => wrong_field("branch", &Fault::Said(why.code(), said(why))),
    }
}

/// What the form calls a field of an account.
const fn account_field(error: &AccountError) -> &'static str {
    match error {
        AccountError::Bank(_) => "bank",
        AccountError::Branch(_) => "branch",
        AccountError::Kind(_) => "account_kind",
        AccountError::Holder(_) => "holder",
        AccountError::Number | AccountError::LongNumber | AccountError::Payer(_) => "account_number",
    }
}

/// Why the activation code stays.
pub(crate) fn change_code(rejected: ChangeRejected) -> Problem {
    match rejected {
        ChangeRejected::Refused => wrong_field("activation_code", &Fault::Said("not-in-force", said(&rejected))),
        ChangeRejected::TooMany { .. } | ChangeRejected::Conflict => by_kind(&rejected),
    }
}

/// Why a bill cannot settle by itself.
pub(crate) fn consent(rejected: ConsentRejected) -> Problem {
    match rejected {
        ConsentRejected::Unknown => not_found(),
        ConsentRejected::Ended => Problem::new(&registry::PAID_ALREADY),
        ConsentRejected::NoDay => Problem::new(&registry::NO_DUE_DAY),
        ConsentRejected::Late => Problem::new(&registry::DUE_DAY),
    }
}

/// Why a claim, or something about one, is refused.
#[expect(clippy::needless_pass_by_value, reason = "so that it reads `map_err(refused(claim))`")]
pub(crate) fn claim(rejected: claim::Rejected) -> Problem {
    use claim::Rejected;
    let detail = |kind| Problem::new(kind).detail(said(&rejected));
    let field = |code| Fault::Said(code, said(&rejected));
    match &rejected {
        Rejected::NotAllowed => wrong_field("child", &field("unknown-child")),
        Rejected::NoRoute => wrong_field("scheme", &field("no-claims")),
        Rejected::Window { opens, shuts } => detail(&registry::CLAIM_WINDOW).member("opens_on", opens.to_string()).member("shuts_on", shuts.to_string()),
        Rejected::Already(known) => detail(&registry::CLAIM_ALREADY).member("claim", known.to_string()),
        Rejected::Cost { number: 0, .. } => wrong_field("costs", &field("count")),
        Rejected::Cost { number, field: name } => wrong_place(format!("/costs/{}/{name}", number.saturating_sub(1)), &field("unreadable")),
        Rejected::Merchant { number } => wrong_place(format!("/costs/{}/merchant", number.saturating_sub(1)), &field("not-registered")),
        Rejected::Nothing(reasons) => {
            let codes: Vec<_> = reasons.iter().map(ledger::scheme::Reason::code).collect();
            detail(&registry::NOTHING_PAYABLE).member("reasons", codes)
        }
        Rejected::Media | Rejected::Size | Rejected::File(_) => detail(&registry::EVIDENCE),
        Rejected::TooMany => detail(&registry::EVIDENCE_FULL),
        Rejected::Budget => Problem::new(&registry::BUDGET),
        Rejected::State { .. } | Rejected::TooOften => detail(&registry::CLAIM_STATE),
        other => by_kind(other),
    }
}

/// What is wrong with a code that a family scanned or typed.
pub(crate) fn code(error: CodeError) -> Problem {
    wrong_field("code", &Fault::Said(error.code(), said(&error)))
}
