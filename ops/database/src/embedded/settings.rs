//! What the embedded server is told. For two cores and a few gigabytes; a larger city runs its own server.

use std::path::Path;

use super::PORT;
use super::files::SOCKET_DIRECTORY_BYTES_MAX;

/// Appended to `postgresql.conf`, once: a relative path, so that the whole directory can be moved.
pub(super) const INCLUDE: &str = "\ninclude = '../server.conf'\n";

/// What a machine that loses power may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Nothing that was answered.
    Durable,
    /// Everything. For tests of logic, which build all their data anew; a test of durability uses `Durable`.
    ThrowAway,
}

/// The text of `server.conf`.
pub(super) fn text(durability: Durability, socket_directory: &Path) -> String {
    debug_assert!(socket_directory.as_os_str().len() <= SOCKET_DIRECTORY_BYTES_MAX, "the kernel would refuse the socket");
    // A list of names separated by commas, inside a string: quoted twice.
    let socket_directory = socket_directory.display().to_string().replace('"', "\"\"").replace('\'', "''");
    let (durable, shared_buffers) = match durability {
        Durability::Durable => ("on", "256MB"),
        Durability::ThrowAway => ("off", "128MB"),
    };
    format!(
        r#"# Written by hagukumi at each start: changes here are lost. Use ALTER SYSTEM instead.

# Only a socket, in a directory that only the server's user (and root) can enter.
listen_addresses = ''
port = {PORT}
unix_socket_directories = '"{socket_directory}"'
unix_socket_permissions = 0700
max_connections = 200

# An answered payment is on the disk.
fsync = {durable}
synchronous_commit = {durable}
full_page_writes = {durable}

shared_buffers = {shared_buffers}
max_wal_size = 2GB
random_page_cost = 1.1

# Business time is the program's affair; the server keeps to one zone.
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'ISO, YMD'

# The log must not hold anybody's data: no statements, no parameters, no rows, and no errors of statements, since their text quotes
# values. The program has them all as answers.
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_statement = none
log_min_duration_statement = -1
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_checkpoints = off
log_line_prefix = '%m [%p] '
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_durable_server_waits_for_the_disk() {
        let durable = text(Durability::Durable, Path::new("/srv/socket"));
        assert!(durable.contains("\nfsync = on\nsynchronous_commit = on\nfull_page_writes = on\n"));
        assert!(text(Durability::ThrowAway, Path::new("/srv/socket")).contains("\nfsync = off\n"));
    }

    #[test]
    fn a_strange_path_stays_one_path() {
        let text = text(Durability::Durable, Path::new("/srv/a, b's \"c\""));
        assert!(text.contains(r#"unix_socket_directories = '"/srv/a, b''s ""c"""'"#), "{text}");
    }
}
