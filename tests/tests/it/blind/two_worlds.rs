//! Whoever funds a payment, merchants see the same: histories played in worlds that differ in nothing but that, and leaks that must be seen.
//! `./ops/torture two-worlds` does the same for as long as one likes.

use std::io::Write as _;
use std::ops::Range;

use tests::worlds::fitting::Fitting;
use tests::worlds::history::tour;
use tests::worlds::leaks;
use tests::worlds::run::{Equal, compare, kill, shrink};
use tests::worlds::stage::Stage;
use tests::worlds::timing::{Answered, ENDPOINTS, Question, measure};

const SEED: u64 = 20_261_125;

async fn same(worlds: u64, numbers: Range<u64>) -> Equal {
    let mut stage = Stage::open(SEED, worlds).await;
    assert_eq!(stage.play(0, &tour()).await, None);
    compare(&mut stage, SEED, numbers, || {}).await.unwrap_or_else(|unequal| panic!("{unequal}"))
}

#[tokio::test]
async fn merchants_see_the_same_whether_schemes_pay_or_families() {
    let equal = same(2, 0..240).await;
    assert_eq!(equal.histories, 240);
    assert_eq!(equal.exercised.missing(), Vec::<String>::new(), "operations of the merchants' API that no history asks");
}

#[tokio::test]
async fn merchants_see_the_same_whichever_schemes_pay() {
    assert_eq!(same(3, 240..300).await.histories, 60);
}

#[tokio::test]
async fn every_planted_leak_is_seen() {
    let mut stage = Stage::open(SEED, 2).await;
    assert_eq!(stage.play(0, &tour()).await, None, "nothing is planted yet");
    let mutants = kill(&mut stage, SEED, || {}).await;
    let survivors: Vec<_> = mutants.iter().filter(|mutant| mutant.killed_by.is_none()).map(|mutant| mutant.name).collect();
    writeln!(std::io::stdout(), "{} of {} planted leaks seen", mutants.len() - survivors.len(), mutants.len()).unwrap();
    assert!(mutants.len() >= 40, "at least forty leaks");
    assert_eq!(survivors, Vec::<&str>::new());
}

#[tokio::test]
async fn worlds_with_the_same_secret_are_the_same_and_a_leak_is_shrunk_to_what_shows_it() {
    let mut control = Box::pin(Stage::control(SEED)).await;
    compare(&mut control, SEED, 0..10, || {}).await.unwrap_or_else(|unequal| panic!("{unequal}"));
    let mut stage = Stage::open(SEED, 2).await;
    stage.plant(leaks::all().find(|leak| leak.name == "amounts are texts"));
    let difference = stage.play(0, &tour()).await.expect("a difference");
    let unequal = shrink(&mut stage, 0, tour(), difference).await;
    assert_eq!(unequal.history.len(), 2, "a payment that is set aside, and its code scanned:\n{unequal}");
}

#[tokio::test]
async fn merchants_see_the_same_over_the_private_line_as_in_one_process() {
    let mut stage = Stage::fitted(SEED, &[Fitting::Call, Fitting::Line, Fitting::Line]).await;
    let equal = compare(&mut stage, SEED, 300..312, || {}).await.unwrap_or_else(|unequal| panic!("{unequal}"));
    assert_eq!(equal.histories, 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn times_are_measured_and_reported() {
    // Too few to judge by, and on a machine that others use: a campaign judges (`./ops/torture two-worlds --timing 50000`).
    let answered = measure(SEED, 40, || {}).await;
    assert_eq!(answered.len(), Question::ALL.len() * ENDPOINTS.len());
    for Answered { question, endpoint, figures } in answered {
        assert_eq!(figures.pairs, 40);
        writeln!(std::io::stdout(), "{endpoint}, {}: {figures}", question.as_str()).unwrap();
    }
}
