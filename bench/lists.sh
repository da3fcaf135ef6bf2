#!/usr/bin/env bash
# How long lists of transactions take: bench/lists.sh [COUNT]. Fills SQLite and PostgreSQL with COUNT transactions (100,000) and asks for
# their first and their thousandth page, filtered by state, and by state and reference. Prints p50 and p99 in milliseconds.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
say "$(machine)"
cargo run --release --locked -p selfsame-store --example lists -- "${1:-100000}"
