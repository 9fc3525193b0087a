//! Why something about a bill is refused: to the merchant that makes it, or to the family that pays it.

use std::borrow::Cow;

use crate::payment::HoldRejected;
use crate::refusal::{self, Kind, Refusal};

/// Why a bill cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BillRejected {
    /// The price is not an amount.
    #[error("the amount is at least 1 yen")]
    Price,
    /// The merchant is not registered for this.
    #[error("the merchant is not registered for this kind of expense or service")]
    NotOffered,
    /// The merchant's number is in use.
    #[error("this reference is in use: choose another")]
    Reference,
    /// It would be due before it is made, or in more than a year.
    #[error("a bill is due from today on, within a year")]
    Due,
    /// The key was used for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
}

impl BillRejected {
    /// From its code, as a batch keeps it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Price, Self::NotOffered, Self::Reference, Self::Due, Self::Conflict].into_iter().find(|rejected| rejected.code() == text)
    }
}

impl Refusal for BillRejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::NotOffered => "not_offered",
            Self::Reference => "reference",
            Self::Due => "due",
            Self::Conflict => "conflict",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Price | Self::Due => Kind::Unacceptable,
            Self::NotOffered | Self::Reference => Kind::NotNow,
            Self::Conflict => Kind::Conflict,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Price => "請求額は 1 円以上で入力してください。".into(),
            Self::NotOffered => "この費目・サービスは登録されていません。".into(),
            Self::Reference => "この請求番号は使われています。別の番号にしてください。".into(),
            Self::Due => "支払期限は、今日から 1 年以内の日にしてください。".into(),
            Self::Conflict => refusal::CONFLICT.ja.into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Price => "金額を書いてください。1 円からです。".into(),
            Self::NotOffered => "この教室は、このお金を受け取れません。登録を確かめてください。".into(),
            Self::Reference => "この番号は、もう使いました。ほかの番号にしてください。".into(),
            Self::Due => "払う日は、今日から 1 年以内の日にしてください。".into(),
            Self::Conflict => refusal::CONFLICT.easy.into(),
        }
    }
}

/// Why nothing is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BatchRejected {
    /// The key was used for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
}

impl Refusal for BatchRejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Conflict => Kind::Conflict,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.ja.into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Conflict => refusal::CONFLICT.easy.into(),
        }
    }
}

/// Why a bill cannot be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CancelRejected {
    /// The merchant has no such bill.
    #[error("there is no such bill")]
    Unknown,
    /// Somebody has paid it: refund the receipt.
    #[error("the bill is paid: refund the receipt")]
    Paid,
    /// The key was used for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
}

impl Refusal for CancelRejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown_bill",
            Self::Paid => "paid_already",
            Self::Conflict => "conflict",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Unknown => Kind::NotFound,
            Self::Paid => Kind::NotNow,
            Self::Conflict => Kind::Conflict,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Unknown => "この請求はありません。".into(),
            Self::Paid => "この請求は支払い済みです。返金してください。".into(),
            Self::Conflict => refusal::CONFLICT.ja.into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Unknown => "この請求はありません。番号を確かめてください。".into(),
            Self::Paid => "この請求は、もう払いました。お金を返してください。".into(),
            Self::Conflict => refusal::CONFLICT.easy.into(),
        }
    }
}

/// Why a bill cannot be paid. For the family's screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PayRejected {
    /// There is no such bill.
    #[error("there is no such bill")]
    Unknown,
    /// Somebody has paid it.
    #[error("the bill has been paid")]
    Paid,
    /// The merchant took it back.
    #[error("the bill was cancelled: ask the merchant")]
    Cancelled,
    /// The payment cannot be made.
    #[error(transparent)]
    Hold(#[from] HoldRejected),
}

impl Refusal for PayRejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown_bill",
            Self::Paid => "paid_already",
            Self::Cancelled => "bill_cancelled",
            Self::Hold(rejected) => rejected.code(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Unknown => Kind::NotFound,
            Self::Paid | Self::Cancelled => Kind::NotNow,
            Self::Hold(rejected) => rejected.kind(),
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Unknown => "この請求は見つかりません。".into(),
            Self::Paid => "この請求は支払い済みです。".into(),
            Self::Cancelled => "この請求は取り消されています。教室・事業者にお問い合わせください。".into(),
            Self::Hold(rejected) => rejected.japanese(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Unknown => "この請求はありません。".into(),
            Self::Paid => "この請求は、もう払いました。".into(),
            Self::Cancelled => "この請求は、なくなりました。教室に聞いてください。".into(),
            Self::Hold(rejected) => rejected.easy(),
        }
    }
}

/// Why a bill cannot settle by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConsentRejected {
    /// There is no such bill.
    #[error("there is no such bill")]
    Unknown,
    /// It is paid, or the merchant took it back.
    #[error("the bill is paid or cancelled")]
    Ended,
    /// It says nothing of a day.
    #[error("the bill says no day on which it is due")]
    NoDay,
    /// The day is here, or over.
    #[error("set this by the day before the bill is due; or pay now")]
    Late,
}

impl Refusal for ConsentRejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown_bill",
            Self::Ended => "paid_already",
            Self::NoDay => "no_due_day",
            Self::Late => "due_day",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Unknown => Kind::NotFound,
            Self::Ended | Self::NoDay | Self::Late => Kind::NotNow,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Unknown => "この請求は見つかりません。".into(),
            Self::Ended => "この請求は支払い済みか、取り消されています。".into(),
            Self::NoDay => "この請求には支払期限がありません。".into(),
            Self::Late => "支払期限の前日までに設定してください。いま支払うこともできます。".into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Unknown => "この請求はありません。".into(),
            Self::Ended => "この請求は、もう払いました。または、なくなりました。".into(),
            Self::NoDay => "この請求には、払う日がありません。".into(),
            Self::Late => "払う日の前の日までに決めてください。いま払うこともできます。".into(),
        }
    }
}
