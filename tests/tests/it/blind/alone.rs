//! The merchants' face as a process of its own: it serves desks over the Till of another process, and has no way to the books.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use tests::support::cluster::signal;
use tests::support::database::{TestDatabase, TestMerchantDatabase, cluster};
use tests::support::town::Town;

/// A serving process; it is told to stop at the end, also when the test panics.
struct Serving {
    child: Child,
    addresses: Vec<SocketAddr>,
    _data: TempDir,
}

impl Serving {
    /// Starts the program and waits until it has said where it listens.
    fn start(arguments: &[&str], database: &str, lines: usize) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_hagukumi-under-test"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "error"]).args(arguments).env("HAGUKUMI_DATA", data.path());
        for variable in ["DATABASE_OWNER_URL", "DATABASE_MERCHANT_URL", "HAGUKUMI_KEY_FILE"] {
            command.env_remove(variable);
        }
        let mut child = command.env("DATABASE_URL", database).stderr(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let addresses = said.filter_map(|line| line.split("://").nth(1).and_then(|address| address.parse().ok())).take(lines).collect();
        Self { child, addresses, _data: data }
    }

    fn get(&self, path: &str, token: &str) -> String {
        let mut stream = TcpStream::connect(self.addresses[0]).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn stop(&mut self) -> bool {
        signal(self.child.id(), "TERM");
        self.child.wait().unwrap().success()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_hagukumi-under-test")).args(arguments).output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_serve_a_desk_and_only_one_of_them_knows_the_books() {
    let (books, own, folder) = (TestDatabase::new().await, TestMerchantDatabase::new().await, tempfile::tempdir().unwrap());
    let town = Town::osaka(books.pool()).await;
    let made = program(&["till-certificates", "--host", "localhost", "--out", text(folder.path()), "--json"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let (inner_end, face_end) = (folder.path().join("inner"), folder.path().join("face"));

    let address = |login: &str, name: &str| cluster().address(login, name);
    let of_books = address("hagukumi_program", books.database().program().get_database().unwrap());
    let of_face = address("hagukumi_merchant", own.database().login().get_database().unwrap());
    let mut inner = Serving::start(&["--faces", "inner", "--till-listen", "127.0.0.1:0", "--till-certificates", text(&inner_end)], &of_books, 2);
    let till = format!("https://localhost:{}", inner.addresses[1].port());
    let mut face = Serving::start(&["--faces", "merchant", "--till", &till, "--till-certificates", text(&face_end)], &of_face, 1);

    let token = town.merchant(0).token.to_string();
    let me = face.get("/merchant/v1/me", &token);
    assert!(me.starts_with("HTTP/1.1 200") && me.contains(&town.merchant(0).name), "{me}");
    assert!(face.get("/merchant/v1/me", "nobody").starts_with("HTTP/1.1 401"));
    // Neither serves what is the other's.
    assert!(face.get("/citizen/v1/cities", "").starts_with("HTTP/1.1 404"));
    assert!(face.get("/ops/v1/overview", "").starts_with("HTTP/1.1 404"));
    assert!(inner.get("/merchant/v1/me", &token).starts_with("HTTP/1.1 404"));
    assert!(inner.get("/citizen/v1/cities", "").starts_with("HTTP/1.1 200"));
    assert!(face.get("/health", "").starts_with("HTTP/1.1 200"));

    // With nobody behind the Till a desk is told that the outcome is not known, and to ask again.
    assert!(inner.stop(), "it ends well when it is told to");
    let unknown = face.get("/merchant/v1/me", &token);
    assert!(unknown.starts_with("HTTP/1.1 503") && unknown.contains("outcome-unknown"), "{unknown}");
    assert!(face.stop());
}

#[test]
fn what_does_not_fit_together_is_refused_with_what_to_do() {
    for (arguments, says) in [
        (vec!["serve", "--faces", "merchant"], "--till"),
        (vec!["serve", "--till", "https://localhost:1", "--till-certificates", "/nowhere"], "--faces merchant"),
    ] {
        let refused = program(&arguments);
        assert_eq!(refused.status.code(), Some(1));
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(said.contains(says), "{said}");
    }
    let incomplete = program(&["serve", "--faces", "merchant", "--till", "https://localhost:1"]);
    assert_eq!(incomplete.status.code(), Some(2), "certificates are missing: wrong use");
}
