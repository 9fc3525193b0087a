//! The same work for every peer: entries of two legs from 2,000 payers to 50 payees, each durable before it is answered. The same figures as
//! `hagukumi bench post --json`.

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Parser;

/// What every peer is told.
#[derive(Debug, Clone, Parser)]
pub struct Arguments {
    /// The database, empty: the peer makes its own tables.
    #[arg(long)]
    pub database_url: String,
    /// The server's main process, for its processor time.
    #[arg(long)]
    pub server: u32,
    /// Entries.
    #[arg(long, default_value_t = 5_000)]
    pub count: usize,
    /// At once.
    #[arg(long, default_value_t = 32)]
    pub concurrency: usize,
    /// Those who pay.
    #[arg(long, default_value_t = 2_000)]
    pub payers: usize,
    /// Those who are paid.
    #[arg(long, default_value_t = 50)]
    pub payees: usize,
    /// Where the peer's migrations are, for one that does not bring its own.
    #[arg(long)]
    pub migrations: Option<String>,
}

/// What the server has used.
struct Meters {
    cpu: Duration,
    wal_bytes: u64,
    fsyncs: u64,
}

/// Runs `post` for every number below the count, so many at once, and prints the figures as one JSON document.
///
/// # Errors
/// The first entry that is not posted ends the run.
pub async fn run<F>(arguments: &Arguments, peer: &str, post: impl Fn(usize) -> F + Clone + Send + 'static) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let before = meters(arguments)?;
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let count = arguments.count;
    let callers: Vec<_> = (0..arguments.concurrency.max(1))
        .map(|_| {
            let (next, post) = (next.clone(), post.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return anyhow::Ok(times);
                    }
                    let asked = Instant::now();
                    post(number).await?;
                    times.push(asked.elapsed());
                }
            })
        })
        .collect();
    let mut times = Vec::new();
    for caller in callers {
        times.extend(caller.await??);
    }
    let wall = began.elapsed();
    // The server's processes tell what they wrote once a second.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let after = meters(arguments)?;
    times.sort_unstable();
    let percentile = |percent: usize| times[(times.len() * percent).div_ceil(100) - 1].as_secs_f64() * 1_000.0;
    let each = |sum: f64| sum / times.len() as f64;
    let figures = serde_json::json!({
        "work": peer,
        "count": count,
        "concurrency": arguments.concurrency,
        "per_second": times.len() as f64 / wall.as_secs_f64(),
        "p50_ms": percentile(50),
        "p99_ms": percentile(99),
        "postgres_cpu_ms_per_op": each((after.cpu - before.cpu).as_secs_f64() * 1_000.0),
        "wal_bytes_per_op": each((after.wal_bytes - before.wal_bytes) as f64),
        "fsyncs_per_op": each((after.fsyncs - before.fsyncs) as f64),
    });
    println!("{figures:#}");
    Ok(())
}

fn meters(arguments: &Arguments) -> anyhow::Result<Meters> {
    let sql = "SELECT (pg_current_wal_lsn() - '0/0')::bigint || ' ' || wal_sync FROM pg_stat_wal";
    let output = Command::new("psql").args(["-XAtc", sql, &arguments.database_url]).output().context("psql cannot be run")?;
    let text = String::from_utf8(output.stdout)?;
    let mut numbers = text.split_whitespace().map(str::parse::<u64>);
    let mut number = || numbers.next().context("the server does not say what it wrote")?.context("no number");
    Ok(Meters { wal_bytes: number()?, fsyncs: number()?, cpu: cpu(arguments.server)? })
}

/// Of the server's main process, of its children, and of those that have ended; in hundredths of a second.
fn cpu(server: u32) -> anyhow::Result<Duration> {
    let (_, own, ended) = process(server).context("the server's main process cannot be read")?;
    let mut ticks = own + ended;
    for entry in fs::read_dir("/proc")?.flatten() {
        if let Some((parent, own, _)) = entry.file_name().to_str().and_then(|name| name.parse().ok()).and_then(process)
            && parent == u64::from(server)
        {
            ticks += own;
        }
    }
    Ok(Duration::from_millis(10 * ticks))
}

fn process(id: u32) -> Option<(u64, u64, u64)> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some((number(1)?, number(11)? + number(12)?, number(13)? + number(14)?))
}
