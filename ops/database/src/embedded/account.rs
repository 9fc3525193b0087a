//! Whom the server runs as: ourselves, or the user `postgres` when we are root (PostgreSQL refuses to run as root).

use std::fs::{self, Metadata};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::error::{EmbeddedError, OnPath as _};

/// The user whom Debian's packages make for the server.
const SERVER_USER: &str = "postgres";

/// Whom the server runs as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Account {
    /// The user of this process.
    Own { uid: u32 },
    /// Another user: this process is root.
    Other { uid: u32, gid: u32 },
}

impl Account {
    pub(super) fn of_the_server() -> Result<Self, EmbeddedError> {
        let effective = rustix::process::geteuid();
        if !effective.is_root() {
            return Ok(Self::Own { uid: effective.as_raw() });
        }
        let users = Path::new("/etc/passwd");
        let (uid, gid) = find_user(&fs::read_to_string(users).on("read", users)?, SERVER_USER).ok_or(EmbeddedError::NoServerUser)?;
        Ok(Self::Other { uid, gid })
    }

    pub(super) const fn uid(self) -> u32 {
        match self {
            Self::Own { uid } | Self::Other { uid, .. } => uid,
        }
    }

    /// Runs `program` as this user, in a directory that every user can enter, with nothing of our environment: `PGDATA` and the like
    /// would steer it, and its messages are to be in one language.
    pub(super) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
        if let Self::Other { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// Gives `path` to this user.
    pub(super) fn own(self, path: &Path) -> Result<(), EmbeddedError> {
        match self {
            Self::Own { .. } => Ok(()),
            Self::Other { uid, gid } => chown(path, Some(uid), Some(gid)).on("give away", path),
        }
    }

    /// A directory that somebody else made could hold anything.
    pub(super) fn check_ours(self, path: &Path, metadata: &Metadata) -> Result<(), EmbeddedError> {
        let own = rustix::process::geteuid().as_raw();
        let ours = metadata.is_dir() && [own, self.uid()].contains(&metadata.uid());
        if ours { Ok(()) } else { Err(EmbeddedError::Foreign { path: path.to_owned() }) }
    }
}

/// User and group number of `name` in the text of `/etc/passwd`.
fn find_user(users: &str, name: &str) -> Option<(u32, u32)> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        Some((uid, fields.next()?.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_the_whole_name() {
        let users = "root:x:0:0:root:/root:/bin/bash\npostgres-old:x:7:8::/:/bin/sh\npostgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(find_user(users, "postgres"), Some((101, 104)));
        assert_eq!(find_user(users, "post"), None);
    }
}
