//! One question to every kind of refusal: its stable code. The audit log writes it down, programs read it.

/// A refusal with a stable code.
pub trait Refusal: std::error::Error {
    /// The code.
    fn code(&self) -> &'static str;

    /// What the clerk reads, where the refusal says it in Japanese itself.
    fn japanese(&self) -> Option<String> {
        None
    }
}

macro_rules! refusals {
    ($($type:ty),+ $(,)?) => {$(
        impl Refusal for $type {
            fn code(&self) -> &'static str {
                <$type>::code(self)
            }
        }
    )+};
}

refusals!(
    crate::city::Rejected,
    crate::merchant::Rejected,
    crate::statement::Rejected,
    crate::remittance::Rejected,
    crate::reconciliation::Rejected,
    crate::paper::Rejected,
    crate::people::letter::Rejected,
    roster::FileRefused,
    super::Rejected,
    super::reversal::ReverseRejected,
);

impl Refusal for crate::claim::Rejected {
    fn code(&self) -> &'static str {
        Self::code(self)
    }

    fn japanese(&self) -> Option<String> {
        Some(Self::japanese(self))
    }
}

impl Refusal for crate::people::account::Rejected {
    fn code(&self) -> &'static str {
        Self::code(self)
    }

    fn japanese(&self) -> Option<String> {
        Some(Self::japanese(self))
    }
}

impl Refusal for crate::city::BudgetRejected {
    fn code(&self) -> &'static str {
        Self::code(self)
    }
}

impl Refusal for crate::entitlement::RunRejected {
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
}
