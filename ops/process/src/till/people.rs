//! From the ledger's people, applications and accounts to the Registrar's types; and what is wrong with a field, in the merchant's language.

use ledger::bank::account::AccountError;
use ledger::bank::directory::DirectoryError;
use ledger::bank::kana::KanaError;
use ledger::error::Error;
use ledger::merchant::application::{ApplyRejected, MaskedAccount as LedgerMasked};
use ledger::merchant::people::{Person as LedgerPerson, PersonInvited, PersonRole};
use ledger::merchant::{Rejected, Service as LedgerService};
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
        SignInRejected::TooMany { seconds } => TillError::TooMany { seconds },
    })
}

pub(super) fn apply_refused(error: Error<ApplyRejected>) -> TillError {
    map::refused(error, |rejected| match rejected {
        ApplyRejected::Rejected(rejected) => of(&rejected),
        ApplyRejected::TooMany { seconds } => TillError::TooMany { seconds },
    })
}

pub(super) fn refused(error: Error<Rejected>) -> TillError {
    map::refused(error, |rejected| of(&rejected))
}

fn of(rejected: &Rejected) -> TillError {
    match rejected {
        Rejected::Conflict => TillError::Conflict,
        Rejected::Text { field, max } => {
            let japanese = format!("1 文字以上 {max} 文字以内で書いてください。");
            TillError::Fields(vec![wrong(field, "length", japanese, format!("Write 1 to {max} characters."))])
        }
        Rejected::Service(_) => {
            let japanese = "区分と費目は英小文字・数字・- _ で、組み合わせはそれぞれ一度だけ書いてください。".to_owned();
            TillError::Fields(vec![wrong("services", "service", japanese, rejected.to_string())])
        }
        Rejected::Account(errors) => TillError::Fields(errors.iter().map(of_account).collect()),
        Rejected::Directory(error) => TillError::Fields(vec![of_directory(*error)]),
        Rejected::NotTraining(_) => {
            let japanese = "訓練用の市では、銀行コード 9990〜9998 の口座だけが使えます。".to_owned();
            TillError::Fields(vec![wrong("bank", rejected.code(), japanese, rejected.to_string())])
        }
        Rejected::UnknownMerchant(_) | Rejected::UnknownTerminal(_) | Rejected::UnknownPerson(_) => TillError::NotFound,
        // Whatever else the ledger says no to is not for this merchant to do.
        Rejected::NotStaff | Rejected::SamePerson(_) | Rejected::NotReceived | Rejected::State { .. } | Rejected::NothingToApprove | Rejected::Books(_) => {
            TillError::Forbidden
        }
    }
}

pub(super) fn unknown_city() -> TillError {
    let (japanese, english) = ("この市は登録されていません。".to_owned(), "This city is not known here.".to_owned());
    TillError::Fields(vec![wrong("city", "unknown-city", japanese, english)])
}

fn wrong(field: &str, code: &str, japanese: String, english: String) -> WrongField {
    WrongField { field: field.to_owned(), code: code.to_owned(), japanese, english }
}

fn of_account(error: &AccountError) -> WrongField {
    let (field, japanese) = match error {
        AccountError::Bank(_) => ("bank", "銀行コードは 4 桁の数字で書いてください（先頭の 0 も必要です）。".to_owned()),
        AccountError::Branch(_) => ("branch", "支店コードは 3 桁の数字で書いてください（先頭の 0 も必要です）。".to_owned()),
        AccountError::Kind(_) => ("account_kind", "預金種目は 1（普通）・2（当座）・4（貯蓄）・9（その他）のどれかにしてください。".to_owned()),
        AccountError::Number | AccountError::LongNumber | AccountError::Payer(_) => {
            ("account_number", "口座番号は 7 桁以内の数字で書いてください（ゆうちょの記号番号は振込用に読み替えてください）。".to_owned())
        }
        AccountError::Holder(error) => ("holder", of_kana(error)),
    };
    wrong(field, error.code(), japanese, error.to_string())
}

fn of_kana(error: &KanaError) -> String {
    match error {
        KanaError::Empty => "口座名義を、通帳のとおりカナで書いてください。".to_owned(),
        KanaError::Kanji { character, position } => {
            format!("{position} 文字目の「{character}」は漢字です。口座名義は通帳のとおりカナで書いてください。")
        }
        KanaError::NotAllowed { character, position } => {
            format!("{position} 文字目の「{character}」は銀行で使えません。カナ・英大文字・数字・( ) - . で書いてください。")
        }
        KanaError::OrphanMark { .. } => "濁点・半濁点を付けられない文字に付いています。".to_owned(),
        KanaError::TooLong { bytes } => format!("口座名義が長すぎます（半角カナで {bytes} 文字）。通帳の表記を確かめてください。"),
    }
}

fn of_directory(error: DirectoryError) -> WrongField {
    let (field, japanese) = match error {
        DirectoryError::UnknownBank { bank, snapshot } => ("bank", format!("銀行コード {bank} は {snapshot} 時点の一覧にありません。")),
        DirectoryError::UnknownBranch { bank, branch, snapshot } => {
            ("branch", format!("銀行 {bank} の支店コード {branch} は {snapshot} 時点の一覧にありません。統廃合を確かめてください。"))
        }
    };
    wrong(field, error.code(), japanese, error.to_string())
}
