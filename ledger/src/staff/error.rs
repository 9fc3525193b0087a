//! Why something about staff is refused: what, where, what to do.

use std::borrow::Cow;

use crate::refusal::{self, Kind, Refusal, Word};

/// The answer is no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The key stands for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// Not a name.
    #[error("name {0:?}: write 2 to 40 small letters, digits, dots, hyphens and underscores, beginning with a letter")]
    Name(String),
    /// The display name is empty or too long.
    #[error("display name: write between 1 and 100 characters")]
    DisplayName,
    /// The name belongs to somebody, also when they have left.
    #[error("the name {0} belongs to somebody already: choose another")]
    Taken(String),
    /// There is nobody of this name.
    #[error("there is nobody called {0} among the staff")]
    Unknown(String),
    /// No role at all.
    #[error("give at least one role")]
    NoRoles,
    /// Roles that one person may not have together.
    #[error("who makes accounts or watches does not move money: administrator and auditor do not go with preparer, approver or treasurer")]
    RolesTogether,
    /// Nobody changes their own account.
    #[error("nobody changes their own roles or state: ask another administrator")]
    Oneself,
    /// The member is suspended, or is not.
    #[error("{0} is {1} already")]
    State(String, Word),
    /// Only an administrator does this, and the command line for the first one.
    #[error("there is an administrator already: act as one")]
    NotFirst,
}

impl Refusal for Rejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Name(_) => "staff_name",
            Self::DisplayName => "staff_display_name",
            Self::Taken(_) => "staff_name_taken",
            Self::Unknown(_) => "unknown_staff",
            Self::NoRoles => "staff_no_roles",
            Self::RolesTogether => "staff_roles_together",
            Self::Oneself => "staff_oneself",
            Self::State(..) => "staff_state",
            Self::NotFirst => "staff_not_first",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Conflict => Kind::Conflict,
            Self::Unknown(_) => Kind::NotFound,
            Self::Taken(_) | Self::Oneself | Self::State(..) | Self::NotFirst => Kind::NotNow,
            Self::Name(_) | Self::DisplayName | Self::NoRoles | Self::RolesTogether => Kind::Unacceptable,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.ja.into(),
            Self::Name(name) => {
                format!("利用者名「{name}」は使えません。英小文字で始まる 2〜40 文字の英小文字・数字・記号（. _ -）で入力してください。").into()
            }
            Self::DisplayName => "表示名を 1 文字以上 100 文字以内で入力してください。".into(),
            Self::Taken(name) => format!("利用者名 {name} は使われています。別の名前にしてください。").into(),
            Self::Unknown(name) => format!("利用者名 {name} の職員はいません。").into(),
            Self::NoRoles => "役割を一つ以上選んでください。".into(),
            Self::RolesTogether => "管理者・監査の役割は、作成・承認・出納の役割と兼ねられません。".into(),
            Self::Oneself => "自分自身の役割や状態は変更できません。別の管理者に依頼してください。".into(),
            Self::State(name, state) => format!("{name} さんは、すでに{}です。", state.ja).into(),
            Self::NotFirst => "管理者がすでにいます。管理者としてサインインして操作してください。".into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.easy.into(),
            Self::Name(name) => {
                format!("名前「{name}」は使えません。小さい英字・数字・「.」「_」「-」で書いてください。2 文字から 40 文字までです。はじめは英字です。").into()
            }
            Self::DisplayName => "見せる名前を書いてください。100 文字までです。".into(),
            Self::Taken(name) => format!("名前「{name}」は、ほかの人が使っています。ほかの名前にしてください。").into(),
            Self::Unknown(name) => format!("「{name}」という人はいません。名前を確かめてください。").into(),
            Self::NoRoles => "仕事を 1 つ以上選んでください。".into(),
            Self::RolesTogether => "人を登録する仕事や見る仕事の人は、お金の仕事をできません。どちらかを選んでください。".into(),
            Self::Oneself => "自分のことは、自分で変えることができません。ほかの人に頼んでください。".into(),
            Self::State(name, state) => format!("{name} さんは、もう「{}」です。", state.easy).into(),
            Self::NotFirst => "管理する人が、もういます。その人にしてもらってください。".into(),
        }
    }
}

pub(super) const ACTIVE: Word = Word { en: "active", ja: "利用できる状態", easy: "使える" };
pub(super) const SUSPENDED: Word = Word { en: "suspended", ja: "停止中", easy: "止まっている" };
