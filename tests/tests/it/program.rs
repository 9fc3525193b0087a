//! The program as people's scripts call it: a process of its own, with an environment of its own.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use tests::support::database::{TestDatabase, cluster};

/// The program with a data directory of its own, and with a test's database where one is given.
pub(crate) struct Program {
    data: TempDir,
    database: Option<[String; 2]>,
}

/// How a call ended.
pub(crate) struct CallOutput {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Program {
    pub(crate) fn alone() -> Self {
        // When this is root, the server's own user must be able to pass.
        let data = tempfile::Builder::new().prefix("hagukumi-").permissions(Permissions::from_mode(0o711)).tempdir_in("/tmp");
        Self { data: data.expect("a data directory"), database: None }
    }

    pub(crate) fn on(database: &TestDatabase) -> Self {
        let program = database.database().program();
        let name = program.get_database().expect("a database's name");
        let addresses = [program.get_username(), "hagukumi_owner"].map(|login| cluster().address(login, name));
        Self { database: Some(addresses), ..Self::alone() }
    }

    /// A folder that goes away with the test.
    pub(crate) fn folder(&self) -> &Path {
        self.data.path()
    }

    pub(crate) fn call(&self, arguments: &[&str]) -> CallOutput {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hagukumi-under-test"));
        command.args(arguments).env("HAGUKUMI_DATA", self.data.path());
        for variable in ["DATABASE_URL", "DATABASE_OWNER_URL", "HAGUKUMI_KEY_FILE"] {
            command.env_remove(variable);
        }
        if let Some([program, owner]) = &self.database {
            command.env("DATABASE_URL", program).env("DATABASE_OWNER_URL", owner);
        }
        let Output { status, stdout, stderr } = command.output().expect("run the program");
        CallOutput { code: status.code().expect("an exit code"), stdout, stderr: String::from_utf8_lossy(&stderr).into_owned() }
    }
}

impl CallOutput {
    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.stdout).expect("UTF-8 on stdout")
    }

    /// Standard output as exactly one JSON document.
    pub(crate) fn document(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", self.text(), self.stderr))
    }
}
