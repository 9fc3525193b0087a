//! `hagukumi-torture two-worlds`: as many histories as one likes, and every planted leak; or the times of answers.

use std::cell::RefCell;
use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use futures_util::StreamExt as _;
use serde_json::json;

use super::history::tour;
use super::leaks;
use super::run::{Equal, Mutant, compare, kill};
use super::stage::Stage;
use super::timing::{Answered, Question, measure};

/// What a campaign is told.
#[derive(Debug, Args)]
pub struct Arguments {
    /// How many histories.
    #[arg(long, default_value_t = 300)]
    histories: u64,
    /// The seed of all histories and secrets.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Time so many pairs of requests for each endpoint, instead of playing histories.
    #[arg(long)]
    timing: Option<usize>,
    /// Print one JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// Histories that one set of databases plays before it is made anew.
const HISTORIES_OF_A_STAGE: u64 = 500;
/// How many stages play side by side: two keep two cores busy.
const STAGES: usize = 2;

/// Runs a campaign.
pub async fn run(arguments: &Arguments) -> ExitCode {
    if let Some(pairs) = arguments.timing {
        return time(arguments, pairs).await;
    }
    let began = Instant::now();
    let mut equal = Equal::default();
    if let Err(found) = histories(arguments, &mut equal).await {
        return say(arguments, &equal, &[], began, &found);
    }
    let mut counter = Counter::default();
    let planted = u64::try_from(leaks::all().count()).expect("a few leaks");
    let mutants = kill(&mut Stage::open(arguments.seed, 2).await, arguments.seed, || counter.count("leaks", planted)).await;
    let survivors = mutants.iter().filter(|mutant| mutant.killed_by.is_none()).map(|mutant| format!("nobody saw that {}", mutant.name));
    let found = survivors.chain(equal.exercised.missing()).collect::<Vec<_>>().join("\n");
    say(arguments, &equal, &mutants, began, &found)
}

/// The tour, then the histories, on two stages at a time; what tells worlds apart is an error.
async fn histories(arguments: &Arguments, equal: &mut Equal) -> Result<(), String> {
    let counter = RefCell::new(Counter::default());
    let begins = (0..arguments.histories).step_by(usize::try_from(HISTORIES_OF_A_STAGE).expect("a few"));
    let stages = begins.map(|first| {
        let numbers = first..arguments.histories.min(first + HISTORIES_OF_A_STAGE);
        let counter = &counter;
        async move {
            let mut stage = Stage::open(arguments.seed.wrapping_add(first), 3).await;
            if first == 0
                && let Some(difference) = stage.play(0, &tour()).await
            {
                return Err(difference.to_string());
            }
            let equal = compare(&mut stage, arguments.seed, numbers, || counter.borrow_mut().count("histories", arguments.histories)).await;
            equal.map_err(|unequal| unequal.to_string())
        }
    });
    let mut stages = futures_util::stream::iter(stages).buffer_unordered(STAGES);
    while let Some(more) = stages.next().await {
        equal.add(&more?);
    }
    Ok(())
}

/// Times pairs of requests: the question, and its two controls.
async fn time(arguments: &Arguments, pairs: usize) -> ExitCode {
    let began = Instant::now();
    let mut counter = Counter::default();
    let all = u64::try_from(pairs * Question::ALL.len()).expect("a number of pairs");
    let answered = measure(arguments.seed, pairs, || counter.count("pairs", all)).await;
    let well = answered.iter().all(Answered::is_well);
    let row = |of: &Answered| {
        let Answered { question, endpoint, figures } = of;
        json!({
            "question": question.as_str(), "endpoint": endpoint, "pairs": figures.pairs, "median_ns": [figures.medians.0, figures.medians.1],
            "auc_ppm": i64::try_from(figures.auc_ppm).ok(), "sign_z_milli": i64::try_from(figures.sign_milli).ok(),
            "wilcoxon_z_milli": i64::try_from(figures.wilcoxon_milli).ok(), "told_apart": !figures.is_blind(), "as_it_must_be": of.is_well(),
        })
    };
    let mut stdout = std::io::stdout();
    let printed = if arguments.json {
        let rows: Vec<_> = answered.iter().map(row).collect();
        writeln!(stdout, "{}", json!({ "pairs": pairs, "seed": arguments.seed, "well": well, "seconds": began.elapsed().as_secs(), "timing": rows }))
    } else {
        answered.iter().try_for_each(|of| {
            let said = if of.figures.is_blind() { "not told apart" } else { "told apart" };
            writeln!(stdout, "{}, {}: {said}: {}", of.endpoint, of.question.as_str(), of.figures)
        })
    };
    if well && printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
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
