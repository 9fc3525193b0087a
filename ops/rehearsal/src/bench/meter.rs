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
        loop {
            let server = self.server()?;
            let children = self.children()?;
            // A child that ends in between would be counted nowhere, or twice.
            if self.server()?.ended == server.ended {
                let ticks = server.own.saturating_add(server.ended).saturating_add(children);
                return Ok(TICK * u32::try_from(ticks).unwrap_or(u32::MAX));
            }
        }
    }

    fn server(self) -> anyhow::Result<Process> {
        process(self.server).context("the server's main process cannot be read")
    }

    /// The ticks of the children that are there.
    fn children(self) -> anyhow::Result<u64> {
        let ids = fs::read_dir("/proc")?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let children = ids.filter_map(process).filter(|process| process.parent == self.server);
        Ok(children.fold(0, |ticks, child| ticks.saturating_add(child.own)))
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
