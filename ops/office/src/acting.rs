//! A member of staff at work on one action: what the API, the command line and the pages hand to the functions of [`crate::actions`].

use std::fmt::Display;
use std::sync::{Arc, OnceLock};

use ledger::Ledger;
use ledger::actor::{Actor, Command};
use ledger::ids::Municipality;
use ledger::staff::{Action, Asked, Door, Ended, Member};
use serde::Serialize;

use crate::refused::Refused;

/// Who acts, on what, why, and under which idempotency key.
#[derive(Clone)]
pub struct Acting {
    ledger: Ledger,
    member: Member,
    action: Action,
    reason: Option<String>,
    key: Option<String>,
    made: Arc<OnceLock<String>>,
}

impl Acting {
    /// `member` is about to do `action`.
    #[must_use]
    pub fn new(ledger: Ledger, member: Member, action: Action) -> Self {
        Self { ledger, member, action, reason: None, key: None, made: Arc::default() }
    }

    /// With the reason that they give.
    #[must_use]
    pub fn because(self, reason: Option<String>) -> Self {
        Self { reason, ..self }
    }

    /// Under the caller's own `key`. It never meets the keys of another kind of command.
    #[must_use]
    pub fn under(self, key: Option<&str>) -> Self {
        let key = key.map(|key| format!("{}:{key}", self.action.code()));
        Self { key, ..self }
    }

    /// Has `work` done through [`Ledger::act_as`], the one way in which staff do anything. `work` answers what it came to, and how it ended.
    ///
    /// # Errors
    /// Denied: the work was not begun. Failed: a row could not be written, and what was done is not answered.
    pub async fn act<T>(&self, about: About, work: impl Future<Output = (T, Ended)>) -> Result<T, Refused> {
        let About { door, subject, request_id } = about;
        let key = self.key.clone().filter(|_| !self.action.only_reads());
        let asked = Asked { subject, reason: self.reason.clone(), request_id, key, ..Asked::new(self.action, door) };
        Ok(self.ledger.act_as(&self.member, asked, work).await??)
    }

    /// How work that is done stands in the audit log.
    #[must_use]
    pub fn done(&self) -> Ended {
        Ended::Done(self.made.get().cloned())
    }

    /// Who.
    #[must_use]
    pub const fn member(&self) -> &Member {
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

/// What the audit log keeps beside who and why.
#[derive(Debug, Clone)]
pub struct About {
    /// Where they stand.
    pub door: Door,
    /// On what: an id or a month.
    pub subject: Option<String>,
    /// The request, as the log names it.
    pub request_id: Option<String>,
}
