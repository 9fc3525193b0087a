//! The embedded database: a private PostgreSQL server on the machine's own binaries.
//!
//! It listens on a Unix socket only, in a directory that nobody else can enter; that directory is its access control, so inside it every
//! login is trusted. `initdb` refuses root: as root everything of the server runs as, and belongs to, the user `postgres`.
//!
//! Invariants: one server per directory, however many processes start at once (a file lock makes them take turns); a server that still
//! runs is attached to, never started twice; an interrupted creation leaves nothing that looks like a database; the server stops only
//! when the last process that uses it gives its [`Lease`] back, or when told to by [`Cluster::stop`].
//!
//! The calls block. Layout of the directory:
//!
//! ```text
//! start.lock    held while one process looks, creates and starts
//! use.lock      shared by every process that uses the server
//! server.conf   our settings, written anew by each start
//! postgres/     the data directory (and server.log)
//! socket/       the socket; elsewhere when this path would be too long for one
//! ```

mod account;
mod binaries;
mod error;
mod files;
mod settings;

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use account::Account;
use binaries::Binaries;
use error::OnPath as _;

pub use error::EmbeddedError;
pub use settings::Durability;

/// The login that may do everything, used to make roles and databases only.
const SUPERUSER: &str = "postgres";
/// Only a name: the socket file is called after it.
const PORT: u16 = 5432;
/// Crash recovery replays at most `max_wal_size` and a checkpoint's worth: seconds, with much room for a slow disk.
const READY_SECONDS_MAX: u64 = 300;
/// How often to look again.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Backends of a killed server need a moment to notice and go; until then its directory cannot be started.
const STARTS_MAX: u32 = 20;

/// A private server in a directory of its own, running or not.
#[derive(Debug, Clone)]
pub struct Cluster {
    directory: PathBuf,
    socket_directory: PathBuf,
    durability: Durability,
    account: Account,
}

/// The right to use a running server. Giving it back with [`Lease::release`] stops the server when nobody else uses it; merely dropping
/// it (or being killed) leaves the server running for the next process to attach to.
#[derive(Debug)]
pub struct Lease {
    cluster: Cluster,
    how: Start,
    in_use: File,
}

/// How a server came to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// There was none: made and started.
    Created,
    /// It was down: started.
    Started,
    /// It ran already.
    Attached,
}

/// What became of the server when a lease was given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Released {
    /// Nobody else used it.
    Stopped,
    /// Another process uses it.
    LeftRunning,
}

enum State {
    Ready,
    /// A server process is there but does not answer: it is starting, recovering or stopping.
    Busy,
    Down,
}

impl Cluster {
    /// The server in `directory`, an absolute path that need not exist yet.
    ///
    /// # Errors
    /// `NoServerUser` when this process is root and there is no user `postgres`.
    pub fn at(directory: impl Into<PathBuf>, durability: Durability) -> Result<Self, EmbeddedError> {
        let directory = directory.into();
        let account = Account::of_the_server()?;
        let socket_directory = files::socket_directory(&directory, account);
        Ok(Self { directory, socket_directory, durability, account })
    }

    /// Makes the server if there is none, starts it if it is down, and waits until it takes connections.
    ///
    /// # Errors
    /// Whatever keeps it from running, with what to do about it.
    pub fn start(&self) -> Result<Lease, EmbeddedError> {
        self.make_directory()?;
        let turn = self.lock_file("start.lock")?;
        turn.lock().on("lock", &self.directory)?;
        let how = self.ensure_running()?;
        let in_use = self.lock_file("use.lock")?;
        // Taken within our turn: whoever gives back the last lease needs a turn too, and then sees this one.
        in_use.lock_shared().on("lock", &self.directory)?;
        Ok(Lease { cluster: self.clone(), how, in_use })
    }

