//! Many histories, one after another; what differs is shrunk.

use std::fmt;

use super::history::{Event, history, tour};
use super::leaks;
use super::stage::Stage;
use super::view::{Difference, Exercised};

/// Histories that were the same in all worlds.
#[derive(Debug, Default)]
pub struct Equal {
    /// How many.
    pub histories: u64,
    /// Their events.
    pub events: u64,
    /// What was asked.
    pub exercised: Exercised,
}

impl Equal {
    /// Adds what another run has found equal.
    pub fn add(&mut self, other: &Self) {
        self.histories += other.histories;
        self.events += other.events;
        self.exercised.add(&other.exercised);
    }
}

/// A history that was not.
#[derive(Debug)]
pub struct Unequal {
    /// Its number.
    pub number: u64,
    /// As short as it could be made.
    pub history: Vec<Event>,
    /// What differs.
    pub difference: Difference,
}

impl fmt::Display for Unequal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "history {} tells worlds apart; shrunk to {} events:", self.number, self.history.len())?;
        for event in &self.history {
            writeln!(f, "  {event:?}")?;
        }
        write!(f, "{}", self.difference)
    }
}

/// Plays the histories of a seed with these numbers.
///
/// # Errors
/// The first history that tells worlds apart, shrunk.
pub async fn compare(stage: &mut Stage, seed: u64, numbers: impl Iterator<Item = u64>, mut progress: impl FnMut()) -> Result<Equal, Box<Unequal>> {
    let mut equal = Equal::default();
    for number in numbers {
        let history = history(seed, number);
        if let Some(difference) = stage.play(number, &history).await {
            return Err(Box::new(shrink(stage, number, history, difference).await));
        }
        equal.histories += 1;
        equal.events += u64::try_from(history.len()).expect("few events");
        progress();
    }
    equal.exercised = stage.take_exercised();
    Ok(equal)
}

/// Leaves out events, many at a time and then one by one, as long as what is left still tells worlds apart.
pub async fn shrink(stage: &mut Stage, number: u64, mut history: Vec<Event>, mut difference: Difference) -> Unequal {
    history.truncate(difference.event + 1);
    let mut chunk = history.len() / 2;
    while chunk > 0 {
        let mut at = 0;
        while at < history.len() {
            let mut shorter = history.clone();
            shorter.drain(at..(at + chunk).min(history.len()));
            match stage.play(number, &shorter).await {
                Some(found) => (history, difference) = (shorter, found),
                None => at += chunk,
            }
        }
        chunk /= 2;
    }
    Unequal { number, history, difference }
}

/// What became of a planted leak.
#[derive(Debug)]
pub struct Mutant {
    /// Its name.
    pub name: &'static str,
    /// What gave it away; nothing if it survived.
    pub killed_by: Option<Difference>,
}

/// How many histories a leak is tried on before it counts as surviving.
const HISTORIES_OF_A_MUTANT: u64 = 20;

/// Plants every leak in turn and plays histories until it is seen.
pub async fn kill(stage: &mut Stage, seed: u64, mut progress: impl FnMut()) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for leak in leaks::all() {
        stage.plant(Some(leak));
        let mut killed_by = stage.play(0, &tour()).await;
        for number in 0..HISTORIES_OF_A_MUTANT {
            if killed_by.is_some() {
                break;
            }
            killed_by = stage.play(number, &history(seed, number)).await;
        }
        mutants.push(Mutant { name: leak.name, killed_by });
        progress();
    }
    stage.plant(None);
    mutants
}
