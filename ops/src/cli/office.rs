//! Staff at the server: what the commands of `city`, `merchant`, `month`, `bank` and `staff` share. Each passes the same permission table and leaves
//! the same row in the audit log as at the ops API.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;
use clap::Args;
use ledger::Ledger;
use ledger::actor::Command;
use ledger::error::{Error, Failure};
use ledger::ids::Municipality;
use ledger::refusal::{Kind, Refusal};
use ledger::staff::reversal::certain;
use ledger::staff::{Action, Asked, Denied, Door, Ended, Member};
use serde::Serialize;
use serde_json::Value;

use super::books::named;
use super::output::{Exit, Output};

/// Commands of this process so far: two in one instant have keys of their own.
static COMMANDS: AtomicU64 = AtomicU64::new(0);

/// Who does it, where and why.
#[derive(Debug, Clone, Args)]
pub struct Who {
    /// The city, as in `osaka`.
    #[arg(long)]
    pub city: String,
    /// The member of staff who does it.
    #[arg(long = "as", value_name = "NAME")]
    pub by: String,
    /// Why: needed for reveals, suspensions, refusals, corrections.
    #[arg(long)]
    pub reason: Option<String>,
    /// An idempotency key: the same command under the same key is done once.
    #[arg(long)]
    pub key: Option<String>,
}

/// A member of staff at the server.
pub struct Office<'a> {
    /// The ledger.
    pub ledger: &'a Ledger,
    /// Which city.
    pub city: Municipality,
    /// Who.
    pub member: Member,
    reason: Option<String>,
    key: String,
    output: &'a Output,
}

/// How a command ends. In a box, for some use cases are large.
pub type Ending<'a> = Pin<Box<dyn Future<Output = anyhow::Result<Exit>> + 'a>>;

/// An answer that is no.
#[derive(Serialize)]
struct No {
    refused: bool,
    code: String,
    reason: String,
}

impl fmt::Display for No {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused [{}]: {}", self.code, self.reason)
    }
}

/// Tells that the answer is no, and why.
pub fn refuse(output: &Output, code: &str, reason: impl fmt::Display) -> anyhow::Result<Exit> {
    let refused = No { refused: true, code: code.to_owned(), reason: reason.to_string() };
    output.answer(&refused, &refused)?;
    Ok(Exit::Refused)
}

impl<'a> Office<'a> {
    /// Opens the office for whoever is named; none, and people are told, where there is no such city or person.
    pub async fn open(who: Who, ledger: &'a Ledger, output: &'a Output) -> anyhow::Result<Option<Self>> {
        let Some(city) = named(&who.city, ledger, output).await? else { return Ok(None) };
        let Some(member) = ledger.find_staff(city.municipality, &who.by).await? else {
            output.message(format_args!("there is nobody called {:?} among the staff: an administrator invites them with `hagukumi staff invite`", who.by));
            return Ok(None);
        };
        let now = ledger.clock.now().timestamp_micros();
        let key = who.key.clone().unwrap_or_else(|| format!("at/{now}/{}", COMMANDS.fetch_add(1, Ordering::Relaxed)));
        Ok(Some(Self { ledger, city: city.municipality, member, reason: who.reason, key, output }))
    }

    /// The command under the key that was given, or under one of this instant.
    #[must_use]
    pub fn command(&self, action: Action, request: &impl Serialize) -> Command {
        Command::new(self.member.actor(), self.key(action), request)
    }

