//! Set-up that tests share, so that a test shows only what it is about.

pub mod access;
pub mod city;
pub mod cluster;
pub mod database;
pub mod documents;
pub mod log;
pub mod pictures;
pub mod qr;
pub mod test_city;
pub mod town;

use std::sync::Arc;

use tokio::sync::Barrier;

/// Asks again until there is an answer: waits for what another task or server brings about, and for no time.
pub async fn until<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    loop {
        if let Some(answer) = ask().await {
            break answer;
        }
        tokio::task::yield_now().await;
    }
}

/// Runs `runners` tasks that start together; their answers, in order.
pub async fn race<T, F>(runners: usize, task: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(runners));
    let running: Vec<_> = (0..runners)
        .map(|runner| {
            let (start, task) = (start.clone(), task(runner));
            tokio::spawn(async move {
                start.wait().await;
                task.await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in running {
        answers.push(task.await.expect("a runner"));
    }
    answers
}
