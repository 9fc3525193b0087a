//! Staff at the server: what the commands of `city`, `merchant`, `month`, `bank` and `staff` share. Each calls the function that the API calls, passes the
//! same permission table and leaves the same row in the audit log.

use std::fmt::{self, Display};
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;
use clap::Args;
use ledger::Ledger;
use ledger::staff::{Action, Door, Ended, Member};
use office::{About, Acting, Refused};
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
    ledger: &'a Ledger,
    member: Member,
    reason: Option<String>,
    key: String,
    output: &'a Output,
}

/// Work of staff, and how it ended.
type Working<'a, T> = Pin<Box<dyn Future<Output = (Result<T, Refused>, Ended)> + 'a>>;

/// An answer that is no.
#[derive(Serialize)]
struct No {
    refused: bool,
    code: String,
    reason: String,
}

impl Display for No {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused [{}]: {}", self.code, self.reason)
    }
}

/// Tells that the answer is no, and why.
pub fn refuse(output: &Output, code: &str, reason: impl Display) -> anyhow::Result<Exit> {
    let refused = No { refused: true, code: code.to_owned(), reason: reason.to_string() };
    output.answer(&refused, &refused)?;
    Ok(Exit::Refused)
}

impl<'a> Office<'a> {
    /// Opens the office for the member of staff who is named. `None`: there is no such city or person, and people were told.
    pub async fn open(who: Who, ledger: &'a Ledger, output: &'a Output) -> anyhow::Result<Option<Self>> {
        let Some(city) = named(&who.city, ledger, output).await? else { return Ok(None) };
        let Some(member) = ledger.find_staff(city.municipality, &who.by).await? else {
            output.message(format_args!("there is nobody called {:?} among the staff: an administrator invites them with `hagukumi staff invite`", who.by));
            return Ok(None);
        };
        let now = ledger.clock.now().timestamp_micros();
        let key = who.key.clone().unwrap_or_else(|| format!("at/{now}/{}", COMMANDS.fetch_add(1, Ordering::Relaxed)));
        Ok(Some(Self { ledger, member, reason: who.reason, key, output }))
    }

    /// Has `work` done if they may and writes it down; the caller tells how it ended.
    pub async fn act<T>(&self, action: Action, subject: Option<&dyn Display>, work: impl AsyncFnOnce(&Acting) -> Result<T, Refused>) -> Result<T, Refused> {
        let by = Acting::new(self.ledger.clone(), self.member.clone(), action).because(self.reason.clone()).under(Some(&self.key));
        let about = About { door: Door::CommandLine, subject: subject.map(ToString::to_string), request_id: None };
        // In a box, for some use cases are large; and so that what stands around them is compiled once for what they answer, not for each of them.
        let work: Working<'_, T> = Box::pin(async {
            let result = work(&by).await;
            let ended = result.as_ref().map_or_else(Refused::ended, |_| by.done());
            (result, ended)
        });
        by.act(about, work).await?
    }

    /// Has `work` done if they may, writes it down, and tells how it ended.
    pub async fn run<T: Serialize>(
        &self,
        action: Action,
        subject: Option<&dyn Display>,
        work: impl AsyncFnOnce(&Acting) -> Result<T, Refused>,
    ) -> anyhow::Result<Exit> {
        self.tell(self.act(action, subject, async |by| work(by).await.map(|answer| serde_json::to_value(answer))).await)
    }

    fn tell(&self, acted: Result<serde_json::Result<Value>, Refused>) -> anyhow::Result<Exit> {
        match acted {
            Ok(document) => {
                let document = document?;
                self.output.answer(&document, Readable(&document))?;
                Ok(Exit::Done)
            }
            Err(Refused::Failed(failure)) => Err(failure).context("this broke: what became of it is found out by the same command under the same --key"),
            Err(refused) => refuse(self.output, refused.code(), refused),
        }
    }
}

/// Reads a file that was named.
pub async fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    tokio::fs::read(file).await.with_context(|| format!("cannot read {}", file.display()))
}

/// A document for people: a line for each thing of a list, a line for each field.
struct Readable<'a>(&'a Value);

impl Display for Readable<'_> {
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
