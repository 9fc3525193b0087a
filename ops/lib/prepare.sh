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
# The merchants' face's own tables stand in a database of their own; here both in one, for each statement is checked against it.
cargo sqlx migrate run --source migrations/merchant --ignore-missing
cargo sqlx prepare --workspace "$@" -- --all-targets
