//! What is shown to be let in or to be paid: never logged, never parsed on this side of the door.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a terminal or a person shows to be let in. Verified behind the Till.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Credential(String);

impl Credential {
    /// As it was sent.
    #[must_use]
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The token, for whoever verifies it.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential(…)")
    }
}

/// What was scanned or typed. Not parsed here: a malformed code gets the same refusal as an unknown one.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScannedCode(String);

impl ScannedCode {
    /// As it was scanned or typed.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for whoever parses it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ScannedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScannedCode(…)")
    }
}
