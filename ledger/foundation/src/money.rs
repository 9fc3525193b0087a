//! Whole yen with checked arithmetic. Never a float, never a fraction: rates are `rust_decimal` and are cut once, before they become `Yen`.

use std::fmt;
use std::iter;

use serde::{Deserialize, Serialize};

/// An amount of whole yen, negative where a difference is meant.
///
/// Arithmetic is checked: an overflow is an [`Overflow`], never a wrapped amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Yen(i64);

/// An amount left the range of 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the amount is too large")]
pub struct Overflow;

impl Yen {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount.
    pub const MAX: Self = Self(i64::MAX);

    /// An amount of `yen` whole yen.
    #[must_use]
    pub const fn new(yen: i64) -> Self {
        Self(yen)
    }

    /// The number of yen.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// `self + other`.
    pub fn plus(self, other: Self) -> Result<Self, Overflow> {
        self.0.checked_add(other.0).map(Self).ok_or(Overflow)
    }

    /// `self − other`.
    pub fn minus(self, other: Self) -> Result<Self, Overflow> {
        self.0.checked_sub(other.0).map(Self).ok_or(Overflow)
    }

    /// `self × count`.
    pub fn times(self, count: i64) -> Result<Self, Overflow> {
        self.0.checked_mul(count).map(Self).ok_or(Overflow)
    }

    /// The largest whole multiple of `unit` that is not above `self`. A `unit` of one yen or less changes nothing.
    #[must_use]
    pub fn floor_to(self, unit: Self) -> Self {
        if unit.0 <= 1 {
            return self;
        }
        let rest = self.0.checked_rem_euclid(unit.0).unwrap_or(0);
        Self(self.0.saturating_sub(rest))
    }

    /// Whether it is more than nothing.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// The amount without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// The sum of `amounts`.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, Overflow> {
        amounts.into_iter().try_fold(Self::ZERO, Self::plus)
    }
}

impl fmt::Display for Yen {
    /// Digits in groups of three, as people read them: `1,234,567`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.unsigned_abs().to_string();
        let head = digits.len().checked_rem(3).unwrap_or(0);
        let (first, rest) = digits.split_at(head);
        let groups = iter::once(first).filter(|group| !group.is_empty());
        let groups = groups.chain(rest.as_bytes().chunks(3).filter_map(|group| str::from_utf8(group).ok()));
        let sign = if self.0 < 0 { "-" } else { "" };
        f.pad(&format!("{sign}{}", groups.collect::<Vec<_>>().join(",")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_by_three() {
        let shown: Vec<_> = [0, 999, 1_000, -1_234_567].map(|yen| Yen::new(yen).to_string()).into();
        assert_eq!(shown, ["0", "999", "1,000", "-1,234,567"]);
    }

    #[test]
    fn an_overflow_is_an_error_and_not_a_wrapped_amount() {
        assert_eq!(Yen::MAX.plus(Yen::new(1)), Err(Overflow));
        assert_eq!(Yen::new(i64::MIN).minus(Yen::new(1)), Err(Overflow));
        assert_eq!(Yen::MAX.times(2), Err(Overflow));
    }

    #[test]
    fn floors_go_down_to_whole_multiples() {
        assert_eq!(Yen::new(2_400).floor_to(Yen::new(500)), Yen::new(2_000));
        assert_eq!(Yen::new(2_400).floor_to(Yen::new(0)), Yen::new(2_400));
    }
}
