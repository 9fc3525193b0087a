//! `hagukumi roster`: look at a roster file, or import it.
//!
//! A file that is refused ends with exit code 1. Lines that are refused are listed, and the rest is imported: exit code 0.

use std::fmt;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use ledger::Ledger;
use ledger::error::Error;
use ledger::people::Report;
use ledger::people::roster::{FileRefused, Notice};
use ledger::refusal::Refusal as _;
use ledger::staff::Action;
use serde::Serialize;

use super::bar::Bar;
use super::office::{Office, Who, read, refuse};
use super::output::{Exit, Output};

/// Rosters of those whom the city knows.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Tell what a roster would change; nothing is written but that somebody looked.
    Preview(Named),
    /// Import a roster. Safe to repeat: the same file again changes nothing.
    Import(Named),
}

/// Who, and which file.
#[derive(Debug, Args)]
pub struct Named {
    #[command(flatten)]
    who: Who,
    /// The roster, a CSV in UTF-8 or CP932.
    file: PathBuf,
}

/// Runs the command on behalf of whoever is named.
///
/// # Errors
/// If the file cannot be read or the database fails. A refused file is [`Exit::Refused`].
pub async fn run(command: Command, ledger: &Ledger, output: &Output) -> anyhow::Result<Exit> {
    let (Command::Preview(Named { who, file }) | Command::Import(Named { who, file })) = &command;
    let Some(office) = Office::open(who.clone(), ledger, output).await? else { return Ok(Exit::Refused) };
    let bytes = read(file).await?;
    let acted = match &command {
        Command::Preview(_) => Box::pin(office.act(Action::PreviewRoster, None, ledger.preview_roster(office.city, &bytes))).await?,
        Command::Import(_) => Box::pin(office.act(Action::ImportRoster, None, import(&office, &bytes))).await?,
    };
    match acted {
        Ok(Ok(report)) => {
            output.answer(&report, Readable(&report))?;
            Ok(Exit::Done)
        }
        Ok(Err(Error::Rejected(refused))) => {
            output.answer(&Refused::from(&refused), refused.japanese())?;
            Ok(Exit::Refused)
        }
        Ok(Err(Error::Failed(failure))) => Err(failure).context("the roster was not imported"),
        Err(denied) => refuse(output, denied.code(), denied),
    }
}

async fn import(office: &Office<'_>, bytes: &[u8]) -> Result<Report, Error<FileRefused>> {
    let bar = Bar::new();
    office.ledger.import_roster(office.city, &office.member.actor(), bytes, &mut |progress| bar.hear(progress)).await
}

/// A refused file as a document.
#[derive(Debug, Serialize)]
struct Refused {
    file_refused: bool,
    code: &'static str,
    reason: String,
}

impl From<&FileRefused> for Refused {
    fn from(refused: &FileRefused) -> Self {
        Self { file_refused: true, code: refused.code(), reason: refused.japanese().into_owned() }
    }
}

/// A report for people.
struct Readable<'a>(&'a Report);

impl fmt::Display for Readable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { repeated, lines, new, changed, unchanged, refused, families_new, refusals, warnings, .. } = self.0;
        if *repeated {
            writeln!(f, "この名簿は取込済みです。変更はありません。")?;
        }
        write!(f, "{lines}行: 新規 {new}、変更 {changed}、変更なし {unchanged}、不備 {refused}（新しい世帯 {families_new}）")?;
        for (label, notices) in [("不備", refusals), ("注意", warnings)] {
            for Notice { line, column, code, reason } in notices {
                write!(f, "\n{label} {line}行目 {} [{code}] {reason}", column.unwrap_or("行全体"))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_line_column_code_and_what_to_do() {
        let refusal = Notice { line: 3, column: Some("生年月日"), code: "date", reason: "日付ではありません。".to_owned() };
        let report = Report {
            roster: None,
            repeated: false,
            lines: 2,
            new: 1,
            changed: 0,
            unchanged: 0,
            refused: 1,
            families_new: 1,
            refusals: vec![refusal],
            warnings: Vec::new(),
        };
        let shown = Readable(&report).to_string();
        assert_eq!(shown, "2行: 新規 1、変更 0、変更なし 0、不備 1（新しい世帯 1）\n不備 3行目 生年月日 [date] 日付ではありません。");
        let document = serde_json::to_value(&report).unwrap();
        assert_eq!(document["refusals"][0], serde_json::json!({ "line": 3, "column": "生年月日", "code": "date", "reason": "日付ではありません。" }));
    }
}
