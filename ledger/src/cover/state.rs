//! How good the cover is that a merchant's payers give each other. Pure.
//!
//! Whoever sees that somebody pays by code learns from it as much as the likelihood ratio says: by code pays a funded family so many times as often as
//! another, compared with how many funded families there are. 1 says nothing; only those who use the service can bring it there.

use serde::Serialize;

/// Below so many families nothing is said: chance alone would make a good cover look bad. With 20 families and a quarter of all funded, a merchant with
/// perfect cover is red about once in 24 months; with 10, once in 13.
pub const FAMILIES_MIN: u32 = 20;

/// Families by whether a scheme pays for them: of a merchant's payers, those for whom a scheme paid some of it there in that month; of all, those with
/// an entitlement that was open in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Families {
    /// With a scheme.
    pub funded: u32,
    /// With their own money only.
    pub own: u32,
}

/// What a month says of a merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// At most 1.25: that somebody pays by code says next to nothing.
    Green,
    /// At most 2.
    Amber,
    /// More than 2: whoever pays by code gives away that a scheme probably pays.
    Red,
}

impl Colour {
    /// As people write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
        }
    }
}

/// (funded ÷ own-only payers) ÷ (funded ÷ other families), an exact fraction; without a bound where no family pays with its own money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    numerator: u64,
    denominator: u64,
}

/// What can be said of a merchant and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rating {
    /// Fewer than [`FAMILIES_MIN`] families paid there, or of all families none or all are funded: nothing can be said.
    Unknown,
    /// So much.
    Known(Ratio),
}

impl Families {
    /// All of them.
    #[must_use]
    pub const fn all(self) -> u32 {
        self.funded.saturating_add(self.own)
    }
}

impl Ratio {
    /// The colour.
    #[must_use]
    pub fn colour(self) -> Colour {
        let (above, below) = (u128::from(self.numerator), u128::from(self.denominator));
        if above.saturating_mul(4) <= below.saturating_mul(5) {
            Colour::Green
        } else if above <= below.saturating_mul(2) {
            Colour::Amber
        } else {
            Colour::Red
        }
    }

    /// In thousandths, cut up, so that what is above a threshold also reads so; none where it has no bound.
    #[must_use]
    pub fn thousandths(self) -> Option<u64> {
        let above = u128::from(self.numerator).saturating_mul(1_000);
        let thousandths = above.saturating_add(u128::from(self.denominator).saturating_sub(1)).checked_div(u128::from(self.denominator))?;
        u64::try_from(thousandths).ok()
    }
}

impl Rating {
    /// What the payers of a merchant say when of all families so many are funded.
    #[must_use]
    pub fn of(payers: Families, all: Families) -> Self {
        if payers.all() < FAMILIES_MIN || all.funded == 0 || all.own == 0 {
            return Self::Unknown;
        }
        let product = |one: u32, other: u32| u64::from(one).saturating_mul(u64::from(other));
        Self::Known(Ratio { numerator: product(payers.funded, all.own), denominator: product(payers.own, all.funded) })
    }

    /// The colour, where something can be said.
    #[must_use]
    pub fn colour(self) -> Option<Colour> {
        match self {
            Self::Unknown => None,
            Self::Known(ratio) => Some(ratio.colour()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn families(funded: u32, own: u32) -> Families {
        Families { funded, own }
    }

    fn rated(payers: (u32, u32), all: (u32, u32)) -> Option<(Option<u64>, Colour)> {
        match Rating::of(families(payers.0, payers.1), families(all.0, all.1)) {
            Rating::Unknown => None,
            Rating::Known(ratio) => Some((ratio.thousandths(), ratio.colour())),
        }
    }

    #[test]
    fn the_worked_example_of_a_city_in_which_a_tenth_is_funded() {
        // 1,000 families, 100 of them funded. Of the funded half pay by code at a class of 200, that is 10 of its 20.
        let all = (100, 900);
        // As many of the others do: 90 of 180. Then paying by code says nothing.
        assert_eq!(rated((10, 90), all), Some((Some(1_000), Colour::Green)));
        // A fifth of the others does: 36. Then it says 2.5, and one in ten becomes 22 %.
        assert_eq!(rated((10, 36), all), Some((Some(2_500), Colour::Red)));
        // Two fifths do: 72.
        assert_eq!(rated((10, 72), all), Some((Some(1_250), Colour::Green)));
        // Nobody else does: it says everything.
        assert_eq!(rated((20, 0), all), Some((None, Colour::Red)));
        assert_eq!(rated((0, 20), all), Some((Some(0), Colour::Green)));
    }

    #[test]
    fn colours_change_just_behind_one_and_a_quarter_and_just_behind_two() {
        let all = (1_000_000, 1_000_000);
        for (payers, said) in [
            ((50, 40), (1_250, Colour::Green)),
            ((50_001, 40_000), (1_251, Colour::Amber)),
            ((20, 10), (2_000, Colour::Amber)),
            ((20_001, 10_000), (2_001, Colour::Red)),
        ] {
            assert_eq!(rated(payers, all), Some((Some(said.0), said.1)), "{payers:?}");
        }
    }

    #[test]
    fn below_twenty_families_and_where_all_or_none_are_funded_nothing_is_said() {
        for (payers, all) in [((19, 0), (10, 90)), ((0, 19), (10, 90)), ((0, 0), (10, 90)), ((20, 20), (100, 0)), ((0, 40), (0, 100))] {
            assert_eq!(rated(payers, all), None, "{payers:?} of {all:?}");
        }
        assert!(rated((19, 1), (10, 90)).is_some());
    }

    proptest! {
        #[test]
        fn whoever_pays_by_code_in_equal_parts_gives_nothing_away(funded in 1_u32..5_000, own in 1_u32..5_000, times in 20_u32..400) {
            prop_assert_eq!(rated((funded.saturating_mul(times), own.saturating_mul(times)), (funded, own)), Some((Some(1_000), Colour::Green)));
        }

        #[test]
        fn each_more_family_with_its_own_money_makes_cover_better_and_each_funded_one_worse(
            payers in (0_u32..500, 0_u32..500), all in (1_u32..5_000, 1_u32..5_000),
        ) {
            prop_assume!(families(payers.0, payers.1).all() >= FAMILIES_MIN);
            let worth = |payers: (u32, u32)| rated(payers, all).map(|(ratio, colour)| (ratio.unwrap_or(u64::MAX), colour)).unwrap();
            let more = |of: u32| of.saturating_add(1);
            let (before, more_own, more_funded) = (worth(payers), worth((payers.0, more(payers.1))), worth((more(payers.0), payers.1)));
            prop_assert!(more_own.0 <= before.0 && more_own.1 <= before.1 && before.0 <= more_funded.0 && before.1 <= more_funded.1);
        }
    }
}
