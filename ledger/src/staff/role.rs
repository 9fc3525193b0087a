//! What members of staff may be. Pure.
//!
//! Invariant: who makes accounts or watches does not move money.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A role of a member of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Prepares: rosters, grants, merchants, statements, remittances.
    Preparer,
    /// The second person.
    Approver,
    /// 会計管理者の職員: budgets, examination, the bank file, the bank statement, the close.
    Treasurer,
    /// Sees everything and changes nothing.
    Auditor,
    /// Makes and changes accounts of staff; no money.
    Administrator,
}

/// A text that is no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no role {0:?}: there are preparer, approver, treasurer, auditor, administrator")]
pub struct NoRole(String);

/// A set of roles.
pub type Roles = BTreeSet<Role>;

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Preparer, Self::Approver, Self::Treasurer, Self::Auditor, Self::Administrator];

    /// As the database and people write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preparer => "preparer",
            Self::Approver => "approver",
            Self::Treasurer => "treasurer",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// Whether it moves money, or decides on what does.
    #[must_use]
    pub const fn moves_money(self) -> bool {
        matches!(self, Self::Preparer | Self::Approver | Self::Treasurer)
    }
}

/// Whether one person may have all of these. The database holds the same rule.
#[must_use]
pub fn may_be_together(roles: &Roles) -> bool {
    roles.iter().all(|role| role.moves_money()) || !roles.iter().any(|role| role.moves_money())
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = NoRole;

    fn from_str(text: &str) -> Result<Self, NoRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| NoRole(text.to_owned()))
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_reads_back_as_written_and_nothing_else_is_one() {
        for role in Role::ALL {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        assert!("Approver".parse::<Role>().is_err());
    }

    #[test]
    fn who_makes_accounts_or_watches_does_not_move_money() {
        let set = |roles: &[Role]| roles.iter().copied().collect::<Roles>();
        assert!(may_be_together(&set(&[Role::Preparer, Role::Approver, Role::Treasurer])));
        assert!(may_be_together(&set(&[Role::Auditor, Role::Administrator])));
        for watches in [Role::Auditor, Role::Administrator] {
            for moves in [Role::Preparer, Role::Approver, Role::Treasurer] {
                assert!(!may_be_together(&set(&[watches, moves])));
            }
        }
    }
}
