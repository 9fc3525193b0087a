//! By what a line is known again, so that a file imported twice books nothing twice (standards §2.5).

use std::collections::BTreeMap;
use std::fmt;

use foundation::digest::sha256_of_all;

use super::{LENGTH, OwnAccount};

/// SHA-256 over account and raw line, and its number among identical lines. The bytes hold the booking day, so identical lines
/// are of one day. 照会番号 alone is not unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineIdentity {
    /// SHA-256 of bank code, branch code, kind, ten-digit number, and the 200 bytes.
    pub digest: [u8; 32],
    /// 0 for the first of identical lines in a file, 1 for the second, and so on.
    pub occurrence: u32,
}

impl fmt::Display for LineIdentity {
    /// Hexadecimal digits, a hyphen, the occurrence: a unique key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", hex::encode(self.digest), self.occurrence)
    }
}

/// Counts identical lines over one file.
#[derive(Default)]
pub(super) struct Identities(BTreeMap<[u8; 32], u32>);

impl Identities {
    pub(super) fn of(&mut self, account: &OwnAccount, raw: &[u8; LENGTH]) -> LineIdentity {
        let kind = account.kind.digit().to_string();
        let named = [account.bank.as_str(), account.branch.as_str(), &kind, account.number.as_str()];
        let digest = sha256_of_all(named.iter().map(|part| part.as_bytes()).chain([&raw[..]]));
        let next = self.0.entry(digest).or_default();
        let occurrence = *next;
        *next = next.saturating_add(1);
        LineIdentity { digest, occurrence }
    }
}
