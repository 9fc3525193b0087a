//! What families call things: a payment, where the books know an account.

use std::fmt;
use std::str::FromStr;

use ledger::ids::{AccountId, NotAnId};
use ledger::time::Instant;
use uuid::Uuid;

const PREFIX: &str = "pay_";

/// A payment: the account in which it was set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentId(pub AccountId);

impl fmt::Display for PaymentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.0.uuid().as_simple())
    }
}

impl FromStr for PaymentId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let uuid = text.strip_prefix(PREFIX).and_then(|uuid| Uuid::try_parse(uuid).ok());
        uuid.map(|uuid| Self(AccountId::new(uuid))).ok_or(NotAnId { prefix: "pay" })
    }
}

/// A place in a list that is ordered by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: Instant,
    /// What tells it from others of the same instant.
    pub reference: Uuid,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.at.timestamp_micros(), self.reference.as_simple())
    }
}

impl FromStr for Mark {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let parsed = text.split_once('_').and_then(|(at, reference)| {
            let micros = Some(at).filter(|at| at.len() <= 17 && at.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()?;
            Some(Self { at: Instant::from_timestamp_micros(micros)?, reference: Uuid::try_parse(reference).ok()? })
        });
        parsed.ok_or(NotAnId { prefix: "mark" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_back_as_written_and_nothing_else_is_one() {
        let mark = Mark { at: Instant::from_timestamp_micros(1_780_000_000_123_456).unwrap(), reference: Uuid::from_u128(7) };
        assert_eq!(mark.to_string().parse(), Ok(mark));
        for other in ["", "_", "1_", "x_00000000000000000000000000000007", "-1_00000000000000000000000000000007"] {
            assert!(other.parse::<Mark>().is_err(), "{other}");
        }
    }
}
