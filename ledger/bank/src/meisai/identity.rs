//! By what a line is known again, so that a file imported twice books nothing twice (standards §2.5).

use std::collections::BTreeMap;
use std::fmt;

use ring::digest;

use super::{LENGTH, OwnAccount};

/// SHA-256 over account and raw line, and the how-manieth such line it is among identical ones. The bytes hold the booking day, so identical lines
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
        self.digest.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        write!(f, "-{}", self.occurrence)
    }
}

/// Counts identical lines over one file.
#[derive(Default)]
pub(super) struct Identities(BTreeMap<[u8; 32], u32>);

impl Identities {
    pub(super) fn of(&mut self, account: &OwnAccount, raw: &[u8; LENGTH]) -> LineIdentity {
        let mut hash = digest::Context::new(&digest::SHA256);
        let kind = account.kind.digit().to_string();
        for part in [account.bank.as_str(), account.branch.as_str(), &kind, account.number.as_str()] {
            hash.update(part.as_bytes());
        }
        hash.update(raw);
        let digest = hash.finish().as_ref().try_into().unwrap_or([0; 32]);
        let next = self.0.entry(digest).or_default();
        let occurrence = *next;
        *next = next.saturating_add(1);
        LineIdentity { digest, occurrence }
    }
}
