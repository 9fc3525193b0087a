//! The life of a claim: filed ⇄ returned, filed → examined → decided; withdrawn before it is decided. Pure.
//!
//! Invariants: a claim is decided once, by somebody who neither filed nor examined it, and on the amount that was proposed; nothing is filed after
//! the decision.

use super::error::Rejected;
use crate::actor::Act;
use crate::money::Yen;

/// Where a claim stands, with who brought it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Waits for staff.
    Filed,
    /// The family is to correct it. The money stays set aside.
    Returned {
        /// Who sent it back.
        returned: Act,
    },
    /// Staff have looked it through; a second person decides.
    Examined {
        /// Who examined it.
        examined: Act,
        /// What is to be granted.
        proposed: Yen,
    },
    /// Two people have decided.
    Decided {
        /// Who examined it.
        examined: Act,
        /// Who decided.
        decided: Act,
        /// What the family gets.
        granted: Yen,
    },
    /// The family has taken it back.
    Withdrawn {
        /// Who took it back.
        withdrawn: Act,
    },
}

/// A claim's latest filing and state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// Who handed it in.
    pub filed: Act,
    /// How often it has been handed in.
    pub filing: i16,
    /// What is set aside for it.
    pub reserved: Yen,
    /// Where it stands.
    pub state: State,
}

foundation::standing! {
    /// Where a claim stands, by name alone.
    pub enum Standing {
        /// Waits to be examined.
        Filed = ("filed", "審査を待っている", "市役所が見るのを待っている"),
        /// Came back for correction.
        Returned = ("returned", "差し戻されている", "直すのを待っている"),
        /// A second person decides.
        Examined = ("examined", "審査が済んで決定を待っている", "市役所が決めるのを待っている"),
        /// Two people have decided.
        Decided = ("decided", "決定済みの", "決まった"),
        /// The family has taken it back.
        Withdrawn = ("withdrawn", "取り下げられている", "やめた"),
    }
}

impl State {
    /// The same, by its name alone.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        match self {
            Self::Filed => Standing::Filed,
            Self::Returned { .. } => Standing::Returned,
            Self::Examined { .. } => Standing::Examined,
            Self::Decided { .. } => Standing::Decided,
            Self::Withdrawn { .. } => Standing::Withdrawn,
        }
    }

    const fn wrong(&self, asked: &'static str) -> Rejected {
        Rejected::State { state: self.standing().word(), asked }
    }
}

impl Life {
    /// Whether the family may still add to it: costs and files.
    pub fn open_to_family(&self, asked: &'static str) -> Result<(), Rejected> {
        match self.state {
            State::Filed | State::Returned { .. } => Ok(()),
            ref other => Err(other.wrong(asked)),
        }
    }

    /// The family files it again, corrected.
    pub fn refile(self, filed: Act, reserved: Yen) -> Result<Self, Rejected> {
        self.open_to_family("filed again")?;
        let filing = self.filing.checked_add(1).filter(|filing| *filing <= 90).ok_or(Rejected::TooOften)?;
        Ok(Self { filed, filing, reserved, state: State::Filed })
    }

    /// Staff send it back for correction, before or after they have examined it.
    pub fn send_back(self, returned: Act) -> Result<Self, Rejected> {
        match self.state {
            State::Filed | State::Examined { .. } => Ok(Self { state: State::Returned { returned }, ..self }),
            other => Err(other.wrong("returned")),
        }
    }

    /// Staff propose an amount for the filing they have seen. Examined before, the new proposal counts.
    pub fn examine(self, examined: Act, filing: i16, proposed: Yen) -> Result<Self, Rejected> {
        match self.state {
            State::Filed | State::Examined { .. } if filing != self.filing => Err(Rejected::Changed(self.filing)),
            State::Filed | State::Examined { .. } if proposed < Yen::ZERO || proposed > self.reserved => {
                Err(Rejected::Amount { asked: proposed, most: self.reserved })
            }
            State::Filed | State::Examined { .. } => Ok(Self { state: State::Examined { examined, proposed }, ..self }),
            other => Err(other.wrong("examined")),
        }
    }

