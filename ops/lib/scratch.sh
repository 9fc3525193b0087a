# shellcheck shell=bash
# A throw-away PostgreSQL with the two roles and an empty database. In shell and not through the program: sqlx checks the statements of
# the program before it compiles.

# The newest installed.
server_programs() {
    local newest
    newest=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1)
    printf '%s\n' "${newest:-$(pg_config --bindir)}"
}

# Sets DATABASE_URL (the owner's login) until scratch_stop.
scratch_start() {
    scratch=$(mktemp -d /tmp/hagukumi-scratch.XXXXXX)
    scratch_programs=$(server_programs)
    if [ "$(id -u)" -eq 0 ]; then
        chown postgres "$scratch"
    fi
    as_server "$scratch_programs/initdb" -D "$scratch/data" -U postgres -A trust -E UTF8 --no-locale --no-sync >/dev/null
    as_server "$scratch_programs/pg_ctl" -D "$scratch/data" -l "$scratch/log" -w -s \
        -o "-c listen_addresses='' -c unix_socket_directories='$scratch' -c fsync=off" start
    as_server "$scratch_programs/psql" -h "$scratch" -U postgres -q -v ON_ERROR_STOP=1 \
        -c 'CREATE ROLE hagukumi_program LOGIN' -c 'CREATE ROLE hagukumi_merchant LOGIN' -c 'CREATE ROLE hagukumi_owner LOGIN CREATEDB IN ROLE hagukumi_program' -c 'CREATE DATABASE hagukumi OWNER hagukumi_owner' \
        -c 'REVOKE ALL ON DATABASE hagukumi FROM PUBLIC' -c 'GRANT CONNECT ON DATABASE hagukumi TO hagukumi_program'
    export DATABASE_URL="postgresql:///hagukumi?host=$scratch&user=hagukumi_owner"
}

scratch_stop() {
    [ -n "${scratch:-}" ] || return 0
    as_server "$scratch_programs/pg_ctl" -D "$scratch/data" -m immediate -s stop || true
    rm -rf "$scratch"
    scratch=
    unset DATABASE_URL
}

# PostgreSQL refuses to run as root.
as_server() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

# remove_test_server CHECKOUT: stops and removes the server that the tests of a checkout leave running, unless somebody is using it.
# tests/src/support/database.rs gives it this name.
remove_test_server() {
    local directory
    directory=/tmp/hagukumi-tests-$(id -u)-$(printf '%s' "$1/tests" | sha256sum | cut -c 1-8)
    [ -O "$directory" ] || return 0
    exec 9>>"$directory/use.lock"
    if flock --nonblock 9; then
        as_server "$(server_programs)/pg_ctl" -D "$directory/postgres" -m immediate -s stop >/dev/null 2>&1 || true
        rm -rf "$directory"
    fi
    exec 9>&-
}
