//! A closed loop: so many callers, each asks again as soon as it has its answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Does `operation` `count` times, `concurrency` at once; answers how long all took, and each.
///
/// # Errors
/// The first operation that does not go well ends the run.
pub(super) async fn run<F>(
    count: usize,
    concurrency: usize,
    operation: impl Fn(usize) -> F + Clone + Send + 'static,
) -> anyhow::Result<(Duration, Vec<Duration>)>
where
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let callers: Vec<_> = (0..concurrency.max(1))
        .map(|_| {
            let (next, operation) = (next.clone(), operation.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        return anyhow::Ok(times);
                    }
                    let asked = Instant::now();
                    operation(index).await?;
                    times.push(asked.elapsed());
                }
            })
        })
        .collect();
    let mut times = Vec::with_capacity(count);
    for caller in callers {
        times.extend(caller.await??);
    }
    Ok((began.elapsed(), times))
}