    /// A second person decides on what was proposed.
    pub fn decide(self, decided: Act, granted: Yen) -> Result<Self, Rejected> {
        match self.state {
            State::Examined { examined, .. } if examined.by == decided.by || self.filed.by == decided.by => Err(Rejected::SamePerson(decided.by)),
            State::Examined { proposed, .. } if proposed != granted => Err(Rejected::OtherAmount { proposed }),
            State::Examined { examined, .. } => Ok(Self { state: State::Decided { examined, decided, granted }, ..self }),
            other => Err(other.wrong("decided")),
        }
    }

    /// The family takes it back.
    pub fn withdraw(self, withdrawn: Act) -> Result<Self, Rejected> {
        match self.state {
            State::Filed | State::Returned { .. } | State::Examined { .. } => Ok(Self { state: State::Withdrawn { withdrawn }, ..self }),
            other => Err(other.wrong("withdrawn")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Refusal as _;

    fn act(by: &str) -> Act {
        Act { at: crate::time::Instant::UNIX_EPOCH, by: by.to_owned() }
    }

    fn filed() -> Life {
        Life { filed: act("family"), filing: 1, reserved: Yen::new(30_000), state: State::Filed }
    }

    fn examined() -> Life {
        filed().examine(act("a"), 1, Yen::new(20_000)).unwrap()
    }

    #[test]
    fn who_examined_or_filed_does_not_decide() {
        assert_eq!(examined().decide(act("a"), Yen::new(20_000)).unwrap_err().code(), "same_person");
        assert_eq!(examined().decide(act("family"), Yen::new(20_000)).unwrap_err().code(), "same_person");
        assert_eq!(examined().decide(act("b"), Yen::new(20_000)).unwrap().state.standing().as_str(), "decided");
    }

    #[test]
    fn nobody_sets_an_amount_alone_or_above_what_is_set_aside() {
        assert_eq!(examined().decide(act("b"), Yen::new(20_001)).unwrap_err().code(), "other_amount");
        assert_eq!(filed().examine(act("a"), 1, Yen::new(30_001)).unwrap_err().code(), "claim_amount");
        assert_eq!(filed().examine(act("a"), 1, Yen::new(-1)).unwrap_err().code(), "claim_amount");
    }

    #[test]
    fn what_was_filed_again_is_examined_again() {
        let again = filed().refile(act("family"), Yen::new(10_000)).unwrap();
        assert_eq!(again.clone().examine(act("a"), 1, Yen::new(1)).unwrap_err(), Rejected::Changed(2));
        assert!(again.examine(act("a"), 2, Yen::new(1)).is_ok());
        assert_eq!(examined().refile(act("family"), Yen::new(1)).unwrap_err().code(), "claim_state");
        assert!(examined().send_back(act("b")).unwrap().refile(act("family"), Yen::new(1)).is_ok());
    }

    #[test]
    fn nothing_happens_after_the_decision_or_a_withdrawal() {
        let ended = [examined().decide(act("b"), Yen::new(20_000)).unwrap(), filed().withdraw(act("family")).unwrap()];
        for life in ended {
            assert_eq!(life.clone().refile(act("family"), Yen::new(1)).unwrap_err().code(), "claim_state");
            assert_eq!(life.clone().send_back(act("a")).unwrap_err().code(), "claim_state");
            assert_eq!(life.clone().examine(act("a"), 1, Yen::new(1)).unwrap_err().code(), "claim_state");
            assert_eq!(life.clone().decide(act("c"), Yen::new(1)).unwrap_err().code(), "claim_state");
            assert_eq!(life.clone().withdraw(act("family")).unwrap_err().code(), "claim_state");
        }
    }
}
