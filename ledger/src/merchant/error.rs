//! Why something about a merchant is refused: what, where, what to do.

use std::borrow::Cow;

use crate::bank::account::{AccountError, BankCode};
use crate::bank::directory::DirectoryError;
use crate::books::Refused;
use crate::ids::{MerchantId, PersonId, TerminalId};
use crate::refusal::{self, Kind, Refusal, Word};

/// The answer is no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The key stands for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// Only staff decide.
    #[error("only the city's staff may do this")]
    NotStaff,
    /// Nobody approves their own work.
    #[error("{0} took this in and may not approve it: ask a second person")]
    SamePerson(String),
    /// It came by itself, and nobody has looked it through.
    #[error("nobody has received this application: a preparer looks it through first, and another person approves it")]
    NotReceived,
    /// There is no such merchant.
    #[error("there is no merchant {0}")]
    UnknownMerchant(MerchantId),
    /// There is no such terminal, or it belongs to somebody else.
    #[error("there is no terminal {0} of this merchant that is in use")]
    UnknownTerminal(TerminalId),
    /// There is no such person, or they work somewhere else.
    #[error("there is no {0} who works at this merchant")]
    UnknownPerson(PersonId),
    /// The merchant's state does not allow it.
    #[error("the merchant is {state}: it cannot be {asked}")]
    State {
        /// The state it is in.
        state: Word,
        /// What was asked.
        asked: &'static str,
    },
    /// A text is empty or too long.
    #[error("{field}: write between 1 and {max} characters")]
    Text {
        /// The field, as requests name it.
        field: Word,
        /// The most characters.
        max: usize,
    },
    /// A category or expense is not a name, or is given twice.
    #[error("service {0:?}: write category and expense with small letters, digits, - and _, each pair once")]
    Service(String),
    /// Nothing waits for approval.
    #[error("nothing waits for approval here")]
    NothingToApprove,
    /// The account cannot be used.
    #[error("bank account: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Account(Vec<AccountError>),
    /// Bank or branch is unknown.
    #[error("bank account: {0}")]
    Directory(DirectoryError),
    /// A training city pays into training banks only.
    #[error("bank {0}: a training city pays into banks 9990 to 9998 only, so that no stranger is paid by mistake")]
    NotTraining(BankCode),
    /// The books say no.
    #[error(transparent)]
    Books(Refused),
}

