//! Chance, from the seed alone: each throw is named, so that one more throw somewhere changes no other.

use ledger::entropy::{Draw, Entropy as _, KeyedEntropy};

/// The dice of one rehearsal.
pub struct Dice {
    entropy: KeyedEntropy,
}

impl Dice {
    /// The dice of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { entropy: KeyedEntropy::new(&seed.to_be_bytes()) }
    }

    /// A number below `sides` (0 where there are none), for the throw `what` number `index`.
    #[must_use]
    pub fn below(&self, what: &'static str, index: u64, sides: u64) -> u64 {
        let bits = self.entropy.bits(Draw { command: "rehearsal", purpose: what, index });
        let number = bits.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        number.checked_rem(sides).unwrap_or(0)
    }

    /// Whether something happens that happens `percent` times in a hundred.
    #[must_use]
    pub fn happens(&self, what: &'static str, index: u64, percent: u64) -> bool {
        self.below(what, index, 100) < percent
    }

    /// One of `items`.
    #[must_use]
    pub fn pick<'a, T>(&self, what: &'static str, index: u64, items: &'a [T]) -> Option<&'a T> {
        let at = self.below(what, index, u64::try_from(items.len()).unwrap_or(u64::MAX));
        usize::try_from(at).ok().and_then(|at| items.get(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throw_depends_on_seed_name_and_number_only() {
        let dice = Dice::new(1);
        let first: Vec<_> = (0..20).map(|index| dice.below("price", index, 1_000)).collect();
        let _ = dice.below("other", 0, 6);
        assert_eq!(first, (0..20).map(|index| dice.below("price", index, 1_000)).collect::<Vec<_>>());
        assert_ne!(first, (0..20).map(|index| Dice::new(2).below("price", index, 1_000)).collect::<Vec<_>>());
    }
}
