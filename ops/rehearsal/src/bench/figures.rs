//! What a run measured.

#![expect(clippy::float_arithmetic, reason = "a measured time is no money")]

use std::time::Duration;

use serde::Serialize;

/// The figures of one run.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    /// Operations a second.
    pub per_second: f64,
    /// Half of the operations took at most so long …
    pub p50_ms: f64,
    /// … and 99 of 100.
    pub p99_ms: f64,
    /// Processor time of the database server, all its processes together.
    pub postgres_cpu_ms_per_op: f64,
    /// What was written to the server's log of changes.
    pub wal_bytes_per_op: f64,
    /// How often the server waited for the disk.
    pub fsyncs_per_op: f64,
    /// `ok`, or the first difference between the books and what they must hold.
    pub check: String,
}

/// What the server used during a run.
#[derive(Debug, Clone, Copy, Default)]
pub struct Used {
    /// Processor time.
    pub cpu: Duration,
    /// Bytes of its log.
    pub wal_bytes: u64,
    /// Times that it waited for the disk.
    pub fsyncs: u64,
}

impl Figures {
    /// From how long the whole run and each operation took. `times` are not empty.
    #[must_use]
    pub fn new(wall: Duration, mut times: Vec<Duration>, used: Used, check: String) -> Self {
        times.sort_unstable();
        let count = u64::try_from(times.len()).unwrap_or(u64::MAX);
        Self {
            per_second: rounded(each(count, wall.as_secs_f64()), 1),
            p50_ms: rounded(milliseconds(percentile(&times, 50)), 3),
            p99_ms: rounded(milliseconds(percentile(&times, 99)), 3),
            postgres_cpu_ms_per_op: rounded(milliseconds(used.cpu) / real(count), 4),
            wal_bytes_per_op: rounded(each(used.wal_bytes, real(count)), 0),
            fsyncs_per_op: rounded(each(used.fsyncs, real(count)), 4),
            check,
        }
    }
}

/// `sum` over `of`.
#[must_use]
pub fn each(sum: u64, of: f64) -> f64 {
    real(sum) / of.max(f64::MIN_POSITIVE)
}

/// One over the other.
#[must_use]
pub fn ratio(one: Duration, other: Duration) -> f64 {
    rounded(one.as_secs_f64() / other.as_secs_f64().max(f64::MIN_POSITIVE), 2)
}

/// In seconds, to the millisecond.
#[must_use]
pub fn seconds(time: Duration) -> f64 {
    rounded(time.as_secs_f64(), 3)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let at = sorted.len().saturating_mul(percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or_default()
}

/// Exact up to 2⁵³: no run counts so far.
fn real(count: u64) -> f64 {
    let (high, low) = (u32::try_from(count >> 32).unwrap_or(u32::MAX), u32::try_from(count & 0xffff_ffff).unwrap_or(u32::MAX));
    f64::from(high) * 4_294_967_296.0 + f64::from(low)
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_come_from_sorted_times() {
        let times = (1..=200).rev().map(Duration::from_millis).collect();
        let used = Used { cpu: Duration::from_millis(100), wal_bytes: 400_000, fsyncs: 20 };
        let figures = Figures::new(Duration::from_secs(2), times, used, "ok".to_owned());
        assert_eq!((figures.per_second, figures.p50_ms, figures.p99_ms), (100.0, 100.0, 198.0));
        assert_eq!((figures.postgres_cpu_ms_per_op, figures.wal_bytes_per_op, figures.fsyncs_per_op), (0.5, 2_000.0, 0.1));
    }
}
