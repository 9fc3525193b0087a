//! What the environment says. The only reader of environment variables: everything else takes a [`Config`].
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `HAGUKUMI_DATA` | the data directory | `/var/lib/hagukumi` as root, else `$XDG_DATA_HOME/hagukumi` or `~/.local/share/hagukumi` |
//! | `DATABASE_URL` | login of the program, on a server you run | none: the embedded server is used |
//! | `DATABASE_OWNER_URL` | login that owns the tables, for migrations | none: somebody else migrates |
//! | `DATABASE_MERCHANT_URL` | login of the merchants' face, to its own database, where it runs with the others on a server you run | none: it keeps no notebook |
//! | `HAGUKUMI_KEY_FILE` | the key-encryption key | `key` in the data directory |
//!
//! A variable that is set to nothing counts as not set.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use crate::key_file::KeyFile;

/// What this process was told by its environment.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the embedded database and the key live.
    pub data_directory: PathBuf,
    /// Which PostgreSQL to use.
    pub database: DatabaseChoice,
    /// Where the key-encryption key is kept: never in the database.
    pub key_file: KeyFile,
    /// The merchants' face's own database, where it is not on the embedded server.
    pub merchant_database: Option<Box<PgConnectOptions>>,
}

/// Which PostgreSQL to use.
#[derive(Debug, Clone)]
pub enum DatabaseChoice {
    /// A private server in the data directory, started when needed.
    Embedded,
    /// A server that somebody else runs.
    External {
        /// The program's login: may read and write what migrations granted, owns nothing.
        program: Box<PgConnectOptions>,
        /// The login that owns the tables. Without it migrations are not run.
        owner: Option<Box<PgConnectOptions>>,
    },
}

/// The environment cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A database address does not parse. The address itself is not shown: it may hold a password.
    #[error("{variable} is not a PostgreSQL address like postgres://login@host/database")]
    Address {
        /// Which variable.
        variable: &'static str,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// A variable that must be text is not.
    #[error("{variable} is not UTF-8")]
    NotText {
        /// Which variable.
        variable: &'static str,
    },
    /// An owner without a program.
    #[error("DATABASE_OWNER_URL is set without DATABASE_URL: the program needs a login of its own, one that owns no table")]
    OwnerAlone,
    /// Nothing says where to keep data.
    #[error("there is no place for data: set HAGUKUMI_DATA (or HOME) to a directory")]
    NoDataDirectory,
    /// A path cannot be made absolute.
    #[error("cannot tell the absolute path of {}", path.display())]
    Path {
        /// The path as given.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl Config {
    /// Reads the environment of this process.
    pub fn from_environment() -> Result<Self, ConfigError> {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
        Self::from_variables(|name| std::env::var_os(name), rustix::process::geteuid().is_root())
    }

    /// Reads variables through `lookup`. `root`: the process runs as root.
    pub fn from_variables(lookup: impl Fn(&str) -> Option<OsString>, root: bool) -> Result<Self, ConfigError> {
        let given = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let data_directory = absolute(match given("HAGUKUMI_DATA") {
            Some(directory) => PathBuf::from(directory),
            None => default_data_directory(given, root)?,
        })?;
        let key_file = match given("HAGUKUMI_KEY_FILE") {
            Some(path) => absolute(PathBuf::from(path))?,
            None => data_directory.join("key"),
        };
        let program = address("DATABASE_URL", given("DATABASE_URL"))?;
        let owner = address("DATABASE_OWNER_URL", given("DATABASE_OWNER_URL"))?;
        let database = match (program, owner) {
            (None, None) => DatabaseChoice::Embedded,
            (Some(program), owner) => DatabaseChoice::External { program, owner },
            (None, Some(_)) => return Err(ConfigError::OwnerAlone),
        };
        let merchant_database = address("DATABASE_MERCHANT_URL", given("DATABASE_MERCHANT_URL"))?;
        Ok(Self { data_directory, database, key_file: KeyFile::at(key_file), merchant_database })
    }
}

fn default_data_directory(given: impl Fn(&str) -> Option<OsString>, root: bool) -> Result<PathBuf, ConfigError> {
    if root {
        // Root's home is closed to the user `postgres`, who runs the embedded server.
        return Ok(PathBuf::from("/var/lib/hagukumi"));
    }
    // The XDG rules say that a relative path is to be ignored.
    let shared = given("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let shared = shared.or_else(|| given("HOME").map(|home| Path::new(&home).join(".local/share")));
    shared.map(|shared| shared.join("hagukumi")).ok_or(ConfigError::NoDataDirectory)
}

fn absolute(path: PathBuf) -> Result<PathBuf, ConfigError> {
    std::path::absolute(&path).map_err(|source| ConfigError::Path { path, source })
}

fn address(variable: &'static str, value: Option<OsString>) -> Result<Option<Box<PgConnectOptions>>, ConfigError> {
    let Some(value) = value else { return Ok(None) };
    let text = value.into_string().map_err(|_| ConfigError::NotText { variable })?;
    PgConnectOptions::from_str(&text).map(|options| Some(Box::new(options))).map_err(|source| ConfigError::Address { variable, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)], root: bool) -> Result<Config, ConfigError> {
        Config::from_variables(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value)), root)
    }

    #[test]
    fn nothing_set_means_the_embedded_server_in_the_home_directory() {
        let config = read(&[("HOME", "/home/ward")], false).unwrap();
        assert_eq!(config.data_directory, Path::new("/home/ward/.local/share/hagukumi"));
        assert_eq!(config.key_file.path(), Path::new("/home/ward/.local/share/hagukumi/key"));
        assert!(matches!(config.database, DatabaseChoice::Embedded));
    }

    #[test]
    fn root_keeps_data_where_the_server_s_user_can_reach_it() {
        assert_eq!(read(&[("HOME", "/root"), ("XDG_DATA_HOME", "/root/share")], true).unwrap().data_directory, Path::new("/var/lib/hagukumi"));
    }

    #[test]
    fn a_set_directory_wins_and_an_empty_one_does_not_count() {
        assert_eq!(read(&[("HAGUKUMI_DATA", "/srv/city")], true).unwrap().data_directory, Path::new("/srv/city"));
        let config = read(&[("HAGUKUMI_DATA", ""), ("XDG_DATA_HOME", "/home/ward/share"), ("HAGUKUMI_KEY_FILE", "/etc/city.key")], false).unwrap();
        assert_eq!(config.data_directory, Path::new("/home/ward/share/hagukumi"));
        assert_eq!(config.key_file.path(), Path::new("/etc/city.key"));
        assert!(matches!(read(&[], false), Err(ConfigError::NoDataDirectory)));
    }

    #[test]
    fn a_bad_address_is_refused_without_showing_its_password() {
        let refused = read(&[("HOME", "/home/ward"), ("DATABASE_URL", "postgres://program:hunter2@[broken/city")], false).unwrap_err();
        assert!(refused.to_string().starts_with("DATABASE_URL is not"), "{refused}");
        assert!(!format!("{refused:?}{refused}").contains("hunter2"));
        assert!(matches!(read(&[("HOME", "/h"), ("DATABASE_OWNER_URL", "postgres://owner@host/city")], false), Err(ConfigError::OwnerAlone)));
    }

    #[test]
    fn a_given_address_replaces_the_embedded_server() {
        let config = read(&[("HOME", "/h"), ("DATABASE_URL", "postgres://program@db.city.example/books")], false).unwrap();
        let DatabaseChoice::External { program, owner: None } = config.database else { panic!("{:?}", config.database) };
        assert_eq!((program.get_username(), program.get_database()), ("program", Some("books")));
    }
}
