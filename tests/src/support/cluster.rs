//! A database server of a test's own: for tests that stop it, kill it, or ask whether it keeps what it promised.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use database::embedded::{Cluster, Durability};
use tempfile::TempDir;

/// A server in a temporary directory; stopped and removed at the end, also when the test panics.
#[derive(Debug)]
pub struct PrivateCluster {
    cluster: Cluster,
    _directory: TempDir,
}

impl PrivateCluster {
    /// One that keeps its promises when the power goes. It is not started yet.
    #[must_use]
    pub fn durable() -> Self {
        Self::at("", Durability::Durable)
    }

    /// One in a directory further down.
    #[must_use]
    pub fn at(below: &str, durability: Durability) -> Self {
        // When this is root, the user `postgres` must be able to pass.
        let passable = Permissions::from_mode(0o711);
        let directory = tempfile::Builder::new().prefix("hagukumi-").permissions(passable).tempdir_in("/tmp").expect("a temporary directory");
        let cluster = Cluster::at(directory.path().join(below), durability).expect("PostgreSQL for the test");
        Self { cluster, _directory: directory }
    }

    /// The server.
    #[must_use]
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Kills the main process as a power cut or the kernel would: without a word.
    pub fn kill(&self) {
        let process = self.cluster.process_id().expect("a running server");
        signal(process, "KILL");
        // It is gone once its own directory is no longer in use by it.
        while Path::new(&format!("/proc/{process}/cwd")).exists() && self.cluster.process_id().is_some() {
            std::thread::yield_now();
        }
    }
}

impl Drop for PrivateCluster {
    fn drop(&mut self) {
        // A test that failed half-way may leave a server that cannot be asked to stop.
        if self.cluster.stop().is_err()
            && let Some(process) = self.cluster.process_id()
        {
            signal(process, "QUIT");
        }
        // Beside the data where its path is too long for a socket.
        if let Some(socket) = self.cluster.superuser().get_socket().filter(|socket| !socket.starts_with(self.cluster.directory())) {
            let _ = fs::remove_dir_all(socket);
        }
    }
}

/// Sends a signal.
pub fn signal(process: u32, name: &str) {
    // The shell's own: a bare machine has no program of that name.
    let sent = Command::new("sh").args(["-c", &format!("kill -s {name} {process}")]).status().expect("run a shell");
    assert!(sent.success(), "kill -s {name} {process}");
}
