//! Exact fractions: what a rate or a count of days makes of an amount before it is cut, once, to whole yen.
//!
//! Invariant: a fraction is in lowest terms over a positive denominator, and arithmetic that leaves 128 bits is an [`Overflow`].

use std::fmt;

use foundation::money::{Overflow, Yen};

/// An exact fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    numerator: i128,
    denominator: i128,
}

impl Ratio {
    /// Nothing.
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };
    /// The whole.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// `numerator / denominator`; none where the denominator is not positive.
    #[must_use]
    pub fn new(numerator: i64, denominator: i64) -> Option<Self> {
        (denominator > 0).then(|| Self::lowest(numerator.into(), denominator.into()))
    }

    /// A whole amount.
    #[must_use]
    pub fn whole(amount: Yen) -> Self {
        Self { numerator: amount.get().into(), denominator: 1 }
    }

    /// `self + other`.
    pub fn plus(self, other: Self) -> Result<Self, Overflow> {
        let left = self.numerator.checked_mul(other.denominator).ok_or(Overflow)?;
        let right = other.numerator.checked_mul(self.denominator).ok_or(Overflow)?;
        let numerator = left.checked_add(right).ok_or(Overflow)?;
        let denominator = self.denominator.checked_mul(other.denominator).ok_or(Overflow)?;
        Ok(Self::lowest(numerator, denominator))
    }

    /// `self − other`.
    pub fn minus(self, other: Self) -> Result<Self, Overflow> {
        let numerator = other.numerator.checked_neg().ok_or(Overflow)?;
        self.plus(Self { numerator, ..other })
    }

    /// `self × other`.
    pub fn times(self, other: Self) -> Result<Self, Overflow> {
        let numerator = self.numerator.checked_mul(other.numerator).ok_or(Overflow)?;
        let denominator = self.denominator.checked_mul(other.denominator).ok_or(Overflow)?;
        Ok(Self::lowest(numerator, denominator))
    }

    /// The smaller of the two.
    pub fn least(self, other: Self) -> Result<Self, Overflow> {
        Ok(if self.minus(other)?.numerator > 0 { other } else { self })
    }

    /// Itself, or nothing where it is negative.
    #[must_use]
    pub const fn at_least_zero(self) -> Self {
        if self.numerator < 0 { Self::ZERO } else { self }
    }

    /// Whether it lies between nothing and the whole, both included.
    #[must_use]
    pub const fn is_share(self) -> bool {
        self.numerator >= 0 && self.numerator <= self.denominator
    }

    /// Whether it is more than nothing.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.numerator > 0
    }

    /// The largest whole number of yen that is not above it: the one cut.
    pub fn floor(self) -> Result<Yen, Overflow> {
        let whole = self.numerator.checked_div_euclid(self.denominator).ok_or(Overflow)?;
        i64::try_from(whole).map(Yen::new).map_err(|_| Overflow)
    }

    fn lowest(numerator: i128, denominator: i128) -> Self {
        let divisor = greatest_common_divisor(numerator, denominator);
        let numerator = numerator.checked_div(divisor).unwrap_or(numerator);
        let denominator = denominator.checked_div(divisor).unwrap_or(denominator);
        Self { numerator, denominator }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

fn greatest_common_divisor(mut left: i128, mut right: i128) -> i128 {
    while let Some(rest) = left.checked_rem(right) {
        left = right;
        right = rest;
    }
    left.checked_abs().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(numerator: i64, denominator: i64) -> Ratio {
        Ratio::new(numerator, denominator).unwrap()
    }

    #[test]
    fn thirty_days_of_a_half_year_pass_are_exact() {
        let counted = Ratio::whole(Yen::new(36_600)).times(ratio(30, 183)).unwrap();
        assert_eq!(counted, Ratio::whole(Yen::new(6_000)));
    }

    #[test]
    fn thirds_add_up_to_the_whole() {
        let third = ratio(1, 3);
        assert_eq!(third.plus(third).unwrap().plus(third).unwrap(), Ratio::ONE);
    }

    #[test]
    fn floors_go_down_on_both_sides_of_zero() {
        assert_eq!((ratio(7, 2).floor(), ratio(-7, 2).floor()), (Ok(Yen::new(3)), Ok(Yen::new(-4))));
    }

    #[test]
    fn a_denominator_of_nothing_is_no_fraction() {
        assert_eq!((Ratio::new(1, 0), Ratio::new(1, -2)), (None, None));
    }

    #[test]
    fn what_leaves_128_bits_is_an_overflow() {
        let large = ratio(i64::MAX, 1);
        assert_eq!(large.times(large).and_then(|square| square.times(large)), Err(Overflow));
    }
}
