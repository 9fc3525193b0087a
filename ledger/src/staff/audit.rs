//! The audit log: one function through which staff do anything. It asks the permission table, has the work done, and writes down who did what,
//! when, why and how it ended.
//!
//! Invariant: nothing is done or shown to staff before its row is committed, and nothing is answered before its end is. The work commits in database
//! transactions of its own, so a machine that stops in between leaves a row that says `begun`: what became of the work is found out by asking again
//! under the same key.

use std::future::Future;

use serde::Serialize;

use super::{Action, Member, Role, repo};
use crate::error::{Error, Failure};
use crate::ids::Municipality;
use crate::numbers::my_number;
use crate::staff::Refusal;
use crate::time::Instant;
use crate::{Ledger, Tx};

/// The most characters of a reason.
pub const REASON_MAX: usize = 200;
const SUBJECT_MAX: usize = 120;

/// Where somebody stands who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The office's API.
    Api,
    /// The command line on the server.
    CommandLine,
}

/// What somebody asks to do.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What.
    pub action: Action,
    /// On what: an id or a month, as answers write it. Never anything personal.
    pub subject: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Where they stand.
    pub door: Door,
    /// The request, as the log names it.
    pub request_id: Option<String>,
    /// The idempotency key of a command.
    pub key: Option<String>,
}

/// Why something is refused before it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// None of their roles may do it.
    #[error("none of your roles may do this")]
    Role,
    /// They do not say why.
    #[error("say why: a reason of 1 to 200 characters is needed")]
    Reason,
}

impl Denied {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Role => "forbidden",
            Self::Reason => "reason_missing",
        }
    }
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Done; with what it made, where it made something.
    Done(Option<String>),
    /// The answer was no.
    Refused(String),
    /// Something broke.
    Failed,
}

impl Ended {
    /// How a use case ended.
    #[must_use]
    pub fn of<T, R: Refusal + 'static>(result: &Result<T, Error<R>>) -> Self {
        match result {
            Ok(_) => Self::Done(None),
            Err(Error::Rejected(rejected)) => Self::Refused(rejected.code().to_owned()),
            Err(Error::Failed(_)) => Self::Failed,
        }
    }

    fn row(&self, at: Instant) -> NewEnd<'_> {
        let (outcome, code, made) = match self {
            Self::Done(made) => ("done", None, made.as_deref()),
            Self::Refused(code) => ("refused", Some(code.as_str()), None),
            Self::Failed => ("failed", None, None),
        };
        NewEnd { at, outcome, code, made }
    }
}

/// A row of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// 1, 2, 3 … without a gap.
    pub number: i64,
    /// When.
    pub at: Instant,
    /// Who.
    pub name: String,
    /// In which role.
    pub role: Option<String>,
    /// What.
    pub action: String,
    /// On what.
    pub subject: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// `api` or `command-line`.
    pub door: String,
    /// The request.
    pub request_id: Option<String>,
    /// The idempotency key.
    pub key: Option<String>,
    /// `done`, `refused` or `failed`; `begun` while it goes on, and where nothing says how it ended.
    pub outcome: String,
    /// Why it was refused.
    pub code: Option<String>,
}

/// Which rows are asked for.
#[derive(Debug, Clone, Default)]
pub struct Which {
    /// Of one person.
    pub name: Option<String>,
    /// Of one action.
    pub action: Option<String>,
    /// Rows before this number: newest first, page by page.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

/// An action whose row says `begun`.
struct Begun {
    municipality: Municipality,
    number: i64,
}

pub(crate) struct NewRow<'a> {
    pub(super) at: Instant,
    pub(super) name: &'a str,
    pub(super) role: Option<Role>,
    pub(super) asked: &'a Asked,
}

pub(crate) struct NewEnd<'a> {
    pub(super) at: Instant,
    pub(super) outcome: &'static str,
    pub(super) code: Option<&'a str>,
    pub(super) made: Option<&'a str>,
}

impl Asked {
    /// What `action` asks, at `door`.
    #[must_use]
    pub const fn new(action: Action, door: Door) -> Self {
        Self { action, subject: None, reason: None, door, request_id: None, key: None }
    }

    /// Only what the log may keep: a subject of the signs of ids, a reason on one line and without anything that looks like 個人番号.
    fn cleaned(mut self) -> Self {
        let id = |text: &String| text.len() <= SUBJECT_MAX && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./:".contains(&byte));
        self.subject = self.subject.filter(id);
        self.reason = self.reason.map(|reason| my_number::mask(reason.trim()).0).filter(|reason| sayable(reason));
        self
    }
}