impl Refusal for Rejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::NotStaff => "not_staff",
            Self::SamePerson(_) => "same_person",
            Self::NotReceived => "not_received",
            Self::UnknownMerchant(_) => "unknown_merchant",
            Self::UnknownTerminal(_) => "unknown_terminal",
            Self::UnknownPerson(_) => "unknown_person",
            Self::State { .. } => "merchant_state",
            Self::Text { .. } => "merchant_text",
            Self::Service(_) => "merchant_service",
            Self::NothingToApprove => "nothing_to_approve",
            Self::Account(_) => "account",
            Self::Directory(error) => error.code(),
            Self::NotTraining(_) => "account_not_training",
            Self::Books(_) => "books",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Conflict => Kind::Conflict,
            Self::NotStaff => Kind::Forbidden,
            Self::SamePerson(_) => Kind::SecondPerson,
            Self::UnknownMerchant(_) | Self::UnknownTerminal(_) | Self::UnknownPerson(_) => Kind::NotFound,
            Self::NotReceived | Self::State { .. } | Self::NothingToApprove | Self::Books(_) => Kind::NotNow,
            Self::Text { .. } | Self::Service(_) | Self::Account(_) | Self::Directory(_) | Self::NotTraining(_) => Kind::Unacceptable,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.ja.into(),
            Self::NotStaff => refusal::NOT_STAFF.ja.into(),
            Self::SamePerson(by) => refusal::same_person_ja(by),
            Self::NotReceived => "この申請はまだ受理されていません。作成担当者が内容を確認して受理してから、別の職員が承認してください。".into(),
            Self::UnknownMerchant(merchant) => format!("教室・事業者 {merchant} はありません。").into(),
            Self::UnknownTerminal(terminal) => format!("この教室・事業者で使われている端末 {terminal} はありません。").into(),
            Self::UnknownPerson(person) => format!("この教室・事業者に担当者 {person} はいません。").into(),
            Self::State { state, .. } => format!("この教室・事業者は{}ため、この操作はできません。", state.ja).into(),
            Self::Text { field, max } => format!("{}を 1 文字以上 {max} 文字以内で書いてください。", field.ja).into(),
            Self::Service(service) => {
                format!("サービス「{service}」は登録できません。区分と費目は英小文字・数字・- _ で、組み合わせはそれぞれ一度だけ書いてください。").into()
            }
            Self::NothingToApprove => "承認を待っているものがありません。".into(),
            Self::Account(errors) => errors.iter().map(AccountError::japanese).collect::<String>().into(),
            Self::Directory(error) => error.japanese(),
            Self::NotTraining(bank) => format!("金融機関コード {bank} は使えません。訓練用の市では、銀行コード 9990〜9998 の口座だけが使えます。").into(),
            Self::Books(refused) => refused.japanese(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.easy.into(),
            Self::NotStaff => refusal::NOT_STAFF.easy.into(),
            Self::SamePerson(by) => refusal::same_person_easy(by),
            Self::NotReceived => "この申し込みは、まだだれも見ていません。市役所の人が先に見ます。そのあとで、ほかの人が決めます。".into(),
            Self::UnknownMerchant(merchant) => format!("教室「{merchant}」はありません。番号を確かめてください。").into(),
            Self::UnknownTerminal(terminal) => format!("機械「{terminal}」はありません。番号を確かめてください。").into(),
            Self::UnknownPerson(person) => format!("「{person}」という人はいません。番号を確かめてください。").into(),
            Self::State { state, .. } => format!("この教室は、いま「{}」です。これはできません。", state.easy).into(),
            Self::Text { field, max } => format!("{}を書いてください。{max} 文字までです。", field.easy).into(),
            Self::Service(service) => {
                format!("サービス「{service}」は使えません。小さい英字・数字・「-」「_」で書いてください。同じものは 1 回だけ書いてください。").into()
            }
            Self::NothingToApprove => "決めるものは、ありません。".into(),
            Self::Account(errors) => errors.iter().map(AccountError::easy).collect::<String>().into(),
            Self::Directory(error) => error.easy(),
            Self::NotTraining(bank) => format!("銀行コード {bank} は使えません。練習では、9990 から 9998 までの銀行コードを書いてください。").into(),
            Self::Books(refused) => refused.easy(),
        }
    }
}

/// Why an application is not taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyRejected {
    /// It cannot be used.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// Too many from one place.
    #[error("too many applications from one place: try again in {seconds} seconds")]
    TooMany {
        /// When the window is over.
        seconds: u32,
    },
}

impl Refusal for ApplyRejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Rejected(rejected) => rejected.code(),
            Self::TooMany { .. } => "too_many_attempts",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Rejected(rejected) => rejected.kind(),
            Self::TooMany { seconds } => Kind::TooMany { seconds: *seconds },
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Rejected(rejected) => rejected.japanese(),
            Self::TooMany { seconds } => refusal::too_many_ja(*seconds),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Rejected(rejected) => rejected.easy(),
            Self::TooMany { seconds } => refusal::too_many_easy(*seconds),
        }
    }
}

/// The texts that a merchant brings.
pub(super) mod field {
    use crate::refusal::Word;

    pub(in crate::merchant) const NAME: Word = Word { en: "name", ja: "名称", easy: "名前" };
    pub(in crate::merchant) const KANA: Word = Word { en: "kana", ja: "名称のカナ", easy: "名前のカタカナ" };
    pub(in crate::merchant) const AREA: Word = Word { en: "area", ja: "地域", easy: "場所" };
    pub(in crate::merchant) const REASON: Word = Word { en: "reason", ja: "理由", easy: "どうしてか" };
    pub(in crate::merchant) const LABEL: Word = Word { en: "label", ja: "端末の名前", easy: "機械の名前" };
}
