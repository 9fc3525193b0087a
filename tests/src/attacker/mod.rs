//! A statistical attacker: a merchant that knows its pupils, has learnt from half of them who is funded, and guesses of the others by what it sees of their
//! payments: amount, hour, day, repetition. How much better it is than whoever knows how many are funded, and guesses the same of everybody.
//!
//! What it finds in a rehearsed month is what people do (who comes how often, who pays just what is left), for the bytes say nothing. Two controls: with the
//! truth dealt anew among families it must find nothing, and an hour that some funded payments share must be found.

pub mod bayes;
pub mod campaign;
pub mod observe;

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::worlds::history::Dice;
use crate::worlds::timing::figures::auc_ppm;
use bayes::{Bayes, Features, Threshold};
use observe::{AMOUNT, FEATURES, HOUR, Observation};

/// What an attack came to. Shares in millionths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attack {
    /// Which.
    pub name: String,
    /// How often it was right.
    pub right_ppm: i128,
    /// How often whoever guesses the same of everybody was.
    pub prior_ppm: i128,
    /// The difference …
    pub advantage_ppm: i128,
    /// … and between what it lies with 95 % confidence: families are independent, payments of one are not.
    pub between_ppm: (i128, i128),
    /// The chance that a funded payment looks the more funded of two: 500,000 is none. Where there is a score.
    pub auc_ppm: Option<i128>,
}

/// A guess about one payment: the score, or 0 or 1, and whether it says funded.
type Guess = (i64, bool);

/// Every attack on these payments; `seed` parts the families into those that it learns from and the others, and then the other way round.
#[must_use]
pub fn attack(observed: &[Observation], seed: u64) -> Vec<Attack> {
    let everything = |features: &Features| features.clone();
    let mut attacks = vec![bayes("naive Bayes", observed, seed, everything), threshold(observed, seed)];
    for (at, name) in FEATURES.iter().enumerate() {
        attacks.push(bayes(&format!("{name} alone"), observed, seed, move |features| vec![features[at]]));
    }
    attacks
}

/// Naive Bayes on some of the features.
#[must_use]
pub fn bayes(name: &str, observed: &[Observation], seed: u64, of: impl Fn(&Features) -> Features) -> Attack {
    let features: Vec<_> = observed.iter().map(|one| of(&one.features)).collect();
    let features = &features;
    let guesses = by_halves(observed, seed, |half| {
        let known: Vec<_> = half.iter().map(|&at| (&features[at], observed[at].funded)).collect();
        let learnt = Bayes::learn(&known);
        move |at: usize| {
            let score = learnt.score(&features[at]);
            // How many are funded differs a little from half to half: it tells nothing of one payment, and is no part of the score.
            (score, learnt.prior() + score > 0)
        }
    });
    judged(name, observed, seed, &guesses, true)
}

fn threshold(observed: &[Observation], seed: u64) -> Attack {
    let guesses = by_halves(observed, seed, |half| {
        let known: Vec<_> = half.iter().map(|&at| (&observed[at].features, observed[at].funded)).collect();
        let learnt = Threshold::learn(&known, AMOUNT);
        move |at: usize| {
            let says = learnt.says(&observed[at].features);
            (i64::from(says), says)
        }
    });
    judged("best threshold of the amount", observed, seed, &guesses, false)
}

/// Learns from one half of the families and guesses of the other, both ways: a guess about every payment.
fn by_halves<G: Fn(usize) -> Guess>(observed: &[Observation], seed: u64, learn: impl Fn(&[usize]) -> G) -> Vec<Guess> {
    let halves = halves(observed, seed);
    let mut guesses = vec![(0, false); observed.len()];
    for half in 0..2 {
        let (known, asked): (Vec<_>, Vec<_>) = (0..observed.len()).partition(|&at| halves[at] == half);
        let guess = learn(&known);
        for at in asked {
            guesses[at] = guess(at);
        }
    }
    guesses
}

/// Which half the family of each payment is in.
fn halves(observed: &[Observation], seed: u64) -> Vec<usize> {
    let (mut dice, mut of) = (Dice::new(seed, "halves"), BTreeMap::new());
    observed.iter().map(|one| *of.entry(one.family).or_insert_with(|| dice.place(2))).collect()
}

fn wide(number: usize) -> i128 {
    i128::try_from(number).expect("a number of payments")
}

