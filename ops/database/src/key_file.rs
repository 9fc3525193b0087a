//! The file that holds the key-encryption key: 64 hexadecimal digits, readable by its owner only, outside the database.
//!
//! It is made once, by the first start, and never replaced: without it every sealed name, address and account number is lost.
//! Two processes that start at once end up with the same key.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use ring::rand::SecureRandom;

/// Bytes in a key (AES-256).
const KEY_BYTES: usize = 32;

/// Where the key-encryption key is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFile(PathBuf);

/// The key under which the families' keys are wrapped. It does not show itself.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyEncryptionKey([u8; KEY_BYTES]);

/// The key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file cannot be read or written.
    #[error("cannot use the key file {}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Others could read the key.
    #[error("the key file {} can be read by others (mode {mode:o}): chmod 600 it, and think about who has read it", path.display())]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file holds something else.
    #[error("the key file {} does not hold 64 hexadecimal digits", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
    },
    /// The machine gave no random bytes.
    #[error("the machine gives no random bytes")]
    Random,
}

impl KeyFile {
    /// The key file at `path`, which need not exist yet.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Reads the key; makes it first when there is no file yet.
    ///
    /// # Errors
    /// `Exposed` when group or others may read the file; `Malformed` when it is not a key.
    pub fn read_or_create(&self, random: &dyn SecureRandom) -> Result<KeyEncryptionKey, KeyFileError> {
        match self.read() {
            Err(KeyFileError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                let mut key = [0; KEY_BYTES];
                random.fill(&mut key).map_err(|_| KeyFileError::Random)?;
                self.create(&key).map_err(|source| self.failed(source))?;
                // Whoever was first has made the key: read what is there.
                self.read()
            }
            read => read,
        }
    }

    fn read(&self) -> Result<KeyEncryptionKey, KeyFileError> {
        let failed = |source| self.failed(source);
        let mut file = File::open(&self.0).map_err(failed)?;
        let mode = file.metadata().map_err(failed)?.mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::Exposed { path: self.0.clone(), mode });
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed)?;
        KeyEncryptionKey::parse(text.trim_end()).ok_or_else(|| KeyFileError::Malformed { path: self.0.clone() })
    }

    /// Writes beside the file and links: the name never stands for half a key, and never replaces one.
    fn create(&self, key: &[u8; KEY_BYTES]) -> io::Result<()> {
        let directory = self.0.parent().unwrap_or(Path::new("/"));
        DirBuilder::new().recursive(true).mode(0o711).create(directory)?;
        let draft = directory.join(format!(".key.{}", std::process::id()));
        let written = write_draft(&draft, key).and_then(|()| match fs::hard_link(&draft, &self.0) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        });
        fs::remove_file(&draft)?;
        written?;
        File::open(directory)?.sync_all()
    }

    fn failed(&self, source: io::Error) -> KeyFileError {
        KeyFileError::Io { path: self.0.clone(), source }
    }
}

fn write_draft(draft: &Path, key: &[u8; KEY_BYTES]) -> io::Result<()> {
    // A draft of the same process number is left over from a crash.
    if let Err(error) = fs::remove_file(draft)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    writeln!(file, "{}", hex::encode(key))?;
    file.sync_all()
}

impl KeyEncryptionKey {
    /// The key itself.
    #[must_use]
    pub fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let mut key = [0; KEY_BYTES];
        hex::decode_to_slice(text, &mut key).ok()?;
        Some(Self(key))
    }
}

impl fmt::Debug for KeyEncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyEncryptionKey(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use ring::rand::SystemRandom;

    use super::*;

    #[test]
    fn the_key_is_made_once_and_kept() {
        let directory = tempfile::tempdir().unwrap();
        let file = KeyFile::at(directory.path().join("deep/key"));
        let first = file.read_or_create(&SystemRandom::new()).unwrap();
        assert_eq!(first, file.read_or_create(&SystemRandom::new()).unwrap());
        assert_ne!(first.bytes(), &[0; KEY_BYTES]);
        assert_eq!(fs::metadata(file.path()).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path().join("deep")).unwrap().count(), 1);
    }

    #[test]
    fn a_second_maker_gets_the_first_one_s_key() {
        let directory = tempfile::tempdir().unwrap();
        let file = KeyFile::at(directory.path().join("key"));
        let first = file.read_or_create(&SystemRandom::new()).unwrap();
        // As a process would that had found no file before the first one linked its own.
        file.create(&[7; KEY_BYTES]).unwrap();
        assert_eq!(first, file.read().unwrap());
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let file = KeyFile::at(directory.path().join("key"));
        file.read_or_create(&SystemRandom::new()).unwrap();
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(file.read_or_create(&SystemRandom::new()), Err(KeyFileError::Exposed { mode: 0o640, .. })));
    }

    #[test]
    fn a_damaged_key_is_refused_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let file = KeyFile::at(directory.path().join("key"));
        file.read_or_create(&SystemRandom::new()).unwrap();
        fs::write(file.path(), "00ff").unwrap();
        assert!(matches!(file.read_or_create(&SystemRandom::new()), Err(KeyFileError::Malformed { .. })));
        assert_eq!(fs::read_to_string(file.path()).unwrap(), "00ff");
    }
}
