//! The statistician: naive Bayes over features that are small numbers, and the best threshold of one of them. Whole numbers only, so that a figure is the
//! same on every machine.

use std::collections::BTreeMap;

/// What was observed of one payment: a number for each feature.
pub type Features = Vec<u32>;

/// Payments whose truth is known: the features, and whether a scheme paid some of it.
pub type Known<'a> = [(&'a Features, bool)];

/// How often each value of each feature was seen, with a scheme and without.
pub struct Bayes {
    /// Without, with.
    all: [u64; 2],
    seen: Vec<BTreeMap<u32, [u64; 2]>>,
}

impl Bayes {
    /// Learns from what is known.
    #[must_use]
    pub fn learn(known: &Known<'_>) -> Self {
        let features = known.first().map_or(0, |(features, _)| features.len());
        let mut learnt = Self { all: [0; 2], seen: vec![BTreeMap::new(); features] };
        for (features, funded) in known {
            learnt.all[usize::from(*funded)] += 1;
            for (seen, value) in learnt.seen.iter_mut().zip(*features) {
                seen.entry(*value).or_default()[usize::from(*funded)] += 1;
            }
        }
        learnt
    }

    /// How much more likely than not it is that a scheme pays, before anything was seen, in thousandths of a bit.
    #[must_use]
    pub fn prior(&self) -> i64 {
        log2_milli(self.all[1] + 1) - log2_milli(self.all[0] + 1)
    }

    /// How much what was seen speaks for a scheme, in thousandths of a bit; a value that was never learnt says nothing.
    #[must_use]
    pub fn score(&self, features: &Features) -> i64 {
        let odds = |of: [u64; 2], all: [u64; 2]| log2_milli(of[1]) - log2_milli(of[0]) - log2_milli(all[1]) + log2_milli(all[0]);
        let of_feature = |(seen, value): (&BTreeMap<u32, [u64; 2]>, &u32)| {
            let values = u64::try_from(seen.len()).expect("a few values") + 1;
            seen.get(value).map_or(0, |count| odds(count.map(|count| count + 1), self.all.map(|all| all + values)))
        };
        self.seen.iter().zip(features).map(of_feature).sum::<i64>()
    }
}

/// The best threshold of one feature: from where on, and whether what is at or above it counts as paid by a scheme.
pub struct Threshold {
    feature: usize,
    from: u32,
    above: bool,
}

impl Threshold {
    /// Learns from what is known: the threshold that is right most often.
    #[must_use]
    pub fn learn(known: &Known<'_>, feature: usize) -> Self {
        let mut values: Vec<_> = known.iter().map(|(features, funded)| (features[feature], *funded)).collect();
        values.sort_unstable();
        let funded = values.iter().filter(|(_, funded)| *funded).count();
        // At the lowest value everything is at or above it.
        let (mut funded_below, mut best) = (0, (0, Self { feature, from: 0, above: true }));
        for (below, (value, is_funded)) in values.iter().enumerate() {
            if below == 0 || values[below - 1].0 != *value {
                let right = (funded - funded_below) + (below - funded_below);
                for (right, above) in [(right, true), (values.len() - right, false)] {
                    if right > best.0 {
                        best = (right, Self { feature, from: *value, above });
                    }
                }
            }
            funded_below += usize::from(*is_funded);
        }
        best.1
    }

    /// Whether it says that a scheme paid.
    #[must_use]
    pub fn says(&self, features: &Features) -> bool {
        (features[self.feature] >= self.from) == self.above
    }
}

/// The logarithm to the base of two, in thousandths, cut; of 0 as of 1.
fn log2_milli(number: u64) -> i64 {
    const ONE: u128 = 1 << 60;
    let whole = number.max(1).ilog2();
    let mut rest = (u128::from(number.max(1)) << 60) >> whole;
    // Each squaring gives one more binary place.
    let (mut places, mut bits) = (0_i64, 0_i64);
    for _ in 0..20 {
        rest = (rest >> 30) * (rest >> 30);
        bits = bits * 2 + i64::from(rest >= 2 * ONE);
        if rest >= 2 * ONE {
            rest >>= 1;
        }
        places += 1;
    }
    i64::from(whole) * 1_000 + bits * 1_000 / (1 << places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_those_of_the_table() {
        let table = [(0, 0), (1, 0), (2, 1_000), (3, 1_584), (10, 3_321), (1_000, 9_965), (1 << 40, 40_000)];
        for (number, milli) in table {
            assert_eq!(log2_milli(number), milli, "{number}");
        }
    }

    #[test]
    fn what_is_seen_with_a_scheme_only_speaks_for_one_and_what_nobody_saw_says_little() {
        let rows: Vec<(Features, bool)> = (0..200).map(|at| (vec![u32::from(at % 2 == 0), 7], at % 2 == 0)).collect();
        let known: Vec<_> = rows.iter().map(|(features, funded)| (features, *funded)).collect();
        let learnt = Bayes::learn(&known);
        assert!(learnt.score(&vec![1, 7]) > 5_000 && learnt.score(&vec![0, 7]) < -5_000);
        assert!(learnt.score(&vec![9, 7]).abs() < 100, "{}", learnt.score(&vec![9, 7]));
        let threshold = Threshold::learn(&known, 0);
        assert!(threshold.says(&vec![1, 7]) && !threshold.says(&vec![0, 7]));
        let constant = Threshold::learn(&known, 1);
        assert_eq!(constant.says(&vec![0, 7]), constant.says(&vec![1, 7]));
    }
}
