//! Why something about a family's bank account is refused, in both languages.

use crate::bank::account::AccountError;
use crate::bank::directory::Unpayable;
use crate::ids::FamilyId;
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

impl Rejected {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
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

    /// The sentence in Japanese.
    #[must_use]
    pub fn japanese(&self) -> String {
        match self {
            Self::Conflict => "この操作番号は別の操作に使われています。".to_owned(),
            Self::NotAllowed => "この操作はできません。".to_owned(),
            Self::NotStaff => "市の職員だけができる操作です。".to_owned(),
            Self::Unknown(family) => format!("世帯 {family} はありません。"),
            Self::Unpayable(Unpayable::Account(errors)) => errors.iter().map(of_field).collect(),
            Self::Unpayable(Unpayable::NotTraining(_)) => "訓練用の市では、金融機関コード 9990〜9998 だけが使えます。".to_owned(),
            Self::Unpayable(Unpayable::Directory(error)) => match error.code() {
                "bank_unknown" => "この金融機関コードは見つかりません。通帳でご確認ください。".to_owned(),
                _ => "この支店コードは見つかりません。統廃合されていることがあります。通帳でご確認ください。".to_owned(),
            },
            Self::Nothing => "確認を待っている口座はありません。".to_owned(),
            Self::Changed(_) => "ご家庭が別の口座を届け出ました。もう一度確認してください。".to_owned(),
            Self::SamePerson(_) => "同じ職員が前の段階を行っています。別の職員に依頼してください。".to_owned(),
            Self::Cooling(until) => format!("この口座を承認できるのは {} からです。", tokyo_date(*until)),
            Self::Reason(most) => format!("理由を 1 文字以上 {most} 文字以内で書いてください。"),
        }
    }
}

/// What to write into one field.
#[must_use]
pub fn of_field(error: &AccountError) -> &'static str {
    match error.field() {
        "bank" => "金融機関コードを数字 4 桁で入力してください。",
        "branch" => "支店コードを数字 3 桁で入力してください。",
        "kind" => "預金種目は 1（普通）、2（当座）、4（貯蓄）から選んでください。",
        "holder" => "口座名義を、通帳のとおりカタカナで入力してください。",
        _ => "口座番号を 7 桁以内の数字で入力してください。ゆうちょ銀行は、振込用の店名と口座番号を入力してください。",
    }
}
