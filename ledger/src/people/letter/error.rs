//! Why something about letters is refused. For staff.

use std::borrow::Cow;

use crate::ids::FamilyId;
use crate::refusal::{self, Kind, Refusal};

/// The answer is no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The key stands for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// Only staff.
    #[error("only the city's staff may do this")]
    NotStaff,
    /// There is no such family.
    #[error("there is no family {0}")]
    Unknown(FamilyId),
    /// There is nobody to write to.
    #[error("nobody raises a child in family {0} today: there is nobody to write to")]
    NoGuardian(FamilyId),
    /// Nobody waits for a letter.
    #[error("no family waits for a letter; those of protected families are printed one by one")]
    Nobody,
    /// How many.
    #[error("print between 1 and {} letters at once", super::LETTERS_MAX)]
    Count,
    /// The address.
    #[error("write an address of 1 to {} characters, or none", super::ADDRESS_MAX)]
    Address,
}

impl Refusal for Rejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::NotStaff => "not_staff",
            Self::Unknown(_) => "unknown_family",
            Self::NoGuardian(_) => "letter_no_guardian",
            Self::Nobody => "letter_nobody",
            Self::Count => "letter_count",
            Self::Address => "letter_address",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Conflict => Kind::Conflict,
            Self::NotStaff => Kind::Forbidden,
            Self::Unknown(_) => Kind::NotFound,
            Self::NoGuardian(_) | Self::Nobody => Kind::NotNow,
            Self::Count | Self::Address => Kind::Unacceptable,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.ja.into(),
            Self::NotStaff => refusal::NOT_STAFF.ja.into(),
            Self::Unknown(family) => format!("世帯 {family} はありません。").into(),
            Self::NoGuardian(family) => format!("世帯 {family} には、いまお子さんを養育している保護者がいません。宛先がありません。").into(),
            Self::Nobody => "発送を待っている世帯はありません。支援措置の世帯は一件ずつ印刷します。".into(),
            Self::Count => format!("一度に印刷できるのは 1〜{} 通です。", super::LETTERS_MAX).into(),
            Self::Address => format!("送付先は 1〜{} 文字で入力するか、空にしてください。", super::ADDRESS_MAX).into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.easy.into(),
            Self::NotStaff => refusal::NOT_STAFF.easy.into(),
            Self::Unknown(family) => format!("家「{family}」はありません。番号を確かめてください。").into(),
            Self::NoGuardian(family) => format!("家「{family}」には、子どもを育てている大人がいません。手紙を送る人がいません。").into(),
            Self::Nobody => "手紙を待っている家はありません。守っている家の手紙は、1 つずつ印刷してください。".into(),
            Self::Count => format!("1 回に印刷できるのは、1 通から {} 通までです。", super::LETTERS_MAX).into(),
            Self::Address => format!("住所は {} 文字まで書けます。書かなくてもいいです。", super::ADDRESS_MAX).into(),
        }
    }
}
