//! The life of a remittance: prepared → approved → built → sent → confirmed; cancelled before it is sent, returned when every line of it came back
//! before the debit. Pure.
//!
//! Invariants: who prepared it does not approve it; "sent" never becomes "confirmed" but by the bank's statement.

use super::error::Rejected;
use crate::actor::Act;
use crate::ids::EntryId;
use crate::money::Yen;

/// Where a remittance stands, with who brought it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Waits for a second person.
    Prepared,
    /// May be built.
    Approved {
        /// Who approved it.
        approved: Act,
    },
    /// The file exists.
    Built {
        /// Who approved it.
        approved: Act,
        /// Who built the file.
        built: Act,
        /// The file's SHA-256.
        file_sha256: [u8; 32],
    },
    /// The bank has the file.
    Sent {
        /// Who approved it.
        approved: Act,
        /// Who built the file.
        built: Act,
        /// The file's SHA-256.
        file_sha256: [u8; 32],
        /// Who handed it over.
        sent: Act,
        /// The payout in the books.
        entry: EntryId,
    },
    /// The bank has debited its total.
    Confirmed {
        /// The file's SHA-256.
        file_sha256: [u8; 32],
        /// Who built the file.
        built: Act,
    },
    /// Every line came back before the bank debited anything.
    Returned {
        /// The file's SHA-256.
        file_sha256: [u8; 32],
        /// Who built the file.
        built: Act,
    },
    /// It was never sent.
    Cancelled,
}

/// A remittance's preparer and state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// Who prepared it.
    pub prepared: Act,
    /// Where it stands.
    pub state: State,
}

foundation::standing! {
    /// Where a remittance stands, by name alone.
    pub enum Standing {
        /// Waits for a second person.
        Prepared = ("prepared", "承認を待っている", "ほかの人が決めるのを待っている"),
        /// May be built.
        Approved = ("approved", "承認済みの", "決まった"),
        /// The file exists.
        Built = ("built", "ファイルができている", "ファイルができた"),
        /// The file is at the bank.
        Sent = ("sent", "銀行に送付されている", "銀行に送った"),
        /// The bank has debited it.
        Confirmed = ("confirmed", "振込が済んでいる", "払い終わった"),
        /// Every line came back before the debit.
        Returned = ("returned", "すべて戻っている", "ぜんぶ戻った"),
        /// Given up before it was sent.
        Cancelled = ("cancelled", "取り消されている", "取り消した"),
    }
}

impl State {
    /// The same, by its name alone.
    #[must_use]
    pub const fn standing(&self) -> Standing {
        match self {
            Self::Prepared => Standing::Prepared,
            Self::Approved { .. } => Standing::Approved,
            Self::Built { .. } => Standing::Built,
            Self::Sent { .. } => Standing::Sent,
            Self::Confirmed { .. } => Standing::Confirmed,
            Self::Returned { .. } => Standing::Returned,
            Self::Cancelled => Standing::Cancelled,
        }
    }

    const fn wrong(&self, asked: &'static str) -> Rejected {
        Rejected::State { state: self.standing().word(), asked }
    }

    /// The digest and day of the built file, if there is one.
    #[must_use]
    pub const fn file(&self) -> Option<(&[u8; 32], &Act)> {
        match self {
            Self::Built { built, file_sha256, .. }
            | Self::Sent { built, file_sha256, .. }
            | Self::Confirmed { built, file_sha256 }
            | Self::Returned { built, file_sha256 } => Some((file_sha256, built)),
            Self::Prepared | Self::Approved { .. } | Self::Cancelled => None,
        }
    }
}

impl Life {
    /// A second person approves it.
    pub fn approve(self, approved: Act) -> Result<State, Rejected> {
        match self.state {
            State::Prepared if approved.by == self.prepared.by => Err(Rejected::SamePerson(approved.by)),
            State::Prepared => Ok(State::Approved { approved }),
            other => Err(other.wrong("approved")),
        }
    }

    /// The file is built.
    pub fn build(self, built: Act, file_sha256: [u8; 32]) -> Result<State, Rejected> {
        match self.state {
            State::Approved { approved } => Ok(State::Built { approved, built, file_sha256 }),
            other => Err(other.wrong("built")),
        }
    }

    /// The file that was built is handed to the bank.
    ///
    /// # Errors
    /// `OtherFile` when `file_sha256` is not the built file's.
    pub fn send(self, sent: Act, file_sha256: &[u8; 32], entry: EntryId) -> Result<State, Rejected> {
        match self.state {
            State::Built { file_sha256: built, .. } if built != *file_sha256 => Err(Rejected::OtherFile),
            State::Built { approved, built, file_sha256 } => Ok(State::Sent { approved, built, file_sha256, sent, entry }),
            other => Err(other.wrong("sent")),
        }
    }

    /// The bank has debited its total.
    pub fn confirm(self) -> Result<State, Rejected> {
        match self.state {
            State::Sent { built, file_sha256, .. } => Ok(State::Confirmed { file_sha256, built }),
            other => Err(other.wrong("confirmed")),
        }
    }

    /// A line came back before the debit: `rest` is what the bank still debits. Nothing is left to debit when it was the last.
    pub fn return_line(self, rest: Yen) -> Result<State, Rejected> {
        match self.state {
            State::Sent { built, file_sha256, .. } if !rest.is_positive() => Ok(State::Returned { file_sha256, built }),
            sent @ State::Sent { .. } => Ok(sent),
            other => Err(other.wrong("returned before its debit")),
        }
    }

    /// It is given up before it is sent.
    pub fn cancel(self) -> Result<State, Rejected> {
        match self.state {
            State::Prepared | State::Approved { .. } | State::Built { .. } => Ok(State::Cancelled),
            other => Err(other.wrong("cancelled")),
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

    fn life(state: State) -> Life {
        Life { prepared: act("a"), state }
    }

    #[test]
    fn the_preparer_does_not_approve() {
        assert_eq!(life(State::Prepared).approve(act("a")).unwrap_err().code(), "same_person");
        assert_eq!(life(State::Prepared).approve(act("b")).unwrap().standing().as_str(), "approved");
    }

    #[test]
    fn nothing_is_sent_that_was_not_approved_and_built_and_no_other_file() {
        let entry = EntryId::new(uuid::Uuid::nil());
        let approved = State::Approved { approved: act("b") };
        for state in [State::Prepared, approved.clone(), State::Cancelled] {
            assert_eq!(life(state).send(act("c"), &[1; 32], entry).unwrap_err().code(), "remittance_state");
        }
        let built = life(approved).build(act("c"), [1; 32]).unwrap();
        assert_eq!(life(built.clone()).send(act("c"), &[2; 32], entry).unwrap_err().code(), "other_file");
        let sent = life(built).send(act("c"), &[1; 32], entry).unwrap();
        assert_eq!(life(sent.clone()).send(act("c"), &[1; 32], entry).unwrap_err().code(), "remittance_state");
        assert_eq!(life(sent).cancel().unwrap_err().code(), "remittance_state");
    }
}
