//! What a roster says of people. Personal data: it lives in memory and under a family's key, and `Debug` shows none of it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use foundation::shows_nothing;
use serde::{Deserialize, Serialize};

/// A child or a guardian.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// 宛名番号: the city's own number, text with its leading zeros. Never shown in full.
    pub number: String,
    /// The name as registered.
    pub name: String,
    /// Its reading in katakana.
    pub kana: String,
    /// The address; none for guardians, and where the city withholds it (支援措置).
    pub address: Option<String>,
}

/// What schemes may ask about a child. What the roster does not say is unknown, never false.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChildFacts {
    /// Birth date.
    pub birth_on: NaiveDate,
    /// Registered in the city since this day (転入日), where the roster says so.
    pub resident_since: Option<NaiveDate>,
    /// Status codes of the household: `seikatsuhogo`, `jidofuyo` …
    pub statuses: BTreeSet<String>,
    /// Birth order by the city's counting rule.
    pub birth_order: Option<u8>,
    /// A twin or higher multiple.
    pub multiple: Option<bool>,
    /// Cared for at home.
    pub care_at_home: Option<bool>,
    /// 市町村民税所得割額 of the household, in yen.
    pub shotokuwari_yen: Option<i64>,
    /// The city of the school, as scheme files write it.
    pub school_city: Option<String>,
}

shows_nothing!(Person, ChildFacts);
