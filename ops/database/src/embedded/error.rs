//! Why the embedded server cannot be used, and what to do about it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Lines of the log that an error shows.
const LOG_LINES_MAX: usize = 15;

/// Why the embedded server cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// There is no server on this machine.
    #[error("PostgreSQL is not installed: apt-get install postgresql (or set DATABASE_URL to a server that you run)")]
    NotInstalled,
    /// There is one, but an old one.
    #[error("PostgreSQL {installed} is installed, {needed} or newer is needed: apt-get install postgresql-{needed}")]
    TooOld {
        /// The newest version found.
        installed: u32,
        /// The oldest that will do.
        needed: u32,
    },
    /// The data was made by a version that is no longer installed.
    #[error("the data was written by PostgreSQL {needed}, which is not installed: apt-get install postgresql-{needed}, or move the data with pg_upgrade")]
    VersionGone {
        /// The version that wrote the data.
        needed: String,
    },
    /// Root cannot run the server itself, and there is nobody to run it as.
    #[error("PostgreSQL does not run as root and there is no user postgres: apt-get install postgresql")]
    NoServerUser,
    /// The user `postgres` cannot get there.
    #[error("the user postgres cannot enter {}: set HAGUKUMI_DATA to a directory that it can reach, such as /var/lib/hagukumi", directory.display())]
    Unreachable {
        /// Which directory.
        directory: PathBuf,
    },
    /// Somebody else's, or not a directory.
    #[error("{} is not a directory of this user: choose another with HAGUKUMI_DATA", path.display())]
    Foreign {
        /// Which path.
        path: PathBuf,
    },
    /// A server process is there but takes no connections.
    #[error("the server in {} runs but does not answer; its log is {}", directory.display(), log.display())]
    Silent {
        /// Which server.
        directory: PathBuf,
        /// Where to look.
        log: PathBuf,
    },
    /// A PostgreSQL program failed.
    #[error("{} failed: {said}", program.display())]
    Program {
        /// Which program.
        program: PathBuf,
        /// What it said, and what the server's log says.
        said: String,
    },
    /// A file or directory cannot be used.
    #[error("cannot {verb} {}", path.display())]
    Io {
        /// What was tried.
        verb: &'static str,
        /// On what.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl EmbeddedError {
    /// `pg_ctl` says only that the server did not start; its log says why.
    pub(super) fn with_log(self, log: &Path) -> Self {
        match self {
            Self::Program { program, said } => Self::Program { program, said: format!("{said}\n{}", last_lines(log)) },
            other => other,
        }
    }
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(LOG_LINES_MAX)..).unwrap_or_default().join("\n")
}

/// Says what was tried on which path.
pub(super) trait OnPath<T> {
    fn on(self, verb: &'static str, path: &Path) -> Result<T, EmbeddedError>;
}

impl<T> OnPath<T> for io::Result<T> {
    fn on(self, verb: &'static str, path: &Path) -> Result<T, EmbeddedError> {
        self.map_err(|source| EmbeddedError::Io { verb, path: path.to_owned(), source })
    }
}

/// Runs a program to its end; what it says is only of interest when it fails.
pub(super) fn run(mut command: Command) -> Result<(), EmbeddedError> {
    let program = PathBuf::from(command.get_program());
    let output = command.output().on("run", &program)?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stderr, output.stdout].map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).join("\n");
    Err(EmbeddedError::Program { program, said: format!("{}: {}", output.status, said.trim()) })
}
