# shellcheck shell=bash
# What the scripts share: titles, messages, and Debian packages.

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
die() { warn "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# step TITLE COMMAND…: runs it under a title and says how long it took.
step() {
    local title=$1 began=$SECONDS
    shift
    say "── $title"
    "$@"
    say "   $((SECONDS - began)) s"
}

# Takes the toolchain that rust-toolchain.toml names, or the machine's own when that one cannot be had.
need_cargo() {
    local home=${CARGO_HOME:-$HOME/.cargo} pinned own
    have cargo || PATH=$home/bin:$PATH
    have cargo || die "cargo is not there: install Rust from https://rustup.rs, then run this again"
    ! cargo --version >/dev/null || return 0
    pinned=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
    own=$(cd / && rustc --version | cut -d ' ' -f 2)
    if [ "$own" != "$pinned" ] && rustup toolchain install "$pinned" --profile minimal --component rustfmt,clippy; then
        return 0
    fi
    RUSTUP_TOOLCHAIN=$(cd / && rustup show active-toolchain | cut -d ' ' -f 1)
    export RUSTUP_TOOLCHAIN
    say "Rust $pinned is not installed under that name: using $RUSTUP_TOOLCHAIN, which is $own"
}

missing_packages=()

# need PACKAGE COMMAND…: marks the package as missing when the command fails.
need() {
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing_packages+=("$package")
}

server_is_installed() { compgen -G '/usr/lib/postgresql/*/bin/initdb' || compgen -G '/usr/pgsql-*/bin/initdb' || [ -x "$(pg_config --bindir)/initdb" ]; }

# What building and running needs. ring brings assembler and C; the linker comes with it.
need_to_build_and_run() {
    need gcc have cc
    need libc6-dev test -e /usr/include/stdlib.h
    need postgresql server_is_installed
}

install_missing() {
    [ ${#missing_packages[@]} -gt 0 ] || return 0
    have apt-get || die "missing: ${missing_packages[*]} (Debian's names). There is no apt-get here: please install them by hand."
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        have sudo || die "missing: ${missing_packages[*]}. As root, run: apt-get install ${missing_packages[*]}"
        as_root=(sudo)
        # Nobody is there to type a password.
        [ -t 0 ] || as_root=(sudo -n)
    fi
    "${as_root[@]}" apt-get update -q || warn "the package lists could not be refreshed; trying with those that are there"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing_packages[@]}" ||
        die "could not install: ${missing_packages[*]}. As root, run: apt-get install ${missing_packages[*]}"
    missing_packages=()
}
