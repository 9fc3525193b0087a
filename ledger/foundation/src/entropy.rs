//! Ids and secrets as a function of (secret, command, purpose, index): the next one never depends on how many were drawn before.
//!
//! In service the secret comes from the key file; in a rehearsal from its seed. A replayed command finds the same code again,
//! though only the code's hash is stored.

use ring::hmac;
use uuid::Uuid;

use crate::digest;
use crate::time::Instant;

/// What ids and secrets are drawn for.
#[derive(Debug, Clone, Copy)]
pub struct Draw<'a> {
    /// The command: its actor and idempotency key.
    pub command: &'a str,
    /// What for, `entry` or `code`: two purposes never share bits.
    pub purpose: &'static str,
    /// 0, 1, 2 … where a command needs several.
    pub index: u64,
}

/// A source of bits that nobody outside can guess.
pub trait Entropy: Send + Sync {
    /// 256 bits for this draw, the same whenever asked.
    fn bits(&self, draw: Draw<'_>) -> [u8; 32];

    /// 128 bits for a one-time code.
    fn code_bits(&self, draw: Draw<'_>) -> [u8; 16] {
        digest::first(&self.bits(draw))
    }

    /// A row id: UUIDv7 with the time `now` and the bits of this draw (RFC 9562 §5.7).
    fn uuid(&self, draw: Draw<'_>, now: Instant) -> Uuid {
        let milliseconds = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &digest::first(&self.bits(draw))).into_uuid()
    }
}

/// HMAC-SHA-256 under a secret: the program's entropy, and a rehearsal's.
pub struct KeyedEntropy(hmac::Key);

impl KeyedEntropy {
    /// Draws from `secret`.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }
}

impl Entropy for KeyedEntropy {
    fn bits(&self, draw: Draw<'_>) -> [u8; 32] {
        // The length before each part keeps ("ab", "c") and ("a", "bc") apart.
        let length = |part: &str| u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes();
        let (purpose, command) = (length(draw.purpose), length(draw.command));
        let index = draw.index.to_be_bytes();
        digest::hmac_sha256(&self.0, [&purpose[..], draw.purpose.as_bytes(), &command, draw.command.as_bytes(), &index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(command: &str, purpose: &'static str, index: u64) -> [u8; 32] {
        KeyedEntropy::new(b"secret").bits(Draw { command, purpose, index })
    }

    #[test]
    fn a_draw_depends_on_nothing_drawn_before() {
        assert_eq!(draw("a", "code", 0), draw("a", "code", 0));
    }

    #[test]
    fn command_purpose_index_and_secret_each_change_the_bits() {
        let first = draw("a", "code", 0);
        let others = [draw("b", "code", 0), draw("a", "entry", 0), draw("a", "code", 1)];
        assert!(others.iter().all(|other| *other != first));
        assert_ne!(first, KeyedEntropy::new(b"other").bits(Draw { command: "a", purpose: "code", index: 0 }));
    }
}
