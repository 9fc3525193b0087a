#!/usr/bin/env bash
# Checks every SQL statement against the migrations and writes what it learns to .sqlx/, so that a build needs no database.
# With --check: fails when .sqlx/ is not what the statements and migrations say.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. ops/lib/common.sh
. ops/lib/scratch.sh

have cargo-sqlx || die "sqlx-cli is not there: cargo install sqlx-cli --locked --no-default-features --features postgres,rustls"
trap scratch_stop EXIT
scratch_start
cargo sqlx migrate run
cargo sqlx prepare --workspace "$@" -- --all-targets