    /// The reason that was given. [`Self::run`] refuses what needs one and has none.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.reason.as_deref().unwrap_or_default()
    }

    /// A caller's keys never meet those of another kind of command.
    fn key(&self, action: Action) -> String {
        format!("{}:{}", action.code(), self.key)
    }

    /// Does `work` if they may and writes it down; the caller tells how it ended.
    pub async fn act<T, R: Refusal>(
        &self,
        action: Action,
        subject: Option<String>,
        work: impl Future<Output = Result<T, Error<R>>>,
    ) -> Result<Result<Result<T, Error<R>>, Denied>, Failure> {
        let key = (!action.only_reads()).then(|| self.key(action));
        let asked = Asked { subject, reason: self.reason.clone(), key, ..Asked::new(action, Door::CommandLine) };
        let working = async {
            let result = work.await;
            let ended = Ended::of(&result);
            (result, ended)
        };
        self.ledger.act_as(&self.member, asked, working).await
    }

    /// Does `work` if they may, writes it down, and tells how it ended.
    pub fn run<'b, T: Serialize + 'b, R: Refusal>(
        &'b self,
        action: Action,
        subject: Option<String>,
        work: impl Future<Output = Result<T, Error<R>>> + 'b,
    ) -> Ending<'b> {
        Box::pin(async move {
            match self.act(action, subject, work).await? {
                Err(denied) => refuse(self.output, denied.code(), denied),
                Ok(result) => self.tell(result),
            }
        })
    }

    fn tell<T: Serialize, R: Refusal>(&self, result: Result<T, Error<R>>) -> anyhow::Result<Exit> {
        match result {
            Err(Error::Rejected(rejected)) => refuse(self.output, rejected.code(), &rejected),
            Err(Error::Failed(failure)) => Err(failure).context("this broke: what became of it is found out by the same command under the same --key"),
            Ok(answer) => {
                let document = serde_json::to_value(&answer)?;
                self.output.answer(&document, Readable(&document))?;
                Ok(Exit::Done)
            }
        }
    }

    /// The same for what cannot be refused.
    pub fn look<'b, T: Serialize + 'b>(&'b self, action: Action, subject: Option<String>, work: impl Future<Output = Result<T, Failure>> + 'b) -> Ending<'b> {
        self.run(action, subject, async { certain(work.await) })
    }

    /// The same for one thing that may not be there.
    pub fn look_at<'b, T: Serialize + 'b>(
        &'b self,
        action: Action,
        subject: String,
        work: impl Future<Output = Result<Option<T>, Failure>> + 'b,
    ) -> Ending<'b> {
        let found = async { work.await.map_err(Error::Failed).and_then(|found| found.ok_or(Error::Rejected(Nothing))) };
        self.run(action, Some(subject), found)
    }
}

/// There is no such thing in this city.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("there is no such thing in this city")]
struct Nothing;

impl Refusal for Nothing {
    fn code(&self) -> &'static str {
        "not_found"
    }

    fn kind(&self) -> Kind {
        Kind::NotFound
    }

    fn japanese(&self) -> Cow<'static, str> {
        "この市に、それはありません。".into()
    }

    fn easy(&self) -> Cow<'static, str> {
        "この市に、それはありません。番号を確かめてください。".into()
    }
}

/// Reads a file that was named.
pub async fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    tokio::fs::read(file).await.with_context(|| format!("cannot read {}", file.display()))
}

/// A document for people: a line for each thing of a list, a line for each field.
struct Readable<'a>(&'a Value);

impl fmt::Display for Readable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Null => f.write_str("done"),
            Value::Array(items) if items.is_empty() => f.write_str("nothing"),
            Value::Array(items) => {
                let lines: Vec<_> = items.iter().map(line).collect();
                f.write_str(&lines.join("\n"))
            }
            Value::Object(fields) => {
                let lines: Vec<_> = fields.iter().map(|(name, value)| field(name, value)).collect();
                f.write_str(&lines.join("\n"))
            }
            other => f.write_str(&word(other)),
        }
    }
}

fn field(name: &str, value: &Value) -> String {
    match value {
        Value::Array(items) if !items.is_empty() => {
            let lines: Vec<_> = items.iter().map(|item| format!("  {}", line(item))).collect();
            format!("{name}:\n{}", lines.join("\n"))
        }
        value => format!("{name}: {}", word(value)),
    }
}

fn line(value: &Value) -> String {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| format!("{name}={}", word(value))).collect::<Vec<_>>().join("  "),
        other => word(other),
    }
}

fn word(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn people_read_lines_and_no_braces() {
        assert_eq!(Readable(&Value::Null).to_string(), "done");
        assert_eq!(Readable(&json!([])).to_string(), "nothing");
        assert_eq!(Readable(&json!([{"a": 1, "b": "x"}, {"a": 2, "b": null}])).to_string(), "a=1  b=x\na=2  b=-");
        assert_eq!(Readable(&json!({"month": "2026-05", "missing": ["x", "y"], "n": []})).to_string(), "missing:\n  x\n  y\nmonth: 2026-05\nn: []");
    }
}