fn judged(name: &str, observed: &[Observation], seed: u64, guesses: &[Guess], scores: bool) -> Attack {
    let prior = by_halves(observed, seed, |half| {
        let most = half.iter().filter(|&&at| observed[at].funded).count() * 2 > half.len();
        move |_| (0, most)
    });
    let right = |guesses: &[Guess], at: usize| guesses[at].1 == observed[at].funded;
    let share = |guesses: &[Guess]| wide((0..observed.len()).filter(|&at| right(guesses, at)).count()) * 1_000_000 / wide(observed.len()).max(1);
    let mut by_family: BTreeMap<Uuid, i128> = BTreeMap::new();
    for (at, one) in observed.iter().enumerate() {
        *by_family.entry(one.family).or_default() += i128::from(right(guesses, at)) - i128::from(right(&prior, at));
    }
    let (sum, count) = (by_family.values().sum::<i128>(), wide(by_family.len()).max(1));
    // The variance of the sum over families, in millionths of a payment squared.
    let variance = by_family.values().map(|gain| (gain * count - sum).pow(2)).sum::<i128>() * 1_000_000 / (count * count);
    let error = i128::try_from(variance.unsigned_abs().isqrt()).expect("a root") * 1_000 * 196 / 100 / wide(observed.len()).max(1);
    let advantage_ppm = sum * 1_000_000 / wide(observed.len()).max(1);
    // The lowest score becomes 0.
    let lowest = guesses.iter().map(|(score, _)| *score).min().unwrap_or_default();
    let of = |funded: bool| {
        let score = |(guess, _): (&Guess, &Observation)| u64::try_from(guess.0 - lowest).expect("no lower score");
        guesses.iter().zip(observed).filter(|(_, one)| one.funded == funded).map(score).collect::<Vec<_>>()
    };
    Attack {
        name: name.to_owned(),
        right_ppm: share(guesses),
        prior_ppm: share(&prior),
        advantage_ppm,
        between_ppm: (advantage_ppm - error, advantage_ppm + error),
        auc_ppm: scores.then(|| auc_ppm(&of(true), &of(false))),
    }
}

/// The negative control: the same payments, and the families' truths dealt anew among them.
#[must_use]
pub fn dealt_anew(observed: &[Observation], seed: u64) -> Vec<Observation> {
    let mut truths: Vec<_> = observed.iter().map(|one| one.funded).collect();
    let mut dice = Dice::new(seed, "dealt anew");
    for at in (1..truths.len()).rev() {
        truths.swap(at, dice.place(at + 1));
    }
    observed.iter().zip(truths).map(|(one, funded)| Observation { funded, ..one.clone() }).collect()
}

/// The positive control: the truths dealt anew, and half of the funded payments made at one hour.
#[must_use]
pub fn planted(observed: &[Observation], seed: u64) -> Vec<Observation> {
    let mut dice = Dice::new(seed, "planted");
    let mut planted = dealt_anew(observed, seed);
    for one in planted.iter_mut().filter(|one| one.funded) {
        if dice.happens(50) {
            one.features[HOUR] = 8;
        }
    }
    planted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Families that pay two to four times; a third of them funded, in nothing else unlike the others.
    fn alike(families: u128) -> Vec<Observation> {
        let mut dice = Dice::new(3, "alike");
        let mut observed = Vec::new();
        for family in 1..=families {
            let funded = dice.happens(33);
            for visit in 0..2 + u32::try_from(dice.below(3)).unwrap() {
                let number = |dice: &mut Dice, sides| u32::try_from(dice.below(sides)).unwrap();
                let features =
                    vec![number(&mut dice, 12), 0, 9 + number(&mut dice, 10), 1 + number(&mut dice, 28), 1 + number(&mut dice, 7), visit, number(&mut dice, 2)];
                observed.push(Observation { family: Uuid::from_u128(family), features, funded });
            }
        }
        observed
    }

    #[test]
    fn of_families_that_do_the_same_nothing_is_guessed() {
        for attack in attack(&alike(2_000), 1) {
            assert!(attack.between_ppm.0 <= 10_000 && attack.auc_ppm.is_none_or(|auc| (auc - 500_000).abs() < 25_000), "{attack:?}");
        }
    }

    #[test]
    fn an_hour_half_of_the_funded_payments_share_is_found_and_reshuffled_truths_are_not() {
        let observed = alike(1_000);
        let found = bayes("planted", &planted(&observed, 1), 1, Clone::clone);
        assert!(found.between_ppm.0 > 100_000 && found.auc_ppm > Some(700_000), "{found:?}");
        let nothing = bayes("anew", &dealt_anew(&observed, 1), 1, Clone::clone);
        assert!(nothing.between_ppm.0 < 10_000 && nothing.auc_ppm < Some(530_000), "{nothing:?}");
    }

    #[test]
    fn who_pays_just_what_is_left_is_found_by_the_odd_yen() {
        let mut observed = alike(1_000);
        observed.iter_mut().filter(|one| one.funded && one.features[3] > 20).for_each(|one| one.features[1] = 137);
        let attacks = attack(&observed, 1);
        let of = |name: &str| attacks.iter().find(|attack| attack.name == name).unwrap().auc_ppm.unwrap();
        assert!(of("odd yen alone") > 600_000 && of("weekday alone") < 530_000, "{attacks:?}");
    }
}
