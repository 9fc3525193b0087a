//! The ledger's refusals as problems of the one registry. A family may see every reason.

use ledger::bank::directory::Unpayable;
use ledger::claim;
use ledger::code::CodeError;
use ledger::error::{Error, Failure};
use ledger::own_money::PayBackRejected;
use ledger::payment::invoice::PayRejected;
use ledger::payment::invoice::due::ConsentRejected;
use ledger::payment::{HoldRejected, NotCapturable};
use ledger::people::account;
use ledger::people::sign_in::ChangeRejected;
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
pub(crate) fn refused<R: std::error::Error>(of: impl Fn(R) -> Problem) -> impl Fn(Error<R>) -> Problem {
    move |error| match error {
        Error::Rejected(rejected) => of(rejected),
        Error::Failed(failure) => failed(failure),
    }
}

pub(crate) fn not_found() -> Problem {
    Problem::new(&registry::NOT_FOUND)
}

pub(crate) fn sign_in(rejected: SignInRejected) -> Problem {
    match rejected {
        SignInRejected::Refused => Problem::new(&registry::SIGN_IN),
        SignInRejected::TooMany { seconds } => Problem::new(&registry::ATTEMPTS).retry_after(seconds),
    }
}

pub(crate) fn hold(rejected: HoldRejected) -> Problem {
    match rejected {
        HoldRejected::Short(short) => {
            let missing = short.missing.get();
            let detail = Text::new(
                format!("残高が {missing} 円足りません。自分のお金を入れるか、金額を見直してください。"),
                format!("{missing} yen are missing: load own money, or look at the amount again."),
            );
            Problem::new(&registry::SHORT).detail(detail).member("missing_yen", missing)
        }
        HoldRejected::Price => wrong_field("price_yen", &Fault::Range(1, YEN_MAX)),
        HoldRejected::Merchant => Problem::new(&registry::MERCHANT_CLOSED),
        HoldRejected::Invoice => Problem::new(&registry::PAID_ALREADY),
        HoldRejected::Conflict => Problem::new(&registry::IDEMPOTENCY_CONFLICT),
        HoldRejected::Closed => Problem::new(&registry::DAY_CLOSED),
        HoldRejected::Busy => Problem::new(&registry::BUSY).retry_after(BUSY_SECONDS),
    }
}

pub(crate) fn void(rejected: NotCapturable) -> Problem {
    match rejected {
        NotCapturable::Spent => Problem::new(&registry::PAID_ALREADY),
        _ => not_found(),
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
        PayBackRejected::Short { balance } => {
            let detail = Text::new(format!("払い戻せるのは残高 {balance} 円までです。"), format!("At most the balance of {balance} yen can be paid back."));
            Problem::new(&registry::SHORT).detail(detail).member("balance_yen", balance.get())
        }
        PayBackRejected::NoAccount => Problem::new(&registry::NO_ACCOUNT),
        PayBackRejected::Conflict => Problem::new(&registry::IDEMPOTENCY_CONFLICT),
        PayBackRejected::Closed => Problem::new(&registry::DAY_CLOSED),
        PayBackRejected::NotAllowed => not_found(),
    }
}

/// Why a bank account is not taken.
#[expect(clippy::needless_pass_by_value, reason = "so that it reads `map_err(refused(account))`")]
pub(crate) fn account(rejected: account::Rejected) -> Problem {
    use account::Rejected;
    let said = || Text::new(rejected.japanese(), rejected.to_string());
    match &rejected {
        Rejected::Conflict => Problem::new(&registry::IDEMPOTENCY_CONFLICT),
        Rejected::Unpayable(Unpayable::Account(errors)) => wrong_fields(errors.iter().map(|error| {
            let text = Text::new(account::of_field(error).to_owned(), error.to_string());
            (account_field(error.field()), Fault::Said(error.code(), text))
        })),
        Rejected::Unpayable(why @ Unpayable::NotTraining(_)) => wrong_field("bank", &Fault::Said(why.code(), said())),
        Rejected::Unpayable(why @ Unpayable::Directory(error)) => {
            let field = if error.code() == "bank_unknown" { "bank" } else { "branch" };
            wrong_field(field, &Fault::Said(why.code(), said()))
        }
        // The rest is said to staff only, or is about something that is not there.
        _ => not_found(),
    }
}

