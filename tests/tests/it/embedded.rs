//! The embedded server through what happens to a machine: first start, second start, many starts at once, kill -9, a crash in the middle
//! of the creation. Each test has a server of its own, as durable as a city's.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::thread;

use database::embedded::{Cluster, Durability, EmbeddedError, Released, Start};
use database::{Database, DatabaseName};
use tests::support::cluster::PrivateCluster;

async fn open(cluster: &Cluster) -> Database {
    Database::embedded(cluster.clone(), &DatabaseName::parse("city").unwrap()).await.unwrap()
}

async fn write_down(database: &Database, word: &str) {
    let owner = database.connect_as_owner(1).await.unwrap();
    sqlx::query("CREATE TABLE IF NOT EXISTS words (word text)").execute(&owner).await.unwrap();
    sqlx::query("INSERT INTO words VALUES ($1)").bind(word).execute(&owner).await.unwrap();
    owner.close().await;
}

async fn words(database: &Database) -> Vec<String> {
    let owner = database.connect_as_owner(1).await.unwrap();
    let words = sqlx::query_scalar("SELECT word FROM words ORDER BY word").fetch_all(&owner).await.unwrap();
    owner.close().await;
    words
}

#[tokio::test]
async fn a_second_start_finds_the_data_of_the_first() {
    let private = PrivateCluster::durable();
    let first = open(private.cluster()).await;
    assert_eq!(first.lease().unwrap().how(), Start::Created);
    write_down(&first, "kept").await;
    assert_eq!(first.close().await.unwrap(), Released::Stopped);
    assert_eq!(private.cluster().process_id(), None);

    let second = open(private.cluster()).await;
    assert_eq!(second.lease().unwrap().how(), Start::Started);
    assert_eq!(words(&second).await, ["kept"]);
}

#[tokio::test]
async fn a_right_to_temporary_tables_is_taken_back_at_the_next_start() {
    let private = PrivateCluster::durable();
    let before = open(private.cluster()).await;
    let owner = before.connect_as_owner(1).await.unwrap();
    sqlx::query("GRANT TEMPORARY ON DATABASE city TO hagukumi_program").execute(&owner).await.unwrap();
    owner.close().await;
    before.close().await.unwrap();

    let after = open(private.cluster()).await;
    let program = after.connect(1).await.unwrap();
    let refused = sqlx::query("CREATE TEMPORARY TABLE words (word text)").execute(&program).await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"));
    program.close().await;
}

#[tokio::test]
async fn a_killed_server_starts_again_with_everything_it_had_answered() {
    let private = PrivateCluster::durable();
    let before = open(private.cluster()).await;
    write_down(&before, "answered").await;
    private.kill();

    let after = open(private.cluster()).await;
    assert_eq!(after.lease().unwrap().how(), Start::Started);
    assert_eq!(words(&after).await, ["answered"]);
}

#[test]
fn starts_at_once_make_one_server() {
    let private = PrivateCluster::durable();
    let leases: Vec<_> = thread::scope(|scope| {
        let starting: Vec<_> = (0..8).map(|_| scope.spawn(|| private.cluster().start().unwrap())).collect();
        starting.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert_eq!(leases.iter().filter(|lease| lease.how() == Start::Created).count(), 1);
    assert_eq!(leases.iter().filter(|lease| lease.how() == Start::Attached).count(), 7);
}

#[test]
fn only_the_last_one_out_stops_the_server() {
    let private = PrivateCluster::durable();
    let (first, second) = (private.cluster().start().unwrap(), private.cluster().start().unwrap());
    assert_eq!(first.release().unwrap(), Released::LeftRunning);
    assert!(private.cluster().process_id().is_some());
    assert_eq!(second.release().unwrap(), Released::Stopped);
    assert_eq!(private.cluster().process_id(), None);
}

#[test]
fn a_dropped_lease_leaves_the_server_running_and_does_not_hold_it() {
    let private = PrivateCluster::durable();
    drop(private.cluster().start().unwrap());
    let next = private.cluster().start().unwrap();
    assert_eq!(next.how(), Start::Attached);
    assert_eq!(next.release().unwrap(), Released::Stopped);
}

#[test]
fn a_creation_that_was_cut_short_is_made_anew() {
    let private = PrivateCluster::durable();
    let draft = private.cluster().directory().join("postgres.new");
    fs::create_dir(&draft).unwrap();
    fs::write(draft.join("PG_VERSION"), "15\n").unwrap();
    assert_eq!(private.cluster().start().unwrap().how(), Start::Created);
    assert!(!draft.exists());
}

#[test]
fn a_process_number_that_went_to_a_stranger_does_not_keep_the_server_down() {
    let private = PrivateCluster::durable();
    private.cluster().start().unwrap().release().unwrap();
    // As after a crash of the machine: the file is there, and the number is somebody else's. Ours will do.
    let data = private.cluster().data_directory();
    fs::write(data.join("postmaster.pid"), format!("{}\n{}\n1\n5432\n\n\n\nready\n", std::process::id(), data.display())).unwrap();
    assert_eq!(private.cluster().process_id(), None);
    assert_eq!(private.cluster().start().unwrap().how(), Start::Started);
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_works() {
    let private = PrivateCluster::at(&"育".repeat(40), Durability::ThrowAway);
    let database = open(private.cluster()).await;
    write_down(&database, "reached").await;
    assert_eq!(words(&database).await, ["reached"]);
}

#[test]
fn data_of_a_version_that_is_gone_is_not_touched() {
    let private = PrivateCluster::durable();
    let data = private.cluster().data_directory();
    fs::create_dir(&data).unwrap();
    fs::write(data.join("PG_VERSION"), "9\n").unwrap();
    assert!(matches!(private.cluster().start(), Err(EmbeddedError::VersionGone { needed }) if needed == "9"));
    assert_eq!(fs::read_dir(&data).unwrap().count(), 1);
}

#[test]
fn a_directory_that_is_a_link_is_refused() {
    let private = PrivateCluster::durable();
    let link = private.cluster().directory().join("link");
    std::os::unix::fs::symlink("/tmp", &link).unwrap();
    assert!(matches!(Cluster::at(link, Durability::Durable).unwrap().start(), Err(EmbeddedError::Foreign { .. })));
}

#[test]
fn nobody_else_can_reach_the_socket_and_no_port_is_open() {
    let private = PrivateCluster::durable();
    let _lease = private.cluster().start().unwrap();
    for closed in ["socket", "postgres"] {
        let mode = fs::metadata(private.cluster().directory().join(closed)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{closed}");
    }
    let process = private.cluster().process_id().unwrap();
    for table in ["tcp", "tcp6"] {
        let listening = listening_sockets(Path::new(&format!("/proc/{process}/net/{table}")));
        let open: Vec<_> = listening.iter().filter(|socket| holds(process, socket)).collect();
        assert!(open.is_empty(), "{table}: {open:?}");
    }
}

/// Inodes of the sockets that a `/proc/…/net/tcp` table shows as listening.
fn listening_sockets(table: &Path) -> Vec<String> {
    let text = fs::read_to_string(table).unwrap();
    let rows = text.lines().skip(1).map(|row| row.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row[3] == "0A").map(|row| row[9].to_owned()).collect()
}

fn holds(process: u32, inode: &str) -> bool {
    let files = fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    files.flatten().filter_map(|file| fs::read_link(file.path()).ok()).any(|file| file == Path::new(&format!("socket:[{inode}]")))
}
