//! From the ledger's people, applications and accounts to the Registrar's types; and what is wrong with a field.

use ledger::bank::account::AccountError;
use ledger::bank::directory::DirectoryError;
use ledger::error::Error;
use ledger::merchant::application::{ApplyRejected, MaskedAccount as LedgerMasked};
use ledger::merchant::people::{Person as LedgerPerson, PersonInvited, PersonRole};
use ledger::merchant::{Rejected, Service as LedgerService};
use ledger::refusal::{Refusal, Text};
use ledger::session::SignInRejected;
use merchant_api::registrar::{Invited, MaskedAccount, Person, Role, Service};
use merchant_api::till::{TillError, WrongField};

use super::map;
use super::principal::{Principal, Who};

pub(super) const fn role_of(principal: &Principal) -> Role {
    match principal.who {
        Who::Person(_, role) => role_shown(role),
        Who::Terminal(_) => Role::Desk,
    }
}

const fn role_shown(role: PersonRole) -> Role {
    match role {
        PersonRole::Manager => Role::Manager,
        PersonRole::Desk => Role::Desk,
    }
}

pub(super) const fn ledger_role(role: Role) -> PersonRole {
    match role {
        Role::Manager => PersonRole::Manager,
        Role::Desk => PersonRole::Desk,
    }
}

pub(super) fn service(service: LedgerService) -> Service {
    let LedgerService { category, expense, registration } = service;
    Service { category, expense, registration }
}

pub(super) fn ledger_service(service: Service) -> LedgerService {
    let Service { category, expense, registration } = service;
    LedgerService { category, expense, registration }
}

pub(super) fn person(person: LedgerPerson) -> Person {
    Person { person: person.id.to_string(), name: person.name, role: role_shown(person.role) }
}

pub(super) fn invited(invited: PersonInvited) -> Invited {
    Invited { person: person(invited.person), code: invited.code.grouped(), expires_at: invited.expires_at }
}

pub(super) fn masked(account: LedgerMasked) -> MaskedAccount {
    let LedgerMasked { bank, branch, number_masked, applied_at, approved_at } = account;
    MaskedAccount { bank, branch, number_masked, applied_at, approved_at }
}

pub(super) fn sign_in_refused(error: Error<SignInRejected>) -> TillError {
    map::refused(error, |rejected| match rejected {
        SignInRejected::Refused => TillError::SignIn,
        SignInRejected::TooMany { .. } => map::by_kind(&rejected),
    })
}

pub(super) fn apply_refused(error: Error<ApplyRejected>) -> TillError {
    map::refused(error, |rejected| match rejected {
        ApplyRejected::Rejected(rejected) => of(&rejected),
        ApplyRejected::TooMany { .. } => map::by_kind(&rejected),
    })
}

pub(super) fn refused(error: Error<Rejected>) -> TillError {
    map::refused(error, |rejected| of(&rejected))
}

fn of(rejected: &Rejected) -> TillError {
    let field = |field: &str, code: &str| TillError::Fields(vec![wrong(field, code, rejected.text())]);
    match rejected {
        Rejected::Text { field: name, .. } => field(name.en, "length"),
        Rejected::Service(_) => field("services", "service"),
        Rejected::Account(errors) => TillError::Fields(errors.iter().map(|error| wrong(of_account(error), error.code(), error.text())).collect()),
        Rejected::Directory(DirectoryError::UnknownBranch { .. }) => field("branch", rejected.code()),
        Rejected::Directory(DirectoryError::UnknownBank { .. }) | Rejected::NotTraining(_) => field("bank", rejected.code()),
        other => map::by_kind(other),
    }
}

pub(super) fn unknown_city() -> TillError {
    let text = Text {
        ja: "この市は登録されていません。".into(), easy: "この市は、ここにありません。".into(), en: "This city is not known here.".into()
    };
    TillError::Fields(vec![wrong("city", "unknown-city", text)])
}

fn wrong(field: &str, code: &str, Text { ja, easy, en }: Text) -> WrongField {
    WrongField { field: field.to_owned(), code: code.to_owned(), japanese: ja.into_owned(), easy: easy.into_owned(), english: en.into_owned() }
}

/// What requests call a field of an account.
const fn of_account(error: &AccountError) -> &'static str {
    match error {
        AccountError::Bank(_) => "bank",
        AccountError::Branch(_) => "branch",
        AccountError::Kind(_) => "account_kind",
        AccountError::Number | AccountError::LongNumber | AccountError::Payer(_) => "account_number",
        AccountError::Holder(_) => "holder",
    }
}
