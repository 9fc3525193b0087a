//! What a request may not share with another of its batch.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What a request claims for itself, and what it only adds to. Kept as hashes: two things that share one make a request wait, and no more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    takes: Vec<u64>,
    gives: Vec<u64>,
}

impl Claims {
    /// With something that nobody else of the batch may take or give to: a key, a code, an account that is debited.
    #[must_use]
    pub fn taking(mut self, what: impl Hash) -> Self {
        self.takes.push(hash(what));
        self
    }

    /// With something that others may give to as well, and nobody may take: an account that is credited.
    #[must_use]
    pub fn giving(mut self, what: impl Hash) -> Self {
        self.gives.push(hash(what));
        self
    }
}

fn hash(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// What has been claimed by those that came before.
#[derive(Debug, Default)]
pub(super) struct Claimed {
    taken: HashSet<u64>,
    given: HashSet<u64>,
}

impl Claimed {
    /// Adds claims; returns whether they go together with all that came before.
    pub(super) fn add(&mut self, claims: &Claims) -> bool {
        let free = claims.takes.iter().all(|what| !self.taken.contains(what) && !self.given.contains(what))
            && claims.gives.iter().all(|what| !self.taken.contains(what));
        self.taken.extend(&claims.takes);
        self.given.extend(&claims.gives);
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_shared_with_nobody_and_what_is_given_to_with_givers() {
        let (take, give) = (|what: &str| Claims::default().taking(what), |what: &str| Claims::default().giving(what));
        let together = |one: &Claims, two: &Claims| {
            let mut claimed = Claimed::default();
            claimed.add(one) && claimed.add(two)
        };
        assert!(together(&take("a"), &take("b")) && together(&give("a"), &give("a")));
        assert!(!together(&take("a"), &take("a")) && !together(&take("a"), &give("a")) && !together(&give("a"), &take("a")));
    }

    #[test]
    fn nobody_overtakes_one_who_waits() {
        let mut claimed = Claimed::default();
        assert!(claimed.add(&Claims::default().taking("a")));
        assert!(!claimed.add(&Claims::default().taking("a").taking("b")));
        assert!(!claimed.add(&Claims::default().taking("b")), "it would go before one that came first");
    }
}
