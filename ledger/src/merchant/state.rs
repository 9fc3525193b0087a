//! The life of a merchant. Pure.
//!
//! Invariants: who took the application in, or received it, does not decide on it; no application is approved that no two people have seen; a refused
//! merchant stays refused; only an approved one takes payments.

use super::error::Rejected;
use crate::actor::{Act, Actor};

/// Where a merchant stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Waits for a second person.
    Applied,
    /// Takes payments and is paid.
    Approved {
        /// Who approved it.
        decided: Act,
    },
    /// Takes no payment; what it is owed is held back.
    Suspended {
        /// Who approved it.
        decided: Act,
        /// Who suspended it.
        suspended: Act,
        /// Why.
        because: String,
    },
    /// Never took a payment.
    Refused {
        /// Who refused it.
        decided: Act,
    },
}

/// The application that a decision is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// Who took the application in; the applicant where it came by itself.
    pub applied: Act,
    /// Who received an application that came by itself.
    pub received: Option<Act>,
    /// Where it stands.
    pub state: State,
}

foundation::standing! {
    /// Where a merchant stands, by name alone.
    pub enum Standing {
        /// Waits for a second person.
        Applied = ("applied", "承認を待っている", "市役所が決めるのを待っている"),
        /// Takes payments and is paid.
        Approved = ("approved", "承認されている", "使える"),
        /// Takes no payment.
        Suspended = ("suspended", "停止されている", "止まっている"),
        /// Never took a payment.
        Refused = ("refused", "却下されている", "使えないと決まった"),
    }
}

impl State {
    /// The same, by its name alone.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        match self {
            Self::Applied => Standing::Applied,
            Self::Approved { .. } => Standing::Approved,
            Self::Suspended { .. } => Standing::Suspended,
            Self::Refused { .. } => Standing::Refused,
        }
    }

    const fn wrong(&self, asked: &'static str) -> Rejected {
        Rejected::State { state: self.standing().word(), asked }
    }
}

impl Life {
    fn decide(&self, decided: &Act, asked: &'static str) -> Result<(), Rejected> {
        if self.state != State::Applied {
            return Err(self.state.wrong(asked));
        }
        let first = std::iter::once(&self.applied).chain(&self.received);
        first.map(|act| act.by.as_str()).try_for_each(|by| second_person(by, &decided.by))
    }

    /// Somebody has looked an application through that came by itself: from here another person may approve it.
    pub fn receive(self, received: Act) -> Result<Self, Rejected> {
        if self.state != State::Applied || self.received.is_some() || !self.came_by_itself() {
            return Err(self.state.wrong("received"));
        }
        Ok(Self { received: Some(received), ..self })
    }

    fn came_by_itself(&self) -> bool {
        self.applied.by == Actor::Applicant.to_string()
    }

    /// A second person approves the application.
    pub fn approve(self, decided: Act) -> Result<Self, Rejected> {
        self.decide(&decided, "approved")?;
        if self.came_by_itself() && self.received.is_none() {
            return Err(Rejected::NotReceived);
        }
        Ok(Self { state: State::Approved { decided }, ..self })
    }

    /// A second person refuses the application.
    pub fn refuse(self, decided: Act) -> Result<Self, Rejected> {
        self.decide(&decided, "refused")?;
        Ok(Self { state: State::Refused { decided }, ..self })
    }

    /// Payments stop at once; whoever sees the need may do it.
    pub fn suspend(self, suspended: Act, because: String) -> Result<Self, Rejected> {
        match self.state {
            State::Approved { decided } => Ok(Self { state: State::Suspended { decided, suspended, because }, ..self }),
            other => Err(other.wrong("suspended")),
        }
    }

    /// Payments begin again, by another person than the one who stopped them.
    pub fn resume(self, resumed: &Act) -> Result<Self, Rejected> {
        match self.state {
            State::Suspended { decided, suspended, .. } => {
                second_person(&suspended.by, &resumed.by)?;
                Ok(Self { state: State::Approved { decided }, ..self })
            }
            other => Err(other.wrong("resumed")),
        }
    }
}

/// Nobody approves their own work. The database holds the same rule.
pub fn second_person(first: &str, second: &str) -> Result<(), Rejected> {
    if first == second { Err(Rejected::SamePerson(second.to_owned())) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Refusal as _;
    use crate::time::Instant;

    fn act(by: &str) -> Act {
        Act { at: Instant::UNIX_EPOCH, by: by.to_owned() }
    }

    fn applied() -> Life {
        Life { applied: act("a"), received: None, state: State::Applied }
    }

    #[test]
    fn an_application_that_came_by_itself_is_seen_by_two_people() {
        let came = || Life { applied: act("applicant"), received: None, state: State::Applied };
        assert_eq!(came().approve(act("b")).unwrap_err().code(), "not_received");
        let received = came().receive(act("b")).unwrap();
        assert_eq!(received.clone().receive(act("c")).unwrap_err().code(), "merchant_state");
        assert_eq!(received.clone().approve(act("b")).unwrap_err().code(), "same_person");
        assert_eq!(received.approve(act("c")).unwrap().state.standing().as_str(), "approved");
        assert_eq!(applied().receive(act("b")).unwrap_err().code(), "merchant_state", "somebody took it in");
        assert_eq!(came().refuse(act("b")).unwrap().state.standing().as_str(), "refused", "one person may refuse");
    }

    #[test]
    fn nobody_decides_on_what_they_took_in_nor_lifts_their_own_suspension() {
        assert_eq!(applied().approve(act("a")).unwrap_err().code(), "same_person");
        assert_eq!(applied().refuse(act("a")).unwrap_err().code(), "same_person");
        let suspended = applied().approve(act("b")).unwrap().suspend(act("c"), "why".to_owned()).unwrap();
        assert_eq!(suspended.clone().resume(&act("c")).unwrap_err().code(), "same_person");
        assert_eq!(suspended.resume(&act("b")).unwrap().state.standing().as_str(), "approved");
    }

    #[test]
    fn a_merchant_is_decided_on_once() {
        let approved = applied().approve(act("b")).unwrap();
        let refused = applied().refuse(act("b")).unwrap();
        for life in [approved, refused] {
            assert_eq!(life.clone().approve(act("c")).unwrap_err().code(), "merchant_state");
            assert_eq!(life.refuse(act("c")).unwrap_err().code(), "merchant_state");
        }
        assert_eq!(applied().suspend(act("b"), "why".to_owned()).unwrap_err().code(), "merchant_state");
    }
}
