//! What a command prints: one JSON document or readable lines on stdout, messages on stderr.

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;

/// How a command ended when nothing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Exit code 0.
    Done,
    /// Exit code 1: the answer is no.
    Refused,
}

/// Why the answer is no.
#[derive(Debug, Serialize)]
struct Refusal {
    refused: bool,
    reason: String,
}

/// Where a command's answer goes.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
}

impl Output {
    /// `json`: one JSON document on stdout instead of readable lines.
    #[must_use]
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints `document` as JSON, or `readable` for people.
    pub fn answer(&self, document: &impl Serialize, readable: impl Display) -> anyhow::Result<()> {
        let mut stdout = io::stdout().lock();
        if self.json {
            serde_json::to_writer_pretty(&mut stdout, document)?;
            writeln!(stdout)?;
        } else {
            writeln!(stdout, "{readable}")?;
        }
        Ok(())
    }

    /// Says no: the reason goes to stderr, and as a document to stdout where one was asked for.
    pub fn refuse(&self, reason: impl Display) -> anyhow::Result<Exit> {
        let reason = reason.to_string();
        self.message(&reason);
        if self.json {
            self.answer(&Refusal { refused: true, reason }, "")?;
        }
        Ok(Exit::Refused)
    }

    /// Whether one JSON document is the answer.
    #[must_use]
    pub const fn is_json(&self) -> bool {
        self.json
    }

    /// Tells people something on stderr.
    pub fn message(&self, text: impl Display) {
        // A closed stderr leaves nobody to tell.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}
