//! Whether two samples of times can be told apart: whole numbers only, so that a figure is the same on every machine.

use std::fmt;

/// A difference of area under the curve from one half, in millionths, that is accepted: nobody can use it.
pub const AUC_PPM_MAX: i128 = 10_000;
/// A deviation from chance, in thousandths of a standard deviation, that is accepted: on a machine that others use, 2 is nothing.
pub const Z_MILLI_MAX: i128 = 4_500;

/// How far the times of one class differ from those of another, pair by pair and as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Pairs.
    pub pairs: usize,
    /// Median of each class, in nanoseconds.
    pub medians: (u64, u64),
    /// Area under the curve, in millionths: the chance that a time of the first class is the longer of two. 500,000 is no difference.
    pub auc_ppm: i128,
    /// Sign test, in thousandths of a standard deviation.
    pub sign_milli: i128,
    /// Wilcoxon's signed ranks, in thousandths of a standard deviation.
    pub wilcoxon_milli: i128,
}

impl Figures {
    /// Of pairs of times in nanoseconds.
    #[must_use]
    pub fn of(pairs: &[(u64, u64)]) -> Self {
        let (first, second): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
        Self {
            pairs: pairs.len(),
            medians: (median(&first), median(&second)),
            auc_ppm: auc_ppm(&first, &second),
            sign_milli: sign_milli(pairs),
            wilcoxon_milli: wilcoxon_milli(pairs),
        }
    }

    /// Whether the classes cannot be told apart.
    #[must_use]
    pub fn is_blind(&self) -> bool {
        (self.auc_ppm - 500_000).abs() <= AUC_PPM_MAX && self.sign_milli.abs() < Z_MILLI_MAX && self.wilcoxon_milli.abs() < Z_MILLI_MAX
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signed = |milli: i128| format!("{}{}.{:03}", if milli < 0 { "-" } else { "+" }, milli.abs() / 1_000, milli.abs() % 1_000);
        write!(
            f,
            "{} pairs, medians {} and {} µs, AUC 0.{:06}, z {} (sign) {} (Wilcoxon)",
            self.pairs,
            self.medians.0 / 1_000,
            self.medians.1 / 1_000,
            self.auc_ppm,
            signed(self.sign_milli),
            signed(self.wilcoxon_milli)
        )
    }
}

fn median(times: &[u64]) -> u64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

fn wide(number: usize) -> i128 {
    i128::try_from(number).expect("a number of pairs")
}

fn root(number: i128) -> i128 {
    i128::try_from(number.max(1).unsigned_abs().isqrt()).expect("the root of an i128")
}

/// Twice the rank of each value, counted from 1: equal values share the middle of their ranks, which twice is whole.
fn doubled_ranks(values: &[u64]) -> Vec<i128> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by_key(|&at| values[at]);
    let mut ranks = vec![0; values.len()];
    for equal in order.chunk_by(|&one, &next| values[one] == values[next]) {
        let first = wide(order.partition_point(|&at| values[at] < values[equal[0]])) + 1;
        let doubled = 2 * first + wide(equal.len()) - 1;
        for &at in equal {
            ranks[at] = doubled;
        }
    }
    ranks
}

/// Mann and Whitney's U over its greatest value.
#[must_use]
pub fn auc_ppm(first: &[u64], second: &[u64]) -> i128 {
    let all: Vec<u64> = first.iter().chain(second).copied().collect();
    let (n, m) = (wide(first.len()), wide(second.len()));
    let doubled: i128 = doubled_ranks(&all).iter().take(first.len()).sum();
    (doubled - n * (n + 1)) * 500_000 / (n * m).max(1)
}

fn sign_milli(pairs: &[(u64, u64)]) -> i128 {
    let longer = wide(pairs.iter().filter(|(one, other)| one > other).count());
    let shorter = wide(pairs.iter().filter(|(one, other)| one < other).count());
    (longer - shorter) * 1_000_000 / root((longer + shorter) * 1_000_000)
}

fn wilcoxon_milli(pairs: &[(u64, u64)]) -> i128 {
    let unequal: Vec<_> = pairs.iter().filter(|(one, other)| one != other).collect();
    let gaps: Vec<u64> = unequal.iter().map(|(one, other)| one.abs_diff(*other)).collect();
    let ranks = doubled_ranks(&gaps);
    let signed: i128 = unequal.iter().zip(&ranks).map(|((one, other), rank)| if one > other { *rank } else { -*rank }).sum();
    let n = wide(unequal.len());
    // The signed sum of ranks varies by n(n+1)(2n+1)/6; ranks are doubled here.
    signed * 1_000_000 / root(n * (n + 1) * (2 * n + 1) * 4 * 1_000_000 / 6)
}

#[cfg(test)]
mod tests {
    use super::super::super::history::Dice;
    use super::*;

    /// Times of a request as machines have them: most near one value, some far above; `more` nanoseconds on top of the first class.
    fn times(pairs: usize, more: u64) -> Vec<(u64, u64)> {
        let mut dice = Dice::new(1, "times");
        let mut one = move || 350_000 + dice.below(20_000) + dice.below(20_000) + if dice.happens(5) { dice.below(400_000) } else { 0 };
        (0..pairs).map(|_| (one() + more, one())).collect()
    }

    #[test]
    fn equal_classes_pass_and_twenty_microseconds_do_not() {
        let same = Figures::of(&times(20_000, 0));
        assert!(same.is_blind(), "{same}");
        let slower = Figures::of(&times(20_000, 20_000));
        assert!(!slower.is_blind() && slower.sign_milli > 0 && slower.auc_ppm > 600_000, "{slower}");
        // One microsecond is beneath what a single look tells, and many looks tell it all the same.
        let hardly = Figures::of(&times(50_000, 1_500));
        assert!(!hardly.is_blind(), "{hardly}");
    }

    #[test]
    fn the_figures_are_those_of_the_textbook() {
        // Every time of the first class is longer: U is all there is, and the sign test's z is the root of the number of pairs.
        let all_longer: Vec<_> = (0..100).map(|at| (1_000 + at, at)).collect();
        let figures = Figures::of(&all_longer);
        assert_eq!((figures.auc_ppm, figures.sign_milli), (1_000_000, 10_000));
        // W⁺ = 5050 of 100 ranks: z = 5050 / √(100·101·201/24) ÷ … = 8.68.
        assert!((8_600..8_700).contains(&figures.wilcoxon_milli), "{figures}");
        let none: Vec<_> = (0..100).map(|at| (at, at)).collect();
        let figures = Figures::of(&none);
        assert_eq!((figures.auc_ppm, figures.sign_milli, figures.wilcoxon_milli), (500_000, 0, 0));
        assert_eq!(doubled_ranks(&[5, 1, 5, 9]), [5, 2, 5, 8]);
    }
}