    /// Stops the server, whoever uses it; open database transactions are rolled back. Nothing happens when it is down.
    pub fn stop(&self) -> Result<(), EmbeddedError> {
        if !self.directory.exists() {
            return Ok(());
        }
        self.make_directory()?;
        let turn = self.lock_file("start.lock")?;
        turn.lock().on("lock", &self.directory)?;
        self.stop_in_turn()
    }

    /// The number of the server's main process, while there is one.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        let id = recorded_process_id(&self.process_file())?;
        // The server works inside its data directory; another process that came to have this number does not.
        let works_in = fs::read_link(format!("/proc/{id}/cwd")).ok()?;
        (works_in == fs::canonicalize(self.data_directory()).ok()?).then_some(id)
    }

    /// How to log in as `username` to `database`.
    #[must_use]
    pub fn login(&self, username: &str, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.socket_directory)
            .port(PORT)
            .username(username)
            .database(database)
            .ssl_mode(PgSslMode::Disable)
            .application_name("hagukumi")
    }

    /// How to log in as the superuser, to the maintenance database.
    #[must_use]
    pub fn superuser(&self) -> PgConnectOptions {
        self.login(SUPERUSER, "postgres")
    }

    /// The address for tools that take one, such as `psql`.
    #[must_use]
    pub fn address(&self, username: &str, database: &str) -> String {
        format!("postgresql:///{database}?host={}&port={PORT}&user={username}", self.socket_directory.display())
    }

    /// Where everything of this server is.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// PostgreSQL's own data directory.
    #[must_use]
    pub fn data_directory(&self) -> PathBuf {
        self.directory.join("postgres")
    }

    /// The server's log.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.data_directory().join("server.log")
    }

    fn ensure_running(&self) -> Result<Start, EmbeddedError> {
        let deadline = Instant::now() + Duration::from_secs(READY_SECONDS_MAX);
        while Instant::now() < deadline {
            match self.state() {
                State::Ready => return Ok(Start::Attached),
                State::Busy => thread::sleep(LOOK_AGAIN),
                State::Down => return self.create_or_start(),
            }
        }
        Err(EmbeddedError::Silent { directory: self.directory.clone(), log: self.log_file() })
    }

    /// A socket that answers counts more than a process number: the server may run where its process cannot be seen (another container).
    fn state(&self) -> State {
        let answers = UnixStream::connect(self.socket()).is_ok();
        let recorded = fs::read_to_string(self.process_file()).unwrap_or_default();
        let says_ready = recorded.lines().nth(7).is_some_and(|line| line.trim() == "ready");
        match (answers, says_ready) {
            (true, true) => State::Ready,
            (true, false) => State::Busy,
            (false, _) if self.process_id().is_some() => State::Busy,
            (false, _) => State::Down,
        }
    }

    fn create_or_start(&self) -> Result<Start, EmbeddedError> {
        self.check_reachable()?;
        let version = self.data_directory().join("PG_VERSION");
        let (binaries, how) = if version.exists() {
            let version = fs::read_to_string(&version).on("read", &version)?;
            (binaries::matching(&binaries::installed(), version.trim())?, Start::Started)
        } else {
            let newest = binaries::newest(&binaries::installed())?;
            self.create(&newest)?;
            (newest, Start::Created)
        };
        self.make_socket_directory()?;
        self.write_settings()?;
        self.put_long_log_aside()?;
        self.start_server(&binaries)?;
        Ok(how)
    }

    /// Makes the data directory beside its place and moves it there, so that a crash in the middle leaves nothing that looks whole.
    fn create(&self, binaries: &Binaries) -> Result<(), EmbeddedError> {
        let draft = self.directory.join("postgres.new");
        if draft.exists() {
            fs::remove_dir_all(&draft).on("remove", &draft)?;
        }
        DirBuilder::new().mode(0o700).create(&draft).on("create", &draft)?;
        self.account.own(&draft)?;
        let mut initdb = self.account.command(&binaries.program("initdb"));
        initdb.arg("--pgdata").arg(&draft);
        // The C locale sorts by code point: the same on every machine, whatever its C library does.
        initdb.args(["--username", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--no-locale", "--data-checksums", "--no-instructions"]);
        if self.durability == Durability::ThrowAway {
            initdb.arg("--no-sync");
        }
        error::run(initdb)?;
        self.append_as_server(&draft.join("postgresql.conf"), settings::INCLUDE)?;
        fs::rename(&draft, self.data_directory()).on("rename", &draft)?;
        File::open(&self.directory).and_then(|directory| directory.sync_all()).on("write", &self.directory)
    }

    fn start_server(&self, binaries: &Binaries) -> Result<(), EmbeddedError> {
        let crashed = self.process_file().exists();
        self.remove_misleading_lock_files()?;
        let mut starts: u32 = 0;
        loop {
            let mut start = self.pg_ctl(binaries);
            start.args(["start", "--wait", "--silent"]).arg("--timeout").arg(READY_SECONDS_MAX.to_string()).arg("--log").arg(self.log_file());
            starts = starts.saturating_add(1);
            match error::run(start) {
                Ok(()) => return Ok(()),
                Err(_) if crashed && starts < STARTS_MAX => thread::sleep(LOOK_AGAIN * starts),
                Err(failed) => return Err(failed.with_log(&self.log_file())),
            }
        }
    }

    fn stop_in_turn(&self) -> Result<(), EmbeddedError> {
        if self.process_id().is_none() {
            return Ok(());
        }
        let version = self.data_directory().join("PG_VERSION");
        let version = fs::read_to_string(&version).on("read", &version)?;
        let mut stop = self.pg_ctl(&binaries::matching(&binaries::installed(), version.trim())?);
        stop.args(["stop", "--wait", "--silent", "--mode=fast", "--timeout"]).arg(READY_SECONDS_MAX.to_string());
        error::run(stop)
    }

    fn pg_ctl(&self, binaries: &Binaries) -> Command {
        let mut command = self.account.command(&binaries.program("pg_ctl"));
        command.arg("--pgdata").arg(self.data_directory());
        command
    }

    /// After a crash the recorded process numbers may belong to strangers, or to a corpse that nobody has buried yet, and PostgreSQL would
    /// refuse to start. It is safe to remove its lock files: we hold the turn and nothing answers; and if servers of this directory were
    /// still at work, PostgreSQL would find their shared memory in use.
    fn remove_misleading_lock_files(&self) -> Result<(), EmbeddedError> {
        for file in [self.process_file(), self.socket_directory.join(format!(".s.PGSQL.{PORT}.lock"))] {
            if recorded_process_id(&file).is_some_and(|id| Path::new(&format!("/proc/{id}")).exists()) {
                fs::remove_file(&file).on("remove", &file)?;
            }
        }
        Ok(())
    }

    fn socket(&self) -> PathBuf {
        self.socket_directory.join(format!(".s.PGSQL.{PORT}"))
    }

    fn process_file(&self) -> PathBuf {
        self.data_directory().join("postmaster.pid")
    }
}

/// The first line of each lock file of PostgreSQL.
fn recorded_process_id(file: &Path) -> Option<u32> {
    fs::read_to_string(file).ok()?.lines().next()?.trim().parse().ok()
}

impl Lease {
    /// How the server came to run.
    #[must_use]
    pub const fn how(&self) -> Start {
        self.how
    }

    /// The server.
    #[must_use]
    pub const fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Gives the lease back, and stops the server when nobody else holds one.
    pub fn release(self) -> Result<Released, EmbeddedError> {
        let Self { cluster, in_use, .. } = self;
        let turn = cluster.lock_file("start.lock")?;
        turn.lock().on("lock", &cluster.directory)?;
        in_use.unlock().on("unlock", &cluster.directory)?;
        match in_use.try_lock() {
            Ok(()) => cluster.stop_in_turn().map(|()| Released::Stopped),
            Err(fs::TryLockError::WouldBlock) => Ok(Released::LeftRunning),
            Err(fs::TryLockError::Error(error)) => Err(error).on("lock", &cluster.directory),
        }
    }
}
