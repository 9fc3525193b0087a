//! Why own money is not paid back.

use std::borrow::Cow;

use crate::money::Yen;
use crate::refusal::{self, Kind, Refusal};

/// Why own money is not paid back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PayBackRejected {
    /// Only the family itself, or staff for it.
    #[error("this cannot be done here")]
    NotAllowed,
    /// The amount is not one.
    #[error("the amount is at least 1 yen")]
    Amount,
    /// More than the city holds for the family.
    #[error("at most the balance of {balance} yen can be paid back")]
    Short {
        /// What it holds.
        balance: Yen,
    },
    /// The city knows no account to which it could go.
    #[error("no bank account is registered: register one first")]
    NoAccount,
    /// The key was used for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// The day is closed.
    #[error("the books are closed for this day")]
    Closed,
}

impl Refusal for PayBackRejected {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAllowed => "not_allowed",
            Self::Amount => "amount",
            Self::Short { .. } => "short",
            Self::NoAccount => "no_account",
            Self::Conflict => "conflict",
            Self::Closed => "closed",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::NotAllowed => Kind::Forbidden,
            Self::Amount => Kind::Unacceptable,
            Self::Short { .. } | Self::NoAccount => Kind::NotNow,
            Self::Conflict => Kind::Conflict,
            Self::Closed => Kind::Closed,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::NotAllowed => refusal::NOT_ALLOWED.ja.into(),
            Self::Amount => "金額は 1 円以上で入力してください。".into(),
            Self::Short { balance } => format!("払い戻せるのは残高 {balance} 円までです。").into(),
            Self::NoAccount => "振込先の口座が登録されていません。先に口座を登録してください。".into(),
            Self::Conflict => refusal::CONFLICT.ja.into(),
            Self::Closed => refusal::CLOSED.ja.into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::NotAllowed => refusal::NOT_ALLOWED.easy.into(),
            Self::Amount => "金額を書いてください。1 円からです。".into(),
            Self::Short { balance } => format!("返してもらえるお金は {balance} 円までです。").into(),
            Self::NoAccount => "銀行の口座がわかりません。先に、口座を登録してください。".into(),
            Self::Conflict => refusal::CONFLICT.easy.into(),
            Self::Closed => refusal::CLOSED.easy.into(),
        }
    }
}
