//! Why a run of grants stops.

use std::borrow::Cow;

use crate::refusal::{self, Kind, Refusal};

/// Why a run stopped. What it did before stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RunRejected {
    /// The scheme's budget does not suffice.
    #[error("the scheme's budget for the year does not suffice: appropriate more, then run again")]
    Budget,
    /// The month is closed.
    #[error("the books are closed for this day")]
    Closed,
    /// The scheme has no rules for the period.
    #[error("the scheme has no rules for this period: check its file")]
    NoRules,
    /// The scheme grants passes, or visits of which the city cannot say what one costs it at most.
    #[error("the scheme grants no money: visits need a cost_cap or a flat amount, so that the budget can commit the most that one can cost")]
    NotMoney,
    /// The key stands for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// There is no such entitlement, or nothing is left of it.
    #[error("nothing is left to take back")]
    Nothing,
}

impl Refusal for RunRejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Budget => "grant_budget",
            Self::Closed => "closed",
            Self::Conflict => "conflict",
            Self::NoRules => "grant_no_rules",
            Self::NotMoney => "grant_not_money",
            Self::Nothing => "nothing_left",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Budget => Kind::NotNow,
            Self::Closed => Kind::Closed,
            Self::Conflict => Kind::Conflict,
            Self::NoRules | Self::NotMoney => Kind::Unacceptable,
            Self::Nothing => Kind::NotFound,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Budget => "制度の予算が足りません。配当を増やしてから、もう一度実行してください。".into(),
            Self::Closed => refusal::CLOSED.ja.into(),
            Self::NoRules => "この期間の制度の規則がありません。制度のファイルを確認してください。".into(),
            Self::NotMoney => {
                "この制度は金額を交付しません。回数を交付する制度には、1 回の費用の上限（cost_cap）か定額が必要です。制度のファイルを確認してください。".into()
            }
            Self::Conflict => refusal::CONFLICT.ja.into(),
            Self::Nothing => "取り消せる残りがありません。".into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Budget => "市のお金が足りません。お金を増やしてから、もう一度やってください。".into(),
            Self::Closed => refusal::CLOSED.easy.into(),
            Self::NoRules => "この時期の決まりがありません。制度のファイルを見てください。".into(),
            Self::NotMoney => "この制度は、お金を出しません。1 回でいくらまでか、わかりません。制度のファイルを見てください。".into(),
            Self::Conflict => refusal::CONFLICT.easy.into(),
            Self::Nothing => "取り消すことができるお金は、残っていません。".into(),
        }
    }
}
