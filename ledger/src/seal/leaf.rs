//! What a leaf stands for: an entry and its transfers, as one JSON document without spaces whose members keep this order. Whoever has an export can
//! write the same bytes.

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

use super::tree::{self, Hash};
use crate::error::Failure;

/// An entry as it is sealed.
#[derive(Debug, Serialize)]
pub(super) struct Sealed {
    pub(super) municipality: i32,
    pub(super) entry: Uuid,
    pub(super) kind: String,
    pub(super) business_on: NaiveDate,
    /// Microseconds since 1970 (UTC): what the database keeps of an instant.
    pub(super) posted_at_us: i64,
    pub(super) actor: String,
    pub(super) command_key: String,
    pub(super) reason: Option<String>,
    pub(super) reverses: Option<Uuid>,
    pub(super) transfers: Vec<Moved>,
}

/// One of its transfers, in the order of their positions.
#[derive(Debug, Serialize)]
pub(super) struct Moved {
    pub(super) debit: Uuid,
    pub(super) credit: Uuid,
    pub(super) amount: i64,
}

/// The hash of its leaf.
pub(super) fn hash(entry: &Sealed) -> Result<Hash, Failure> {
    let bytes = serde_json::to_vec(entry).map_err(|error| Failure::inconsistent("entries", error.to_string()))?;
    Ok(tree::leaf(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_is_the_hash_of_these_bytes() {
        let entry = Sealed {
            municipality: 271_004,
            entry: Uuid::from_u128(1),
            kind: "capture".to_owned(),
            business_on: "2026-05-20".parse().unwrap(),
            posted_at_us: 1_779_246_000_000_000,
            actor: "terminal:1".to_owned(),
            command_key: "鍵\"".to_owned(),
            reason: None,
            reverses: None,
            transfers: vec![Moved { debit: Uuid::from_u128(2), credit: Uuid::from_u128(3), amount: 500 }],
        };
        let bytes = "{\"municipality\":271004,\"entry\":\"00000000-0000-0000-0000-000000000001\",\"kind\":\"capture\",\"business_on\":\"2026-05-20\",\
            \"posted_at_us\":1779246000000000,\"actor\":\"terminal:1\",\"command_key\":\"鍵\\\"\",\"reason\":null,\"reverses\":null,\
            \"transfers\":[{\"debit\":\"00000000-0000-0000-0000-000000000002\",\"credit\":\"00000000-0000-0000-0000-000000000003\",\"amount\":500}]}";
        assert_eq!(hash(&entry).unwrap(), tree::leaf(bytes.as_bytes()));
    }
}