fn sayable(reason: &str) -> bool {
    !reason.is_empty() && reason.chars().count() <= REASON_MAX && !reason.chars().any(char::is_control)
}

impl Ledger {
    /// The one way in which staff do anything: permission and reason are asked for, one row is written, the work is done, and how it ended is written; also
    /// when the answer is no. `work` answers what it came to, and how that is to be written down.
    ///
    /// # Errors
    /// The outer failure: a row could not be written, and what was done is not answered. [`Denied`]: the work was not begun.
    pub async fn act_as<T>(&self, who: &Member, asked: Asked, work: impl Future<Output = (T, Ended)>) -> Result<Result<T, Denied>, Failure> {
        let begun = match self.begin_action(who, asked).await? {
            Ok(begun) => begun,
            Err(denied) => return Ok(Err(denied)),
        };
        let (answer, ended) = work.await;
        self.end_action(begun, &ended).await?;
        Ok(Ok(answer))
    }

    /// Asks the permission table and for the reason, and writes the row.
    async fn begin_action(&self, who: &Member, asked: Asked) -> Result<Result<Begun, Denied>, Failure> {
        let asked = asked.cleaned();
        let role = asked.action.role(&who.roles).filter(|_| who.active);
        let denied = match role {
            None => Some(Denied::Role),
            Some(_) if asked.action.needs_reason() && asked.reason.is_none() => Some(Denied::Reason),
            Some(_) => None,
        };
        let mut tx = self.pool.begin().await?;
        let number = self.write_down_in_tx(&mut tx, who, role, &asked).await?;
        if let Some(denied) = denied {
            let refused = Ended::Refused(denied.code().to_owned());
            self.end_action_in_tx(&mut tx, who.municipality, number, &refused).await?;
        }
        tx.commit().await?;
        Ok(denied.map_or(Ok(Begun { municipality: who.municipality, number }), Err))
    }

    /// Writes down how an action ended.
    async fn end_action(&self, begun: Begun, ended: &Ended) -> Result<(), Failure> {
        let mut tx = self.pool.begin().await?;
        self.end_action_in_tx(&mut tx, begun.municipality, begun.number, ended).await?;
        Ok(tx.commit().await?)
    }

    /// Writes down an action that `tx` itself does, and that it is done: both are committed together, or neither.
    pub(super) async fn write_down_done_in_tx(&self, tx: &mut Tx<'_>, who: &Member, asked: Asked) -> Result<(), Failure> {
        let number = self.write_down_in_tx(tx, who, None, &asked.cleaned()).await?;
        self.end_action_in_tx(tx, who.municipality, number, &Ended::Done(None)).await
    }

    async fn write_down_in_tx(&self, tx: &mut Tx<'_>, who: &Member, role: Option<Role>, asked: &Asked) -> Result<i64, Failure> {
        let row = NewRow { at: self.clock.now(), name: &who.name, role, asked };
        repo::actions::insert_in_tx(tx, who.municipality, &row).await
    }

    async fn end_action_in_tx(&self, tx: &mut Tx<'_>, municipality: Municipality, number: i64, ended: &Ended) -> Result<(), Failure> {
        repo::actions::insert_end_in_tx(tx, municipality, number, &ended.row(self.clock.now())).await
    }

    /// The audit log, newest first.
    pub async fn list_staff_actions(&self, municipality: Municipality, which: &Which) -> Result<Vec<Row>, Failure> {
        let mut tx = self.pool.begin().await?;
        repo::actions::list_in_tx(&mut tx, municipality, which).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(subject: &str, reason: &str) -> Asked {
        Asked { subject: Some(subject.to_owned()), reason: Some(reason.to_owned()), ..Asked::new(Action::RevealFamily, Door::Api) }
    }

    #[test]
    fn the_log_keeps_ids_and_short_reasons_and_nothing_else() {
        let kept = asked("fam_0198", " 問い合わせ ").cleaned();
        assert_eq!((kept.subject.as_deref(), kept.reason.as_deref()), (Some("fam_0198"), Some("問い合わせ")));
        let dropped = asked("山田 太郎", " \n ").cleaned();
        assert_eq!((dropped.subject, dropped.reason), (None, None));
        assert_eq!(asked("x", &"あ".repeat(REASON_MAX + 1)).cleaned().reason, None);
    }
}
