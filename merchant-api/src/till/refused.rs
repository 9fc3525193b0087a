//! Why the answer is no, or none.

use serde::{Deserialize, Serialize};

/// Why a request about the merchant's own data cannot be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Invalid {
    /// The amount is none.
    #[error("金額は 1 円以上で入力してください。")]
    Amount,
    /// The merchant is not registered for this expense or service.
    #[error("この費目・サービスは登録されていません。")]
    NotOffered,
    /// The merchant's own number is in use.
    #[error("この請求番号は使われています。")]
    Reference,
    /// A bill would be due before it is made, or in more than a year.
    #[error("支払期限は、今日から 1 年以内の日にしてください。")]
    Due,
    /// The bill is paid.
    #[error("この請求は支払い済みです。返金してください。")]
    Paid,
    /// More than what is left of the receipt.
    #[error("返金できるのは残り {left_yen} 円までです。")]
    RefundTooMuch {
        /// What is left.
        left_yen: i64,
    },
    /// The day is closed.
    #[error("この日の帳簿は締め切られています。")]
    DayClosed,
    /// The statement is not in a state that allows it.
    #[error("この明細書は、いまこの操作ができる状態ではありません。")]
    StatementState,
    /// Nobody removes themselves.
    #[error("自分自身を外すことはできません。")]
    Oneself,
}

/// What is wrong with one field of an application or an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongField {
    /// The field, as requests name it.
    pub field: String,
    /// What is wrong, for programs.
    pub code: String,
    /// For people.
    pub japanese: String,
    /// For people.
    pub english: String,
}

/// Why the Till says no, or nothing.
#[derive(Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum TillError {
    /// The code does not pay. One refusal for every reason: unknown, used, expired, foreign, malformed.
    #[error("この支払いコードは使えません。ご家庭に、新しいコードを作っていただいてください。")]
    Refused,
    /// The credential opens nothing.
    #[error("サインインが必要です。")]
    Unauthorized,
    /// The credential is a desk's, and this is for managers.
    #[error("この操作は責任者が行ってください。")]
    Forbidden,
    /// The merchant has no such thing.
    #[error("見つかりません。")]
    NotFound,
    /// The request cannot be carried out, and this is why: about the merchant's own data only.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Fields that cannot be used.
    #[error("入力に誤りがあります。")]
    Fields(Vec<WrongField>),
    /// The code does not sign in: mistyped, unknown, used, old.
    #[error("このコードではサインインできません。")]
    SignIn,
    /// Too many attempts from one place.
    #[error("試行回数が多すぎます。{seconds} 秒後にお試しください。")]
    TooMany {
        /// When it is worth trying again.
        seconds: u32,
    },
    /// The idempotency key was used for another request. Never an answer to a capture: there it would tell that a code exists.
    #[error("この操作番号は別の操作に使われています。")]
    Conflict,
    /// Too many desks ask at once: nothing was tried. It depends on how many, and on nobody's code.
    #[error("いま混み合っています。もう一度お試しください。")]
    Busy,
    /// Something broke. What became of the request is found out by asking again with the same key.
    #[error("いま確認できません。同じ操作をもう一度お試しください。")]
    #[serde(skip)]
    Unknown(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// An answer of the Till.
pub type Answer<T> = Result<T, TillError>;
