//! The server's files: who may enter which directory, what is written where.
//!
//! Invariant: as root nothing is written inside a directory of the server's user except as that user, who could have put a link there.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::account::Account;
use super::error::{EmbeddedError, OnPath as _};
use super::{Cluster, settings};

/// The kernel takes 107 bytes; the socket's file name needs 14.
pub(super) const SOCKET_DIRECTORY_BYTES_MAX: usize = 90;
/// The log is put aside at a start when it has grown beyond this.
const LOG_BYTES_MAX: u64 = 8 << 20;

impl Cluster {
    pub(super) fn make_directory(&self) -> Result<(), EmbeddedError> {
        if !self.directory.exists() {
            fs::create_dir_all(&self.directory).on("create", &self.directory)?;
            // The server's user must be able to pass through; everything inside is closed by itself.
            fs::set_permissions(&self.directory, Permissions::from_mode(0o711)).on("open", &self.directory)?;
        }
        let metadata = fs::symlink_metadata(&self.directory).on("look at", &self.directory)?;
        self.account.check_ours(&self.directory, &metadata)
    }

    pub(super) fn make_socket_directory(&self) -> Result<(), EmbeddedError> {
        let directory = &self.socket_directory;
        match DirBuilder::new().mode(0o700).create(directory) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error).on("create", directory),
            _ => {}
        }
        let metadata = fs::symlink_metadata(directory).on("look at", directory)?;
        self.account.check_ours(directory, &metadata)?;
        if metadata.uid() != self.account.uid() {
            self.account.own(directory)?;
        }
        fs::set_permissions(directory, Permissions::from_mode(0o700)).on("close", directory)
    }

    pub(super) fn check_reachable(&self) -> Result<(), EmbeddedError> {
        let mut test = self.account.command(Path::new("test"));
        let reachable = test.arg("-x").arg(&self.directory).status().on("look at", &self.directory)?.success();
        if reachable { Ok(()) } else { Err(EmbeddedError::Unreachable { directory: self.directory.clone() }) }
    }

    pub(super) fn write_settings(&self) -> Result<(), EmbeddedError> {
        let (draft, path) = (self.directory.join("server.conf.new"), self.directory.join("server.conf"));
        fs::write(&draft, settings::text(self.durability, &self.socket_directory)).on("write", &draft)?;
        fs::set_permissions(&draft, Permissions::from_mode(0o644)).on("open", &draft)?;
        fs::rename(&draft, &path).on("rename", &draft)
    }

    /// As the server's user: root must not write where that user could have put a link.
    pub(super) fn append_as_server(&self, file: &Path, text: &str) -> Result<(), EmbeddedError> {
        let mut tee = self.account.command(Path::new("tee"));
        let mut child = tee.arg("--append").arg(file).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().on("write", file)?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(text.as_bytes()).on("write", file)?;
        }
        let status = child.wait().on("write", file)?;
        if status.success() { Ok(()) } else { Err(io::Error::other(status.to_string())).on("write", file) }
    }

    pub(super) fn put_long_log_aside(&self) -> Result<(), EmbeddedError> {
        let log = self.log_file();
        match fs::symlink_metadata(&log) {
            Ok(metadata) if metadata.len() > LOG_BYTES_MAX => fs::rename(&log, log.with_extension("log.1")).on("rename", &log),
            _ => Ok(()),
        }
    }

    pub(super) fn lock_file(&self, name: &str) -> Result<File, EmbeddedError> {
        let path = self.directory.join(name);
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path).on("open", &path)
    }
}

/// Beside the data, unless that path is too long for a socket.
pub(super) fn socket_directory(directory: &Path, account: Account) -> PathBuf {
    let beside = directory.join("socket");
    if beside.as_os_str().len() <= SOCKET_DIRECTORY_BYTES_MAX {
        return beside;
    }
    let digest = ring::digest::digest(&ring::digest::SHA256, directory.as_os_str().as_encoded_bytes());
    let short: String = hex::encode(digest).chars().take(16).collect();
    PathBuf::from(format!("/tmp/hagukumi-{}-{short}", account.uid()))
}
