//! What passes through the [Registrar](crate::doors::Registrar): applications, people, terminals, accounts. As at the Till, nothing here knows who pays.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::till::{Credential, ScannedCode};

/// What somebody may do at a merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 責任者: everything.
    Manager,
    /// 窓口: payments, refunds of the day, bills.
    Desk,
}

/// Somebody tries to sign in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignIn {
    /// The city's short name.
    pub city: String,
    /// The code that a manager or the city issued.
    pub code: ScannedCode,
    /// Where the attempt comes from: an address.
    pub origin: String,
}

/// Somebody who has just signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SignedIn {
    /// Shown once.
    pub credential: Credential,
    /// The session ends then, used or not.
    pub expires_at: DateTime<Utc>,
    /// Who.
    pub caller: Caller,
}

/// Whom a credential is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The merchant's number.
    pub merchant: String,
    /// What families read.
    pub merchant_name: String,
    /// The person's or the terminal's number.
    pub number: String,
    /// What the merchant calls the person or the terminal.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// What the merchant is registered for.
    pub services: Vec<Service>,
}

/// A service that a merchant is or wants to be registered for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The category, as the city names it: `cram_school`.
    pub category: String,
    /// What may be billed for it: `tuition`.
    pub expense: String,
    /// The registration's own number, where the city gives one.
    pub registration: Option<String>,
}

/// A bank account as somebody wrote it. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Four digits.
    pub bank: String,
    /// Three digits.
    pub branch: String,
    /// `1` 普通, `2` 当座, `4` 貯蓄, `9` その他.
    pub account_kind: String,
    /// Up to seven digits.
    pub account_number: String,
    /// In kana.
    pub holder: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Account(…)")
    }
}

/// What a new merchant applies with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewApplication {
    /// The city's short name.
    pub city: String,
    /// What families will read.
    pub name: String,
    /// The name's reading.
    pub kana: String,
    /// Ward or district.
    pub area: String,
    /// What it offers.
    pub services: Vec<Service>,
    /// Where it wants to be paid.
    pub account: Account,
    /// Where the application comes from: an address.
    pub origin: String,
}

/// An application that was taken in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Applied {
    /// Its number, which becomes the merchant's.
    pub merchant: String,
    /// What asks how it stands. Shown now and by a replay.
    pub credential: Credential,
}

/// How an application stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Its number, which becomes the merchant's.
    pub merchant: String,
    /// What families will read.
    pub name: String,
    /// `applied`, `approved`, `refused` or `suspended`.
    pub state: String,
    /// Why it was refused.
    pub reason: Option<String>,
    /// What it applied for, and whether that is approved.
    pub services: Vec<(Service, bool)>,
}

/// The accounts of a merchant, masked: to be told apart, not to be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts {
    /// Where the city pays.
    pub in_force: Option<MaskedAccount>,
    /// What was asked for and waits for the city.
    pub waiting: Option<MaskedAccount>,
}

/// A bank account of which little is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaskedAccount {
    /// Four digits.
    pub bank: String,
    /// Three digits.
    pub branch: String,
    /// The last three digits of its number, behind dots.
    pub number_masked: String,
    /// When it was asked for.
    pub applied_at: DateTime<Utc>,
    /// When the city approved it.
    pub approved_at: Option<DateTime<Utc>>,
}

/// Somebody who works at a merchant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their number.
    pub person: String,
    /// What colleagues call them.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// Somebody who is to join.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewPerson {
    /// What colleagues call them.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// Somebody who may sign in once with a code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Invited {
    /// Who.
    pub person: Person,
    /// Shown now and by a replay, and never again.
    pub code: String,
    /// It signs in until just before here.
    pub expires_at: DateTime<Utc>,
}

/// A desk of a merchant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terminal {
    /// Its number.
    pub terminal: String,
    /// The merchant's own name for it.
    pub label: String,
}

/// A desk that was registered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NewTerminal {
    /// The desk.
    pub terminal: Terminal,
    /// What it shows at the Till. Shown now and by a replay, and never again.
    pub credential: Credential,
}
