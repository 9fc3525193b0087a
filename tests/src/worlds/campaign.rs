//! `hagukumi-torture two-worlds`: as many histories as one likes, and every planted leak.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use serde_json::json;

use super::run::{Equal, Mutant, compare, kill};
use super::stage::Stage;

/// What a campaign is told.
#[derive(Debug, Args)]
pub struct Arguments {
    /// How many histories.
    #[arg(long, default_value_t = 300)]
    histories: u64,
    /// The seed of all histories and secrets.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print one JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// Histories that one set of databases plays before it is made anew.
const HISTORIES_OF_A_STAGE: u64 = 500;

/// Runs a campaign.
pub async fn run(arguments: &Arguments) -> ExitCode {
    let began = Instant::now();
    let mut counter = Counter::default();
    let mut equal = Equal::default();
    let mut next = 0;
    while next < arguments.histories {
        let last = arguments.histories.min(next + HISTORIES_OF_A_STAGE);
        let mut stage = Stage::open(arguments.seed.wrapping_add(next), 3).await;
        match compare(&mut stage, arguments.seed, next..last, || counter.count("histories", arguments.histories)).await {
            Ok(more) => equal.add(&more),
            Err(unequal) => return say(arguments, &equal, &[], began, &format!("{unequal}")),
        }
        next = last;
    }
    let mut counter = Counter::default();
    let planted = u64::try_from(super::leaks::all().count()).expect("a few leaks");
    let mutants = kill(&mut Stage::open(arguments.seed, 2).await, arguments.seed, || counter.count("leaks", planted)).await;
    let survivors: Vec<_> = mutants.iter().filter(|mutant| mutant.killed_by.is_none()).map(|mutant| mutant.name).collect();
    let missing = equal.exercised.missing();
    let found = survivors.iter().map(|name| format!("nobody saw that {name}")).chain(missing).collect::<Vec<_>>().join("\n");
    say(arguments, &equal, &mutants, began, &found)
}

fn say(arguments: &Arguments, equal: &Equal, mutants: &[Mutant], began: Instant, found: &str) -> ExitCode {
    let killed = mutants.iter().filter(|mutant| mutant.killed_by.is_some()).count();
    let (planted, seconds, requests) = (mutants.len(), began.elapsed().as_secs(), equal.exercised.requests());
    let document = json!({
        "histories": arguments.histories, "equal": equal.histories, "seed": arguments.seed, "events": equal.events, "requests": requests,
        "mutants_planted": planted, "mutants_killed": killed, "seconds": seconds,
    });
    let text = format!(
        "{} of {} histories equal in every world ({} events, {requests} requests a world); {killed} of {planted} planted leaks seen; {seconds} s",
        equal.histories, arguments.histories, equal.events
    );
    let mut stdout = std::io::stdout();
    let printed = if arguments.json { writeln!(stdout, "{document}") } else { writeln!(stdout, "{text}") };
    let _ = writeln!(std::io::stderr(), "{found}");
    if found.is_empty() && printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// How far it is, on a terminal.
#[derive(Default)]
struct Counter(u64);

impl Counter {
    fn count(&mut self, what: &str, of: u64) {
        self.0 += 1;
        let mut stderr = std::io::stderr();
        if stderr.is_terminal() {
            let _ = write!(stderr, "\r{} of {of} {what}", self.0);
            if self.0 == of {
                let _ = writeln!(stderr);
            }
        }
    }
}