/// What the form calls a field of an account.
fn account_field(name: &str) -> &'static str {
    match name {
        "bank" => "bank",
        "branch" => "branch",
        "kind" => "account_kind",
        "holder" => "holder",
        _ => "account_number",
    }
}

/// Why the activation code stays.
pub(crate) fn change_code(rejected: ChangeRejected) -> Problem {
    match rejected {
        ChangeRejected::Refused => {
            let text = Text::fixed("いま有効な登録コードと違います。", "This is not the activation code in force.");
            wrong_field("activation_code", &Fault::Said("not-in-force", text))
        }
        ChangeRejected::TooMany { seconds } => Problem::new(&registry::ATTEMPTS).retry_after(seconds),
        ChangeRejected::Conflict => Problem::new(&registry::IDEMPOTENCY_CONFLICT),
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
pub(crate) fn claim(rejected: claim::Rejected) -> Problem {
    use claim::Rejected;
    let said = Text::new(rejected.japanese(), rejected.to_string());
    let field = |code| Fault::Said(code, said.clone());
    match rejected {
        Rejected::Conflict => Problem::new(&registry::IDEMPOTENCY_CONFLICT),
        Rejected::NotAllowed => wrong_field("child", &field("unknown-child")),
        Rejected::NoRoute => wrong_field("scheme", &field("no-claims")),
        Rejected::Window { opens, shuts } => {
            Problem::new(&registry::CLAIM_WINDOW).detail(said).member("opens_on", opens.to_string()).member("shuts_on", shuts.to_string())
        }
        Rejected::Already(known) => Problem::new(&registry::CLAIM_ALREADY).detail(said).member("claim", known.to_string()),
        Rejected::Cost { number: 0, .. } => wrong_field("costs", &field("count")),
        Rejected::Cost { number, field: name } => wrong_place(format!("/costs/{}/{name}", number.saturating_sub(1)), &field("unreadable")),
        Rejected::Merchant { number } => wrong_place(format!("/costs/{}/merchant", number.saturating_sub(1)), &field("not-registered")),
        Rejected::Nothing(reasons) => {
            let codes: Vec<_> = reasons.iter().map(ledger::scheme::Reason::code).collect();
            Problem::new(&registry::NOTHING_PAYABLE).detail(said).member("reasons", codes)
        }
        Rejected::Busy => Problem::new(&registry::BUSY).retry_after(BUSY_SECONDS),
        Rejected::Media | Rejected::Size | Rejected::File(_) => Problem::new(&registry::EVIDENCE).detail(said),
        Rejected::TooMany => Problem::new(&registry::EVIDENCE_FULL).detail(said),
        Rejected::Budget => Problem::new(&registry::BUDGET),
        Rejected::Closed => Problem::new(&registry::DAY_CLOSED),
        Rejected::State { .. } | Rejected::TooOften => Problem::new(&registry::CLAIM_STATE).detail(said),
        // The rest is said to staff only; a claim that is not there, or another family's, is one that nobody made.
        _ => not_found(),
    }
}

/// What is wrong with a code that a family scanned or typed.
pub(crate) fn code(error: CodeError) -> Problem {
    let japanese = match error {
        CodeError::NotOurLink => "このリンクは支払い用ではありません。".to_owned(),
        CodeError::Character { position } => format!("{position} 文字目に使えない文字があります。"),
        CodeError::Length { found } => format!("コードは 28 文字です（いま {found} 文字）。"),
        CodeError::Check => "打ち間違いがあるようです。印字と 7 文字ずつ見比べてください。".to_owned(),
        CodeError::UnknownKind => "この種類のコードは、ここでは使えません。".to_owned(),
    };
    wrong_field("code", &Fault::Said(error.code(), Text::new(japanese, error.to_string())))
}
