//! What the database server uses: processor time of all its processes, its log of changes, its waits for the disk.

use std::fs;
use std::time::Duration;

use anyhow::Context as _;
use sqlx::PgPool;

use super::figures::Used;
use super::repo;

/// Linux counts processor time in hundredths of a second, whatever its own clock does (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// Reads the meters of one server.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meter {
    /// The server's main process; the others are its children.
    pub(super) server: u32,
}

/// A process as `/proc/…/stat` shows it, in ticks.
struct Process {
    parent: u32,
    own: u64,
    /// Of children that have ended.
    ended: u64,
}

impl Meter {
    /// Where the meters stand. Connections that have worked must be closed: only then has each told what it wrote.
    pub(super) async fn read(&self, owner: &PgPool) -> anyhow::Result<Used> {
        let (wal_bytes, fsyncs) = repo::read_log(owner).await?;
        Ok(Used { cpu: self.cpu()?, wal_bytes, fsyncs })
    }

    /// Of the main process, of its children, and of those that have ended.
    fn cpu(self) -> anyhow::Result<Duration> {
        let server = process(self.server).context("the server's main process cannot be read")?;
        let mut ticks = server.own.saturating_add(server.ended);
        for entry in fs::read_dir("/proc")?.flatten() {
            let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            if let Some(child) = process(id).filter(|process| process.parent == self.server) {
                ticks = ticks.saturating_add(child.own);
            }
        }
        Ok(TICK * u32::try_from(ticks).unwrap_or(u32::MAX))
    }
}

/// How far the meters have moved.
#[must_use]
pub(super) fn between(before: Used, after: Used) -> Used {
    Used {
        cpu: after.cpu.saturating_sub(before.cpu),
        wal_bytes: after.wal_bytes.saturating_sub(before.wal_bytes),
        fsyncs: after.fsyncs.saturating_sub(before.fsyncs),
    }
}

fn process(id: u32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name, in brackets, may hold anything: fields are counted behind it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Process { parent: u32::try_from(number(1)?).ok()?, own: number(11)?.saturating_add(number(12)?), ended: number(13)?.saturating_add(number(14)?) })
}

/// The most memory that this process has held at once, in bytes.
#[must_use]
pub(super) fn resident_max() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1_024)
}
