//! Why nobody is signed in.

use std::borrow::Cow;

use crate::refusal::{self, Kind, Refusal};

/// Why nobody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignInRejected {
    /// The code does not sign in: mistyped, unknown, or replaced by a newer letter.
    #[error("this activation code does not sign in")]
    Refused,
    /// Too many refusals from this place.
    #[error("too many attempts from one place: try again in {seconds} seconds")]
    TooMany {
        /// When the window is over.
        seconds: u32,
    },
}

impl Refusal for SignInRejected {
    fn code(&self) -> &'static str {
        match self {
            Self::Refused => "sign_in_refused",
            Self::TooMany { .. } => "too_many_attempts",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Refused => Kind::Unacceptable,
            Self::TooMany { seconds } => Kind::TooMany { seconds: *seconds },
        }
    }

    fn japanese(&self) -> Cow<'static, str> {
        match self {
            Self::Refused => "このコードではサインインできません。お手紙をもう一度ご確認ください。".into(),
            Self::TooMany { seconds } => refusal::too_many_ja(*seconds),
        }
    }

    fn easy(&self) -> Cow<'static, str> {
        match self {
            Self::Refused => "このコードは使えません。手紙をもう一度見てください。".into(),
            Self::TooMany { seconds } => refusal::too_many_easy(*seconds),
        }
    }
}
