//! Why a payment is refused. A family reads why; the merchant's desk never does: the Till makes one refusal of all.

use std::borrow::Cow;

use crate::money::Yen;
use crate::refusal::{self, Kind, Refusal};

/// Everything together does not reach the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{missing} yen are missing: load own money, or look at the amount again")]
pub struct Short {
    /// How much is missing.
    pub missing: Yen,
}

impl Refusal for Short {
    fn code(&self) -> &'static str {
        "short"
    }

    fn kind(&self) -> Kind {
        Kind::NotNow
    }

    fn japanese(&self) -> Cow<'static, str> {
        format!("残高が {} 円足りません。自分のお金を入れるか、金額を見直してください。", self.missing).into()
    }

    fn easy(&self) -> Cow<'static, str> {
        format!("お金が {} 円足りません。自分のお金を入れてください。または、金額を小さくしてください。", self.missing).into()
    }
}

/// Why a payment cannot be made. For the family's screen only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HoldRejected {
    /// Everything together does not reach the price.
    #[error(transparent)]
    Short(#[from] Short),
    /// The price is not an amount.
    #[error("the price is at least 1 yen")]
    Price,
    /// The merchant takes no payments of this kind now.
    #[error("this merchant takes no payment of this kind now")]
    Merchant,
    /// The bill is for something else, or has been paid.
    #[error("the bill is for something else, or has been paid: scan it again")]
    Invoice,
    /// The key was used for another payment.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// The day is closed.
    #[error("the books are closed for this day")]
    Closed,
    /// Others paid from the same money at the same time, again and again.
    #[error("others are paying from the same money: try again")]
    Busy,
}

impl Refusal for HoldRejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Short(short) => short.code(),
            Self::Price => "price",
            Self::Merchant => "merchant_closed",
            Self::Invoice => "paid_already",
            Self::Conflict => "conflict",
            Self::Closed => "closed",
            Self::Busy => "busy",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Short(short) => short.kind(),
            Self::Merchant | Self::Invoice => Kind::NotNow,
            Self::Price => Kind::Unacceptable,
            Self::Conflict => Kind::Conflict,
            Self::Closed => Kind::Closed,
            Self::Busy => Kind::Busy,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Short(short) => short.japanese(),
            Self::Price => "金額は 1 円以上で入力してください。".into(),
            Self::Merchant => "この教室・事業者では、いまこの支払いはできません。".into(),
            Self::Invoice => "この請求は支払い済みか、内容が違います。請求をもう一度読み取ってください。".into(),
            Self::Conflict => refusal::CONFLICT.ja.into(),
            Self::Closed => refusal::CLOSED.ja.into(),
            Self::Busy => refusal::BUSY.ja.into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Short(short) => short.easy(),
            Self::Price => "金額を書いてください。1 円からです。".into(),
            Self::Merchant => "この教室では、いま払うことができません。".into(),
            Self::Invoice => "このお金は、もう払いました。または、金額などが違います。もう一度、請求を読み取ってください。".into(),
            Self::Conflict => refusal::CONFLICT.easy.into(),
            Self::Closed => refusal::CLOSED.easy.into(),
            Self::Busy => refusal::BUSY.easy.into(),
        }
    }
}

/// Why a code does not pay. The desk never learns which: the Till maps all to one refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotCapturable {
    /// No such code in this city.
    #[error("there is no such code")]
    Unknown,
    /// Made for another merchant.
    #[error("the code is made for another merchant")]
    Foreign,
    /// Made for another amount.
    #[error("the code is made for another amount")]
    Amount,
    /// Its time is over.
    #[error("the code has expired: make a new one")]
    Expired,
    /// It has been used, or taken back.
    #[error("the code has been used, or taken back")]
    Spent,
}

impl Refusal for NotCapturable {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown_code",
            Self::Foreign => "code_of_another_merchant",
            Self::Amount => "code_of_another_amount",
            Self::Expired => "code_expired",
            Self::Spent => "code_spent",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Unknown | Self::Foreign => Kind::NotFound,
            Self::Amount => Kind::Unacceptable,
            Self::Expired | Self::Spent => Kind::NotNow,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Unknown => "この番号の支払いコードはありません。".into(),
            Self::Foreign => "別の教室・事業者あての支払いコードです。".into(),
            Self::Amount => "金額が支払いコードと違います。".into(),
            Self::Expired => "支払いコードの有効時間が過ぎました。もう一度作ってください。".into(),
            Self::Spent => "この支払いコードは使い終わっています。".into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Unknown => "この支払いコードはありません。".into(),
            Self::Foreign => "これは、ほかの教室の支払いコードです。".into(),
            Self::Amount => "金額が、支払いコードと違います。".into(),
            Self::Expired => "支払いコードの時間が終わりました。もう一度作ってください。".into(),
            Self::Spent => "この支払いコードは、もう使いました。".into(),
        }
    }
}

/// Why a desk is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CaptureRejected {
    /// The code does not pay. The desk never learns why.
    #[error(transparent)]
    NotCapturable(#[from] NotCapturable),
    /// The desk used the key for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// Too many desks ask at once: nothing was tried.
    #[error("too many ask at once: try again")]
    Busy,
}

impl Refusal for CaptureRejected {
    fn code(&self) -> &'static str {
        match self {
            Self::NotCapturable(why) => why.code(),
            Self::Conflict => "conflict",
            Self::Busy => "busy",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::NotCapturable(why) => why.kind(),
            Self::Conflict => Kind::Conflict,
            Self::Busy => Kind::Busy,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::NotCapturable(why) => why.japanese(),
            Self::Conflict => refusal::CONFLICT.ja.into(),
            Self::Busy => refusal::BUSY.ja.into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::NotCapturable(why) => why.easy(),
            Self::Conflict => refusal::CONFLICT.easy.into(),
            Self::Busy => refusal::BUSY.easy.into(),
        }
    }
}

/// Why a refund is refused. All of it is about the merchant's own receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefundRejected {
    /// The merchant has no such receipt.
    #[error("there is no such receipt")]
    Unknown,
    /// More than what is left of the receipt.
    #[error("{left} yen are left of the receipt: refund at most that")]
    TooMuch {
        /// What is left.
        left: Yen,
    },
    /// The key was used for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
    /// The day is closed.
    #[error("the books are closed for this day")]
    Closed,
    /// The receipt is of another day than this: not for the desk alone.
    #[error("the receipt is of another day: a manager refunds it")]
    NotToday,
}

impl Refusal for RefundRejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown_receipt",
            Self::TooMuch { .. } => "refund_too_much",
            Self::Conflict => "conflict",
            Self::Closed => "closed",
            Self::NotToday => "refund_not_today",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Unknown => Kind::NotFound,
            Self::TooMuch { .. } => Kind::NotNow,
            Self::Conflict => Kind::Conflict,
            Self::Closed => Kind::Closed,
            Self::NotToday => Kind::Forbidden,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Unknown => "この領収番号はありません。".into(),
            Self::TooMuch { left } => format!("返金できるのは残り {left} 円までです。").into(),
            Self::Conflict => refusal::CONFLICT.ja.into(),
            Self::Closed => refusal::CLOSED.ja.into(),
            Self::NotToday => "当日の領収ではありません。責任者が返金してください。".into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Unknown => "この領収番号はありません。番号を確かめてください。".into(),
            Self::TooMuch { left } => format!("返せるお金は {left} 円までです。").into(),
            Self::Conflict => refusal::CONFLICT.easy.into(),
            Self::Closed => refusal::CLOSED.easy.into(),
            Self::NotToday => "今日の領収ではありません。責任者がお金を返してください。".into(),
        }
    }
}
