//! Why an activation code stays.

use std::borrow::Cow;

use crate::refusal::{self, Kind, Refusal};
use crate::session::SignInRejected;

/// Why the activation code stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChangeRejected {
    /// What was typed is not the code in force.
    #[error("this is not the activation code in force")]
    Refused,
    /// Too many refusals from this place.
    #[error("too many attempts from one place: try again in {seconds} seconds")]
    TooMany {
        /// When the window is over.
        seconds: u32,
    },
    /// The key stands for another request.
    #[error("this idempotency key was used for another request: send this one under a new key")]
    Conflict,
}

impl Refusal for ChangeRejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Refused => "not_in_force",
            Self::TooMany { .. } => "too_many_attempts",
            Self::Conflict => "conflict",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Refused => Kind::Unacceptable,
            Self::TooMany { seconds } => Kind::TooMany { seconds: *seconds },
            Self::Conflict => Kind::Conflict,
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Refused => "いま有効な登録コードと違います。".into(),
            Self::TooMany { seconds } => refusal::too_many_ja(*seconds),
            Self::Conflict => refusal::CONFLICT.ja.into(),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Refused => "登録コードが違います。新しい手紙のコードを書いてください。".into(),
            Self::TooMany { seconds } => refusal::too_many_easy(*seconds),
            Self::Conflict => refusal::CONFLICT.easy.into(),
        }
    }
}

impl From<SignInRejected> for ChangeRejected {
    fn from(rejected: SignInRejected) -> Self {
        match rejected {
            SignInRejected::Refused => Self::Refused,
            SignInRejected::TooMany { seconds } => Self::TooMany { seconds },
        }
    }
}
