//! What families call things: a payment, where the books know an account.

use std::fmt;
use std::str::FromStr;

use ledger::ids::{AccountId, NotAnId};
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
