//! Typed ids: UUIDv7 in the database, with a prefix on the wire (`chd_0198`), so that a child's id is never taken for a merchant's.
//!
//! An id is a name, never a secret: secrets come from [`crate::entropy`] with 128 random bits or more.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// A text that is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not an id of the form {prefix}_…")]
pub struct NotAnId {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The id with this UUID.
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID, as the database keeps it.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.as_simple())
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let uuid = text.strip_prefix(concat!($prefix, "_")).and_then(|uuid| Uuid::try_parse(uuid).ok());
                uuid.map(Self).ok_or(NotAnId { prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

ids! {
    /// A household that shares one sign-in, own money and key.
    FamilyId = "fam";
    /// A person who raises a child.
    GuardianId = "gdn";
    /// A child.
    ChildId = "chd";
    /// A school, class or service provider.
    MerchantId = "mrc";
    /// A desk of a merchant.
    TerminalId = "trm";
    /// Somebody who works at a merchant.
    PersonId = "psn";
    /// An account of the books. Entitlements, holds and claims are accounts of their own.
    AccountId = "acc";
    /// A journal entry.
    EntryId = "ent";
    /// A bill of a merchant.
    InvoiceId = "inv";
    /// A paid redemption, as the merchant knows it.
    ReceiptId = "rct";
    /// A refund at a merchant.
    RefundId = "rfd";
    /// A family's request for money back.
    ClaimId = "clm";
    /// What a family must give back of a claim.
    ClawbackId = "clw";
    /// A phone of a family that is signed in: the head of its token's digest, which tells nothing of the token.
    SessionId = "ses";
    /// One merchant's month.
    StatementId = "stm";
    /// One bank file.
    RemittanceId = "rmt";
    /// One imported roster file.
    RosterId = "ros";
    /// Letters that were printed at once.
    LettersId = "let";
    /// A booklet of paper tickets.
    BookletId = "bkl";
    /// A paper card.
    CardId = "crd";
    /// One line of a bank statement.
    BankLineId = "bnk";
    /// A key of the vault.
    VaultKeyId = "vky";
}

/// A city, by its 全国地方公共団体コード (271004 is Osaka).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Municipality(i32);

impl Municipality {
    /// The city with this code.
    #[must_use]
    pub const fn new(code: i32) -> Self {
        Self(code)
    }

    /// The code as the database keeps it, without a leading zero.
    #[must_use]
    pub const fn code(self) -> i32 {
        self.0
    }
}

impl fmt::Display for Municipality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let child = ChildId::new(Uuid::from_u128(7));
        assert_eq!(child.to_string().parse(), Ok(child));
        assert_eq!(child.to_string().parse::<MerchantId>(), Err(NotAnId { prefix: "mrc" }));
    }
}
