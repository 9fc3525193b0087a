//! Which PostgreSQL is installed on this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::EmbeddedError;

/// The oldest version that this program is tested with.
const MAJOR_MIN: u32 = 15;

/// The server programs of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    major: u32,
    directory: PathBuf,
}

impl Binaries {
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }
}

/// Everything installed where Debian and Red Hat put it, and what `pg_config` on the search path tells of.
pub(super) fn installed() -> Vec<Binaries> {
    let mut found: Vec<Binaries> = ["/usr/lib/postgresql", "/usr"]
        .into_iter()
        .filter_map(|base| fs::read_dir(base).ok())
        .flatten()
        .flatten()
        .filter_map(|entry| packaged(&entry))
        .collect();
    found.extend(told_by_pg_config());
    found
}

fn packaged(entry: &fs::DirEntry) -> Option<Binaries> {
    let name = entry.file_name().into_string().ok()?;
    let major = name.strip_prefix("pgsql-").unwrap_or(&name).parse().ok()?;
    complete(major, entry.path().join("bin"))
}

fn told_by_pg_config() -> Option<Binaries> {
    let told = Command::new("pg_config").args(["--bindir", "--version"]).output().ok()?;
    let text = String::from_utf8(told.stdout).ok()?;
    let (directory, version) = text.split_once('\n')?;
    complete(major_of(version.trim())?, PathBuf::from(directory))
}

/// `PostgreSQL 15.14 (Debian …)`, `PostgreSQL 18beta1`.
fn major_of(version: &str) -> Option<u32> {
    let number = version.strip_prefix("PostgreSQL ")?;
    let digits = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    number.get(..digits)?.parse().ok()
}

/// Client packages bring some of the programs: only a directory with the server counts.
fn complete(major: u32, directory: PathBuf) -> Option<Binaries> {
    ["postgres", "initdb", "pg_ctl"].iter().all(|name| Path::new(&directory).join(name).is_file()).then_some(Binaries { major, directory })
}

/// The newest, for a directory that is to be made.
pub(super) fn newest(installed: &[Binaries]) -> Result<Binaries, EmbeddedError> {
    let newest = installed.iter().max_by_key(|binaries| binaries.major).ok_or(EmbeddedError::NotInstalled)?;
    if newest.major < MAJOR_MIN {
        return Err(EmbeddedError::TooOld { installed: newest.major, needed: MAJOR_MIN });
    }
    Ok(newest.clone())
}

/// The version that made a directory: only that one can read it.
pub(super) fn matching(installed: &[Binaries], version: &str) -> Result<Binaries, EmbeddedError> {
    let matching = installed.iter().find(|binaries| binaries.major.to_string() == version);
    matching.cloned().ok_or_else(|| EmbeddedError::VersionGone { needed: version.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(major: u32) -> Binaries {
        Binaries { major, directory: PathBuf::from(format!("/usr/lib/postgresql/{major}/bin")) }
    }

    #[test]
    fn a_new_directory_gets_the_newest_version() {
        assert_eq!(newest(&[version(15), version(17), version(16)]).unwrap(), version(17));
        assert!(matches!(newest(&[version(13)]), Err(EmbeddedError::TooOld { installed: 13, needed: 15 })));
        assert!(newest(&[]).unwrap_err().to_string().contains("apt-get install postgresql"));
    }

    #[test]
    fn an_old_directory_keeps_its_version() {
        assert_eq!(matching(&[version(15), version(17)], "15").unwrap(), version(15));
        assert!(matching(&[version(17)], "15").unwrap_err().to_string().contains("postgresql-15"));
    }

    #[test]
    fn the_major_version_is_read_from_what_pg_config_says() {
        assert_eq!(major_of("PostgreSQL 15.14 (Debian 15.14-0+deb12u1)"), Some(15));
        assert_eq!(major_of("PostgreSQL 18beta1"), Some(18));
        assert_eq!(major_of("MariaDB 11.4"), None);
    }
}
