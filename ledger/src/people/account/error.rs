//! Why something about a family's bank account is refused, in both languages.

use std::borrow::Cow;

use crate::bank::directory::Unpayable;
use crate::ids::FamilyId;
use crate::refusal::{self, Kind, Refusal};
use crate::time::{Instant, tokyo_date};

/// The answer is no. `Display` is the English sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The key stands for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// Only the family itself, or staff for it.
    #[error("this cannot be done here")]
    NotAllowed,
    /// Only staff decide.
    #[error("only the city's staff may do this")]
    NotStaff,
    /// There is no such family.
    #[error("there is no family {0}")]
    Unknown(FamilyId),
    /// Money cannot be sent there.
    #[error(transparent)]
    Unpayable(#[from] Unpayable),
    /// Nothing waits.
    #[error("no account of this family waits")]
    Nothing,
    /// The family has registered another one since.
    #[error("the family has registered another account (number {0}): look at it again")]
    Changed(i16),
    /// Nobody approves their own work.
    #[error("{0} took this in and may not approve it: ask a second person")]
    SamePerson(String),
    /// Its days of cooling off are not over.
    #[error("this account can be approved from {} on", tokyo_date(*.0))]
    Cooling(Instant),
    /// A reason is missing or too long.
    #[error("write a reason of 1 to {0} characters")]
    Reason(usize),
}

impl Refusal for Rejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::NotAllowed => "not_allowed",
            Self::NotStaff => "not_staff",
            Self::Unknown(_) => "unknown_family",
            Self::Unpayable(why) => why.code(),
            Self::Nothing => "nothing_to_approve",
            Self::Changed(_) => "account_changed",
            Self::SamePerson(_) => "same_person",
            Self::Cooling(_) => "account_cooling",
            Self::Reason(_) => "reason",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Conflict => Kind::Conflict,
            Self::NotAllowed | Self::NotStaff => Kind::Forbidden,
            Self::Unknown(_) => Kind::NotFound,
            Self::SamePerson(_) => Kind::SecondPerson,
            Self::Nothing | Self::Changed(_) | Self::Cooling(_) => Kind::NotNow,
            Self::Unpayable(_) | Self::Reason(_) => Kind::Unacceptable,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.ja.into(),
            Self::NotAllowed => refusal::NOT_ALLOWED.ja.into(),
            Self::NotStaff => refusal::NOT_STAFF.ja.into(),
            Self::Unknown(family) => format!("世帯 {family} はありません。").into(),
            Self::Unpayable(why) => why.japanese(),
            Self::Nothing => "確認を待っている口座はありません。".into(),
            Self::Changed(number) => format!("ご家庭が別の口座（{number} 番目）を届け出ました。もう一度確認してください。").into(),
            Self::SamePerson(by) => refusal::same_person_ja(by),
            Self::Cooling(until) => format!("この口座を承認できるのは {} からです。", tokyo_date(*until)).into(),
            Self::Reason(most) => refusal::reason_ja(*most),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.easy.into(),
            Self::NotAllowed => refusal::NOT_ALLOWED.easy.into(),
            Self::NotStaff => refusal::NOT_STAFF.easy.into(),
            Self::Unknown(family) => format!("家「{family}」はありません。番号を確かめてください。").into(),
            Self::Unpayable(why) => why.easy(),
            Self::Nothing => "待っている口座はありません。".into(),
            Self::Changed(number) => format!("家の人が、ほかの口座（{number} 番）を書きました。もう一度確かめてください。").into(),
            Self::SamePerson(by) => refusal::same_person_easy(by),
            Self::Cooling(until) => format!("この口座は、{} から使うことを決められます。それまで待ってください。", tokyo_date(*until)).into(),
            Self::Reason(most) => refusal::reason_easy(*most),
        }
    }
}
