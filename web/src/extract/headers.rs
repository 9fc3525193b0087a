//! Headers that commands carry: who asks, and under which key.

use std::fmt;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use crate::problem::{Problem, registry};

const KEY_LENGTH_MAX: usize = 128;

/// The key under which a command is done once: the same key with the same request is answered the same again.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// As the caller chose it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of one kind of command. A caller's keys never meet those that the program gives itself, nor those of another kind of command.
    #[must_use]
    pub fn of(&self, command: &str) -> String {
        format!("{command}:{}", self.0)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let key = parts.headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::trim);
        let key = key.filter(|key| (1..=KEY_LENGTH_MAX).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()));
        key.map(|key| Self(key.to_owned())).ok_or_else(|| Problem::new(&registry::IDEMPOTENCY_KEY))
    }
}

/// The secret that the caller shows. `Debug` does not show it.
#[derive(Clone)]
pub struct Bearer(String);

impl Bearer {
    /// The secret, for whoever verifies it.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer(…)")
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let value = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let token = value.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
        let token = token.filter(|token| !token.is_empty());
        token.map(|token| Self(token.to_owned())).ok_or_else(|| Problem::new(&registry::UNAUTHORIZED))
    }
}
