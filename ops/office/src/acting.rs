//! A member of staff at work on one action: what the API, the command line and the pages hand to the functions of [`crate::actions`].

use std::fmt::Display;
use std::sync::{Arc, OnceLock};

use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::ids::Municipality;
use ledger::staff::{Action, Asked, Door, Ended, Member};
use serde::Serialize;

use crate::refused::Refused;

/// What a member of staff is about to do, where and why.
pub struct Intent {
    /// The books and the rules.
    pub ledger: Ledger,
    /// Who.
    pub member: Member,
    /// What.
    pub action: Action,
    /// On what, for the audit log: an id or a month.
    pub subject: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The caller's own idempotency key. It never meets the keys of another kind of command.
    pub key: Option<String>,
    /// Where they stand.
    pub door: Door,
    /// The request, as the log names it.
    pub request_id: Option<String>,
}

impl Intent {
    /// Has `work` done through [`Ledger::act_as`], the one way in which staff do anything: nobody else hands out an [`Acting`]. `work` answers what it came
    /// to, and how it ended.
    ///
    /// # Errors
    /// Denied: the work was not begun. Failed: a row could not be written, and what was done is not answered.
    pub async fn act<T, W: Future<Output = (T, Ended)>>(self, work: impl FnOnce(Acting) -> W) -> Result<T, Refused> {
        let Self { ledger, member, action, subject, reason, key, door, request_id } = self;
        let key = key.map(|key| format!("{}:{key}", action.code()));
        let acting = Acting { ledger: ledger.clone(), member: member.clone(), reason: reason.clone(), key: key.clone(), made: Arc::default() };
        let asked = Asked { subject, reason, request_id, key: key.filter(|_| !action.only_reads()), ..Asked::new(action, door) };
        Ok(ledger.act_as(&member, asked, work(acting)).await??)
    }
}

/// A member of staff who may do it, and does.
#[derive(Clone)]
pub struct Acting {
    ledger: Ledger,
    member: Member,
    reason: Option<String>,
    key: Option<String>,
    made: Arc<OnceLock<String>>,
}

impl Acting {
    /// How work that is done stands in the audit log.
    #[must_use]
    pub fn done(&self) -> Ended {
        Ended::Done(self.made.get().cloned())
    }

    pub(crate) const fn member(&self) -> &Member {
        &self.member
    }

    pub(crate) const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub(crate) const fn city(&self) -> Municipality {
        self.member.municipality
    }

    pub(crate) fn actor(&self) -> Actor {
        self.member.actor()
    }

    /// The reason; empty where none is needed and none is given.
    pub(crate) fn reason(&self) -> &str {
        self.reason.as_deref().unwrap_or_default().trim()
    }

    pub(crate) fn command(&self, request: &impl Serialize) -> Result<Command, Refused> {
        Ok(Command::new(self.actor(), self.key()?, request))
    }

    pub(crate) fn command_with_file(&self, request: &impl Serialize, file: &[u8]) -> Result<Command, Refused> {
        Ok(Command::with_file(self.actor(), self.key()?, request, file))
    }

    /// The key, which every command needs: also one that is idempotent by itself.
    pub(crate) fn key(&self) -> Result<String, Refused> {
        self.key.clone().ok_or(Refused::NoKey)
    }

    /// Notes the id of what was made, for the audit log.
    pub(crate) fn made(&self, id: impl Display) {
        // Set once: an action makes one thing.
        let _ = self.made.set(id.to_string());
    }
}
